// Comparisons, activations, margins, positions, images of another size, norms by modes, and losses, as cases.ts has others.

import type { Shape, Tensor } from '../../../lib/index.js';
import * as m from '../../../lib/index.js';
import type { OpName } from '../../ops/cases.js';
import { above0, type Case, draw, image, of, runningAt } from './case.js';

type Binary = (a: Tensor, b: Tensor | number) => Tensor;

/** A weight, a number, and itself, with and without the batch. */
const pairs = (fn: Binary) => ({
  'a weight': of((x) => fn(x, draw(4))),
  'a column': of((x) => fn(x, draw(4, 1)), [2, 1, 3]),
  'a number': of((x) => fn(x, 0.25)),
  'the batch turned': of((x) => fn(x.sum(1, { keepDims: true }), x)),
});

/** Beside the value a scale, so that not all is 0. */
const single = (fn: (x: Tensor) => Tensor, ...others: Case[0][]) => ({
  rows: of(fn),
  'large and small': of((x) => fn(x.mul(30)), [2, 3, 5]),
  ...Object.fromEntries(others.map((other, i) => [`options ${i}`, of(other, [3, 5])])),
});

const modes = (x: Tensor): Tensor => {
  const runningMeans = draw(2, 4);
  const runningSquares = runningMeans.mul(runningMeans).add(above0(2, 4));
  const gates = { gateWeight: draw(2, 4), gateBias: draw(2) };
  return m.modeNorm(x, { ...gates, runningMeans, runningSquares, weight: draw(4), bias: draw(4) });
};

const resized = (fn: (x: Tensor) => Tensor, shape: Shape = [2, 3, 6, 8]) => of(fn, shape);
const index = (x: Tensor, axis: number) => m.argMax(x, axis, { keepDims: true });
const sums = { reduction: 'sum' } as const;
const each = { reduction: 'none' } as const;

