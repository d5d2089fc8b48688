// Reductions over axes: sum, mean, max, logSumExp and what follows from them.
import { OptionError, ShapeError } from '../errors.js';
import { format, normalizeAxes, normalizeAxis, numel, type Shape, sameShape } from '../shape.js';
import { defineOp, type Run, view } from '../tape/op.js';
import { Tensor, tensor } from '../tensor/tensor.js';
import { div, exp, mul, sub } from './elementwise.js';
import { expand, reshape } from './movement.js';

/** Options of a reduction. */
export interface ReduceOptions {
  /** One axis or several; all of them by default. Negative axes count from the end. */
  axis?: number | readonly number[];
  /** Keeps the reduced axes with size 1. */
  keepDims?: boolean;
}

/** x seen as [outer, size, inner] around the axes first … last. */
function around(x: Tensor, first: number, last = first): Tensor {
  const { shape } = x;
  const sizes = [shape.slice(0, first), shape.slice(first, last + 1), shape.slice(last + 1)];
  return view(x, sizes.map(numel));
}

function without(shape: Shape, axes: readonly number[]): Shape {
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** The shape with the given axes at size 1. */
function flattened(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

const sumOver = defineOp<[x: Tensor, axes: readonly number[]]>('sum', {
  forward: (run, x, axes) => sumForward(run, x, axes),
  vjp: { x: (_run, g, _, x, axes) => expand(reshape(g, flattened(x.shape, axes)), x.shape) },
});

/** Sums runs of neighbouring axes, the last run first, so that earlier axes keep their places. */
function sumForward(run: Run, x: Tensor, axes: readonly number[]): Tensor {
  let out = x;
  let last = axes.length - 1;
  while (last >= 0) {
    let first = last;
    while (first > 0 && axes[first - 1] === axes[first] - 1) first--;
    const kept = without(out.shape, axes.slice(first, last + 1));
    out = view(run('sum', [around(out, axes[first], axes[last])]), kept);
    last = first - 1;
  }
  return out === x ? view(x, x.shape) : out;
}

/** Σ x over the axes. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = normalizeAxes('sum', options.axis, x.shape.length);
  const out = sumOver(x, axes);
  return options.keepDims ? reshape(out, flattened(x.shape, axes)) : out;
}

/** The mean over the axes. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = normalizeAxes('mean', options.axis, x.shape.length);
  return div(sum(x, options), numel(axes.map((axis) => x.shape[axis])));
}

/** y = x at a given place of one axis; g goes back to that place alone. */
const gather = defineOp<[x: Tensor, index: Tensor | ArrayLike<number>, axis: number]>('take', {
  forward: (run, x, index, axis) => {
    const shape = without(x.shape, [axis]);
    const places = index instanceof Tensor ? view(index, shape) : tensor(index, { shape, device: x.device });
    return { out: view(run('gather', [around(x, axis), flat(places, axis)]), shape), saved: { places } };
  },
  vjp: {
    x: (run, g, { saved }, x, _, axis) =>
      view(run('gatherGrad', [flat(g, axis), flat(saved.places, axis)], { size: x.shape[axis] }), x.shape),
  },
});

/** A tensor that lost its `axis`, as [outer, inner]. */
function flat(x: Tensor, axis: number): Tensor {
  return view(x, [numel(x.shape.slice(0, axis)), numel(x.shape.slice(axis))]);
}

/** Where x is largest along an axis, as whole numbers; the first place among equals. Not differentiable. */
export const argMax = defineOp<[x: Tensor, axis: number]>('argMax', {
  forward: (run, x, axis) => {
    const at = normalizeAxis('argMax', axis, x.shape.length);
    return view(run('argMax', [around(x, at)]), without(x.shape, [at]));
  },
  vjp: {},
});

/**
 * y[…] = x[…, index[…], …]: takes from one axis the entries that `index` names, whole numbers in range. The
 * index has x's shape without the axis; it may be a tensor, whose range is not checked, or plain numbers.
 */
export function take(x: Tensor, index: Tensor | ArrayLike<number>, axis: number): Tensor {
  const at = normalizeAxis('take', axis, x.shape.length);
  const expected = without(x.shape, [at]);
  if (index instanceof Tensor ? !sameShape(index.shape, expected) : index.length !== numel(expected)) {
    const got = index instanceof Tensor ? `shape ${format(index.shape)}` : `${index.length} entries`;
    throw new ShapeError(`take: index has ${got}, expected shape ${format(expected)}`);
  }
  if (!(index instanceof Tensor)) checkRange(index, x.shape[at]);
  return gather(x, index, at);
}

function checkRange(index: ArrayLike<number>, size: number): void {
  for (let i = 0; i < index.length; i++) {
    if (!Number.isInteger(index[i]) || index[i] < 0 || index[i] >= size) {
      throw new OptionError(`take: index ${i} is ${index[i]}, expected a whole number from 0 to ${size - 1}`);
    }
  }
}

/** The largest x over the axes; among equals, the gradient goes to the first. */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = normalizeAxes('max', options.axis, x.shape.length);
  // Axis by axis from the last, so that earlier axes keep their places.
  const out = axes.reduceRight((y, axis) => gather(y, argMax(y, axis), axis), x);
  return options.keepDims ? reshape(out, flattened(x.shape, axes)) : out;
}

const logSumExpOver = defineOp<[x: Tensor, axis: number]>('logSumExp', {
  forward: (run, x, axis) => view(run('logSumExp', [around(x, axis)]), flattened(x.shape, [axis])),
  vjp: { x: (_run, g, { out }, x) => mul(exp(sub(x, out)), g) },
});

/** log Σ eˣ along one axis, without overflow. */
export function logSumExp(x: Tensor, axis: number, { keepDims = false } = {}): Tensor {
  const at = normalizeAxis('logSumExp', axis, x.shape.length);
  const out = logSumExpOver(x, at);
  return keepDims ? out : reshape(out, without(x.shape, [at]));
}

/** log softmax: x − logSumExp(x) along one axis. */
export function logSoftmax(x: Tensor, axis: number): Tensor {
  return sub(x, logSumExp(x, axis, { keepDims: true }));
}
