// Repeating axes and summing over them: each is the gradient of the other.
import * as k from '../../kernels/reduce.js';
import { OptionError, ShapeError } from '../errors.js';
import { asIntegers, flag, type Read, readOptions, type Schema } from '../options.js';
import { broadcastShapes, format, normalizeAxes, numel, type Shape, sameShape, strides } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run, view } from '../tape/run.js';
import { checkShape } from '../tensor/create.js';
import { checkRoom } from '../tensor/room.js';
import type { Tensor } from '../tensor/tensor.js';
import { reshape } from './movement.js';
import { stridedCopy } from './strided-copy.js';

/** One axis or several; all of them where nothing is said. Negative axes count from the end. */
export type Axes = number | readonly number[];

/** Options of a reduction. */
export interface ReduceOptions {
  /** The axes, unless they are the second argument. @default all axes */
  axis?: Axes;
  /** Keeps the reduced axes with size 1. @default false */
  keepDims?: boolean;
}

interface Reduced {
  axes: readonly number[];
  keepDims: boolean;
}

/** The axes and options of a call (x, axis?, options?) or (x, options?). @throws OptionError, ShapeError */
export function readReduction<S extends Schema = Record<never, never>>(
  op: string,
  x: Tensor,
  second: Axes | ReduceOptions | undefined,
  third: Omit<ReduceOptions, 'axis'> | undefined,
  further?: S,
): Reduced & Read<S> {
  checkTensors(op, { x });
  const isAxis =
    typeof second === 'number' || Array.isArray(second) || second === undefined || second === null;
  if (!isAxis && third !== undefined) throw new OptionError(`${op}: options were given twice`);
  const { axis, ...options } = readOptions(op, isAxis ? third : second, {
    axis: { fallback: undefined, read: readAxes },
    keepDims: flag(false),
    ...(further as S),
  });
  const chosen = isAxis ? (second ?? axis) : axis;
  if (chosen !== undefined) readAxes(op, 'axis', chosen);
  const axes = normalizeAxes(op, chosen as Axes | undefined, x.shape.length);
  return { axes, ...(options as Omit<Reduced, 'axes'> & Read<S>) };
}

function readAxes(op: string, name: string, value: unknown): Axes | undefined {
  return typeof value === 'number' ? value : asIntegers(op, name, value);
}

/** x seen as [outer, size, inner] around the axes first … last; outside the tape. */
export function around(x: Tensor, first: number, last = first): Tensor {
  const { shape } = x;
  const sizes = [shape.slice(0, first), shape.slice(first, last + 1), shape.slice(last + 1)];
  return view(x, sizes.map(numel));
}

/** The shape without the given axes. */
export function without(shape: Shape, axes: readonly number[]): Shape {
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** The shape with the given axes at size 1. */
export function withOnes(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

const sumOver = defineOp('sum', {
  forward: ({ x, axes }: { x: Tensor; axes: readonly number[] }) => sumRuns(x, axes),
  vjp: { x: ({ g, x, axes }) => expand(reshape(g, withOnes(x.shape, axes)), x.shape) },
});

/** Sums runs of neighbouring axes, the last run first, so that earlier axes keep their places. */
function sumRuns(x: Tensor, axes: readonly number[]): Tensor {
  let out = x;
  let last = axes.length - 1;
  while (last >= 0) {
    let first = last;
    while (first > 0 && axes[first - 1] === axes[first] - 1) first--;
    const kept = without(out.shape, axes.slice(first, last + 1));
    out = view(run(k.sum, [around(out, axes[first], axes[last])]), kept);
    last = first - 1;
  }
  return out === x ? view(x, x.shape) : out;
}

/**
 * Σ x over the axes, all of them where none is given.
 * @throws ShapeError for an axis that x does not have, OptionError for an unknown option
 *
 * @example
 * ```js
 * import { sum, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(await sum(x).item(), await sum(x, 0).data(), sum(x, 1, { keepDims: true }).shape);
 * ```
 * ```text
 * 21 Float32Array(3) [ 5, 7, 9 ] [ 2, 1 ]
 * ```
 */
export function sum(x: Tensor, axis?: Axes | ReduceOptions, options?: Omit<ReduceOptions, 'axis'>): Tensor {
  const { axes, keepDims } = readReduction('sum', x, axis, options);
  const out = sumOver({ x, axes });
  return keepDims ? reshape(out, withOnes(x.shape, axes)) : out;
}

const expandTo = defineOp('expand', {
  forward: ({ x, shape }: { x: Tensor; shape: Shape }) => {
    const lead = shape.length - x.shape.length;
    const steps = strides(x.shape);
    const step = (axis: number) => (axis < lead || x.shape[axis - lead] === 1 ? 0 : steps[axis - lead]);
    return stridedCopy(
      'expand',
      x,
      shape,
      shape.map((_, axis) => step(axis)),
    );
  },
  vjp: { x: ({ g, x }) => sumTo(g, x.shape) },
});

/**
 * Repeats axes of size 1, and missing leading axes, to the given shape.
 * @throws ShapeError where x cannot become it
 *
 * @example
 * ```js
 * import { expand, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2], { requiresGrad: true });
 * const y = expand(x, [3, 2]);
 * y.sum().backward();
 * console.log(await y.data(), await x.grad.data());
 * ```
 * ```text
 * Float32Array(6) [ 1, 2, 1, 2, 1, 2 ] Float32Array(2) [ 3, 3 ]
 * ```
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  checkTensors('expand', { x });
  const sizes = checkShape('expand', shape);
  if (sameShape(x.shape, sizes)) return reshape(x, sizes);
  if (!sameShape(broadcastShapes('expand', x.shape, sizes), sizes)) {
    throw new ShapeError(`expand: x has shape ${format(x.shape)}, cannot become ${format(sizes)}`);
  }
  checkRoom('expand', sizes, x.device);
  return expandTo({ x, shape: sizes });
}

/** Sums g over the axes that broadcasting from `shape` repeated: the gradient of an operand that was repeated. */
export function sumTo(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.shape.length - shape.length;
  const repeated = g.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  );
  return reshape(sumOver({ x: g, axes: repeated }), shape);
}
