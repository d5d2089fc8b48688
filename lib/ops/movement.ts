// Operations that move numbers without changing them: reshape, permute, expand.
import { MAX_AXES } from '../../kernels/movement.js';
import { ShapeError } from '../errors.js';
import { broadcastShapes, format, normalizeAxis, numel, type Shape, sameShape, strides } from '../shape.js';
import { defineOp, type Run, view } from '../tape/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { sum } from './reduce.js';

const reshapeTo = defineOp<[x: Tensor, shape: Shape]>('reshape', {
  forward: (_, x, shape) => view(x, shape),
  vjp: { x: (_run, g, _, x) => reshape(g, x.shape) },
});

/** The same numbers under another shape, sharing the buffer. One size may be −1: what is left. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = numel(shape.filter((size) => size !== -1));
  const full = shape.map((size) => (size === -1 ? x.size / known : size));
  const valid = full.every((size) => Number.isInteger(size) && size > 0) && numel(full) === x.size;
  if (!valid || shape.filter((size) => size === -1).length > 1) {
    throw new ShapeError(
      `reshape: x has shape ${format(x.shape)} = ${x.size} elements, got ${format(shape)}`,
    );
  }
  return reshapeTo(x, Object.freeze(full));
}

const permuteBy = defineOp<[x: Tensor, axes: readonly number[]]>('permute', {
  forward: (run, x, axes) => {
    const steps = strides(x.shape);
    return stridedCopy(
      run,
      x,
      axes.map((axis) => x.shape[axis]),
      axes.map((axis) => steps[axis]),
    );
  },
  vjp: {
    x: (_run, g, _, _x, axes) =>
      permute(
        g,
        axes.map((_axis, i) => axes.indexOf(i)),
      ),
  },
});

/** Reorders the axes: axis i of the result is axis axes[i] of x. */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  const order = axes.map((axis) => normalizeAxis('permute', axis, x.shape.length));
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new ShapeError(`permute: x has ${x.shape.length} axes, got the order ${format(axes)}`);
  }
  return permuteBy(x, order);
}

const expandTo = defineOp<[x: Tensor, shape: Shape]>('expand', {
  forward: (run, x, shape) => {
    const lead = shape.length - x.shape.length;
    const steps = strides(x.shape);
    const step = (axis: number) => (axis < lead || x.shape[axis - lead] === 1 ? 0 : steps[axis - lead]);
    return stridedCopy(
      run,
      x,
      shape,
      shape.map((_, axis) => step(axis)),
    );
  },
  vjp: { x: (_run, g, _, x) => sumTo(g, x.shape) },
});

/** Repeats axes of size 1 (and missing leading axes) to the given shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShapes('expand', x.shape, shape), shape)) {
    throw new ShapeError(`expand: x has shape ${format(x.shape)}, cannot become ${format(shape)}`);
  }
  return expandTo(x, shape);
}

/** Sums a tensor over the axes that expanding from `shape` repeated. */
function sumTo(g: Tensor, shape: Shape): Tensor {
  const lead = g.shape.length - shape.length;
  const repeated = g.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  );
  return reshape(sum(g, { axis: repeated }), shape);
}

/** Copies x read with the given strides into a new tensor of the given shape. */
function stridedCopy(run: Run, x: Tensor, shape: Shape, steps: readonly number[]): Tensor {
  const axes = mergeAxes(shape, steps);
  if (axes.length > MAX_AXES) {
    throw new ShapeError(`permute: ${axes.length} axes that do not merge, expected at most ${MAX_AXES}`);
  }
  while (axes.length < MAX_AXES) axes.unshift({ size: 1, step: 0 });
  const sizes = Object.fromEntries(axes.map(({ size }, axis) => [`n${axis}`, size]));
  const reads = Object.fromEntries(axes.map(({ step }, axis) => [`s${axis}`, step]));
  return view(run('stridedCopy', [x], { ...sizes, ...reads, offset: 0 }), shape);
}

/** Joins neighbouring axes that are read as one, and drops axes of size 1. */
function mergeAxes(shape: Shape, steps: readonly number[]): { size: number; step: number }[] {
  const merged: { size: number; step: number }[] = [];
  shape.forEach((size, axis) => {
    const last = merged.at(-1);
    if (size === 1) return;
    if (last && last.step === steps[axis] * size)
      merged[merged.length - 1] = { size: last.size * size, step: steps[axis] };
    else merged.push({ size, step: steps[axis] });
  });
  return merged;
}
