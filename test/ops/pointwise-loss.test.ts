// Losses of each element and its target: where they bend, and far from 0.
import { bceWithLogits, l1Loss, smoothL1Loss, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';

everyDevice('logits of ±200 neither overflow nor lose their gradient', async (t, device) => {
  const logits = tensor([200, -200, 200, -200], { device, requiresGrad: true });
  const target = tensor([1, 0, 0, 1], { device });
  const loss = bceWithLogits(logits, target, { reduction: 'none' });
  const values = await loss.data();
  loss.sum().backward();
  t.same(
    Array.from(values, (v) => Math.fround(v)), // e⁻²⁰⁰ is 0 in float32
    [0, 0, 200, 200],
  );
  const slopes = await logits.grad!.data();
  t.ok(
    [0, 0, 1, -1].every((slope, i) => Math.abs(slopes[i] - slope) < 1e-7),
    `${slopes}`,
  );
});

everyDevice('a posWeight makes positive targets cost more, and no others', async (t, device) => {
  const logits = tensor([0, 0], { device });
  const target = tensor([1, 0], { device });
  const posWeight = tensor([3], { device });
  const loss = await bceWithLogits(logits, target, { posWeight, reduction: 'none' }).data();
  t.ok(Math.abs(loss[0] - 3 * Math.LN2) < 1e-6 && Math.abs(loss[1] - Math.LN2) < 1e-6, `${loss}`);
});

everyDevice('the slope of a distance is 0 where there is none, ±1 elsewhere', async (t, device) => {
  const x = tensor([2, 1, 0], { device, requiresGrad: true });
  const target = tensor([1, 1, 1], { device });
  l1Loss(x, target, { reduction: 'sum' }).backward();
  t.same([...(await x.grad!.data())], [1, 0, -1]);
});

everyDevice('the square of smoothL1Loss meets the lines at beta, with their slope', async (t, device) => {
  const x = tensor([0.5, -0.5, 0.25, 2], { device, requiresGrad: true });
  const target = tensor([0, 0, 0, 0], { device });
  const loss = smoothL1Loss(x, target, { beta: 0.5, reduction: 'none' });
  t.same([...(await loss.data())], [0.25, 0.25, 0.0625, 1.75]);
  loss.sum().backward();
  t.same([...(await x.grad!.data())], [1, -1, 0.5, 1]);
});

everyDevice('a logit that is right keeps a small loss and slope', async (t, device) => {
  const logits = tensor([30], { device, requiresGrad: true });
  const loss = bceWithLogits(logits, tensor([1], { device }), { reduction: 'none' });
  loss.sum().backward();
  for (const found of [await loss.data(), await logits.grad!.data()]) {
    t.ok(Math.abs(Math.abs(found[0]) / Math.exp(-30) - 1) < 1e-5, `${found}`);
  }
});
