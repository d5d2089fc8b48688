// Two-dimensional convolution.
import { add, conv2d, mul, reshape, sum, tensor } from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';

everyDevice('conv2d correlates: it does not flip the kernel', async (t, device) => {
  const x = tensor([1, 2, 3, 4], { shape: [1, 1, 1, 4], device });
  const w = tensor([10, 1], { shape: [1, 1, 1, 2], device });
  t.same([...(await conv2d(x, w).data())], [12, 23, 34]);
});

everyDevice('a bias is the addition of one value a channel', async (t, device) => {
  const inputs = () =>
    [[2, 3, 5, 4], [7, 3, 2, 2], [7]].map((shape, i) =>
      tensor(normal(shape, `bias ${i}`), { shape, device, requiresGrad: true }),
    );
  const [[x, w, bias], same] = [inputs(), inputs()];
  const out = conv2d(x, w, bias);
  const expected = add(conv2d(same[0], same[1]), reshape(same[2], [7, 1, 1]));
  t.same(await out.data(), await expected.data());
  const cotangent = tensor(normal(out.shape, 'g'), { shape: out.shape, device });
  for (const y of [out, expected]) sum(mul(y, cotangent)).backward();
  const bound = device.dtype === 'float64' ? 1e-14 : 1e-6;
  const found = worstDifference(await bias.grad!.data(), await same[2].grad!.data(), [7]);
  t.ok(found.error <= bound, 'gradient', { found });
});
