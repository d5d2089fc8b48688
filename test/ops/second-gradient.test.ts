// The gradient of every operator's gradient: equal to central differences where its rules are made of operations,
// refused by name where one is a fused kernel. None is silently wrong.
import t from 'tap';
import {
  avgPool2d,
  batchNorm,
  concat,
  conv2d,
  convTranspose2d,
  defineOp,
  GradcheckError,
  grad,
  gradgradcheck,
  kernels,
  maxPool2d,
  mul,
  openDevice,
  relu,
  reshape,
  run,
  sum,
  TapeError,
  type Tensor,
} from '../../lib/index.js';
import { rows } from './cases.js';
import { leaves, on } from './row.js';

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

/** The gradient of Σ y³ for y = fn(…inputs), as a function that can be checked like any other. */
const gradientOf =
  (fn: (...inputs: Tensor[]) => Tensor) =>
  (...inputs: Tensor[]) => {
    const y = fn(...inputs);
    const gradients = grad(sum(mul(mul(y, y), y)), inputs, { createGraph: true });
    return concat(gradients.map((g) => reshape(g, [-1])));
  };

t.test('third gradients agree with central differences where fused kernels are differentiated', async (t) => {
  const options = { training: true };
  const cases: Record<string, ReturnType<typeof on>> = {
    relu: on(relu, [5]),
    conv2d: on((x, w) => conv2d(x, w, null, { stride: 2, padding: 1 }), [1, 2, 3, 4], [2, 2, 2, 3]),
    convTranspose2d: on((x, w) => convTranspose2d(x, w, null, { stride: 2 }), [1, 2, 2, 2], [2, 1, 2, 2]),
    maxPool2d: on((x) => maxPool2d(x, 2, { stride: 1 }), [1, 1, 3, 4]),
    avgPool2d: on((x) => avgPool2d(x, 2, { stride: 1 }), [1, 1, 3, 3]),
    batchNorm: on((x, weight, bias) => batchNorm(x, { weight, bias, ...options }), [4, 2], [2], [2]),
  };
  for (const [op, entry] of Object.entries(cases)) {
    const found = gradgradcheck(gradientOf(entry.fn), leaves(`third ${op}`, entry, reference));
    for (const { error } of found) t.ok(error <= 1e-6, `${op}: relative error ${error}`);
  }
});

t.test('a twin that is not the fused rule is noticed, though its own gradient is right', async (t) => {
  const twice = defineOp('twice', {
    forward: ({ x }: { x: Tensor }) => run(kernels.mul, [x, x]),
    vjp: { x: ({ g, x }) => run(kernels.affine, [run(kernels.mul, [g, x])], { scale: 2, shift: 0 }) },
    twins: { x: ({ g, x }) => mul(mul(g, x), 3) },
  });
  const message = /^gradgradcheck: with createGraph a gradient is .* at \[\d\] of all, without it is /;
  t.throws(() => gradgradcheck((x) => twice({ x }), [[1, 2]]), { constructor: GradcheckError, message });
});
