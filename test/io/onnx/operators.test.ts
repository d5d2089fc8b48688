// Every case of the table of operators in a file: all the shapes, axes and options that the other checks have.
import t, { type Test } from 'tap';
import { exportOnnx } from '../../../lib/index.js';
import { type OpName, rows } from '../../ops/cases.js';
import { groupsOf, modelOf, refused, type Titled, whyNot } from './operators.js';
import { distance, open, ran, TOLERANCE } from './runtime.js';

/** Compares what a file of these cases computes with what they do. */
async function compare(t: Test, op: OpName, group: readonly Titled[]): Promise<void> {
  const { model, x } = modelOf(op, group);
  const session = await open(await exportOnnx(model, { input: x }));
  const found = (await ran(session, x)).data as Float32Array;
  let end = 0;
  for (const [i, y] of model.outputs(x).entries()) {
    end += y.size;
    const off = distance(found.subarray(end - y.size, end), await y.data());
    t.ok(off < TOLERANCE, `${group[i][0]}: off by ${off}`);
  }
  t.equal(found.length, end, 'there is nothing else');
  await session.release();
}

for (const [op, row] of rows) {
  const why = whyNot(op, row);
  t.test(op, { skip: why ? `no nodes: ${why}` : false }, async (t) => {
    let refusals = 0;
    const groups = groupsOf(op, row);
    for (const group of groups) {
      await compare(t, op, group).catch((error: Error) => {
        if (!refused[op]?.test(error.message)) throw error;
        refusals++;
      });
    }
    t.ok(refusals < groups.length, `${refusals} cases are refused`);
  });
}

t.test('every operator has nodes, or a reason to have none', async (t) => {
  const missing = rows.filter(([op, row]) => whyNot(op, row)?.includes('neither')).map(([op]) => op);
  t.same(missing, [], 'lib/io/onnx/rows has them all');
});
