// The gradient of every operator's gradient: equal to central differences where its rules are made of operations,
// refused by name where one is a fused kernel. None is silently wrong.
import t from 'tap';
import {
  defineOp,
  GradcheckError,
  gradgradcheck,
  kernels,
  mul,
  openDevice,
  run,
  TapeError,
  type Tensor,
} from '../../lib/index.js';
import { rows } from './cases.js';
import { leaves } from './row.js';

const reference = await openDevice('reference');

for (const [op, row] of rows) {
  if (typeof row.second === 'object' && 'without' in row.second) continue;
  for (const [title, entry] of Object.entries(row.cases)) {
    const second = entry.second ?? row.second;
    const inputs = leaves(title, entry, reference);
    if (second === 'operations') {
      t.test(`${op}: the second gradient agrees with central differences: ${title}`, async (t) => {
        const found = gradgradcheck(entry.fn, inputs);
        t.equal(found.length, inputs.length + 1, 'of each input, and of the cotangent');
        for (const { error } of found) t.ok(error <= 1e-6, `relative error ${error}`);
      });
    } else {
      t.test(`${op}: a second gradient is refused by ${second.refusedBy}: ${title}`, async (t) => {
        const message = new RegExp(`^${second.refusedBy}: its gradient is the fused kernel `);
        t.throws(() => gradgradcheck(entry.fn, inputs), { constructor: TapeError, message });
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
  const message = /^gradgradcheck: input 0 at \[\d\]: analytic 0, numeric /;
  t.throws(() => gradgradcheck((x) => cheating({ x }), [[1, 2]]), { constructor: GradcheckError, message });
});