export const more = {
  eq: { ...pairs(m.eq), equal: of((x) => m.eq(x.sign(), 1)) },
  ne: { ...pairs(m.ne), equal: of((x) => m.ne(x.sign(), 1)) },
  lt: pairs(m.lt),
  le: { ...pairs(m.le), equal: of((x) => m.le(x.sign(), -1)) },
  gt: pairs(m.gt),
  ge: { ...pairs(m.ge), equal: of((x) => m.ge(x.sign(), 1)) },
  sign: { ...single(m.sign), zeros: of((x) => x.relu().sign()) },
  abs: single(m.abs),
  maximum: pairs(m.maximum),
  minimum: pairs(m.minimum),
  where: {
    'a number': of((x) => m.where(x.gt(0), x, -1.5)),
    'a weight': of((x) => m.where(x, draw(4), x)),
    'a mask of constants': of((x) => m.where(m.tensor([0, 1, 0, 2]), x, x.neg())),
    'a mask for each row': of((x) => m.where(x.sum(1, { keepDims: true }).gt(0), 1, draw(4))),
  },
  clamp: single(
    (x) => m.clamp(x, { min: -0.5, max: 1 }),
    (x) => m.clamp(x, { min: 0.25 }),
    (x) => m.clamp(x, { max: -0.25 }),
    (x) => m.clamp(x, { min: 1, max: -1 }),
  ),
  pow: {
    'a number': of((x) => m.pow(x, 3)),
    'a negative number': of((x) => m.pow(x.mul(x).add(0.5), -1.5)),
    'a weight': of((x) => m.pow(x.mul(x).add(0.5), draw(4))),
    'of a number': of((x) => m.pow(1.5, x)),
  },
  square: single(m.square),
  tanh: single(m.tanh),
  sigmoid: single(m.sigmoid),
  leakyRelu: single(m.leakyRelu, (x) => m.leakyRelu(x, { negativeSlope: 0.3 })),
  elu: single(m.elu, (x) => m.elu(x, { alpha: 1.7 })),
  gelu: single(
    m.gelu,
    (x) => m.gelu(x, { approximate: 'tanh' }),
    (x) => m.gelu(x.mul(20), { approximate: 'tanh' }),
  ),
  silu: single(m.silu),
  softplus: single(
    m.softplus,
    (x) => m.softplus(x, { beta: 3 }),
    (x) => m.softplus(x, { beta: 0.5, threshold: 0.1 }),
    (x) => m.softplus(x, { threshold: -1 }),
  ),
  flip: {
    'the last axis': of((x) => m.flip(x, -1), image),
    'two axes': of((x) => m.flip(x, [2, 1]), image),
    batch: of((x) => m.flip(m.concat([x, x.neg()]), 0)),
    none: of((x) => m.flip(x, [])),
  },
  unsqueeze: { last: of((x) => m.unsqueeze(x, -1)), first: of((x) => m.unsqueeze(x, 0)) },
  squeeze: { 'an axis': of((x) => m.squeeze(x, -2), [3, 4, 1, 2]) },
  transpose: {
    'last axes': of((x) => m.transpose(x, -1, -2), image),
    'the batch moves': of((x) => m.transpose(x, 0, 2), image),
  },
  flatten: { 'from 1': of((x) => m.flatten(x, 1), image), all: of((x) => m.flatten(x), image) },
  split: {
    'unequal parts': of((x) => m.concat(m.split(x, -1, [1, 3, 2]).reverse(), -1), image),
    'a last one that is smaller': of((x) => m.split(x, 1, 3)[1], image),
  },
  pad: {
    'not symmetric': of(
      (x) =>
        m.pad(
          x,
          [
            [1, 2],
            [0, 3],
          ],
          { value: -1.5 },
        ),
      image,
    ),
    batch: of((x) =>
      m.pad(x, [
        [x.shape[0], 0],
        [0, 1],
      ]),
    ),
    mirrored: of(
      (x) =>
        m.pad(
          x,
          [
            [0, 3],
            [2, 1],
          ],
          { mode: 'reflect' },
        ),
      image,
    ),
  },
  softmax: { rows: of((x) => m.softmax(x, -1)), channels: of((x) => m.softmax(x.mul(90), 1), image) },
  variance: {
    'an axis': of((x) => m.variance(x, 1)),
    'kept, biased': of((x) => m.variance(x, [-1, -2], { keepDims: true, correction: 0 }), image),
    none: of((x) => m.variance(x, [], { correction: 0 }).add(x)),
  },
  scatterAdd: {
    'to a weight': of((x) => m.scatterAdd(x, 1, index(x, 1), x.mul(2))),
    'several to one': of((x) => m.scatterAdd(x, -1, m.concat([index(x, 2), index(x, 2)], 2), x), [2, 3, 5]),
  },
  oneHot: { 'of argMax': of((x) => m.oneHot(m.argMax(x, 1), 4).mul(x)) },
  globalAvgPool2d: { image: of(m.globalAvgPool2d, image) },
  adaptiveAvgPool2d: {
    'one cell': resized((x) => m.adaptiveAvgPool2d(x, 1)),
    'side by side': resized((x) => m.adaptiveAvgPool2d(x, [3, 2])),
    overlapping: resized((x) => m.adaptiveAvgPool2d(x, [4, 3])),
    'more than there are': resized((x) => m.adaptiveAvgPool2d(x, [7, 8]), [2, 3, 5, 4]),
  },
  upsample: {
    'by factors': resized((x) => m.upsample(x, { scaleFactor: [3, 2] })),
    'to a size': resized((x) => m.upsample(x, { size: [10, 21] }), [2, 3, 6, 7]),
    'rows alone': resized((x) => m.upsample(x, { size: [49, 8] })),
    smaller: resized((x) => m.upsample(x, { size: [4, 3] })),
  },
  ghostBatchNorm: {
    image: of((x) => m.ghostBatchNorm(x, 2, runningAt(0)), image),
    'far from 0': of((x) => m.ghostBatchNorm(x.add(3000), 2, runningAt(3000)), image),
  },
  modeNorm: { image: of(modes, image), rows: of(modes), sequence: of(modes, [2, 4, 9]) },
  crossEntropy: { 'by argMax': of((x) => m.crossEntropy(x, m.argMax(x.neg(), 1), sums)) },
  nllLoss: { 'by argMax': of((x) => m.nllLoss(m.logSoftmax(x, 1), m.argMax(x.neg(), 1), sums)) },
  mseLoss: { sums: of((x) => m.mseLoss(x, x.mul(0.5), sums)), each: of((x) => m.mseLoss(x, x.exp(), each)) },
  l1Loss: { sums: of((x) => m.l1Loss(x, x.exp(), sums)) },
  smoothL1Loss: { sums: of((x) => m.smoothL1Loss(x, x.exp(), { ...sums, beta: 0.7 })) },
  bceWithLogits: {
    each: of((x) => m.bceWithLogits(x.mul(20), x.sigmoid(), { ...each, posWeight: draw(4) })),
  },
} satisfies Partial<Record<OpName, Readonly<Record<string, Case>>>>;
