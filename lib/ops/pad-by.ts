// Margins: what pad and the gradients of slices are made of.
import * as k from '../../kernels/movement.js';
import { numel, type Shape } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { run, view } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';

interface Margins {
  /** How many entries each axis gets before its first; fewer than none are cut off. */
  before: readonly number[];
  after: readonly number[];
  value: number;
}

/** x with margins of a value. */
export const padBy = defineOp('pad', {
  forward: ({ x, ...margins }: Margins & { x: Tensor }): Tensor => padded(x, margins),
  vjp: {
    x: ({ g, before, after }): Tensor =>
      padBy({ x: g, before: before.map((n) => -n), after: after.map((n) => -n), value: 0 }),
  },
});

/** The last axis with margins is the columns of one kernel, the axis before it the rows; then come those before. */
function padded(x: Tensor, { before, after, value }: Margins): Tensor {
  let out = view(x, x.shape);
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    if (before[axis] === 0 && after[axis] === 0) continue;
    const { shape } = out;
    const inner = numel(shape.slice(axis + 1));
    const planes = [numel(shape.slice(0, Math.max(axis - 1, 0))), shape[axis - 1] ?? 1, shape[axis] * inner];
    const [left, right] = [before[axis] * inner, after[axis] * inner];
    const [top, bottom] = [before[axis - 1] ?? 0, after[axis - 1] ?? 0];
    const pad = run(k.pad, [view(out, planes)], { top, bottom, left, right, value });
    const sizes = shape.map((size, i) => (i === axis || i === axis - 1 ? before[i] + size + after[i] : size));
    out = view(pad, sizes);
    axis--;
  }
  return out;
}

/** x with zeros before and after the entries of one axis; fewer than none are cut off. */
export function padAxis(x: Tensor, axis: number, before: number, after: number): Tensor {
  if (before === 0 && after === 0) return x;
  const none: Shape = x.shape.map(() => 0);
  return padBy({ x, before: none.with(axis, before), after: none.with(axis, after), value: 0 });
}
