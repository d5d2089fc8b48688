// Batch, layer, group and instance normalization.
import {
  type BatchNormOptions,
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  OptionError,
  ShapeError,
  type Tensor,
  tensor,
} from '../../../lib/index.js';
import { normal, positive } from '../../values.js';
import {
  above0,
  type GoldenCall,
  type Maker,
  named,
  noOptions,
  type OpCase,
  type OpCases,
  type Outputs,
  on,
  type Row,
} from '../row.js';

/** In training, or in evaluation by given moments. */
const trained = (x: Tensor, weight?: Tensor, bias?: Tensor) => batchNorm(x, { weight, bias, training: true });
function evaluated(x: Tensor, weight?: Tensor, bias?: Tensor): Tensor {
  const channels = [x.shape[1]];
  const moment = (values: Float64Array) =>
    tensor(values.map(Math.fround), { shape: channels, device: x.device });
  const running = { runningMean: moment(normal(channels, 'm')), runningVar: moment(positive(channels, 'v')) };
  return batchNorm(x, { ...running, weight, bias });
}

function batchNormCases(fn: typeof trained): OpCases {
  return {
    images: on(fn, [3, 4, 5, 2], [4], [4]),
    'one channel': on(fn, [2, 1, 3, 3], [1], [1]),
    'rows of features': on(fn, [6, 5], [5], [5]),
    'a single image': on(fn, [1, 3, 4, 3], [3], [3]),
    sequences: on(fn, [2, 3, 7], [3], [3]),
    'without an affine map': on((x) => fn(x), [3, 2, 5]),
    'a positive scale only': on((x, weight) => fn(x, weight), [3, 2, 5], above0([2])),
  };
}

type Moments = { runningMean?: number[]; runningVar?: number[] };
type BatchNormAttrs = Omit<BatchNormOptions, 'runningMean' | 'runningVar'> & Moments;

function goldenBatchNorm({ inputs, attrs, device }: GoldenCall<BatchNormAttrs>): Outputs {
  const { x, ...affine } = inputs;
  const { runningMean, runningVar, ...options } = attrs;
  const running: Outputs = {};
  if (runningMean) running.runningMean = tensor(runningMean, { device });
  if (runningVar) running.runningVar = tensor(runningVar, { device });
  return { y: batchNorm(x, { ...options, ...affine, ...running }), ...running };
}

const batchNormRow: Row = {
  cases: {
    ...named('training', batchNormCases(trained)),
    ...named('evaluation', batchNormCases(evaluated)),
  },
  devicesOnly: {
    because: 'three thousand central differences',
    cases: { 'training, odd sizes': on(trained, [5, 7, 9, 11], [7], [7]) },
  },
  second: 'operations',
  golden: goldenBatchNorm,
  call: (of) => [
    of(2, 3, 4),
    {
      weight: of(3),
      bias: of(3),
      runningMean: of(3),
      runningVar: of(3),
      training: true,
      momentum: 0.2,
      eps: 1e-3,
    },
  ],
  bad: {
    'x without channels': [
      (of) => batchNorm(of(3)),
      ShapeError,
      /^batchNorm: x has shape \[3\], expected \[N, C, …\]$/,
    ],
    ...perChannel('batchNorm', (of, options) => batchNorm(of(2, 3, 4), { ...options, training: true })),
    'other running means': [
      (of) => batchNorm(of(2, 3, 4), { runningMean: of(2), training: true }),
      ShapeError,
      /^batchNorm: runningMean has shape \[2\], expected \[3\]$/,
    ],
    'evaluation without running moments': [
      (of) => batchNorm(of(2, 3, 4), {}),
      OptionError,
      /^batchNorm: evaluation needs runningMean and runningVar$/,
    ],
    'a momentum above 1': [
      (of) => batchNorm(of(2, 3, 4), { training: true, momentum: 2 }),
      OptionError,
      /^batchNorm: momentum is 2, expected a number of at least 0 and at most 1$/,
    ],
    'one value a channel': [
      (of) => batchNorm(of(1, 3), { training: true }),
      ShapeError,
      /^batchNorm: x has shape \[1, 3\], one value a channel: nothing to normalize by$/,
    ],
  },
};

type Affine = { weight?: Tensor; bias?: Tensor; eps?: number };

/** What every normalization refuses of weight, bias and eps that belong to three channels. */
export function perChannel(name: string, fn: (of: Maker, options: Affine) => Tensor): Row['bad'] {
  const says = (text: string) => new RegExp(`^${name}: ${text.replace(/[[\]]/g, '\\$&')}$`);
  return {
    'another weight': [
      (of) => fn(of, { weight: of(4) }),
      ShapeError,
      says('weight has shape [4], expected [3]'),
    ],
    'a bias of two axes': [
      (of) => fn(of, { bias: of(3, 1) }),
      ShapeError,
      says('bias has shape [3, 1], expected [3]'),
    ],
    'a weight that is no tensor': [
      (of) => fn(of, { weight: [1, 2, 3] as never }),
      OptionError,
      says('weight is [1,2,3], expected a tensor'),
    ],
    'a negative eps': [
      (of) => fn(of, { eps: -1 }),
      OptionError,
      says('eps is -1, expected a number of at least 0'),
    ],
  };
}

const options = (weight?: Tensor, bias?: Tensor) => ({ weight, bias });
const layer =
  (shape: number | number[]): OpCase['fn'] =>
  (x, weight, bias) =>
    layerNorm(x, shape, options(weight, bias));
const group =
  (groups: number): OpCase['fn'] =>
  (x, weight, bias) =>
    groupNorm(x, groups, options(weight, bias));
const instance: OpCase['fn'] = (x, weight, bias) => instanceNorm(x, options(weight, bias));

