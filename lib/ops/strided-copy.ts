// Copying with strides: what permute, slice and expand are made of.
import { MAX_AXES } from '../../kernels/geometry.js';
import * as k from '../../kernels/movement.js';
import { ShapeError } from '../errors.js';
import type { Shape } from '../shape.js';
import { run, view } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';

/** Copies x, read with the given strides from `offset` on, into a new tensor of the given shape; outside the tape. */
export function stridedCopy(
  op: string,
  x: Tensor,
  shape: Shape,
  steps: readonly number[],
  offset = 0,
): Tensor {
  const axes = mergeAxes(shape, steps);
  if (axes.length > MAX_AXES) {
    throw new ShapeError(`${op}: ${axes.length} axes that do not merge, expected at most ${MAX_AXES}`);
  }
  const sizes = axes.map(({ size }) => size);
  const reads = axes.map(({ step }) => step);
  return view(run(k.stridedCopy, [x], { sizes, steps: reads, offset }), shape);
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
