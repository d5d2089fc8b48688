// Classification loss.
import { crossEntropy, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';

everyDevice('equal logits cost the logarithm of the number of classes', async (t, device) => {
  const loss = await crossEntropy(tensor([[3, 3, 3, 3]], { device }), [2]).item();
  t.ok(Math.abs(loss - Math.log(4)) < 1e-6, `${loss}`);
});

everyDevice(
  'smoothing moves its share of the target from the label to the mean of all classes',
  async (t, device) => {
    const logits = tensor([[1, 2, 4]], { device });
    const lse = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(4));
    for (const share of [0, 0.25, 1]) {
      const loss = await crossEntropy(logits, [2], { labelSmoothing: share }).item();
      t.ok(Math.abs(loss - (lse - (1 - share) * 4 - (share * 7) / 3)) < 1e-5, `${share}: ${loss}`);
    }
  },
);

everyDevice('logits of 500 neither overflow nor lose the loss', async (t, device) => {
  const loss = await crossEntropy(
    tensor(
      [
        [500, 0],
        [0, 500],
      ],
      { device },
    ),
    [0, 0],
  ).item();
  t.ok(Math.abs(loss - 250) < 1e-3, `${loss}`);
});
