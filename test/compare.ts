// How two arrays of values are compared: by the worst difference, relative to the largest expected entry.
import { numel, type Shape } from '../lib/shape.js';

/** Where two arrays differ most. */
export interface Difference {
  /** |got − expected| / the largest finite |expected|, or the plain difference where that is 0. */
  error: number;
  index: number[];
  got: number;
  expected: number;
}

/** The worst entry; NaN and infinities are infinitely wrong unless both are the same. */
export function worstDifference(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  shape: Shape,
): Difference {
  let scale = 0;
  let worst = 0;
  let largest = -1;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
    const d = difference(got[i], expected[i]);
    if (d > largest) [worst, largest] = [i, d];
  }
  const error = largest > 0 ? largest / (scale || 1) : 0;
  return { error, index: unravel(worst, shape), got: got[worst], expected: expected[worst] };
}

function difference(got: number, expected: number): number {
  if (Object.is(got, expected) || got === expected) return 0;
  const d = Math.abs(got - expected);
  return Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
}

/** The index of a flat position. */
export function unravel(flat: number, shape: Shape): number[] {
  return shape.map((size, axis) => Math.floor(flat / numel(shape.slice(axis + 1))) % size);
}
