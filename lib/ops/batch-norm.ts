// Batch normalization, of whole batches and of parts of them.
// Ioffe & Szegedy, arXiv 1502.03167; ghost batch normalization: Hoffer, Hubara & Soudry, arXiv 1705.08741.
import * as k from '../../kernels/reduce.js';
import { OptionError, ShapeError } from '../errors.js';
import { anything, flag, integer, number, type Read, readOptions, required } from '../options.js';
import type { Shape } from '../shape.js';
import { run, view } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { expand } from './broadcast.js';
import { reshape } from './movement.js';
import {
  affineOf,
  channelShape,
  checkNormInput,
  moveTowards,
  type NormOptions,
  normSchema,
  nothingToNormalize,
  standardizer,
} from './normalization.js';

/** Options of batchNorm; the defaults are PyTorch's. */
export interface BatchNormOptions extends NormOptions {
  /** Running mean and variance, each [C]: used in evaluation, and updated in place in training. @default none */
  runningMean?: Tensor | null;
  runningVar?: Tensor | null;
  /** Whether to normalize by the batch's own statistics. @default false */
  training?: boolean;
  /** Share of the new batch in the running statistics. @default 0.1 */
  momentum?: number;
}

/** How the options of batchNorm are read. */
export const batchNormSchema = {
  ...normSchema,
  runningMean: anything<Tensor | null>(null),
  runningVar: anything<Tensor | null>(null),
  training: flag(false),
  momentum: number(0.1, { least: 0, most: 1 }),
};

const batchNormOp = standardizer('batchNorm');
const ghostBatchNormOp = standardizer('ghostBatchNorm');

/** Moves the running mean and variance towards the mean over the parts of their moments, variances unbiased. */
function moveRunning(
  { runningMean, runningVar, momentum }: Read<typeof batchNormSchema>,
  moments: Tensor,
  parts: number,
  [N, R, S]: Shape,
): void {
  const C = R / parts;
  const sums = parts === 1 ? moments : run(k.sum, [view(moments, [2, parts, C])]);
  const factor = (N * S) / (N * S - 1);
  if (runningMean) moveTowards(runningMean, sums, { offset: 0, momentum, factor: 1 / parts });
  if (runningVar) moveTowards(runningVar, sums, { offset: C, momentum, factor: factor / parts });
}

/**
 * y = γ (x − μ) / √(σ² + eps) + β for each channel of x [N, C, …], μ and σ² over N and the spatial axes (σ²
 * biased), or the running ones in evaluation. In training runningMean and runningVar move by `momentum` towards
 * the batch's (the variance unbiased); what is not finite in them stays, as in PyTorch.
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { batchNorm, tensor } from 'mixgrad';
 *
 * const x = tensor([[-1, 10], [1, 30]]);
 * console.log(Array.from(await batchNorm(x, { training: true }).data(), (v) => v.toFixed(2)).join(' '));
 * ```
 * ```text
 * -1.00 -1.00 1.00 1.00
 * ```
 */
export function batchNorm(x: Tensor, options: BatchNormOptions = {}): Tensor {
  const read = readOptions('batchNorm', options, batchNormSchema);
  checkBatchNorm('batchNorm', x, read);
  if (!read.training) return evaluate(batchNormOp, x, read);
  if (x.size === x.shape[1]) throw nothingToNormalize('batchNorm', x, 'channel');
  const rows = channelShape(x);
  const track = (moments: Tensor) => moveRunning(read, moments, 1, rows);
  const affine = affineOf(x, [x.shape[1]], read.weight, read.bias);
  return batchNormOp({ x, ...affine, rows, inner: rows[2], eps: read.eps, running: null, track });
}

/**
 * Ghost batch normalization: batchNorm of each of the N / virtualBatchSize parts of a training batch x [N, C, …] by the
 * part's own statistics. Part p has the samples p, p + P, p + 2P, … of P parts. The running statistics move towards the
 * mean over the parts of the parts' statistics. In evaluation it is batchNorm.
 * @throws ShapeError where virtualBatchSize does not divide N, or for another shape; OptionError naming what does not fit
 *
 * @example
 * ```js
 * import { ghostBatchNorm, tensor } from 'mixgrad';
 *
 * const x = tensor([[-1], [10], [1], [30]]); // parts: -1 and 1, 10 and 30
 * console.log(Array.from(await ghostBatchNorm(x, 2, { training: true }).data(), (v) => v.toFixed(2)).join(' '));
 * ```
 * ```text
 * -1.00 -1.00 1.00 1.00
 * ```
 */
export function ghostBatchNorm(x: Tensor, virtualBatchSize: number, options: BatchNormOptions = {}): Tensor {
  const op = 'ghostBatchNorm';
  const read = readOptions(op, options, batchNormSchema);
  checkBatchNorm(op, x, read);
  required(op, 'virtualBatchSize', virtualBatchSize, integer(1, { least: 1 }));
  if (!read.training) return evaluate(ghostBatchNormOp, x, read);
  const [N, C, S] = channelShape(x);
  if (N % virtualBatchSize !== 0) {
    throw new ShapeError(
      `${op}: x has ${N} samples, expected a multiple of virtualBatchSize ${virtualBatchSize}`,
    );
  }
  if (virtualBatchSize * S === 1) throw nothingToNormalize(op, x, 'channel of a part');
  const parts = N / virtualBatchSize;
  // a row is a channel of a part, and has its own γ and β: so the sums for their gradients serve x as well
  const rows = [virtualBatchSize, parts * C, S];
  const { weight, bias } = affineOf(x, [C], read.weight, read.bias);
  const repeated = (t: Tensor) => reshape(expand(t, [parts, C]), [parts * C]);
  const track = (moments: Tensor) => moveRunning(read, moments, parts, rows);
  const affine = { weight: repeated(weight), bias: repeated(bias) };
  return ghostBatchNormOp({ x, ...affine, rows, inner: S, eps: read.eps, running: null, track });
}

function checkBatchNorm(op: string, x: Tensor, read: Read<typeof batchNormSchema>): void {
  const { runningMean, runningVar, weight, bias, training } = read;
  checkNormInput(op, x, { runningMean, runningVar, weight, bias });
  if (training || (runningMean && runningVar)) return;
  throw new OptionError(`${op}: evaluation needs runningMean and runningVar`);
}

/** By the running statistics. */
function evaluate(op: typeof batchNormOp, x: Tensor, read: Read<typeof batchNormSchema>): Tensor {
  const { weight, bias, eps, runningMean, runningVar } = read;
  const rows = channelShape(x);
  const running = [runningMean!, runningVar!] as const;
  return op({
    x,
    ...affineOf(x, [x.shape[1]], weight, bias),
    rows,
    inner: rows[2],
    eps,
    running,
    track: null,
  });
}
