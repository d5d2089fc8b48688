// Losses of classes.
import {
  type CrossEntropyOptions,
  crossEntropy,
  type NllLossOptions,
  nllLoss,
  OptionError,
  ShapeError,
  type Tensor,
  tensor,
} from '../../../lib/index.js';
import type { Values } from '../../golden/fixtures.js';
import { above0, type GoldenCall, noOptions, type OpCases, on, type Row } from '../row.js';

const labels = [2, 0, 5, 2, 1];
const by = (options: CrossEntropyOptions) => on((x) => crossEntropy(x, labels, options), [5, 6]);

type Loss = (x: Tensor, labels: Tensor | number[], options?: NllLossOptions) => Tensor;

/** Labels of which some are ignored. */
const some = [2, -1, 5, -1, 1];

/** Weights of classes, and rows that are ignored. */
function weighted(fn: Loss): OpCases {
  const inBatch = (x: Tensor) => tensor(some, { device: x.device });
  return {
    'weights of classes': on((x, weight) => fn(x, labels, { weight }), [5, 6], above0([6])),
    'the sum, weighted': on((x, weight) => fn(x, labels, { weight, reduction: 'sum' }), [5, 6], above0([6])),
    'rows ignored': on((x) => fn(x, some, { ignoreIndex: -1 }), [5, 6]),
    'each row, some ignored': on((x) => fn(x, some, { ignoreIndex: -1, reduction: 'none' }), [5, 6]),
    'ignored by a tensor': on((x) => fn(x, inBatch(x), { ignoreIndex: -1 }), [5, 6]),
    'the first class ignored': on((x) => fn(x, labels, { ignoreIndex: 0 }), [5, 6]),
    'weights, and rows ignored': on(
      (x, weight) => fn(x, some, { weight, ignoreIndex: -1 }),
      [5, 6],
      above0([6]),
    ),
  };
}

interface Attrs extends Omit<CrossEntropyOptions, 'weight'> {
  labels: number[];
  weight?: Values;
}

function golden(fn: Loss, key: string): Row['golden'] {
  return ({ inputs, attrs: { labels, weight, ...options }, device }: GoldenCall<Attrs>) => {
    const tensorOf = ({ data, shape }: Values) => tensor(data, { shape, device });
    return fn(inputs[key], labels, { ...options, weight: weight && tensorOf(weight) });
  };
}

const badOptions = (op: string, fn: Loss): Row['bad'] => ({
  'a weight too few': [
    (of) => fn(of(2, 3), [0, 1], { weight: of(2) }),
    ShapeError,
    new RegExp(`^${op}: weight has shape \\[2\\], expected \\[3\\]$`),
  ],
  'weights as values': [
    (of) => fn(of(2, 3), [0, 1], { weight: [1, 2, 3] as never }),
    OptionError,
    new RegExp(`^${op}: weight is \\[1,2,3\\], expected a tensor$`),
  ],
  'a label of PyTorch that nothing ignores': [
    (of) => fn(of(2, 3), [0, -100]),
    OptionError,
    new RegExp(`^${op}: label 1 is -100, expected an integer from 0 to 2$`),
  ],
  'another label than the ignored one': [
    (of) => fn(of(2, 3), [-1, -2], { ignoreIndex: -1 }),
    OptionError,
    new RegExp(`^${op}: label 1 is -2, expected an integer from 0 to 2$`),
  ],
  'half an ignored label': [
    (of) => fn(of(2, 3), [0, 1], { ignoreIndex: 0.5 }),
    OptionError,
    new RegExp(`^${op}: ignoreIndex is 0.5, expected an integer$`),
  ],
});

const nllLossRow: Row = {
  cases: {
    'the mean': on((x) => nllLoss(x, labels), [5, 6]),
    'each row': on((x) => nllLoss(x, labels, { reduction: 'none' }), [5, 6]),
    ...weighted(nllLoss),
  },
  second: 'operations',
  golden: golden(nllLoss, 'logProb'),
  call: (of) => [of(2, 3), tensor([2, 0], { device: of(1).device }), { reduction: 'sum', weight: of(3) }],
  accepts: { 2: noOptions },
  bad: {
    'logarithms of one axis': [
      (of) => nllLoss(of(2), [0]),
      ShapeError,
      /^nllLoss: logProb has shape \[2\], expected \[N, classes\]$/,
    ],
    'too few labels': [
      (of) => nllLoss(of(2, 3), [0]),
      ShapeError,
      /^nllLoss: 1 labels, expected one for each of the 2 rows$/,
    ],
    ...badOptions('nllLoss', nllLoss),
  },
};

