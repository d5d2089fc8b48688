// The paper's measure: how much sooner does one method reach the best accuracy of the other?
import { createRandom } from '../../lib/index.js';
import type { Points } from './reach.js';
import { runningLine } from './smooth.js';
import { deviation, mean } from './summary.js';

/**
 * 1 − (updates in which the challenger reaches the other's best) / (updates in which the other first had it);
 * null where it does not. Negative where the challenger comes later.
 */
export function saving(challenger: Points, other: Points): number | null {
  const best = Math.max(...other.y);
  const reached = challenger.y.findIndex((value) => value >= best);
  return reached === -1 ? null : 1 - challenger.x[reached] / other.x[other.y.indexOf(best)];
}

/** The mean saving of pairs, 0 where the challenger does not reach the other's best. */
export function meanSaving(savings: readonly (number | null)[]): number {
  return mean(savings.map((value) => value ?? 0));
}

/** How runs of one method differ: about a curve that they share. */
export interface Noise {
  /** The accuracies that are expected, by evaluation. */
  curve: number[];
  /** Standard deviation of an evaluation. */
  noise: number;
  /** Standard deviation of a run's distance from the curve. */
  seeds: number;
}

/** Evaluations that noise can be told from. */
const LEAST_EVALUATIONS = 6;

/**
 * Estimates a method's noise from the accuracies of its runs, evaluated at the same updates; null of fewer than two, or with fewer than 6 evaluations. The curve is the runs' mean, smoothed.
 * In the later half, where it is flat, second differences tell the noise of an evaluation, a − 2b + c having a variance of 6σ²,
 * and the runs' means there, less that, their distance.
 */
export function estimateNoise(runs: readonly (readonly number[])[]): Noise | null {
  const count = Math.min(...runs.map((run) => run.length));
  if (runs.length < 2 || count < LEAST_EVALUATIONS) return null;
  const means = Array.from({ length: count }, (_, i) => mean(runs.map((run) => run[i])));
  const later = runs.map((run) => run.slice(Math.floor(count / 2), count));
  const bends = later.flatMap((run) => run.slice(2).map((c, i) => (run[i] - 2 * run[i + 1] + c) ** 2));
  const variance = mean(bends) / 6;
  const between = deviation(later.map(mean)) ** 2 - variance / later[0].length;
  return {
    curve: runningLine(means, Math.ceil(count / 10)),
    noise: Math.sqrt(variance),
    seeds: Math.sqrt(Math.max(0, between)),
  };
}

/** Pairs of runs that are simulated. */
const PAIRS = 5000;

/** The savings of pairs of runs of one and the same method, the first of each being the challenger. */
export function equalSavings(x: readonly number[], { curve, noise, seeds }: Noise): (number | null)[] {
  const random = createRandom('equal methods');
  const run = () => {
    const distance = seeds * random.normal();
    return { x, y: curve.map((value) => value + distance + noise * random.normal()) };
  };
  return Array.from({ length: PAIRS }, () => saving(run(), run()));
}

/** Share of simulated sweeps, of as many pairs as are observed, whose mean saving is at least as large. */
export function chanceOf(
  observed: readonly (number | null)[],
  simulated: readonly (number | null)[],
): number {
  const [size, least] = [observed.length, meanSaving(observed)];
  const sweeps = Array.from({ length: Math.floor(simulated.length / size) }, (_, i) =>
    meanSaving(simulated.slice(i * size, (i + 1) * size)),
  );
  return sweeps.filter((value) => value >= least).length / sweeps.length;
}
