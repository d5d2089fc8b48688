// The curves of a run, as times and means are read from.

import type { EvalMetric, Metric, Statistics } from '../run/metrics.js';
import { type Points, valueAt } from '../study/reach.js';
import { trailingMean } from '../study/smooth.js';
import { mean } from '../study/summary.js';
import type { Smoothing } from './collected.js';
import { evaluationsOf, type RunRecord, updatesOf } from './record.js';

export const bothStatistics = ['running', 'precise'] as const satisfies readonly Statistics[];

/** A run's curves by updates. */
export interface RunCurves extends RunRecord {
  accuracy: Record<Statistics, Points>;
  testLoss: Record<Statistics, Points>;
  /** Trailing mean. */
  trainLoss: Points;
  /** Loss of the first batch; NaN where there is none. */
  firstLoss: number;
  /** Seconds of updates alone. */
  clock: Points;
  final: Record<Statistics, number | null>;
}

/** Evaluations of a finished run that its final accuracy is the mean of: those in the last tenth of its updates. */
const FINAL = 0.1;

/** Epochs of a run from which on one is the window of its training loss. */
const EPOCHS = 4;

/**
 * How strongly the curves of these runs are smoothed: over about a twentieth of the evaluations; over an epoch, within which
 * training loss hardly falls, to fall where the next begins; or in short runs over a fiftieth of the updates.
 */
export function smoothingOf(records: readonly RunRecord[]): Omit<Smoothing, 'points'> {
  const most = (counts: number[]) => Math.max(0, ...counts);
  const updates = most(records.map(({ config }) => config?.totalSteps ?? 0));
  const epoch = most(
    records.map(({ metrics }) => updatesOf(metrics).filter((update) => update.epoch === 1).length),
  );
  const evaluations = most(records.map(({ metrics }) => evaluatedBy(metrics, 'running').length));
  return {
    updates: EPOCHS * epoch <= updates ? epoch : Math.max(1, Math.round(updates / 50)),
    evaluations: 2 * Math.floor(evaluations / 40) + 1,
  };
}

/** The curves of what a run has recorded. */
export function curvesOf(record: RunRecord, window: number): RunCurves {
  const train = updatesOf(record.metrics);
  const x = train.map(({ step }) => step);
  const losses = train.map(({ loss }) => loss);
  const batch = record.config?.batchSize ?? Number.NaN;
  const clock = sums(train.map(({ images_per_s }) => batch / images_per_s));
  const both = <T>(of: (statistics: Statistics) => T) => ({ running: of('running'), precise: of('precise') });
  return {
    ...record,
    accuracy: both((statistics) => pointsOf(evaluatedBy(record.metrics, statistics), 'accuracy')),
    testLoss: both((statistics) => pointsOf(evaluatedBy(record.metrics, statistics), 'loss')),
    trainLoss: { x, y: trailingMean(losses, window) },
    firstLoss: losses[0] ?? Number.NaN,
    clock: { x, y: clock },
    final: both((statistics) => finalOf(record, statistics)),
  };
}

/** Of each value and all before it. */
function sums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}

/** Seconds of the first updates of a run. */
export const secondsAt = ({ clock }: RunCurves, updates: number): number => valueAt(clock, updates);

function evaluatedBy(metrics: readonly Metric[], statistics: Statistics): EvalMetric[] {
  return evaluationsOf(metrics).filter((metric) => metric.statistics === statistics);
}

function pointsOf(evaluations: readonly EvalMetric[], of: 'accuracy' | 'loss'): Points {
  return { x: evaluations.map(({ step }) => step), y: evaluations.map((metric) => metric[of]) };
}

function finalOf({ status, config, metrics }: RunRecord, statistics: Statistics): number | null {
  if (status !== 'finished') return null;
  const last = evaluatedBy(metrics, statistics).filter(({ step }) => step > (1 - FINAL) * config!.totalSteps);
  return last.length === 0 ? null : mean(last.map(({ accuracy }) => accuracy));
}
