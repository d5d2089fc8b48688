// What the distances of a run come to.
import type { DistanceNumbers, Metric, Statistics } from '../run/metrics.js';

/** Distances of the last evaluations of a run, whose mean says more than the best. */
const LAST = 5;

/** Means over the last evaluations. */
export interface LastDistances {
  /** How many there are. */
  count: number;
  frechet: number;
  kid: number;
  floor: DistanceNumbers;
}

/** The means over the last five evaluations by each kind of statistics, as far as there are any. */
export function lastDistances(metrics: readonly Metric[]): Partial<Record<Statistics, LastDistances>> {
  const all = metrics.filter((metric) => metric.kind === 'distance');
  const entries = (['running', 'precise'] as const).flatMap((statistics) => {
    const last = all.filter((metric) => metric.statistics === statistics).slice(-LAST);
    if (last.length === 0) return [];
    const mean = (name: 'frechet' | 'kid') =>
      last.reduce((sum, metric) => sum + metric[name], 0) / last.length;
    const { floor } = last[0];
    return [[statistics, { count: last.length, frechet: mean('frechet'), kid: mean('kid'), floor }] as const];
  });
  return Object.fromEntries(entries);
}