const crossEntropyRow: Row = {
  cases: {
    ...weighted(crossEntropy),
    'weights, rows ignored, smoothed labels': on(
      (x, weight) => crossEntropy(x, some, { weight, ignoreIndex: -1, labelSmoothing: 0.2 }),
      [5, 6],
      above0([6]),
    ),
    'rows ignored, smoothed labels': by({ ignoreIndex: 5, labelSmoothing: 0.2 }),
    'the mean': on((x) => crossEntropy(x, labels), [5, 6]),
    'the sum': by({ reduction: 'sum' }),
    'each row': by({ reduction: 'none' }),
    'smoothed labels': by({ labelSmoothing: 0.1 }),
    'labels smoothed all the way': by({ labelSmoothing: 1, reduction: 'none' }),
    'labels in a tensor': on((x) => crossEntropy(x, tensor(labels, { device: x.device })), [5, 6]),
    'a single row': on((x) => crossEntropy(x, [1]), [1, 3]),
    'a single class': on((x) => crossEntropy(x, [0, 0]), [2, 1]),
  },
  second: 'operations',
  golden: golden(crossEntropy, 'logits'),
  call: (of) => [
    of(2, 3),
    tensor([2, 0], { device: of(1).device }),
    { reduction: 'sum', labelSmoothing: 0.1, weight: of(3), ignoreIndex: 2 },
  ],
  accepts: { 2: noOptions },
  bad: {
    ...badOptions('crossEntropy', crossEntropy),
    'logits of one axis': [
      (of) => crossEntropy(of(2), [0]),
      ShapeError,
      /^crossEntropy: logits has shape \[2\], expected \[N, classes\]$/,
    ],
    'too few labels': [
      (of) => crossEntropy(of(2, 3), [0]),
      ShapeError,
      /^crossEntropy: 1 labels, expected one for each of the 2 rows$/,
    ],
    'a label past the classes': [
      (of) => crossEntropy(of(2, 3), [0, 3]),
      OptionError,
      /^crossEntropy: label 1 is 3, expected an integer from 0 to 2$/,
    ],
    'half a label': [
      (of) => crossEntropy(of(2, 3), [0.5, 1]),
      OptionError,
      /^crossEntropy: label 0 is 0.5, expected an integer from 0 to 2$/,
    ],
    'labels as words': [
      (of) => crossEntropy(of(2, 3), ['a', 'b'] as never),
      OptionError,
      /^crossEntropy: label 0 is 'a', expected an integer from 0 to 2$/,
    ],
    'labels as bytes without a type': [
      (of) => crossEntropy(of(2, 3), new DataView(new ArrayBuffer(2)) as never),
      OptionError,
      /^crossEntropy: labels is a DataView, expected a tensor or an array of integers$/,
    ],
    'labels as big integers': [
      (of) => crossEntropy(of(2, 3), new BigInt64Array(2) as never),
      OptionError,
      /^crossEntropy: label 0 is 0n, expected an integer from 0 to 2; Number\(0n\) makes a number of it$/,
    ],
    'smoothing of more than all': [
      (of) => crossEntropy(of(2, 3), [0, 1], { labelSmoothing: 2 }),
      OptionError,
      /^crossEntropy: labelSmoothing is 2, expected a number of at least 0 and at most 1$/,
    ],
    'another reduction': [
      (of) => crossEntropy(of(2, 3), [0, 1], { reduction: 'median' as never }),
      OptionError,
      /^crossEntropy: reduction is 'median', expected 'mean' or 'sum' or 'none'$/,
    ],
    'the name of another library': [
      (of) => crossEntropy(of(2, 3), [0, 1], { label_smoothing: 0.1 } as never),
      OptionError,
      /^crossEntropy: no option 'label_smoothing'; it has reduction, weight, ignoreIndex, labelSmoothing$/,
    ],
  },
};

export const losses = { crossEntropy: crossEntropyRow, nllLoss: nllLossRow };
