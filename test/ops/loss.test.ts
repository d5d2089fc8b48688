// Losses of classes.
import { crossEntropy, nllLoss, tensor } from '../../lib/index.js';
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

everyDevice('an ignored row costs nothing, whatever its logits are', async (t, device) => {
  const logits = tensor(
    [
      [Number.NaN, 0],
      [0, 0],
    ],
    { device },
  );
  const labels = tensor([-100, 1], { device });
  const loss = await crossEntropy(logits, labels, { ignoreIndex: -100 }).item();
  t.ok(Math.abs(loss - Math.LN2) < 1e-6, `${loss}`);
});

everyDevice('the weighted mean of equal losses is their value', async (t, device) => {
  const logits = tensor(
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
    { device },
  );
  const weight = tensor([5, 0.25, 1], { device });
  const loss = await crossEntropy(logits, [0, 1], { weight }).item();
  t.ok(Math.abs(loss - Math.log(3)) < 1e-6, `${loss}`);
});

everyDevice('nllLoss of logSoftmax is crossEntropy', async (t, device) => {
  const logits = tensor(
    [
      [1, 2, 4],
      [3, -1, 0],
    ],
    { device },
  );
  const options = { weight: tensor([1, 2, 3], { device }), ignoreIndex: 7 };
  const loss = await nllLoss(logits.logSoftmax(1), [2, 1], options).item();
  t.ok(Math.abs(loss - (await crossEntropy(logits, [2, 1], options).item())) < 1e-6, `${loss}`);
});
