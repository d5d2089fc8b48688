// Losses of each element and its target.
import {
  type BceWithLogitsOptions,
  bceWithLogits,
  type Device,
  full,
  type LossOptions,
  l1Loss,
  mseLoss,
  OptionError,
  ShapeError,
  type SmoothL1LossOptions,
  smoothL1Loss,
  type Tensor,
  tensor,
} from '../../../lib/index.js';
import type { Values } from '../../golden/fixtures.js';
import { above0, type GoldenCall, type Maker, noOptions, type OpCases, on, type Row } from '../row.js';

type Loss<O> = (x: Tensor, target: Tensor, options?: O) => Tensor;

function lossCases(fn: Loss<LossOptions>): OpCases {
  return {
    'the mean': on((x, target) => fn(x, target), [3, 5], [3, 5]),
    'the sum': on((x, target) => fn(x, target, { reduction: 'sum' }), [2, 1, 4], [2, 1, 4]),
    'each element': on((x, target) => fn(x, target, { reduction: 'none' }), [7], [7]),
    'two scalars': on((x, target) => fn(x, target), [], []),
    'a target that is constant': on((x) => fn(x, full(x.shape, 0.25, { device: x.device })), [2, 3]),
  };
}

const badCases = (op: string, fn: Loss<never>, name = 'x'): Row['bad'] => ({
  'a target that would stretch': [
    (of) => fn(of(2, 3), of(3)),
    ShapeError,
    new RegExp(`^${op}: target has shape \\[3\\], expected that of ${name}, \\[2, 3\\]$`),
  ],
  'values as target': [
    (of) => fn(of(2), [0, 1] as never),
    OptionError,
    new RegExp(`^${op}: target is \\[0,1\\], expected a tensor$`),
  ],
  'another reduction': [
    (of) => fn(of(2), of(2), { reduction: 'median' } as never),
    OptionError,
    new RegExp(`^${op}: reduction is 'median', expected 'mean' or 'sum' or 'none'$`),
  ],
});

function pointwise(op: string, fn: Loss<LossOptions>): Row {
  return {
    cases: lossCases(fn),
    second: 'operations',
    golden: ({ inputs: { x, target }, attrs }: GoldenCall<LossOptions>) => fn(x, target, attrs),
    call: (of) => [of(2, 3), of(2, 3), { reduction: 'sum' }],
    accepts: { 2: noOptions },
    bad: badCases(op, fn),
  };
}

const withBeta = (options: SmoothL1LossOptions) =>
  on((x, target) => smoothL1Loss(x, target, options), [3, 5], [3, 5]);

const smoothL1Row: Row = {
  ...pointwise('smoothL1Loss', smoothL1Loss),
  cases: {
    ...lossCases(smoothL1Loss),
    'squares to a tenth': withBeta({ beta: 0.1 }),
    'squares alone': withBeta({ beta: 100, reduction: 'none' }),
    'no squares': withBeta({ beta: 0, reduction: 'none' }),
  },
  golden: ({ inputs: { x, target }, attrs }: GoldenCall<SmoothL1LossOptions>) =>
    smoothL1Loss(x, target, attrs),
  call: (of) => [of(2, 3), of(2, 3), { reduction: 'sum', beta: 0.5 }],
  bad: {
    ...badCases('smoothL1Loss', smoothL1Loss),
    'a beta below 0': [
      (of) => smoothL1Loss(of(2), of(2), { beta: -1 }),
      OptionError,
      /^smoothL1Loss: beta is -1, expected a number of at least 0$/,
    ],
  },
};

/** A case's options: their tensors are JSON. */
interface BceAttrs extends LossOptions {
  targets?: number[][];
  weight?: Values;
  posWeight?: Values;
}

const tensorOf = (device: Device, values?: Values) =>
  values ? tensor(values.data, { shape: values.shape, device }) : null;

const bceRow: Row = {
  cases: {
    ...lossCases(bceWithLogits),
    'a weight for each row': on(
      (x, target, weight) => bceWithLogits(x, target, { weight, reduction: 'none' }),
      [3, 4],
      [3, 4],
      [3, 1],
    ),
    'a weight for each column and for positive ones': on(
      (x, target, weight, posWeight) => bceWithLogits(x, target, { weight, posWeight }),
      [3, 4],
      [3, 4],
      [4],
      above0([4]),
    ),
  },
  second: 'operations',
  golden: ({ inputs: { logits, target }, attrs, device }: GoldenCall<BceAttrs>) => {
    const { targets, weight, posWeight, ...options } = attrs;
    const factors = { weight: tensorOf(device, weight), posWeight: tensorOf(device, posWeight) };
    return bceWithLogits(logits, target ?? tensor(targets!, { device }), { ...options, ...factors });
  },
  call: (of: Maker) => {
    const options: BceWithLogitsOptions = { reduction: 'sum', weight: of(3), posWeight: of(2, 1) };
    return [of(2, 3), of(2, 3), options];
  },
  accepts: { 2: noOptions },
  bad: {
    ...badCases('bceWithLogits', bceWithLogits, 'logits'),
    'a weight that does not stretch': [
      (of) => bceWithLogits(of(2, 3), of(2, 3), { weight: of(2) }),
      ShapeError,
      /^bceWithLogits: weight: shapes \[2\] and \[2, 3\] do not broadcast \(sizes 2 and 3\)$/,
    ],
    'a posWeight of more axes': [
      (of) => bceWithLogits(of(3), of(3), { posWeight: of(2, 3) }),
      ShapeError,
      /^bceWithLogits: posWeight has shape \[2, 3\], which does not stretch to \[3\]$/,
    ],
    'a weight as a number': [
      (of) => bceWithLogits(of(3), of(3), { weight: 2 as never }),
      OptionError,
      /^bceWithLogits: weight is 2, expected a tensor$/,
    ],
  },
};

export const pointwiseLosses = {
  mseLoss: pointwise('mseLoss', mseLoss),
  l1Loss: pointwise('l1Loss', l1Loss),
  smoothL1Loss: smoothL1Row,
  bceWithLogits: bceRow,
};
