// Smoothing of noisy curves. What a time is read from looks back only: a value must not know those after it.
import { median } from './summary.js';

/** The mean of each value and the window − 1 before it; of fewer at the start. */
export function trailingMean(values: readonly number[], window: number): number[] {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (i >= window ? values[i - window] : 0);
    return sum / Math.min(i + 1, window);
  });
}

/**
 * The median of each value and the window − 1 before it. What is not there, before the first, counts as less than all: so no
 * value alone makes a median. -Infinity until half the window is there.
 */
export function trailingMedian(values: readonly number[], window: number): number[] {
  const all = [...Array<number>(window - 1).fill(Number.NEGATIVE_INFINITY), ...values];
  return values.map((_, i) => median(all.slice(i, i + window)));
}

/**
 * Each value on the straight line that fits it and its neighbours best, `half` on each side. Near an end the window has as many,
 * but not around the value. Within, that is the mean of the window; a straight line stays what it is.
 */
export function runningLine(values: readonly number[], half: number): number[] {
  const size = Math.min(values.length, 2 * half + 1);
  return values.map((_, i) => {
    const first = Math.max(0, Math.min(i - half, values.length - size));
    return onLine(values.slice(first, first + size), i - first);
  });
}

/** Where the line of least squares through the values has its value at position x. */
function onLine(values: readonly number[], x: number): number {
  const middle = (values.length - 1) / 2;
  let [sum, products, squares] = [0, 0, 0];
  for (const [i, value] of values.entries()) {
    sum += value;
    products += (i - middle) * value;
    squares += (i - middle) ** 2;
  }
  const slope = squares === 0 ? 0 : products / squares;
  return sum / values.length + slope * (x - middle);
}
