// Comparisons, choices, powers and activations: what their rows do not say.
import t from 'tap';
import {
  backward,
  clamp,
  eq,
  gelu,
  gt,
  maximum,
  minimum,
  pow,
  silu,
  sqrt,
  sum,
  type Tensor,
  tanh,
  tape,
  tensor,
  where,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf } from '../values.js';

const values = async (x: Tensor | null) => [...(await x!.data())];

everyDevice(
  'where operands are equal, maximum and minimum give half the gradient to each',
  async (t, device) => {
    for (const [fn, expected] of [
      [maximum, [0, 0.5, 1]],
      [minimum, [1, 0.5, 0]],
    ] as const) {
      const [a, b] = [leaf([1, 2, 3], [3], device), leaf([2], [], device)];
      sum(fn(a, b)).backward();
      t.same(await values(a.grad), expected);
      t.same(await values(b.grad), [1.5]);
    }
  },
);

everyDevice(
  'clamp passes the gradient on its bounds, and its lower bound yields to the upper',
  async (t, device) => {
    const x = leaf([-2, -1, 0, 1, 2], [5], device);
    sum(clamp(x, { min: -1, max: 1 })).backward();
    t.same(await values(x.grad), [0, 1, 1, 1, 0]);
    t.same(await values(clamp(x, { min: 1, max: -1 })), [-1, -1, -1, -1, -1]);
  },
);

everyDevice('what where does not choose has no gradient, whatever it is', async (t, device) => {
  const x = leaf([-4, 0, 4], [3], device);
  const y = where(gt(x, 0), sqrt(maximum(x, 1e-3)), 0);
  t.same(await values(y), [0, 0, 2]);
  sum(y).backward();
  t.same(await values(x.grad), [0, 0, 0.25]);
});

everyDevice('a comparison is a number, 0 or 1, and is not recorded', async (t, device) => {
  const x = leaf([1, 2, 3], [3], device);
  t.equal(eq(x, 2).requiresGrad, false);
  t.same(await values(sum(gt(x, 1))), [2]);
});

t.test('a square and a root are computed as such', async (t) => {
  const x = leaf([1, 4, 9], [3]);
  t.same(
    [2, 0.5, 3].map((exponent) => tape(pow(x, exponent)).lines.at(-1)!.op),
    ['mul', 'sqrt', 'pow'],
  );
});

t.test('the third derivative of tanh, by differentiating its gradients', async (t) => {
  const at = 0.3;
  const x = tensor([at], { requiresGrad: true });
  let y = tanh(x);
  for (let order = 1; order <= 3; order++) {
    x.grad = null;
    backward(sum(y), { createGraph: order < 3 });
    y = x.grad!;
  }
  const s = Math.tanh(at) ** 2;
  t.ok(Math.abs((await y.item()) - (1 - s) * (6 * s - 2)) < 1e-6);
});

everyDevice('by tanh GELU is within 5e-4 of itself, and SiLU is another curve', async (t, device) => {
  const x = tensor(
    Array.from({ length: 81 }, (_, i) => i / 10 - 4),
    { device },
  );
  const [exact, approximate, other] = await Promise.all(
    [gelu(x), gelu(x, { approximate: 'tanh' }), silu(x)].map(values),
  );
  const apart = (y: number[]) => Math.max(...y.map((value, i) => Math.abs(value - exact[i])));
  t.ok(apart(approximate) < 5e-4 && apart(approximate) > 1e-4, `${apart(approximate)}`);
  t.ok(apart(other) > 0.1, `${apart(other)}`);
});
