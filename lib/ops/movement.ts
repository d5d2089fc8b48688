// Operations that move values without changing them: reshape, permute, slice, concat, stack.
import { MAX_PARTS } from '../../kernels/geometry.js';
import { kernels as k } from '../../kernels/index.js';
import { OptionError, ShapeError } from '../errors.js';
import { asIntegers, describe } from '../options.js';
import { format, normalizeAxis, numel, type Shape, sameShape, strides } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run, view } from '../tape/run.js';
import { zeros } from '../tensor/create.js';
import { checkRoom } from '../tensor/room.js';
import type { Tensor } from '../tensor/tensor.js';
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

const sliceOf = defineOp('slice', {
  forward: ({ x, axis, start, end }: { x: Tensor; axis: number; start: number; end: number }) => {
    const steps = strides(x.shape);
    return stridedCopy('slice', x, x.shape.with(axis, end - start), steps, start * steps[axis]);
  },
  vjp: {
    x: ({ g, x, axis, start, end }) => {
      const empty = (size: number) => (size ? [zeros(x.shape.with(axis, size), { device: x.device })] : []);
      return concat([...empty(start), g, ...empty(x.shape[axis] - end)], axis);
    },
  },
});

/**
 * The entries start … end − 1 along one axis. Negative positions count from the end.
 * @throws ShapeError where nothing is left or a position lies outside
 *
 * @example
 * ```js
 * import { slice, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(await slice(x, 0, 1).data(), await slice(x, 1, 0, -1).data());
 * ```
 * ```text
 * Float32Array(3) [ 4, 5, 6 ] Float32Array(4) [ 1, 2, 4, 5 ]
 * ```
 */
export function slice(x: Tensor, axis: number, start: number, end?: number): Tensor {
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
  if (from === 0 && to === size) return reshape(x, x.shape);
  return sliceOf({ x, axis: at, start: from, end: to });
}

const concatOf = defineOp('concat', {
  forward: ({ parts, axis }: { parts: readonly Tensor[]; axis: number }) => joined(parts, axis),
  vjp: {
    parts: ({ g, parts, axis }) => {
      let end = 0;
      return parts.map(({ shape }) => {
        end += shape[axis];
        return slice(g, axis, end - shape[axis], end);
      });
    },
  },
});

/** Joins as many parts as a kernel takes, and then what came of them. */
function joined(parts: readonly Tensor[], axis: number): Tensor {
  if (parts.length === 1) return view(parts[0], parts[0].shape);
  const groups: Tensor[] = [];
  for (let i = 0; i < parts.length; i += MAX_PARTS) groups.push(joinFew(parts.slice(i, i + MAX_PARTS), axis));
  return groups.length === 1 ? groups[0] : joined(groups, axis);
}

function joinFew(parts: readonly Tensor[], axis: number): Tensor {
  const [{ shape }] = parts;
  const blocks = parts.map((part) => {
    const sizes = [part.shape.slice(0, axis), part.shape.slice(axis, axis + 1), part.shape.slice(axis + 1)];
    return view(part, sizes.map(numel));
  });
  const inputs = Array.from({ length: MAX_PARTS }, (_, i) => blocks[Math.min(i, blocks.length - 1)]);
  const out = run(k.concat, inputs, { parts: parts.length });
  return view(out, shape.with(axis, out.shape[1]));
}

/**
 * The tensors one after the other along an axis; the other axes have equal sizes.
 * @throws OptionError without tensors, ShapeError where the shapes differ elsewhere
 *
 * @example
 * ```js
 * import { concat, tensor } from 'mixgrad';
 *
 * const a = tensor([[1, 2]]);
 * const b = tensor([[3, 4], [5, 6]]);
 * const y = concat([a, b], 0);
 * console.log(y.shape, await y.data());
 * ```
 * ```text
 * [ 3, 2 ] Float32Array(6) [ 1, 2, 3, 4, 5, 6 ]
 * ```
 */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  checkList('concat', parts);
  const [{ shape }] = parts;
  const at = normalizeAxis('concat', axis, shape.length);
  for (const [i, part] of parts.entries()) {
    const fits = part.shape.length === shape.length && sameShape(part.shape.with(at, 1), shape.with(at, 1));
    if (!fits) {
      throw new ShapeError(
        `concat: parts[${i}] has shape ${format(part.shape)}, expected that of parts[0], ${format(shape)}, but for axis ${at}`,
      );
    }
  }
  const total = parts.reduce((sum, part) => sum + part.shape[at], 0);
  checkRoom('concat', shape.with(at, total), parts[0].device);
  return concatOf({ parts, axis: at });
}

/**
 * Tensors of one shape as the entries of a new axis.
 * @throws OptionError without tensors, ShapeError where shapes differ
 *
 * @example
 * ```js
 * import { stack, tensor } from 'mixgrad';
 *
 * const parts = [tensor([1, 2]), tensor([3, 4])];
 * console.log(await stack(parts).data(), await stack(parts, 1).data());
 * ```
 * ```text
 * Float32Array(4) [ 1, 2, 3, 4 ] Float32Array(4) [ 1, 3, 2, 4 ]
 * ```
 */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  checkList('stack', parts);
  const [{ shape }] = parts;
  const at = normalizeAxis('stack', axis, shape.length + 1);
  const other = parts.findIndex((part) => !sameShape(part.shape, shape));
  if (other >= 0) {
    throw new ShapeError(
      `stack: parts[${other}] has shape ${format(parts[other].shape)}, expected that of parts[0], ${format(shape)}`,
    );
  }
  const sizes = shape.toSpliced(at, 0, 1);
  return concat(
    parts.map((part) => reshape(part, sizes)),
    at,
  );
}

function checkList(op: string, parts: readonly Tensor[]): void {
  if (!Array.isArray(parts) || parts.length === 0) {
    throw new OptionError(`${op}: parts is ${describe(parts)}, expected an array of tensors`);
  }
  for (const [i, part] of parts.entries()) checkTensors(op, { [`parts[${i}]`]: part });
}
