// Margins and images of another size: what all devices are checked on, and what the engine is besides.
import type { PadAttrs } from '../../kernels/movement.js';
import type { Shape } from '../../kernels/spec.js';

/** x [outer, rows, columns], and what it gets around. */
export interface Margin {
  x: Shape;
  attrs: PadAttrs;
}

/** Images [N, C, H, W], and the size that they are brought to. */
export interface Resampling {
  x: Shape;
  size: readonly [number, number];
}

const margin = (x: Shape, [top, bottom, left, right]: number[], value = 0): Margin => ({
  x,
  attrs: { top, bottom, left, right, value },
});

// none, on each side alone, on all; cut off instead, by more than one side, all of it, and a margin beside what is cut
export const margins: Margin[] = [
  margin([1, 1, 1], [0, 0, 0, 0]),
  margin([2, 3, 5], [1, 0, 0, 0], 2.5),
  margin([2, 3, 5], [0, 2, 0, 0], -1),
  margin([2, 3, 5], [0, 0, 3, 0], 2.5),
  margin([2, 3, 5], [0, 0, 0, 7]),
  margin([3, 4, 7], [1, 2, 3, 4], 0.5),
  margin([3, 4, 7], [-1, -2, -3, -1]),
  margin([2, 5, 6], [-2, 3, 4, -5], 1.5),
  margin([1, 2, 3], [-3, 4, -4, 6], 1.5),
  margin([1, 3, 4], [5, -4, 6, -5], 1.5),
];

export const engineMargins: Margin[] = [
  margin([9, 3, 20], [1, 1, 2, 2], 3),
  margin([1, 1, 1003], [0, 0, 4, 5], 3),
  margin([40, 32, 30], [2, 2, 2, 2], -2),
  margin([3, 90, 130], [-5, 7, 3, -9], -2),
];

const to = (x: Shape, ...size: readonly [number, number]): Resampling => ({ x, size });

// the same size, one cell, cells side by side and cells that overlap, smaller and larger, one way and the other at once
export const resamplings: Resampling[] = [
  to([1, 1, 1, 1], 1, 1),
  to([1, 2, 3, 5], 3, 5),
  to([2, 3, 5, 7], 1, 1),
  to([2, 3, 6, 8], 3, 2),
  to([2, 2, 7, 10], 3, 4),
  to([1, 2, 3, 5], 6, 10),
  to([2, 1, 3, 4], 9, 8),
  to([1, 2, 5, 3], 7, 8),
  to([2, 1, 7, 3], 4, 9),
  to([1, 1, 13, 11], 12, 10),
];

export const engineResamplings: Resampling[] = [
  to([2, 1, 1, 9], 3, 1),
  to([3, 2, 9, 17], 18, 34),
  to([2, 3, 6, 5], 12, 15),
  to([9, 3, 24, 31], 7, 6),
  to([9, 3, 16, 15], 32, 30),
  to([9, 3, 14, 13], 31, 33),
  to([9, 3, 24, 32], 12, 16),
  to([9, 3, 24, 33], 8, 11),
];
