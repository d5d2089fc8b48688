// Losses.
import {
  type CrossEntropyOptions,
  crossEntropy,
  OptionError,
  ShapeError,
  tensor,
} from '../../../lib/index.js';
import { type GoldenCall, noOptions, on, type Row } from '../row.js';

const labels = [2, 0, 5, 2, 1];
const by = (options: CrossEntropyOptions) => on((x) => crossEntropy(x, labels, options), [5, 6]);

const crossEntropyRow: Row = {
  cases: {
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
  golden: ({ inputs: { logits }, attrs }: GoldenCall<CrossEntropyOptions & { labels: number[] }>) => {
    const { labels, ...options } = attrs;
    return crossEntropy(logits, labels, options);
  },
  call: (of) => [
    of(2, 3),
    tensor([2, 0], { device: of(1).device }),
    { reduction: 'sum', labelSmoothing: 0.1 },
  ],
  accepts: { 2: noOptions },
  bad: {
    'logits of one axis': [
      (of) => crossEntropy(of(2), [0]),
      ShapeError,
      /^crossEntropy: logits has shape \[2\], expected \[N, classes\]$/,
    ],
    'too few labels': [
      (of) => crossEntropy(of(2, 3), [0]),
      ShapeError,
      /^crossEntropy: 1 labels, expected one for each of the 2 rows of logits$/,
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
      /^crossEntropy: no option 'label_smoothing'; it has reduction, labelSmoothing$/,
    ],
  },
};

export const losses = { crossEntropy: crossEntropyRow };
