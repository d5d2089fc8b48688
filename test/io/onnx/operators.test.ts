// Every case of the table of operators as a file: all shapes, axes and options that the other checks have.
import t from 'tap';
import { exportOnnx, OptionError } from '../../../lib/index.js';
import { rows as nodes, without } from '../../../lib/io/onnx/rows/index.js';
import { allCases, type OpName, rows } from '../../ops/cases.js';
import { modelOf, operationsOf, whyNot } from './operators.js';
import { distance, open, ran } from './runtime.js';

/** Cases that normalize by the batch, and what is said of them. */
const refused: Partial<Record<OpName, RegExp>> = {
  batchNorm: /batchNorm in op normalizes by the batch, expected running statistics/,
  ghostBatchNorm: /ghostBatchNorm in op normalizes by the batch, expected running statistics/,
  mixtureNorm: /mixtureNorm in op fits a mixture to the batch, expected training: false/,
};

const TOLERANCE = 1e-5;

t.test('every operation has nodes, or a reason to have none', async (t) => {
  for (const [op, row] of rows) {
    const missing = [...operationsOf(row)].filter((name) => !(name in nodes || name in without));
    t.same(missing, [], op);
  }
});

for (const [op, row] of rows) {
  const why = whyNot(op, row);
  if (why) {
    t.test(op, { skip: `no nodes: ${why}` }, async () => {});
    continue;
  }
  t.test(op, async (t) => {
    let compared = 0;
    for (const [title, entry] of Object.entries(allCases(row))) {
      const { model, batch } = await modelOf(op, title, entry);
      let file: Uint8Array;
      try {
        file = await exportOnnx(model, { input: batch(1) });
      } catch (error) {
        t.ok(error instanceof OptionError && refused[op]?.test(error.message), `${title}: ${error}`);
        continue;
      }
      compared++;
      let session;
      try { session = await open(file); } catch (e) { t.fail(`${title} ${e}`); continue; }
      const x = batch(1);
      const y = model.forward(x);
      const output = await ran(session, x);
      const off = distance(output.data as Float32Array, await y.data());
      t.ok(off < TOLERANCE, `${title}: off by ${off}`);
      t.same(output.dims, y.shape, title);
      await session.release();
    }
    t.ok(compared > 0, 'some cases have a file');
  });
}
