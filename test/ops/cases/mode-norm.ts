// Mode normalization.
import { type ModeNormOptions, modeNorm, OptionError, ShapeError, tensor } from '../../../lib/index.js';
import { numel, type Shape } from '../../../lib/shape.js';
import { readValues, type Values } from '../../golden/fixtures.js';
import { normal, positive } from '../../values.js';
import {
  above0,
  type GoldenCall,
  type Input,
  type Maker,
  type OpCase,
  type OpCases,
  type Outputs,
  on,
  type Row,
} from '../row.js';
import { perChannel } from './normalization.js';

const trained: OpCase['fn'] = (x, gateWeight, gateBias, weight, bias) =>
  modeNorm(x, { gateWeight, gateBias, weight, bias, training: true });

/** In evaluation by given means. */
const evaluated: OpCase['fn'] = (x, gateWeight, gateBias, weight, bias) => {
  const make = (values: Float64Array) =>
    tensor(values.map(Math.fround), { shape: gateWeight.shape, device: x.device });
  const means = normal(gateWeight.shape, 'means');
  const squares = positive(gateWeight.shape, 'variances').map((v, i) => v + means[i] ** 2);
  const running = { runningMeans: make(means), runningSquares: make(squares) };
  return modeNorm(x, { gateWeight, gateBias, weight, bias, ...running });
};

/** Every other sample is moved, so that modes differ: where they are alike, the gates' gradient is a difference of equals. */
const apart = (shape: Shape): Input => ({
  shape,
  values: (seed) =>
    normal(shape, seed).map((v, i) => v + 1.5 * (Math.floor((i * shape[0]) / numel(shape)) % 2)),
});

const cases: OpCases = {
  'training, two modes of images': on(trained, apart([4, 2, 3, 2]), [2, 2], [2], [2], [2]),
  'training, three modes of sequences': on(trained, apart([5, 2, 3]), [3, 2], [3], [2], [2]),
  'training, features': on(trained, apart([7, 3]), [2, 3], [2], [3], [3]),
  'training, one mode': on(trained, apart([3, 2, 3]), [1, 2], [1], [2], [2]),
  'training, one image': on(trained, apart([1, 2, 5]), [2, 2], [2], [2], [2]),
  'training, without an affine map': on(trained, apart([4, 2, 3]), [2, 2], [2]),
  'training, a positive scale only': on(trained, apart([4, 2, 3]), [2, 2], [2], above0([2])),
  'evaluation, two modes of images': on(evaluated, apart([3, 2, 3, 2]), [2, 2], [2], [2], [2]),
  'evaluation, features': on(evaluated, apart([3, 3]), [2, 3], [2], [3], [3]),
};

type Attrs = Omit<ModeNormOptions, 'runningMeans' | 'runningSquares'> & {
  runningMeans: Values;
  runningSquares: Values;
};

function golden({
  inputs: { x, gateWeight, gateBias, ...affine },
  attrs,
  device,
}: GoldenCall<Attrs>): Outputs {
  const made = (key: 'runningMeans' | 'runningSquares') => {
    const { data, shape } = readValues(key, attrs[key]);
    return tensor(data, { shape, device });
  };
  const running = { runningMeans: made('runningMeans'), runningSquares: made('runningSquares') };
  return { y: modeNorm(x, { ...attrs, gateWeight, gateBias, ...affine, ...running }), ...running };
}

const gates = (of: Maker) => ({ gateWeight: of(2, 3), gateBias: of(2) });
const says = (text: string) => new RegExp(`^modeNorm: ${text.replace(/[[\]]/g, '\\$&')}$`);

export const modeNormRow: Row = {
  cases,
  devicesOnly: {
    because: 'two thousand central differences',
    cases: { 'odd sizes': on(trained, apart([5, 7, 5, 11]), [3, 7], [3], [7], [7]) },
  },
  second: 'operations',
  golden,
  call: (of) => [
    of(4, 3, 2),
    {
      ...gates(of),
      ...{ weight: of(3), bias: of(3), runningMeans: of(2, 3), runningSquares: of(2, 3) },
      ...{ training: true, momentum: 0.2, eps: 1e-3 },
    },
  ],
  bad: {
    'x without channels': [
      (of) => modeNorm(of(3), { ...gates(of), training: true }),
      ShapeError,
      says('x has shape [3], expected [N, C, …]'),
    ],
    ...perChannel('modeNorm', (of, given) =>
      modeNorm(of(4, 3, 2), { ...gates(of), ...given, training: true }),
    ),
    'no gates': [
      (of) => modeNorm(of(4, 3, 2), { training: true } as never),
      OptionError,
      says('gateWeight is null, expected a tensor'),
    ],
    'gates of other channels': [
      (of) => modeNorm(of(4, 2, 2), { ...gates(of), training: true }),
      ShapeError,
      says('gateWeight has shape [2, 3], expected [K, 2]'),
    ],
    'a bias of other modes': [
      (of) => modeNorm(of(4, 3, 2), { gateWeight: of(3, 3), gateBias: of(2), training: true }),
      ShapeError,
      says('gateBias has shape [2], expected [3]'),
    ],
    'running means of other modes': [
      (of) => modeNorm(of(4, 3, 2), { ...gates(of), runningMeans: of(3, 3), training: true }),
      ShapeError,
      says('runningMeans has shape [3, 3], expected [2, 3]'),
    ],
    'evaluation without running means': [
      (of) => modeNorm(of(4, 3, 2), gates(of)),
      OptionError,
      says('evaluation needs runningMeans and runningSquares'),
    ],
    'a momentum above 1': [
      (of) => modeNorm(of(4, 3, 2), { ...gates(of), training: true, momentum: 2 }),
      OptionError,
      says('momentum is 2, expected a number of at least 0 and at most 1'),
    ],
    'one value a channel': [
      (of) => modeNorm(of(1, 3), { ...gates(of), training: true }),
      ShapeError,
      says('x has shape [1, 3], one value a channel: nothing to normalize by'),
    ],
  },
};
