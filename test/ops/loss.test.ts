// Classification loss.
import t from 'tap';
import { crossEntropy, OptionError, ShapeError, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';
import { checkGradient, checkParity, type OpCases } from './checks.js';

const labels = [2, 0, 5, 2, 1];
const [logits] = [[5, 6]];

const cases: OpCases = {
  'the mean': { inputs: [logits], fn: (x) => crossEntropy(x, labels) },
  'the sum': { inputs: [logits], fn: (x) => crossEntropy(x, labels, { reduction: 'sum' }) },
  'each row': { inputs: [logits], fn: (x) => crossEntropy(x, labels, { reduction: 'none' }) },
  'smoothed labels': { inputs: [logits], fn: (x) => crossEntropy(x, labels, { labelSmoothing: 0.1 }) },
  'labels smoothed all the way': {
    inputs: [logits],
    fn: (x) => crossEntropy(x, labels, { labelSmoothing: 1, reduction: 'none' }),
  },
  'labels in a tensor': {
    inputs: [logits],
    fn: (x) => crossEntropy(x, tensor(labels, { device: x.device })),
  },
  'a single row': { inputs: [[1, 3]], fn: (x) => crossEntropy(x, [1]) },
  'a single class': { inputs: [[2, 1]], fn: (x) => crossEntropy(x, [0, 0]) },
};

checkGradient('crossEntropy', cases);
checkParity('crossEntropy', cases);

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

t.test('what does not fit is refused by name, with what was expected', async (t) => {
  const x = tensor(normal([2, 3], 0), { shape: [2, 3] });
  for (const [fn, error] of [
    [
      () => crossEntropy(tensor([1, 2]), [0]),
      new ShapeError('crossEntropy: logits have shape [2], expected [N, classes]'),
    ],
    [
      () => crossEntropy(x, [0]),
      new ShapeError('crossEntropy: 1 labels, expected one for each of the 2 rows of logits'),
    ],
    [
      () => crossEntropy(x, [0, 3]),
      new OptionError('crossEntropy: label 1 is 3, expected a whole number from 0 to 2'),
    ],
    [
      () => crossEntropy(x, [0.5, 1]),
      new OptionError('crossEntropy: label 0 is 0.5, expected a whole number from 0 to 2'),
    ],
    [
      () => crossEntropy(x, [0, 1], { labelSmoothing: 2 }),
      new OptionError('crossEntropy: labelSmoothing is 2, expected a number from 0 to 1'),
    ],
    [
      () => crossEntropy(x, [0, 1], { reduction: 'median' as 'mean' }),
      new OptionError("crossEntropy: reduction is 'median', expected 'mean', 'sum' or 'none'"),
    ],
  ] as const) {
    t.throws(fn, error);
  }
});
