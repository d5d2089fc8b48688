// Second gradients where a square or an exponential of the input is larger than float32 holds.
import { bceWithLogits, gelu, grad, silu, softplus, type Tensor, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';

/** f″ at each of the points. */
async function bend(fn: (x: Tensor) => Tensor, x: Tensor) {
  const [slope] = grad(fn(x).sum(), [x], { createGraph: true });
  return [...(await grad(slope.sum(), [x])[0].data())].map((v) => v + 0);
}

everyDevice('far from 0 an activation does not bend', async (t, device) => {
  const x = tensor([1e20, -1e20, 1e15, -1e15, 1e3, -1e3], { device, requiresGrad: true });
  const zeros = [0, 0, 0, 0, 0, 0];
  t.same(await bend(gelu, x), zeros, 'gelu');
  t.same(await bend((x) => gelu(x, { approximate: 'tanh' }), x), zeros, 'gelu by tanh');
  t.same(await bend(silu, x), zeros, 'silu');
  t.same(await bend(softplus, x), zeros, 'softplus');
});

everyDevice(
  'the loss of a logit does not bend far from 0, nor does a posWeight change that',
  async (t, device) => {
    const x = tensor([100, -100, 1000, -1000, 1e20, -1e20, 0], { device, requiresGrad: true });
    const target = tensor([1, 1, 0, 0, 0.5, 0.5, 0], { device });
    for (const posWeight of [null, tensor(1, { device })]) {
      const found = await bend((x) => bceWithLogits(x, target, { posWeight, reduction: 'none' }), x);
      t.ok(
        [0, 0, 0, 0, 0, 0, 0.25].every((v, i) => Math.abs(found[i] - v) < 1e-7),
        `${found}`,
      );
    }
  },
);
