// Reductions over axes, and positions along one.
import {
  argMax,
  gather,
  logSoftmax,
  logSumExp,
  max,
  mean,
  OptionError,
  type ReduceOptions,
  ShapeError,
  softmax,
  sum,
  type Tensor,
  tensor,
  variance,
} from '../../../lib/index.js';
import { integers } from '../../values.js';
import { type GoldenCall, noOptions, type OpCases, on, type Row } from '../row.js';

type Reduction = (
  x: Tensor,
  axis?: number | number[] | ReduceOptions,
  options?: { keepDims?: boolean },
) => Tensor;

/** Over all axes, one, several that touch or not, negative ones, none; with and without keepDims. */
function axesCases(fn: Reduction): OpCases {
  return {
    'all axes': on((x) => fn(x), [2, 3, 5]),
    'a scalar': on((x) => fn(x), []),
    'the first axis': on((x) => fn(x, 0), [3, 5]),
    'the last axis, kept': on((x) => fn(x, -1, { keepDims: true }), [3, 5]),
    'a middle axis': on((x) => fn(x, 1), [2, 7, 3]),
    'axes that touch': on((x) => fn(x, [1, 2]), [2, 3, 4, 5]),
    'axes apart': on((x) => fn(x, [0, 2]), [2, 3, 4, 5]),
    'axes apart, kept, in falling order': on((x) => fn(x, [2, 0], { keepDims: true }), [2, 3, 4]),
    'all but the channels': on((x) => fn(x, [0, 2, 3]), [2, 3, 4, 5]),
    'an axis of size 1': on((x) => fn(x, 1), [3, 1, 2]),
    'no axes': on((x) => fn(x, []), [2, 3]),
    'the axis as an option': on((x) => fn(x, { axis: 1, keepDims: true }), [3, 5]),
    'all axes, kept': on((x) => fn(x, { keepDims: true }), [3, 2]),
  };
}

/** Along each axis of three, and along one of size 1. */
function axisCases(fn: (x: Tensor, axis: number) => Tensor): OpCases {
  return {
    'the first axis': on((x) => fn(x, 0), [5, 2, 3]),
    'a middle axis': on((x) => fn(x, 1), [2, 7, 3]),
    'the last axis, counted from the end': on((x) => fn(x, -1), [2, 3, 9]),
    'a vector': on((x) => fn(x, 0), [6]),
    'an axis of size 1': on((x) => fn(x, 1), [3, 1]),
  };
}

const noAxis = (name: string, axis: number | string) =>
  new RegExp(`^${name}: axis ${axis} is not an axis of a tensor with 2 axes$`);

/** A reduction over any number of axes. */
function overAxes(name: string, fn: Reduction, row: Pick<Row, 'cases' | 'second' | 'devicesOnly'>): Row {
  return {
    ...row,
    golden: ({ inputs: { x }, attrs }: GoldenCall<ReduceOptions>) => fn(x, attrs as never),
    call: (of) => [of(2, 3), 1, { keepDims: true }],
    accepts: { 1: ['null', '[]'], 2: noOptions },
    bad: {
      'no axis of x': [(of) => fn(of(2, 3), 2), ShapeError, noAxis(name, 2)],
      'no axis of x, as an option': [(of) => fn(of(2, 3), { axis: 2 }), ShapeError, noAxis(name, 2)],
      'an axis twice': [
        (of) => fn(of(2, 3), [0, -2]),
        ShapeError,
        new RegExp(`^${name}: axes \\[0, 0\\] name an axis twice$`),
      ],
      'the name of another library': [
        (of) => fn(of(2, 3), { dim: 0 } as never),
        OptionError,
        new RegExp(`^${name}: no option 'dim'; it has axis, keepDims$`),
      ],
      'options twice': [
        (of) => fn(of(2, 3), { axis: 0 }, { keepDims: true }),
        OptionError,
        new RegExp(`^${name}: options were given twice$`),
      ],
      'keepDims as a number': [
        (of) => fn(of(2, 3), 0, { keepDims: 1 as never }),
        OptionError,
        new RegExp(`^${name}: keepDims is 1, expected true or false$`),
      ],
    },
  };
}