const layerNormRow: Row = {
  cases: {
    'rows of features': on(layer(5), [4, 5], [5], [5]),
    'a sequence of features': on(layer([3]), [2, 7, 3], [3], [3]),
    'two axes': on(layer([4, 5]), [3, 4, 5], [4, 5], [4, 5]),
    'all axes': on(layer([2, 3]), [2, 3], [2, 3], [2, 3]),
    images: on(layer([3, 4, 2]), [2, 3, 4, 2], [3, 4, 2], [3, 4, 2]),
    'without an affine map': on(layer(7), [3, 7]),
    'a positive scale only': on(layer(5), [3, 5], above0([5])),
  },
  devicesOnly: {
    because: 'two thousand central differences',
    cases: { 'odd sizes': on(layer(257), [9, 257], [257], [257]) },
  },
  second: 'operations',
  golden: ({
    inputs: { x, ...affine },
    attrs: { normalizedShape, eps },
  }: GoldenCall<{ normalizedShape: number[]; eps: number }>) =>
    layerNorm(x, normalizedShape, { ...affine, eps }),
  call: (of) => [of(2, 3, 4), [3, 4], { weight: of(3, 4), bias: of(3, 4), eps: 1e-3 }],
  accepts: { 2: noOptions },
  bad: {
    'other last axes': [
      (of) => layerNorm(of(2, 3, 4), [3]),
      ShapeError,
      /^layerNorm: x has shape \[2, 3, 4\], expected last axes of \[3\]$/,
    ],
    'no axes': [(of) => layerNorm(of(2, 3), []), ShapeError, /expected last axes of \[\]$/],
    'more axes than x has': [(of) => layerNorm(of(3), [2, 3]), ShapeError, /expected last axes of \[2, 3\]$/],
    'options in the place of the shape': [
      (of) => layerNorm(of(2, 3), { eps: 1 } as never),
      ShapeError,
      /^layerNorm: normalizedShape is an object, expected an array of integers$/,
    ],
    ...perChannel('layerNorm', (of, given) => layerNorm(of(2, 3), 3, given)),
  },
};

const groupNormRow: Row = {
  cases: {
    'two groups of images': on(group(2), [3, 4, 5, 2], [4], [4]),
    'one group': on(group(1), [2, 3, 4], [3], [3]),
    'a group for each channel': on(group(3), [2, 3, 5], [3], [3]),
    'rows of features': on(group(2), [4, 6], [6], [6]),
    'a single image': on(group(2), [1, 4, 3, 3], [4], [4]),
    'without an affine map': on(group(2), [3, 4, 5]),
    'a positive scale only': on(group(2), [3, 4, 5], above0([4])),
  },
  devicesOnly: {
    because: 'three thousand central differences',
    cases: { 'odd sizes': on(group(3), [4, 9, 9, 11], [9], [9]) },
  },
  second: 'operations',
  golden: ({
    inputs: { x, ...affine },
    attrs: { groups, eps },
  }: GoldenCall<{ groups: number; eps: number }>) => groupNorm(x, groups, { ...affine, eps }),
  call: (of) => [of(2, 4, 3), 2, { weight: of(4), bias: of(4), eps: 1e-3 }],
  accepts: { 2: noOptions },
  bad: {
    'x without channels': [
      (of) => groupNorm(of(3), 1),
      ShapeError,
      /^groupNorm: x has shape \[3\], expected \[N, C, …\]$/,
    ],
    'groups that do not divide': [
      (of) => groupNorm(of(2, 3, 4), 2),
      OptionError,
      /^groupNorm: numGroups is 2, expected a divisor of the 3 channels$/,
    ],
    'no groups': [
      (of) => groupNorm(of(2, 3, 4), 0),
      OptionError,
      /^groupNorm: numGroups is 0, expected an integer of at least 1$/,
    ],
    'one value a group': [
      (of) => groupNorm(of(2, 3), 3),
      ShapeError,
      /^groupNorm: x has shape \[2, 3\], one value a group: nothing to normalize by$/,
    ],
    ...perChannel('groupNorm', (of, given) => groupNorm(of(2, 3, 4), 1, given)),
  },
};

const instanceNormRow: Row = {
  cases: {
    images: on(instance, [3, 4, 5, 2], [4], [4]),
    sequences: on(instance, [2, 3, 7], [3], [3]),
    'a single image of one channel': on(instance, [1, 1, 3, 3], [1], [1]),
    'without an affine map': on(instance, [3, 2, 5]),
    'a positive scale only': on(instance, [3, 2, 5], above0([2])),
  },
  devicesOnly: {
    because: 'three thousand central differences',
    cases: { 'odd sizes': on(instance, [5, 7, 9, 11], [7], [7]) },
  },
  second: 'operations',
  golden: ({ inputs: { x, ...affine }, attrs: { eps } }: GoldenCall<{ eps: number }>) =>
    instanceNorm(x, { ...affine, eps }),
  call: (of) => [of(2, 4, 3), { weight: of(4), bias: of(4), eps: 1e-3 }],
  accepts: { 1: noOptions },
  bad: {
    'x without channels': [
      (of) => instanceNorm(of(3)),
      ShapeError,
      /^instanceNorm: x has shape \[3\], expected \[N, C, …\]$/,
    ],
    'one value a channel of a sample': [
      (of) => instanceNorm(of(2, 3)),
      ShapeError,
      /^instanceNorm: x has shape \[2, 3\], one value a channel of a sample: nothing to normalize by$/,
    ],
    ...perChannel('instanceNorm', (of, given) => instanceNorm(of(2, 3, 4), given)),
  },
};

export const normalizations = {
  batchNorm: batchNormRow,
  layerNorm: layerNormRow,
  groupNorm: groupNormRow,
  instanceNorm: instanceNormRow,
};
