// Max and average pooling.
import { avgPool2d, maxPool2d, mul, relu, sum, type Tensor, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';

everyDevice('maxPool2d sends the gradient to the first of equal values', async (t, device) => {
  const x = leaf([1, 1, 1, 1], [1, 1, 2, 2], device);
  sum(maxPool2d(x, 2)).backward();
  t.same([...(await x.grad!.data())], [1, 0, 0, 0]);
});

everyDevice('maxPool2d never takes the padding, even among negative values', async (t, device) => {
  const x = tensor([-5, -6, -7, -8], { shape: [1, 1, 2, 2], device });
  t.same([...(await maxPool2d(x, 3, { stride: 1, padding: 1 }).data())], [-5, -5, -5, -5]);
});

everyDevice('relu after maxPool2d gives the values and gradients of relu before it', async (t, device) => {
  const values = normal([2, 3, 9, 8], 'commute').map((v) => Math.fround(v - 0.5));
  const weights = tensor(normal([2, 3, 5, 4], 'weights').map(Math.fround), { shape: [2, 3, 5, 4], device });
  const options = { stride: 2, padding: 1 };
  const found: number[][] = [];
  for (const fn of [
    (x: Tensor) => relu(maxPool2d(x, 3, options)),
    (x: Tensor) => maxPool2d(relu(x), 3, options),
  ]) {
    const x = tensor(values, { shape: [2, 3, 9, 8], device, requiresGrad: true });
    const y = fn(x);
    sum(mul(y, weights)).backward();
    found.push([...(await y.data()), ...(await x.grad!.data())]);
  }
  t.same(found[0], found[1]);
  t.ok(found[0].filter((v) => v === 0).length > 20, 'some windows have nothing above 0');
});

everyDevice('avgPool2d divides by the window, or by what of it lies in the image', async (t, device) => {
  const x = tensor([4, 8, 12, 16], { shape: [1, 1, 2, 2], device });
  const options = { stride: 2, padding: 1 };
  t.same([...(await avgPool2d(x, 2, options).data())], [1, 2, 3, 4]);
  t.same([...(await avgPool2d(x, 2, { ...options, countIncludePad: false }).data())], [4, 8, 12, 16]);
});