const axisBad = (name: string, fn: (x: Tensor, axis: number) => Tensor): Row['bad'] => ({
  'no axis of x': [(of) => fn(of(2, 3), -3), ShapeError, noAxis(name, -3)],
  'no integer': [(of) => fn(of(2, 3), 0.5), ShapeError, noAxis(name, 0.5)],
  'a list of axes': [(of) => fn(of(2, 3), [0, 1] as never), ShapeError, new RegExp(`^${name}: axis `)],
});

const kept = (fn: (x: Tensor, axis: number, options: { keepDims: boolean }) => Tensor): OpCases => ({
  'the axis kept': on((x) => fn(x, 1, { keepDims: true }), [2, 5]),
});

const argMaxRow: Row = {
  cases: { ...axisCases(argMax), ...kept(argMax) },
  gradient: { without: 'its result is a position, an integer' },
  second: { without: 'there is no first' },
  golden: ({ inputs: { x }, attrs: { axis } }: GoldenCall<{ axis: number }>) => argMax(x, axis),
  call: (of) => [of(2, 3), 1, { keepDims: true }],
  accepts: { 2: noOptions },
  bad: axisBad('argMax', argMax),
};

const logSumExpRow: Row = {
  cases: { ...axisCases(logSumExp), ...kept(logSumExp) },
  second: 'operations',
  golden: ({
    inputs: { x },
    attrs: { axis, keepDims },
  }: GoldenCall<{ axis: number | [number]; keepDims: boolean }>) =>
    logSumExp(x, [axis].flat()[0], { keepDims }),
  call: (of) => [of(2, 3), 1, { keepDims: true }],
  accepts: { 2: noOptions },
  bad: {
    ...axisBad('logSumExp', logSumExp),
    'the axis as an option': [
      (of) => logSumExp(of(2, 3), { axis: 1 } as never),
      ShapeError,
      /^logSumExp: axis an object is not an axis of a tensor with 2 axes$/,
    ],
  },
};

const logSoftmaxRow: Row = {
  cases: axisCases(logSoftmax),
  devicesOnly: {
    because: 'seven hundred central differences',
    cases: { '100 classes': on((x) => logSoftmax(x, 1), [7, 100]) },
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { axis } }: GoldenCall<{ axis: number }>) => logSoftmax(x, axis),
  call: (of) => [of(2, 3), 1],
  bad: axisBad('logSoftmax', logSoftmax),
};

const softmaxRow: Row = {
  cases: axisCases(softmax),
  devicesOnly: {
    because: 'seven hundred central differences',
    cases: { '100 classes': on((x) => softmax(x, 1), [7, 100]) },
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { axis } }: GoldenCall<{ axis: number }>) => softmax(x, axis),
  call: (of) => [of(2, 3), 1],
  bad: axisBad('softmax', softmax),
};

/** With correction 0, which is defined of a single entry as well. */
const meanSquare: Reduction = (x, axis, options) =>
  typeof axis === 'object' && !Array.isArray(axis)
    ? variance(x, { ...axis, correction: 0 })
    : variance(x, axis, { ...options, correction: 0 });

const varianceOver = overAxes('variance', variance, {
  cases: {
    ...axesCases(meanSquare),
    unbiased: on((x) => variance(x), [2, 3]),
    'unbiased, along an axis': on((x) => variance(x, 1, { keepDims: true }), [3, 5, 2]),
    'two less, as an option': on((x) => variance(x, { axis: [0, 1], correction: 2 }), [3, 2, 2]),
  },
  devicesOnly: {
    because: 'eight thousand central differences',
    cases: { 'many rows': on((x) => variance(x, 0), [33, 257]) },
  },
  second: 'operations',
});

