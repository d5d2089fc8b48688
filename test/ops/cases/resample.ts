// Images of another size.
import {
  adaptiveAvgPool2d,
  globalAvgPool2d,
  OptionError,
  type Pair,
  ShapeError,
  type Tensor,
  type UpsampleOptions,
  upsample,
} from '../../../lib/index.js';
import { type BadCall, type GoldenCall, on, type Row } from '../row.js';

const noBatch = (name: string, fn: (x: Tensor) => Tensor): BadCall => [
  (of) => fn(of(2, 4, 4)),
  ShapeError,
  new RegExp(`^${name}: x has shape \\[2, 4, 4\\], expected \\[N, C, H, W\\]$`),
];

const globalRow: Row = {
  cases: {
    'one pixel': on(globalAvgPool2d, [1, 1, 1, 1]),
    images: on(globalAvgPool2d, [2, 3, 4, 5]),
    'of one image': on(globalAvgPool2d, [1, 5, 3, 1]),
  },
  second: 'operations',
  golden: ({ inputs: { x } }) => globalAvgPool2d(x),
  call: (of) => [of(1, 2, 3, 3)],
  bad: { 'x without a batch': noBatch('globalAvgPool2d', globalAvgPool2d) },
};

const to = (size: Pair, ...x: number[]) => on((t) => adaptiveAvgPool2d(t, size), x);

const adaptiveRow: Row = {
  cases: {
    'the whole image': to(1, 2, 3, 4, 5),
    'cells side by side': to([3, 2], 1, 2, 6, 8),
    'cells that overlap': to([3, 4], 2, 1, 7, 5),
    'the same size': to([3, 4], 1, 2, 3, 4),
    'a larger size': to([5, 7], 1, 1, 3, 4),
    'fewer rows, more columns': to([2, 6], 1, 2, 5, 3),
    'one pixel': to([2, 3], 1, 1, 1, 1),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { outputSize } }: GoldenCall<{ outputSize: Pair }>) =>
    adaptiveAvgPool2d(x, outputSize),
  call: (of) => [of(1, 2, 5, 5), [2, 3]],
  accepts: { 1: ['3'] },
  bad: {
    'x without a batch': noBatch('adaptiveAvgPool2d', (x) => adaptiveAvgPool2d(x, 1)),
    'a size of 0': [
      (of) => adaptiveAvgPool2d(of(1, 2, 4, 4), [0, 2]),
      OptionError,
      /^adaptiveAvgPool2d: outputSize is \[0,2\], expected an integer of at least 1, or a pair of them$/,
    ],
    'no size': [
      (of) => adaptiveAvgPool2d(of(1, 2, 4, 4), undefined as never),
      OptionError,
      /^adaptiveAvgPool2d: outputSize is undefined, expected an integer/,
    ],
  },
};

const larger = (options: UpsampleOptions, ...x: number[]) => on((t) => upsample(t, options), x);

const upsampleRow: Row = {
  cases: {
    twice: larger({ scaleFactor: 2 }, 2, 2, 3, 4),
    'three times as high': larger({ scaleFactor: [3, 1] }, 1, 2, 2, 5),
    once: larger({ scaleFactor: 1 }, 1, 1, 2, 3),
    'a size that is no multiple': larger({ size: [5, 7] }, 1, 2, 3, 4),
    'a smaller size': larger({ size: [2, 3] }, 1, 1, 5, 7),
    'one pixel': larger({ size: 3 }, 1, 2, 1, 1),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs }: GoldenCall<UpsampleOptions>) => upsample(x, attrs),
  call: (of) => [of(1, 2, 3, 3), { scaleFactor: [2, 3] }],
  bad: {
    'x without a batch': noBatch('upsample', (x) => upsample(x, { scaleFactor: 2 })),
    'neither factor nor size': [
      (of) => upsample(of(1, 1, 2, 2), {}),
      OptionError,
      /^upsample: got neither scaleFactor nor size, expected one of them$/,
    ],
    'factor and size': [
      (of) => upsample(of(1, 1, 2, 2), { scaleFactor: 2, size: 4 }),
      OptionError,
      /^upsample: got both scaleFactor and size, expected one of them$/,
    ],
    'half a factor': [
      (of) => upsample(of(1, 1, 2, 2), { scaleFactor: 1.5 }),
      OptionError,
      /^upsample: scaleFactor is 1.5, expected an integer of at least 1, or a pair of them$/,
    ],
    'the name of another library': [
      (of) => upsample(of(1, 1, 2, 2), { scale_factor: 2 } as never),
      OptionError,
      /^upsample: no option 'scale_factor'; it has scaleFactor, size$/,
    ],
    'more elements than fit': [
      (of) => upsample(of(1, 1, 2, 2), { scaleFactor: 1e6 }),
      ShapeError,
      /^upsample: .* elements, expected at most 2147483647$/,
    ],
  },
};

export const resamplings = {
  globalAvgPool2d: globalRow,
  adaptiveAvgPool2d: adaptiveRow,
  upsample: upsampleRow,
};
