// Layer, group and instance normalization, and the primitive over rows that they and batch normalization are.
// Ba, Kiros & Hinton, arXiv 1607.06450; Wu & He, arXiv 1803.08494;
// Ulyanov, Vedaldi & Lempitsky, arXiv 1607.08022.
import * as movement from '../../kernels/movement.js';
import * as k from '../../kernels/normalization.js';
import { OptionError, ShapeError } from '../errors.js';
import { anything, asIntegers, integer, number, readOptions, required } from '../options.js';
import { format, numel, type Shape, sameShape } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, commonDevice, run, view } from '../tape/run.js';
import { ones, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { twins } from './standardize-twins.js';
import { stridedCopy } from './strided-copy.js';

/** γ, β and eps, which all normalizations have. */
export interface NormOptions {
  /** γ. @default 1 everywhere */
  weight?: Tensor | null;
  /** β. @default 0 everywhere */
  bias?: Tensor | null;
  /** Added to the variance. @default 1e-5 */
  eps?: number;
}

/** How γ, β and eps are read. */
export const normSchema = {
  weight: anything<Tensor | null>(null),
  bias: anything<Tensor | null>(null),
  eps: number(1e-5, { least: 0 }),
};
interface Standardize {
  x: Tensor;
  weight: Tensor;
  bias: Tensor;
  /** x as [N, R, S]: each of the R rows has one mean and one variance, over N and S. */
  rows: Shape;
  /** How many neighbouring elements share an entry of weight and bias, which repeat after the last. */
  inner: number;
  eps: number;
  /** Mean and variance to normalize by in evaluation; null normalizes by those of x. */
  running: readonly [Tensor, Tensor] | null;
  /** Told of the means and variances [2, R] of x. */
  track: ((moments: Tensor) => void) | null;
}

/** y = γ (x − μ) / √(σ² + eps) + β with μ and σ² of each row, or the running ones in evaluation. */
export function standardizer(name: string) {
  return defineOp(name, {
    forward: ({ x, weight, bias, rows, inner, eps, running, track }: Standardize) => {
      const moments = running ? packTwo(...running) : run(k.rowMoments, [view(x, rows)]);
      const inputs = [view(x, rows), moments, flat(weight), flat(bias)];
      const out = view(run(k.standardize, inputs, { inner, eps }), x.shape);
      track?.(moments);
      return { out, saved: { moments } };
    },
    /** Σ g and Σ g x̂ for each entry of weight and bias. */
    shared: ({ g, saved: { moments }, x, weight, rows, inner, eps }) =>
      run(k.standardizeGradAffine, [view(g, rows), view(x, rows), moments], {
        count: weight.size,
        inner,
        eps,
      }),
    vjp: {
      x: (context) => {
        const { g, saved, x, weight, rows, inner, eps, running } = context;
        // Where a row has one γ the sums for γ and β serve the rows as well.
        const perRow = weight.size !== rows[1] || inner !== rows[2];
        const inputs = [view(g, rows), view(x, rows), saved.moments, flat(weight)];
        const sums = perRow ? run(k.standardizeGradRows, inputs, { inner, eps }) : context.shared;
        const attrs = { inner, eps, training: running === null, perRow };
        return view(run(k.standardizeGradInput, [...inputs, sums], attrs), x.shape);
      },
      weight: ({ shared, weight }) =>
        view(stridedCopy('entry', shared, [weight.size], [1], weight.size), weight.shape),
      bias: ({ shared, bias }) => view(stridedCopy('entry', shared, [bias.size], [1]), bias.shape),
    },
    twins,
  });
}

function flat(x: Tensor): Tensor {
  return view(x, [x.size]);
}

/** Two tensors of one shape as [2, …]; outside the tape. */
export function packTwo(a: Tensor, b: Tensor): Tensor {
  const [first, second] = [view(a, [1, 1, a.size]), view(b, [1, 1, b.size])];
  const packed = run(movement.concat, [first, second, second, second, second, second], { parts: 2 });
  return view(packed, [2, ...a.shape]);
}

/** running = (1 − momentum)·running + momentum·factor·batch, in place; the batch's values start at `offset`. */
export function moveTowards(
  running: Tensor,
  batch: Tensor,
  attrs: { offset: number; momentum: number; factor: number },
): void {
  const moved = run(k.runningAverage, [running, batch], attrs);
  running.assign(moved);
  moved.dispose();
}

const layerNormOp = standardizer('layerNorm');
const groupNormOp = standardizer('groupNorm');
const instanceNormOp = standardizer('instanceNorm');

/**
 * Layer normalization: every sample is standardized over its last axes, whose sizes are normalizedShape. γ and β have that
 * shape.
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { layerNorm, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 3], [10, 30]]);
 * console.log(Array.from(await layerNorm(x, 2).data(), (v) => v.toFixed(2)).join(' '));
 * ```
 * ```text
 * -1.00 1.00 -1.00 1.00
 * ```
 */
export function layerNorm(x: Tensor, normalizedShape: number | Shape, options: NormOptions = {}): Tensor {
  const { weight, bias, eps } = readOptions('layerNorm', options, normSchema);
  checkTensors('layerNorm', { x });
  const last = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
  const shape = asIntegers('layerNorm', 'normalizedShape', last);
  if (shape.length === 0 || !sameShape(x.shape.slice(-shape.length), shape)) {
    throw new ShapeError(`layerNorm: x has shape ${format(x.shape)}, expected last axes of ${format(shape)}`);
  }
  checkAffine('layerNorm', x, shape, { weight, bias });
  const size = numel(shape);
  const rows = [1, x.size / size, size];
  return layerNormOp({ x, ...affineOf(x, shape, weight, bias), ...ofTheBatch, eps, rows, inner: 1 });
}

/**
 * Group normalization of x [N, C, …]: the channels of every sample are standardized in numGroups groups. γ and β are [C].
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { groupNorm, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 3, 10, 30]]); // one sample of four channels
 * console.log(Array.from(await groupNorm(x, 2).data(), (v) => v.toFixed(2)).join(' '));
 * ```
 * ```text
 * -1.00 1.00 -1.00 1.00
 * ```
 */
export function groupNorm(x: Tensor, numGroups: number, options: NormOptions = {}): Tensor {
  const { weight, bias, eps } = readOptions('groupNorm', options, normSchema);
  checkNormInput('groupNorm', x, { weight, bias });
  const [N, C] = x.shape;
  required('groupNorm', 'numGroups', numGroups, integer(1, { least: 1 }));
  if (C % numGroups !== 0) {
    throw new OptionError(`groupNorm: numGroups is ${numGroups}, expected a divisor of the ${C} channels`);
  }
  const rows = [1, N * numGroups, x.size / (N * numGroups)];
  if (rows[2] === 1) throw nothingToNormalize('groupNorm', x, 'group');
  const inner = x.size / (N * C);
  return groupNormOp({ x, ...affineOf(x, [C], weight, bias), ...ofTheBatch, eps, rows, inner });
}

/**
 * Instance normalization of x [N, C, …]: every channel of every sample is standardized. γ and β are [C].
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { instanceNorm, tensor } from 'mixgrad';
 *
 * const x = tensor([[[1, 3], [10, 30]]]); // one sample of two channels
 * console.log(Array.from(await instanceNorm(x).data(), (v) => v.toFixed(2)).join(' '));
 * ```
 * ```text
 * -1.00 1.00 -1.00 1.00
 * ```
 */
export function instanceNorm(x: Tensor, options: NormOptions = {}): Tensor {
  const { weight, bias, eps } = readOptions('instanceNorm', options, normSchema);
  checkNormInput('instanceNorm', x, { weight, bias });
  const [N, C] = x.shape;
  const inner = x.size / (N * C);
  if (inner === 1) throw nothingToNormalize('instanceNorm', x, 'channel of a sample');
  const rows = [1, N * C, inner];
  return instanceNormOp({ x, ...affineOf(x, [C], weight, bias), ...ofTheBatch, eps, rows, inner });
}

/** What has no running statistics normalizes by the batch's own. */
const ofTheBatch = { running: null, track: null };

export function nothingToNormalize(op: string, x: Tensor, what: string): ShapeError {
  return new ShapeError(
    `${op}: x has shape ${format(x.shape)}, one value a ${what}: nothing to normalize by`,
  );
}

/** The shape [N, C, S] of x [N, C, …], S the product of the spatial axes. */
export function channelShape({ shape }: Tensor): Shape {
  return [shape[0], shape[1], numel(shape.slice(2))];
}

/** x [N, C, …] as [N, C, S]; outside the tape. */
export function channelRows(x: Tensor): Tensor {
  return view(x, channelShape(x));
}

/** γ and β, or 1 and 0 where there are none. */
export function affineOf(x: Tensor, shape: Shape, weight: Tensor | null, bias: Tensor | null) {
  const { device } = x;
  return { weight: weight ?? ones(shape, { device }), bias: bias ?? zeros(shape, { device }) };
}

/** Throws unless x is [N, C, …] and every tensor given is [C], on the device of x. */
export function checkNormInput(op: string, x: Tensor, perChannel: Record<string, Tensor | null>): void {
  checkTensors(op, { x });
  if (x.shape.length < 2) throw new ShapeError(`${op}: x has shape ${format(x.shape)}, expected [N, C, …]`);
  checkAffine(op, x, [x.shape[1]], perChannel);
}

function checkAffine(op: string, x: Tensor, shape: Shape, tensors: Record<string, Tensor | null>): void {
  for (const [name, t] of Object.entries(tensors)) {
    if (t === null) continue;
    checkTensors(op, { [name]: t });
    commonDevice(op, [x, t]);
    if (!sameShape(t.shape, shape)) {
      throw new ShapeError(`${op}: ${name} has shape ${format(t.shape)}, expected ${format(shape)}`);
    }
  }
}
