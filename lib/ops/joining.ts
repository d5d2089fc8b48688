// Operations that join tensors and take them apart: concat, stack, split.
import { MAX_PARTS } from '../../kernels/geometry.js';
import * as k from '../../kernels/movement.js';
import { OptionError, ShapeError } from '../errors.js';
import { describe, isIntegers } from '../options.js';
import { format, normalizeAxis, numel, sameShape } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run, view } from '../tape/run.js';
import { checkRoom } from '../tensor/room.js';
import type { Tensor } from '../tensor/tensor.js';
import { reshape, slice } from './movement.js';

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

/**
 * The parts of x along an axis, one after the other: of so many entries each, the last of what is left, or of each of the
 * given sizes. What concat joins again.
 * @throws OptionError unless the size, or each size, is an integer of at least 1
 * @throws ShapeError for an axis that x does not have, or where the sizes do not add up to it
 *
 * @example
 * ```js
 * import { split, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * const [a, b] = split(x, 1, 2);
 * const [c, d] = split(x, 1, [1, 2]);
 * console.log(a.shape, await b.data(), c.shape, await d.data());
 * ```
 * ```text
 * [ 2, 2 ] Float32Array(2) [ 3, 6 ] [ 2, 1 ] Float32Array(4) [ 2, 3, 5, 6 ]
 * ```
 */
export function split(x: Tensor, axis: number, sizes: number | readonly number[]): Tensor[] {
  checkTensors('split', { x });
  const at = normalizeAxis('split', axis, x.shape.length);
  const size = x.shape[at];
  const list = typeof sizes === 'number' ? [sizes] : sizes;
  if (!isIntegers(list, 1) || list.length === 0) {
    throw new OptionError(
      `split: sizes is ${describe(sizes)}, expected an integer of at least 1, or an array of them`,
    );
  }
  const ends = typeof sizes === 'number' ? everyEnd(size, sizes) : endsOf(list);
  if (ends.at(-1) !== size) {
    throw new ShapeError(`split: sizes ${format(list)} of ${ends.at(-1)} entries, axis ${at} has ${size}`);
  }
  return ends.map((end, i) => slice(x, at, ends[i - 1] ?? 0, end));
}

/** Where parts of one size end. */
function everyEnd(total: number, size: number): number[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => Math.min((i + 1) * size, total));
}

/** Where parts of these sizes end. */
function endsOf(sizes: readonly number[]): number[] {
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return end;
  });
}
