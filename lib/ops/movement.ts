// Operations that move the values of a tensor without changing them: reshape, permute, slice, flip.
import { ShapeError } from '../errors.js';
import { asIntegers, describe, integer, required } from '../options.js';
import { format, normalizeAxes, normalizeAxis, numel, type Shape, strides } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, view } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { padAxis } from './pad-by.js';
import { stridedCopy } from './strided-copy.js';

const reshapeTo = defineOp('reshape', {
  forward: ({ x, shape }: { x: Tensor; shape: Shape }) => view(x, shape),
  vjp: { x: ({ g, x }) => reshape(g, x.shape) },
});

/**
 * The same values under another shape, sharing the storage. One size may be −1: what is left.
 * @throws ShapeError where the sizes do not multiply to x's number of elements
 *
 * @example
 * ```js
 * import { reshape, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3, 4, 5, 6]);
 * console.log(reshape(x, [2, 3]).shape, reshape(x, [3, -1]).shape);
 * ```
 * ```text
 * [ 2, 3 ] [ 3, 2 ]
 * ```
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensors('reshape', { x });
  const sizes = asIntegers('reshape', 'shape', shape);
  const known = numel(sizes.filter((size) => size !== -1));
  const full = sizes.map((size) => (size === -1 ? x.size / known : size));
  const valid = full.every((size) => Number.isInteger(size) && size > 0) && numel(full) === x.size;
  if (!valid || sizes.filter((size) => size === -1).length > 1) {
    throw new ShapeError(
      `reshape: x has shape ${format(x.shape)} = ${x.size} elements, got ${format(shape)}`,
    );
  }
  return reshapeTo({ x, shape: Object.freeze(full) });
}

const permuteBy = defineOp('permute', {
  forward: ({ x, axes }: { x: Tensor; axes: readonly number[] }) => {
    const steps = strides(x.shape);
    return stridedCopy(
      'permute',
      x,
      axes.map((axis) => x.shape[axis]),
      axes.map((axis) => steps[axis]),
    );
  },
  vjp: {
    x: ({ g, axes }) =>
      permute(
        g,
        axes.map((_, i) => axes.indexOf(i)),
      ),
  },
});

/**
 * Reorders the axes: axis i of the result is axis axes[i] of x.
 * @throws ShapeError unless each axis is named once
 *
 * @example
 * ```js
 * import { permute, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * const y = permute(x, [1, 0]); // the transpose
 * console.log(y.shape, await y.data());
 * ```
 * ```text
 * [ 3, 2 ] Float32Array(6) [ 1, 4, 2, 5, 3, 6 ]
 * ```
 */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  checkTensors('permute', { x });
  const order = asIntegers('permute', 'axes', axes).map((axis) =>
    normalizeAxis('permute', axis, x.shape.length),
  );
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new ShapeError(`permute: x has ${x.shape.length} axes, got the order ${format(axes)}`);
  }
  return permuteBy({ x, axes: order });
}

interface Range {
  axis: number;
  start: number;
  end: number;
  step: number;
}

const sliceOf = defineOp('slice', {
  forward: ({ x, axis, start, end, step }: Range & { x: Tensor }) => {
    const steps = strides(x.shape);
    const sizes = x.shape.with(axis, Math.ceil((end - start) / step));
    return stridedCopy('slice', x, sizes, steps.with(axis, step * steps[axis]), start * steps[axis]);
  },
  vjp: {
    x: ({ g, x, axis, start, step }) => {
      const taken = step * g.shape[axis];
      return padAxis(apart(g, axis, step), axis, start, x.shape[axis] - start - taken);
    },
  },
});

/** The entries of an axis with step − 1 zeros after each. */
function apart(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  const sizes = x.shape.toSpliced(axis + 1, 0, 1);
  return reshape(padAxis(reshape(x, sizes), axis + 1, 0, step - 1), x.shape.with(axis, step * x.shape[axis]));
}

/**
 * The entries start … end − 1 along one axis, or every step-th of them from start on. Negative positions count from the
 * end.
 * @throws ShapeError where nothing is left or a position lies outside
 * @throws OptionError unless the step is an integer of at least 1
 *
 * @example
 * ```js
 * import { slice, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(await slice(x, 0, 1).data(), await slice(x, 1, 0, -1).data());
 * console.log(await slice(x, 1, 0, 3, 2).data());
 * ```
 * ```text
 * Float32Array(3) [ 4, 5, 6 ] Float32Array(4) [ 1, 2, 4, 5 ]
 * Float32Array(4) [ 1, 3, 4, 6 ]
 * ```
 */
export function slice(x: Tensor, axis: number, start: number, end?: number, step = 1): Tensor {
  checkTensors('slice', { x });
  const at = normalizeAxis('slice', axis, x.shape.length);
  const size = x.shape[at];
  const position = (value: number) => (Number.isInteger(value) && value < 0 ? value + size : value);
  const [from, to] = [position(start), position(end ?? size)];
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= size)) {
    throw new ShapeError(
      `slice: ${describe(start)} to ${describe(end ?? size)}, expected a range within the ${size} entries of axis ${at}`,
    );
  }
  required('slice', 'step', step, integer(1, { least: 1 }));
  if (from === 0 && to === size && step === 1) return reshape(x, x.shape);
  return sliceOf({ x, axis: at, start: from, end: to, step: Math.min(step, size) });
}

const flipOver = defineOp('flip', {
  forward: ({ x, axes }: { x: Tensor; axes: readonly number[] }) => {
    const steps = strides(x.shape);
    const last = axes.reduce((at, axis) => at + (x.shape[axis] - 1) * steps[axis], 0);
    const flipped = steps.map((step, axis) => (axes.includes(axis) ? -step : step));
    return stridedCopy('flip', x, x.shape, flipped, last);
  },
  vjp: { x: ({ g, axes }) => flip(g, axes) },
});

/**
 * The entries of one axis or several in reverse order.
 * @throws ShapeError for an axis that x does not have, or that is named twice
 *
 * @example
 * ```js
 * import { flip, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(await flip(x, 1).data(), await flip(x, [0, 1]).data());
 * ```
 * ```text
 * Float32Array(6) [ 3, 2, 1, 6, 5, 4 ] Float32Array(6) [ 6, 5, 4, 3, 2, 1 ]
 * ```
 */
export function flip(x: Tensor, axis: number | readonly number[]): Tensor {
  checkTensors('flip', { x });
  const list = typeof axis === 'number' ? axis : asIntegers('flip', 'axis', axis);
  return flipOver({ x, axes: normalizeAxes('flip', list, x.shape.length) });
}
