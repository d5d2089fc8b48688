// Batch normalization of parts of a batch.
import {
  type BatchNormOptions,
  ghostBatchNorm,
  OptionError,
  ShapeError,
  tensor,
} from '../../../lib/index.js';
import { normal, positive } from '../../values.js';
import { above0, type GoldenCall, type OpCase, type Outputs, on, type Row } from '../row.js';
import { perChannel } from './normalization.js';

/** In training by parts of this size. */
const trained =
  (size: number): OpCase['fn'] =>
  (x, weight, bias) =>
    ghostBatchNorm(x, size, { weight, bias, training: true });

/** In evaluation by given moments. */
const evaluated: OpCase['fn'] = (x, weight, bias) => {
  const channels = [x.shape[1]];
  const moment = (values: Float64Array) =>
    tensor(values.map(Math.fround), { shape: channels, device: x.device });
  const running = { runningMean: moment(normal(channels, 'm')), runningVar: moment(positive(channels, 'v')) };
  return ghostBatchNorm(x, 3, { ...running, weight, bias });
};

type Attrs = Omit<BatchNormOptions, 'runningMean' | 'runningVar'> & {
  virtualBatchSize: number;
  runningMean: number[];
  runningVar: number[];
};

function golden({ inputs: { x, ...affine }, attrs, device }: GoldenCall<Attrs>): Outputs {
  const { virtualBatchSize, ...options } = attrs;
  const runningMean = tensor(options.runningMean, { device });
  const runningVar = tensor(options.runningVar, { device });
  const y = ghostBatchNorm(x, virtualBatchSize, { ...options, ...affine, runningMean, runningVar });
  return { y, runningMean, runningVar };
}

export const ghostBatchNormRow: Row = {
  cases: {
    'three parts of images': on(trained(2), [6, 3, 2, 2], [3], [3]),
    'one part': on(trained(4), [4, 3, 3], [3], [3]),
    'a part for each image': on(trained(1), [3, 2, 5], [2], [2]),
    'rows of features': on(trained(3), [6, 4], [4], [4]),
    'without an affine map': on(trained(2), [4, 2, 5]),
    'a positive scale only': on(trained(2), [4, 2, 5], above0([2])),
    evaluation: on(evaluated, [4, 3, 5], [3], [3]),
  },
  devicesOnly: {
    because: 'four thousand central differences',
    cases: { 'odd sizes': on(trained(3), [6, 7, 9, 11], [7], [7]) },
  },
  second: 'operations',
  golden,
  call: (of) => [
    of(4, 3, 2),
    2,
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
      (of) => ghostBatchNorm(of(4), 2, { training: true }),
      ShapeError,
      /^ghostBatchNorm: x has shape \[4\], expected \[N, C, …\]$/,
    ],
    ...perChannel('ghostBatchNorm', (of, given) =>
      ghostBatchNorm(of(4, 3, 2), 2, { ...given, training: true }),
    ),
    'parts that do not divide the batch': [
      (of) => ghostBatchNorm(of(6, 3, 2), 4, { training: true }),
      ShapeError,
      /^ghostBatchNorm: x has 6 samples, expected a multiple of virtualBatchSize 4$/,
    ],
    'a batch smaller than a part': [
      (of) => ghostBatchNorm(of(2, 3, 2), 4, { training: true }),
      ShapeError,
      /^ghostBatchNorm: x has 2 samples, expected a multiple of virtualBatchSize 4$/,
    ],
    'parts of nothing': [
      (of) => ghostBatchNorm(of(6, 3, 2), 0, { training: true }),
      OptionError,
      /^ghostBatchNorm: virtualBatchSize is 0, expected an integer of at least 1$/,
    ],
    'one value a channel of a part': [
      (of) => ghostBatchNorm(of(6, 3), 1, { training: true }),
      ShapeError,
      /^ghostBatchNorm: x has shape \[6, 3\], one value a channel of a part: nothing to normalize by$/,
    ],
    'evaluation without running moments': [
      (of) => ghostBatchNorm(of(4, 3, 2), 2),
      OptionError,
      /^ghostBatchNorm: evaluation needs runningMean and runningVar$/,
    ],
  },
};
