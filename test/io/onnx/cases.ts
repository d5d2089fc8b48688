// What each operator is in a file: functions of x [N, …] that use it.
import * as m from '../../../lib/index.js';
import { tensor } from '../../../lib/index.js';
import type { OpName } from '../../ops/cases.js';
import { above0, type Case, draw, image, of, runningAt } from './case.js';
import { more } from './more-cases.js';

/** Two components of four channels around a mean. */
function mixtureAt(mean: number, posterior: 'joint' | 'channel') {
  const weights =
    posterior === 'joint'
      ? tensor([0.3, 0.7])
      : tensor([0.3, 0.4, 0.5, 0.6, 0.7, 0.6, 0.5, 0.4], { shape: [2, 4] });
  return { weights, means: draw(2, 4).add(mean), variances: above0(2, 4) };
}

const mixture =
  (posterior: 'joint' | 'channel', options: object = {}, mean = 0): Case[0] =>
  (x) => {
    const init = mixtureAt(mean, posterior);
    const affine = { weight: draw(4), bias: draw(4) };
    return m.mixtureNorm(x.add(mean), { init, posterior, training: false, ...affine, ...options }).y;
  };

/** The cases by operator. */
export const cases: Partial<Record<OpName, Readonly<Record<string, Case>>>> = {
  add: {
    'a weight': of((x) => x.add(draw(4))),
    'a number': of((x) => x.add(2)),
    itself: of((x) => x.add(x)),
  },
  sub: {
    'a weight': of((x) => x.sub(draw(4))),
    'from a number': of((x) => m.sub(1, x)),
    'a number': of((x) => x.sub(1)),
  },
  mul: {
    'a column': of((x) => x.mul(draw(4, 1)), [2, 1, 3]),
    'a number': of((x) => x.mul(3)),
    zero: of((x) => x.mul(0).add(1)),
  },
  div: { 'a weight': of((x) => x.div(above0(4))), 'of a number': of((x) => m.div(1, x.mul(x).add(1))) },
  neg: { rows: of((x) => x.neg()) },
  exp: { rows: of((x) => x.exp()) },
  log: { rows: of((x) => x.mul(x).add(1).log()) },
  sqrt: { rows: of((x) => x.mul(x).sqrt()) },
  relu: { rows: of((x) => x.relu()) },
  reshape: {
    flattened: of((x) => x.reshape([x.shape[0], -1]), image),
    'batch joined': of((x) => x.reshape([-1, 6]), image),
    'all in one': of((x) => x.reshape([-1]), image),
    'the same': of((x) => x.reshape(x.shape)),
  },
  permute: {
    image: of((x) => x.permute([0, 2, 3, 1]), image),
    'the batch moves': of((x) => x.permute([1, 0])),
  },
  expand: {
    'inner axes': of((x) => x.expand([x.shape[0], 3, 4]), [2, 1, 4]),
    batch: of((x) => m.expand(draw(4), x.shape).mul(x)),
  },
  slice: {
    columns: of((x) => x.slice(1, 1, 3)),
    'first row': of((x) => x.slice(0, 0, 1)),
    'every other one': of((x) => x.slice(-1, 1, -1, 2), image),
    'every third one': of((x) => m.slice(x, 2, 0, 7, 3), image),
    'first half': of((x) => m.concat([x, x]).slice(0, 0, x.shape[0])),
  },
  concat: { columns: of((x) => m.concat([x, x.exp(), x], 1)), rows: of((x) => m.concat([x, x])) },
  stack: { 'new axis': of((x) => m.stack([x, x.neg()], 1)) },
  sum: {
    'an axis': of((x) => x.sum(1)),
    kept: of((x) => x.sum([1, 3], { keepDims: true }), image),
    all: of((x) => x.sum()),
    batch: of((x) => x.sum(0)),
    none: of((x) => x.sum([])),
  },
  mean: { image: of((x) => x.mean([2, 3]), image) },
  max: { 'an axis': of((x) => x.max(1)), several: of((x) => x.max([2, 3]), image) },
  argMax: {
    rows: of((x) => m.argMax(x, 1).mul(2)),
    kept: of((x) => m.argMax(x, 2, { keepDims: true }).add(x), image),
  },
  gather: { 'by argMax': of((x) => m.gather(x.exp(), 1, m.argMax(x, 1, { keepDims: true }))) },
  logSumExp: {
    rows: of((x) => m.logSumExp(x, 1)),
    'large values': of((x) => m.logSumExp(x.mul(1000), 1, { keepDims: true })),
  },
  logSoftmax: { rows: of((x) => m.logSoftmax(x, 1)), channels: of((x) => m.logSoftmax(x, 1), image) },
  matmul: {
    rows: of((x) => x.matmul(draw(4, 5))),
    batched: of((x) => x.matmul(draw(6, 2)), image),
    vector: of((x) => x.matmul(draw(4))),
    'each its own': of((x) => x.matmul(x.permute([0, 2, 1])), [2, 3, 4]),
  },
  conv2d: {
    plain: of((x) => m.conv2d(x, draw(3, 4, 3, 3)), image),
    everything: of(
      (x) =>
        m.conv2d(x, draw(4, 2, 3, 2), draw(4), {
          stride: [2, 1],
          padding: [2, 1],
          dilation: [1, 2],
          groups: 2,
        }),
      image,
    ),
  },
  convTranspose2d: {
    plain: of((x) => m.convTranspose2d(x, draw(4, 3, 3, 3)), image),
    everything: of(
      (x) =>
        m.convTranspose2d(x, draw(4, 2, 3, 2), draw(4), {
          stride: [2, 3],
          padding: [1, 0],
          dilation: [1, 2],
          outputPadding: [1, 2],
          groups: 2,
        }),
      image,
    ),
    'the output reaches beyond a stride': of(
      (x) =>
        m.convTranspose2d(x, draw(4, 3, 2, 3), null, {
          padding: [1, 0],
          dilation: [3, 2],
          outputPadding: [2, 1],
        }),
      image,
    ),
  },
  maxPool2d: {
    plain: of((x) => m.maxPool2d(x, 2), image),
    padded: of((x) => m.maxPool2d(x, 3, { stride: 2, padding: 1 }), image),
    'rounded up': of((x) => m.maxPool2d(x, [2, 3], { stride: [3, 2], ceilMode: true }), image),
  },
  avgPool2d: {
    plain: of((x) => m.avgPool2d(x, 2), image),
    padded: of((x) => m.avgPool2d(x, 3, { stride: 2, padding: 1 }), image),
    'padding does not count': of(
      (x) => m.avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false }),
      image,
    ),
    'rounded up': of(
      (x) => m.avgPool2d(x, [2, 3], { stride: [2, 2], padding: [1, 1], ceilMode: true }),
      image,
    ),
    'rounded up, padding does not count': of(
      (x) => m.avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
      image,
    ),
  },
  batchNorm: {
    image: of((x) => m.batchNorm(x, runningAt(0)), image),
    rows: of((x) => m.batchNorm(x, runningAt(0))),
    'far from 0': of((x) => m.batchNorm(x.add(3000), runningAt(3000)), image),
    'without γ and β': of((x) => m.batchNorm(x, { ...runningAt(0), weight: null, bias: null }), [3, 4, 5]),
  },
  layerNorm: {
    rows: of((x) => m.layerNorm(x, 4)),
    'two axes': of((x) => m.layerNorm(x, [7, 6], { weight: draw(7, 6), bias: draw(7, 6), eps: 0.1 }), image),
  },
  groupNorm: {
    image: of((x) => m.groupNorm(x, 2, { weight: draw(4), bias: draw(4) }), image),
    rows: of((x) => m.groupNorm(x, 2)),
  },
  instanceNorm: {
    image: of((x) => m.instanceNorm(x, { weight: draw(4), bias: draw(4) }), image),
    sequence: of((x) => m.instanceNorm(x), [2, 4, 9]),
  },
  mixtureNorm: {
    joint: of(mixture('joint'), image),
    'each channel': of(mixture('channel'), image),
    'scale unit': of(mixture('joint', { scale: 'unit' }), image),
    unrolled: of(mixture('joint', { gradient: 'unrolled' }), image),
    'unrolled, each channel': of(mixture('channel', { gradient: 'unrolled' }), image),
    rows: of(mixture('joint')),
    'rows, each channel': of(mixture('channel')),
    sequence: of(mixture('joint'), [2, 4, 9]),
    'far from 0': of(mixture('joint', {}, 300), image),
    'each channel, far from 0': of(mixture('channel', {}, 300), image),
  },
  ...more,
};
