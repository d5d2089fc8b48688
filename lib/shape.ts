// Arithmetic on shapes: strides, broadcasting, axes. Nothing here touches data.

import { describe } from '../kernels/errors.js';
import { numel, type Shape } from '../kernels/spec.js';
import { ShapeError } from './errors.js';

export { numel, type Shape };

/** [2, 3, 4] as people write it. */
export function format(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Row-major strides in elements. */
export function strides(shape: Shape): number[] {
  const out = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out[axis] = step;
    step *= shape[axis];
  }
  return out;
}

/** The common shape of a and b: axes align at the end, and a size of 1 stretches. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const p = a[axis - rank + a.length] ?? 1;
    const q = b[axis - rank + b.length] ?? 1;
    if (p !== q && p !== 1 && q !== 1) {
      throw new ShapeError(
        `${op}: shapes ${format(a)} and ${format(b)} do not broadcast (sizes ${p} and ${q})`,
      );
    }
    return p === 1 ? q : p;
  });
}

/** An axis counted from 0; negative axes count from the end. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(`${op}: axis ${describe(axis)} is not an axis of a tensor with ${rank} axes`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** Distinct axes in rising order; undefined means all of them. */
export function normalizeAxes(
  op: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(op, axis, rank));
  const sorted = [...new Set(list)].sort((a, b) => a - b);
  if (sorted.length !== list.length) throw new ShapeError(`${op}: axes ${format(list)} name an axis twice`);
  return sorted;
}
