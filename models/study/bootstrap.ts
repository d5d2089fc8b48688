// Intervals by the bootstrap: how much would a median differ, had other seeds been drawn?
import { createRandom } from '../../lib/index.js';

/** Below this many seeds there is no interval of 95 %: the range of 4 covers a median in 7 of 8 cases, that of 5 in 15 of 16. */
export const LEAST_SEEDS = 5;

/** How often seeds are drawn anew. */
const RESAMPLES = 20_000;

/** What lies beyond each end of an interval of 95 %. */
const TAIL = 0.025;

/** Two positions in the middle of sorted values, and how often they were drawn. */
interface Middle {
  low: number;
  high: number;
  count: number;
}

/** By the number of values: which of them, in order, are in the middle of values drawn from them with repetition. */
const drawn = new Map<number, readonly Middle[]>();

function middles(n: number): readonly Middle[] {
  const known = drawn.get(n);
  if (known) return known;
  const random = createRandom('bootstrap').fork(n);
  const found = new Map<number, Middle>();
  for (let i = 0; i < RESAMPLES; i++) {
    const draw = Uint32Array.from({ length: n }, () => random.integer(n)).sort();
    const [low, high] = [draw[Math.ceil(n / 2) - 1], draw[Math.floor(n / 2)]];
    const middle = found.get(low * n + high) ?? { low, high, count: 0 };
    middle.count++;
    found.set(low * n + high, middle);
  }
  drawn.set(n, [...found.values()]);
  return drawn.get(n)!;
}

/**
 * The interval of 95 % for the median of what the values are a sample of, one of each seed: the percentiles of medians of values
 * drawn with repetition. Of 5 values that is their range. Infinity stands for what was never reached. Null where
 * there are fewer than {@link LEAST_SEEDS}.
 */
export function medianInterval(values: readonly number[]): readonly [number, number] | null {
  if (values.length < LEAST_SEEDS) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const medians = middles(values.length)
    .map(({ low, high, count }) => ({ value: (sorted[low] + sorted[high]) / 2, count }))
    .toSorted((a, b) => (a.value < b.value ? -1 : 1));
  return [beyond(medians), beyond(medians.reverse())];
}

/** The first value that more than the tail is not beyond. */
function beyond(medians: readonly { value: number; count: number }[]): number {
  let passed = 0;
  for (const { value, count } of medians) {
    passed += count;
    if (passed > TAIL * RESAMPLES) return value;
  }
  return Number.NaN;
}
