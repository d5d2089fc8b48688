// Intervals by the bootstrap: how much would a median differ, had other seeds been drawn?
import { createRandom } from '../../lib/index.js';
import { median } from './summary.js';

/** Below this many seeds there is no interval of 95 %: even the range of 4 covers a median in 7 of 8 cases alone. */
export const LEAST_SEEDS = 5;

/** How often seeds are drawn anew. */
const RESAMPLES = 5000;

/** What lies beyond each end of an interval of 95 %. */
const TAIL = 0.025;

/** Draws for each number of seeds: all quantities of a study are judged by the same. */
const drawn = new Map<number, readonly number[][]>();

/** RESAMPLES times n positions below n, with repetition. */
function resamples(n: number): readonly number[][] {
  const known = drawn.get(n);
  if (known) return known;
  const random = createRandom('bootstrap').fork(n);
  const made = Array.from({ length: RESAMPLES }, () => Array.from({ length: n }, () => random.integer(n)));
  drawn.set(n, made);
  return made;
}

/**
 * The interval of 95 % for the median of what the values are a sample of, one of each seed: the percentiles of the medians of values
 * drawn with repetition. Of 5 values that is their range. Infinity stands for what was never reached. Null where
 * there are fewer than {@link LEAST_SEEDS}.
 */
export function medianInterval(values: readonly number[]): readonly [number, number] | null {
  if (values.length < LEAST_SEEDS) return null;
  const medians = Float64Array.from(resamples(values.length), (draw) => median(draw.map((i) => values[i])));
  medians.sort();
  const beyond = Math.floor(TAIL * RESAMPLES);
  return [medians[beyond], medians[RESAMPLES - 1 - beyond]];
}
