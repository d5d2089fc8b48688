// An arm beside the baseline, seed by seed.

import type { Statistics } from '../run/metrics.js';
import { chanceOf, equalSavings, estimateNoise, type Noise, saving } from '../study/best.js';
import { medianInterval } from '../study/bootstrap.js';
import { mean, median } from '../study/summary.js';
import { type ArmRuns, ended, reachedOf, updatesTo } from './arms.js';
import type { BestMeasure, BestNull, Comparison, Paired, Savings, Target } from './collected.js';
import { type RunCurves, secondsAt } from './run-curves.js';

/** Two runs of the same seed. */
interface Pair {
  seed: number;
  ours: RunCurves;
  theirs: RunCurves;
}

/** A saving of at least this much is what the paper claims. */
const CLAIM = 0.31;

/** What two methods that are equal to the baseline show of the paper's measure. */
export interface Equal {
  noise: Noise;
  savings: (number | null)[];
}

/** Simulated for the runs of the baseline; null where their noise cannot be estimated. */
export function equalTo({ runs }: ArmRuns, statistics: Statistics): Equal | null {
  const curves = runs
    .filter(({ status }) => status === 'finished')
    .map(({ accuracy }) => accuracy[statistics]);
  const noise = estimateNoise(curves.map(({ y }) => y));
  return noise && { noise, savings: equalSavings(curves[0].x, noise) };
}

/** The comparison of an arm with the baseline; `back` is how far medians go back. */
export function compare(
  arm: ArmRuns,
  baseline: ArmRuns,
  targets: readonly Target[],
  back: number,
  equal: Record<Statistics, Equal | null>,
): Comparison {
  const pairs = pairsOf(arm, baseline);
  const both = <T>(of: (statistics: Statistics) => T) => ({ running: of('running'), precise: of('precise') });
  return {
    arm: arm.name,
    final: both((statistics) => finalDifferences(pairs, statistics)),
    times: targets.map((target) => timesOf(pairs, target, back)),
    best: both((statistics) => bestOf(pairs, statistics, equal[statistics])),
  };
}

function pairsOf(arm: ArmRuns, baseline: ArmRuns): Pair[] {
  const others = new Map(ended(baseline.runs).map((run) => [run.seed, run]));
  return ended(arm.runs).flatMap((ours) => {
    const theirs = others.get(ours.seed);
    return theirs ? [{ seed: ours.seed, ours, theirs }] : [];
  });
}

function paired(pairs: readonly { seed: number; value: number }[]): Paired {
  const values = pairs.map(({ value }) => value);
  const interval = medianInterval(values);
  return {
    pairs: pairs.map(({ seed, value }) => ({ seed, value: reachedOf(value) })),
    median: values.length === 0 ? null : reachedOf(median(values)),
    interval: interval && [reachedOf(interval[0]), reachedOf(interval[1])],
  };
}

function finalDifferences(pairs: readonly Pair[], statistics: Statistics): Paired {
  const differences = pairs.flatMap(({ seed, ours, theirs }) => {
    const [a, b] = [ours.final[statistics], theirs.final[statistics]];
    return a === null || b === null ? [] : [{ seed, value: a - b }];
  });
  return paired(differences);
}

function timesOf(pairs: readonly Pair[], target: Target, back: number): Comparison['times'][number] {
  const reached = pairs
    .map((pair) => ({
      ...pair,
      a: updatesTo(pair.ours, target, back),
      b: updatesTo(pair.theirs, target, back),
    }))
    .filter(({ a, b }) => Number.isFinite(a) || Number.isFinite(b));
  const ratios = (of: (run: RunCurves, updates: number) => number) =>
    paired(reached.map(({ seed, ours, theirs, a, b }) => ({ seed, value: of(ours, a) / of(theirs, b) })));
  return {
    updates: ratios((_, updates) => updates),
    seconds: ratios(secondsAt),
    neither: pairs.length - reached.length,
  };
}

function bestOf(pairs: readonly Pair[], statistics: Statistics, equal: Equal | null): BestMeasure {
  const measured = pairs.filter(({ ours, theirs }) =>
    [ours, theirs].every((run) => run.final[statistics] !== null),
  );
  const savings = (challenger: 'ours' | 'theirs', other: 'ours' | 'theirs') =>
    measured.map((pair) => ({
      seed: pair.seed,
      saving: saving(pair[challenger].accuracy[statistics], pair[other].accuracy[statistics]),
    }));
  // A method that is evaluated at other updates, or more often, has another chance.
  const alike = measured.every(
    ({ ours, theirs }) => String(ours.accuracy[statistics].x) === String(theirs.accuracy[statistics].x),
  );
  const simulated = alike ? equal : null;
  return {
    arm: savingsOf(savings('ours', 'theirs'), simulated),
    baseline: savingsOf(savings('theirs', 'ours'), simulated),
    null: simulated && nullOf(simulated),
  };
}

function savingsOf(pairs: Savings['pairs'], equal: Equal | null): Savings {
  const all = pairs.map(({ saving }) => saving);
  const reached = all.filter((value) => value !== null);
  return {
    pairs,
    reached: reached.length,
    mean: reached.length === 0 ? null : mean(reached),
    chance: equal && all.length > 0 ? chanceOf(all, equal.savings) : null,
  };
}

function nullOf({ noise, savings }: Equal): BestNull {
  const reached = savings.filter((value) => value !== null);
  return {
    noise: noise.noise,
    seeds: noise.seeds,
    reached: reached.length / savings.length,
    mean: mean(reached),
    paper: reached.filter((value) => value >= CLAIM).length / savings.length,
  };
}
