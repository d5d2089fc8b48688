// Elementwise operations: values and broadcasting.
import fc from 'fast-check';
import t from 'tap';
import { add, div, mul, neg, relu, sub, sum, type Tensor, tensor } from '../../lib/index.js';
import { broadcastShapes, sameShape } from '../../lib/shape.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';

everyDevice(
  'relu keeps what is positive, and its gradient passes only there, not at 0',
  async (t, device) => {
    const x = leaf([-2, -0.5, 0, 0.5, 2], [5], device);
    const y = relu(x);
    t.same([...(await y.data())], [0, 0, 0, 0.5, 2]);
    sum(y).backward();
    t.same([...(await x.grad!.data())], [0, 0, 0, 1, 1]);
  },
);

everyDevice('arithmetic with a plain number, on either side, applies to every element', async (t, device) => {
  const x = tensor([1, 2, 4], { device });
  t.same([...(await add(x, 1).data())], [2, 3, 5]);
  t.same([...(await sub(x, 1).data())], [0, 1, 3]);
  t.same([...(await mul(x, 2).data())], [2, 4, 8]);
  t.same([...(await div(x, 2).data())], [0.5, 1, 2]);
  t.same([...(await add(1, x).data())], [2, 3, 5]);
  t.same([...(await sub(1, x).data())], [0, -1, -3]);
  t.same([...(await mul(2, x).data())], [2, 4, 8]);
  t.same([...(await div(2, x).data())], [2, 1, 0.5]);
});

everyDevice('division by a number divides', async (t, device) => {
  t.same([...(await div(tensor([49, 1e30], { device }), 49).data())][0], 1);
  if (device.name === 'gpujs-webgpu') return t.comment('WGSL may take denormal numbers for 0');
  const [y] = await div(tensor([1e-30], { device }), 1e-39).data();
  t.ok(Math.abs(y / 1e9 - 1) < 1e-6, `${y}`);
});

everyDevice('a product with a number, and −x, keep the sign of 0', async (t, device) => {
  if (device.name === 'gpujs-webgpu') return t.comment('WGSL promises no sign of 0');
  const x = tensor([0, -0], { device });
  /** Whether each is the negative zero. */
  const signs = async (y: Tensor) => Array.from(await y.data(), (value) => Object.is(value, -0));
  t.same(await signs(neg(x)), [true, false]);
  t.same(await signs(mul(x, 2)), [false, true]);
  t.same(await signs(mul(-3, x)), [true, false]);
  t.same(await signs(sub(x, 0)), [false, true]);
  t.same(await signs(relu(x)), [false, true]);
});

/** Two shapes that broadcast: axes of a common shape set to 1, leading axes dropped. */
const broadcastable = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).chain((shape) => {
  const part = fc
    .tuple(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: shape.length }))
    .map(([ones, drop]) => shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop));
  return fc.tuple(part, part);
});

t.test('whatever two shapes broadcast, each gradient has the shape of its operand', async (t) => {
  fc.assert(
    fc.property(broadcastable, ([p, q]) => {
      const [a, b] = [leaf(normal(p, 'a'), p), leaf(normal(q, 'b'), q)];
      const out = mul(a, b);
      const outOk = sameShape(out.shape, broadcastShapes('mul', p, q));
      sum(out).backward();
      return outOk && sameShape(a.grad!.shape, p) && sameShape(b.grad!.shape, q);
    }),
    { seed: 1, numRuns: 200 },
  );
  t.pass('held for 200 pairs of shapes');
});
