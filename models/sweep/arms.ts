// What is measured of an arm.
import { meanCurve } from '../study/curves.js';
import { fallsTo, type Points, reaches } from '../study/reach.js';
import { trailingMedian } from '../study/smooth.js';
import { deviation, mean, median } from '../study/summary.js';
import { type Arm, type ArmTime, type Reached, type Summary, statuses, type Target } from './collected.js';
import { descentOf, layersOf } from './diagnostics.js';
import { type bothStatistics, type RunCurves, secondsAt } from './run-curves.js';

/** The runs of an arm. */
export interface ArmRuns {
  name: string;
  settings: Arm['settings'];
  runs: RunCurves[];
}

/** Runs that came to an end: measures are of these alone, since of others it is not known what they would have reached. */
export const ended = (runs: readonly RunCurves[]): RunCurves[] =>
  runs.filter(({ status }) => status === 'finished' || status === 'diverged');

/** Infinity in words. */
export const reachedOf = (value: number): Reached => (value === Number.POSITIVE_INFINITY ? 'never' : value);

/** The number of each kind, and what was measured of those that came to an end. `back` is how far medians go back. */
export function measureArm({ name, settings, runs }: ArmRuns, targets: readonly Target[], back: number): Arm {
  const over = (of: (run: RunCurves) => Points) => meanCurve(runs.map(of));
  const both = <T>(of: (statistics: (typeof bothStatistics)[number]) => T) => ({
    running: of('running'),
    precise: of('precise'),
  });
  const count = (status: string) => runs.filter((run) => run.status === status).length;
  return {
    name,
    settings,
    counts: Object.fromEntries(statuses.map((status) => [status, count(status)])) as Arm['counts'],
    parameters: (runs.find(({ config }) => config)?.config?.parameters as number | undefined) ?? null,
    final: both((statistics) => summaryOf(runs.map(({ final }) => final[statistics]))),
    stepMs: summaryOf(runs.map(stepMs)),
    times: targets.map((target) => armTime(ended(runs), target, back)),
    accuracy: both((statistics) => over(({ accuracy }) => accuracy[statistics])),
    testLoss: both((statistics) => over(({ testLoss }) => testLoss[statistics])),
    trainLoss: over(({ trainLoss }) => trainLoss),
    layers: layersOf(runs.map(({ metrics }) => metrics)),
    descent: descentOf(runs.map(({ metrics }) => metrics)),
  };
}

/** The curve that a time is read from. Medians begin where more than half of what they are of is there. */
function curveOf({ trainLoss, accuracy }: RunCurves, measure: Target['measure'], back: number): Points {
  if (measure === 'training') return trainLoss;
  const { x, y } = accuracy[measure];
  const first = (back - 1) / 2;
  return { x: x.slice(first), y: trailingMedian(y, back).slice(first) };
}

/** Updates in which a run reaches a target; Infinity where it does not. */
export function updatesTo(run: RunCurves, { measure, value }: Target, back: number): number {
  const curve = curveOf(run, measure, back);
  return measure === 'training' ? fallsTo(curve, value) : reaches(curve, value);
}

function armTime(runs: readonly RunCurves[], target: Target, back: number): ArmTime {
  const updates = runs.map((run) => updatesTo(run, target, back));
  const seconds = runs.map((run, i) => secondsAt(run, updates[i]));
  const first = (run: RunCurves) => curveOf(run, target.measure, back).x[0];
  return {
    runs: runs.map(({ seed }, i) => ({
      seed,
      updates: reachedOf(updates[i]),
      seconds: reachedOf(seconds[i]),
    })),
    reached: updates.filter(Number.isFinite).length,
    atFirst: runs.filter((run, i) => updates[i] === first(run)).length,
    updates: runs.length === 0 ? null : reachedOf(median(updates)),
    seconds: runs.length === 0 ? null : reachedOf(median(seconds)),
  };
}

/** Of the values that there are. */
function summaryOf(values: readonly (number | null)[]): Summary {
  const known = values.filter((value) => value !== null);
  return {
    runs: known.length,
    mean: known.length > 0 ? mean(known) : null,
    deviation: known.length > 1 ? deviation(known) : null,
  };
}

function stepMs({ status, clock: { x, y } }: RunCurves): number | null {
  return status === 'finished' ? (1000 * y.at(-1)!) / x.length : null;
}
