// Reductions over axes: mean, variance, max, logSumExp and what follows from them. The sum is in broadcast.ts.
import * as elementwise from '../../kernels/elementwise.js';
import * as indexing from '../../kernels/indexing.js';
import * as k from '../../kernels/reduce.js';
import { FLOAT32_POSITIONS } from '../../kernels/spec.js';
import { flag, number, readOptions } from '../options.js';
import { normalizeAxis, numel } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run, view } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Axes, around, type ReduceOptions, readReduction, sum, withOnes, without } from './broadcast.js';
import { div, exp, mul, sub } from './elementwise.js';
import { argMax, gather } from './indexing.js';
import { concat } from './joining.js';
import { reshape, slice } from './movement.js';

/**
 * The mean over the axes, all of them where none is given.
 * @throws ShapeError, OptionError as `sum`
 *
 * @example
 * ```js
 * import { mean, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(await mean(x).item(), await mean(x, 0).data(), mean(x, [0, 1], { keepDims: true }).shape);
 * ```
 * ```text
 * 3.5 Float32Array(3) [ 2.5, 3.5, 4.5 ] [ 1, 1 ]
 * ```
 */
export function mean(x: Tensor, axis?: Axes | ReduceOptions, options?: Omit<ReduceOptions, 'axis'>): Tensor {
  const { axes, keepDims } = readReduction('mean', x, axis, options);
  return div(sum(x, axes, { keepDims }), numel(axes.map((at) => x.shape[at])));
}

/** Options of variance. */
export interface VarianceOptions extends ReduceOptions {
  /** What is taken from the number of entries before dividing by it: 1 is unbiased, 0 the mean square. @default 1 */
  correction?: number;
}

interface Variance {
  x: Tensor;
  axes: readonly number[];
  /** Of the sum of squares. */
  divisor: number;
}

const varianceOver = defineOp('variance', {
  forward: ({ x, axes, divisor }: Variance) => {
    const off = offMean(x, axes);
    return div(sum(mul(off, off), axes, { keepDims: true }), divisor);
  },
  vjp: { x: ({ g, x, axes, divisor }) => mul(offMean(x, axes), mul(g, 2 / divisor)) },
});

/** x − mean(x) */
function offMean(x: Tensor, axes: readonly number[]): Tensor {
  return sub(x, mean(x, axes, { keepDims: true }));
}

/**
 * Σ (x − mean)² / max(n − correction, 0) over the axes, all of them where none is given; n is the number of entries that are
 * brought together. PyTorch's var, and as a method x.var(): `var` is a word of JavaScript.
 * @throws ShapeError, OptionError as `sum`
 *
 * @example
 * ```js
 * import { tensor, variance } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 6, 8]]);
 * console.log(await variance(x, 1).data(), await x.var(1, { correction: 0, keepDims: true }).data());
 * ```
 * ```text
 * Float32Array(2) [ 1, 4 ] Float32Array(2) [ 0.6666666865348816, 2.6666667461395264 ]
 * ```
 */
export function variance(
  x: Tensor,
  axis?: Axes | VarianceOptions,
  options?: Omit<VarianceOptions, 'axis'>,
): Tensor {
  const { axes, keepDims, correction } = readReduction('variance', x, axis, options, {
    correction: number(1, { least: 0 }),
  });
  const count = numel(axes.map((at) => x.shape[at]));
  const kept = varianceOver({ x, axes, divisor: Math.max(count - correction, 0) });
  return keepDims ? kept : reshape(kept, without(x.shape, axes));
}

/**
 * The largest x over the axes, all of them where none is given, or NaN where there is one; among equals, the gradient goes to
 * the first.
 * @throws ShapeError, OptionError as `sum`
 *
 * @example
 * ```js
 * import { max, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 5, 3], [4, 2, 6]]);
 * console.log(await max(x).item(), await max(x, 1).data());
 * ```
 * ```text
 * 6 Float32Array(2) [ 5, 6 ]
 * ```
 */
export function max(x: Tensor, axis?: Axes | ReduceOptions, options?: Omit<ReduceOptions, 'axis'>): Tensor {
  const { axes, keepDims } = readReduction('max', x, axis, options);
  const kept = axes.reduce(largest, x);
  return keepDims ? kept : reshape(kept, without(x.shape, axes));
}

