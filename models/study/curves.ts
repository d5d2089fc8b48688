// Curves of several runs as one, and as few points as a file needs.
import type { Curve } from '../sweep/collected.js';
import type { Points } from './reach.js';
import { mean } from './summary.js';

/** By x, the mean over the curves that have a value there, the least, the greatest, and how many they are. */
export function meanCurve(curves: readonly Points[]): Curve {
  const at = new Map<number, number[]>();
  for (const { x, y } of curves) {
    for (const [i, step] of x.entries()) at.set(step, [...(at.get(step) ?? []), y[i]]);
  }
  const steps = [...at.keys()].toSorted((a, b) => a - b);
  const values = steps.map((step) => at.get(step)!);
  return {
    steps,
    mean: values.map(mean),
    low: values.map((of) => Math.min(...of)),
    high: values.map((of) => Math.max(...of)),
    runs: values.map((of) => of.length),
  };
}

/**
 * Which of `count` points are kept where no more than `most` may be: every one, or the last and every k-th before it, with the least
 * k that leaves few enough.
 */
export function kept(count: number, most: number): number[] {
  const k = Math.max(1, Math.ceil(count / most));
  const length = Math.ceil(count / k);
  return Array.from({ length }, (_, i) => count - 1 - (length - 1 - i) * k);
}