const varianceRow: Row = {
  ...varianceOver,
  call: (of) => [of(2, 3), 1, { keepDims: true, correction: 0 }],
  bad: {
    ...varianceOver.bad,
    'the name of another library': [
      (of) => variance(of(2, 3), { unbiased: false } as never),
      OptionError,
      /^variance: no option 'unbiased'; it has axis, keepDims, correction$/,
    ],
    'a correction below 0': [
      (of) => variance(of(2, 3), 1, { correction: -1 }),
      OptionError,
      /^variance: correction is -1, expected a number of at least 0$/,
    ],
  },
};

/** The columns that `index` names, as a tensor of the given shape. */
const indices = (x: Tensor, below: number, shape: number[]) =>
  tensor(
    integers(
      below,
      shape.reduce((a, b) => a * b, 1),
      1,
    ),
    { shape, device: x.device },
  );

const gatherRow: Row = {
  cases: {
    'from the last axis': on((x) => gather(x, 1, [[4], [0], [2], [2]]), [4, 5]),
    'from the first axis': on((x) => gather(x, 0, [[0, 1, 2, 1, 0]]), [3, 5]),
    'from a middle axis, by a tensor': on((x) => gather(x, -2, indices(x, 3, [2, 1, 5])), [2, 3, 5]),
    'from a vector': on((x) => gather(x, 0, [3]), [6]),
    'more than there are': on((x) => gather(x, 0, [1, 1, 0, 1, 2, 1, 0]), [3]),
    'several a row': on((x) => gather(x, 1, indices(x, 7, [3, 4])), [3, 7]),
    'fewer along the other axes': on((x) => gather(x, 1, indices(x, 5, [2, 3, 2])), [3, 5, 4]),
  },
  devicesOnly: {
    because: 'two thousand central differences',
    cases: { 'many rows': on((x) => gather(x, 1, indices(x, 65, [33, 9])), [33, 65]) },
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { axis, index } }: GoldenCall<{ axis: number; index: number[] }>) =>
    gather(x, axis, index),
  call: (of) => [of(3, 4), 1, [[0], [3], [1]]],
  bad: {
    'more rows than x has': [
      (of) => gather(of(2, 3), 1, [[0], [1], [0]]),
      ShapeError,
      /^gather: index has shape \[3, 1\], expected at most \[2, any\]$/,
    ],
    'another number of axes': [
      (of) => gather(of(2, 3), 1, tensor([0, 1, 0], { device: of(1).device })),
      ShapeError,
      /^gather: index has shape \[3\], expected at most \[2, any\]$/,
    ],
    'an index past the end': [
      (of) => gather(of(2, 3), 1, [[0], [3]]),
      OptionError,
      /^gather: index 1 is 3, expected an integer from 0 to 2$/,
    ],
    'no integer': [
      (of) => gather(of(2, 3), 1, [[0.5], [0]]),
      OptionError,
      /^gather: index 0 is 0.5, expected/,
    ],
    'no axis of x': [(of) => gather(of(2, 3), 5, [[0], [1]]), ShapeError, noAxis('gather', 5)],
    'a number as index': [
      (of) => gather(of(2, 3), 1, 0 as never),
      OptionError,
      /^gather: index is 0, expected a tensor or nested arrays of integers$/,
    ],
    'an index of words': [
      (of) => gather(of(2, 3), 1, [['x'], [0]] as never),
      OptionError,
      /^tensor: a value is 'x', expected numbers/,
    ],
  },
};

export const reduce = {
  sum: overAxes('sum', sum, {
    cases: axesCases(sum),
    devicesOnly: {
      because: 'eight thousand central differences',
      cases: { 'many rows': on((x) => sum(x, 0), [33, 257]) },
    },
    second: 'operations',
  }),
  mean: overAxes('mean', mean, { cases: axesCases(mean), second: 'operations' }),
  max: overAxes('max', max, { cases: axesCases(max), second: 'operations' }),
  argMax: argMaxRow,
  logSumExp: logSumExpRow,
  logSoftmax: logSoftmaxRow,
  softmax: softmaxRow,
  variance: varianceRow,
  gather: gatherRow,
};