/** The largest along an axis, which stays with size 1; of more entries than positions tell apart, of halves first. */
function largest(x: Tensor, axis: number): Tensor {
  const size = x.shape[axis];
  if (size <= FLOAT32_POSITIONS) return gather(x, axis, argMax(x, axis, { keepDims: true }));
  const middle = Math.ceil(size / 2);
  const [first, second] = [slice(x, axis, 0, middle), slice(x, axis, middle)];
  return largest(concat([largest(first, axis), largest(second, axis)], axis), axis);
}

const logSumExpOver = defineOp('logSumExp', {
  forward: ({ x, axis }: { x: Tensor; axis: number }) =>
    view(run(k.logSumExp, [around(x, axis)]), withOnes(x.shape, [axis])),
  vjp: { x: ({ g, out, x }) => mul(exp(sub(x, out)), g) },
});

/**
 * log Σ eˣ along one axis, without overflow; of −∞ alone it is −∞.
 * @throws ShapeError for an axis that x does not have
 *
 * @example
 * ```js
 * import { logSumExp, tensor } from 'mixgrad';
 *
 * console.log((await logSumExp(tensor([1000, 1000]), 0).item()).toFixed(2)); // 1000 + log 2
 * ```
 * ```text
 * 1000.69
 * ```
 */
export function logSumExp(x: Tensor, axis: number, options: { keepDims?: boolean } = {}): Tensor {
  checkTensors('logSumExp', { x });
  const { keepDims } = readOptions('logSumExp', options, { keepDims: flag(false) });
  const at = normalizeAxis('logSumExp', axis, x.shape.length);
  const out = logSumExpOver({ x, axis: at });
  return keepDims ? out : reshape(out, without(x.shape, [at]));
}

/** x less its largest entry along an axis, as [outer, size, inner]: its exponentials do not overflow. */
function centred(x: Tensor, axis: number): Tensor {
  const rows = around(x, axis);
  const largest = run(indexing.gather, [rows, alongOne(run(indexing.argMax, [rows]), rows)]);
  return run(elementwise.sub, [rows, largest]);
}

/** What was reduced over the middle axis of rows, with that axis at size 1. */
function alongOne(reduced: Tensor, rows: Tensor): Tensor {
  return view(reduced, rows.shape.with(1, 1));
}

/** Of centred rows, so that what the logarithm adds is not rounded to the size of x. */
const logSoftmaxOver = defineOp('logSoftmax', {
  forward: ({ x, axis }: { x: Tensor; axis: number }) => {
    const rows = centred(x, axis);
    return view(run(elementwise.sub, [rows, alongOne(run(k.logSumExp, [rows]), rows)]), x.shape);
  },
  vjp: { x: ({ g, out, axis }) => sub(g, mul(exp(out), sum(g, axis, { keepDims: true }))) },
});

/**
 * log softmax(x) = x − log Σ eˣ along one axis, in the shape of x.
 * @throws ShapeError for an axis that x does not have
 *
 * @example
 * ```js
 * import { exp, logSoftmax, tensor } from 'mixgrad';
 *
 * const probabilities = exp(logSoftmax(tensor([[0, Math.log(3)]]), 1));
 * console.log(Array.from(await probabilities.data(), (v) => v.toFixed(2)).join(' '));
 * ```
 * ```text
 * 0.25 0.75
 * ```
 */
export function logSoftmax(x: Tensor, axis: number): Tensor {
  checkTensors('logSoftmax', { x });
  return logSoftmaxOver({ x, axis: normalizeAxis('logSoftmax', axis, x.shape.length) });
}

const softmaxOver = defineOp('softmax', {
  forward: ({ x, axis }: { x: Tensor; axis: number }) => {
    const exps = run(elementwise.exp, [centred(x, axis)]);
    return view(run(elementwise.div, [exps, alongOne(run(k.sum, [exps]), exps)]), x.shape);
  },
  vjp: { x: ({ g, out, axis }) => mul(out, sub(g, sum(mul(g, out), axis, { keepDims: true }))) },
});

/**
 * softmax(x) = eˣ / Σ eˣ along one axis, in the shape of x: positive, with sum 1, without overflow. Of −∞ it is 0, of −∞
 * alone NaN.
 * @throws ShapeError for an axis that x does not have
 *
 * @example
 * ```js
 * import { softmax, tensor } from 'mixgrad';
 *
 * const y = softmax(tensor([[0, Math.log(3)]]), 1);
 * console.log(Array.from(await y.data(), (v) => v.toFixed(2)).join(' '));
 * ```
 * ```text
 * 0.25 0.75
 * ```
 */
export function softmax(x: Tensor, axis: number): Tensor {
  checkTensors('softmax', { x });
  return softmaxOver({ x, axis: normalizeAxis('softmax', axis, x.shape.length) });
}
