// The gradient of every operator's gradient: equal to central differences where its rules are made of operations,
// refused by name where one is a fused kernel. None is silently wrong.
import t from 'tap';
import { defineOp, kernels, mul, openDevice, run, TapeError, type Tensor } from '../../lib/index.js';
import { rows } from './cases.js';
import { leaves, on } from './row.js';
import { checkSecond, firstGradients } from './second-gradient.js';

const reference = await openDevice('reference');

for (const [op, row] of rows) {
  if (typeof row.second === 'object' && 'without' in row.second) continue;
  for (const [title, entry] of Object.entries(row.cases)) {
    const second = entry.second ?? row.second;
    if (second === 'operations') {
      t.test(`${op}: the second gradient agrees with central differences: ${title}`, async (t) => {
        const inputs = leaves(title, entry, reference);
        const found = await checkSecond(entry.fn, inputs);
        t.equal(found.length, inputs.length);
        for (const { error } of found) t.ok(error <= 1e-6, `relative error ${error}`);
      });
    } else {
      t.test(`${op}: a second gradient is refused by ${second.refusedBy}: ${title}`, async (t) => {
        const inputs = leaves(title, entry, reference);
        const message = new RegExp(`^${second.refusedBy}: its gradient is the fused kernel `);
        t.throws(() => firstGradients(entry.fn, inputs), { constructor: TapeError, message });
      });
    }
  }
}

/** x², the rule right once, but with a factor that the tape does not see. */
const cheating = defineOp('cheating', {
  forward: ({ x }: { x: Tensor }) => run(kernels.mul, [x, x]),
  vjp: { x: ({ g, x }) => mul(mul(g, x.detach()), 2) },
});

t.test('a rule that is right once and hides what it depends on is noticed', async (t) => {
  const inputs = leaves(
    'hidden',
    on((x) => cheating({ x }), [2, 3]),
    reference,
  );
  const [{ error }] = await checkSecond((x) => cheating({ x }), inputs);
  t.ok(error > 1e-2, `relative error ${error}`);
});
