// From what runs have recorded to what is known of the sweep.
import { DataError } from '../../lib/index.js';
import { UsageError } from '../run/errors.js';
import { mean } from '../study/summary.js';
import { accuracyTargets, lossTargets, shares } from '../study/targets.js';
import { apart, differing, nameOf } from './arm-names.js';
import { type ArmRuns, ended, measureArm } from './arms.js';
import type { Collected, CollectedRun, Setting, Target } from './collected.js';
import { compare, equalTo } from './compare.js';
import type { RunRecord } from './record.js';
import { bothStatistics, curvesOf, type RunCurves, smoothingOf } from './run-curves.js';

/** What may be chosen. */
export interface GatherOptions {
  /** The arm that others are compared with; by default the first with BN, or the first, not all of whose runs diverged. */
  baseline?: string;
  /** Accuracies to be reached, 0 … 1, in place of those by the rule. */
  targets?: readonly number[];
}

/** All that is known of a sweep, curves with all their points. @throws UsageError where there is no such baseline */
export function gather(
  command: string,
  records: readonly RunRecord[],
  { baseline, targets: given }: GatherOptions = {},
): Collected {
  const smoothing = smoothingOf(records);
  const arms = armsOf(records.map((record) => curvesOf(record, smoothing.updates)));
  const targets = targetsOf(arms, given);
  const back = smoothing.evaluations;
  const base = baselineOf(arms, baseline);
  const equal = { running: equalTo(base, 'running'), precise: equalTo(base, 'precise') };
  const others = arms.filter((arm) => arm !== base);
  return {
    version: 1,
    command,
    settings: sharedSettings(records),
    chance: chanceOf(records),
    smoothing: { ...smoothing, points: Number.MAX_SAFE_INTEGER },
    runs: arms.flatMap(summaries).toSorted((a, b) => a.index - b.index),
    arms: arms.map((arm) => measureArm(arm, targets, back)),
    baseline: base.name,
    targets,
    comparisons: others.map((arm) => compare(arm, base, targets, back, equal)),
  };
}

/** In the order of their first runs. @throws DataError where two runs of an arm have the same seed */
function armsOf(runs: readonly RunCurves[]): ArmRuns[] {
  const names = differing(runs.map(({ run }) => run));
  const arms = new Map<string, ArmRuns>();
  for (const run of runs) {
    const settings = apart(run.run, names);
    const name = nameOf(settings, run.run.settings.norm);
    const arm = arms.get(name) ?? { name, settings, runs: [] };
    const twin = arm.runs.find(({ seed }) => seed === run.seed);
    if (twin)
      throw new DataError(`sweep.json: runs ${twin.run.name} and ${run.run.name} have the same settings`);
    arm.runs.push(run);
    arms.set(name, arm);
  }
  return [...arms.values()];
}

function baselineOf(arms: readonly ArmRuns[], name?: string): ArmRuns {
  if (name === undefined) {
    const some = arms.filter(({ runs }) => runs.some(({ status }) => status !== 'diverged'));
    return some.find(({ runs }) => normOf(runs[0]) === 'bn') ?? some[0] ?? arms[0];
  }
  const found = arms.find((arm) => arm.name === name);
  if (found) return found;
  const there = arms.map((arm) => `'${arm.name}'`).join(', ');
  throw new UsageError(`--baseline ${name}: no such arm, there are ${there}`);
}

const normOf = ({ run, config }: RunCurves) => config?.norm ?? run.settings.norm;

/** Of each measure, the nearest first. */
function targetsOf(arms: readonly ArmRuns[], given?: readonly number[]): Target[] {
  const means = (of: (run: RunCurves) => number | null) =>
    arms
      .map(({ runs }) => runs.map(of).filter((value) => value !== null))
      .filter((values) => values.length > 0)
      .map(mean);
  const byRule = (measure: Target['measure'], values: number[]): Target[] =>
    values.map((value, i) => ({ measure, value, share: shares[i] }));
  const accuracies = bothStatistics.flatMap((measure): Target[] => {
    const finals = means(({ final }) => final[measure]);
    if (!given || finals.length === 0) return byRule(measure, accuracyTargets(finals));
    return given.toSorted((a, b) => a - b).map((value) => ({ measure, value, share: null }));
  });
  const runs = arms.flatMap((arm) => ended(arm.runs)).filter(({ firstLoss }) => Number.isFinite(firstLoss));
  const start = mean(runs.map(({ firstLoss }) => firstLoss));
  const ends = means(({ status, trainLoss }) => (status === 'finished' ? trainLoss.y.at(-1)! : null));
  return [...accuracies, ...byRule('training', lossTargets(start, ends))];
}

function summaries({ name, runs }: ArmRuns): CollectedRun[] {
  return runs.map(({ run, seed, status, config, trainLoss, clock, final }) => ({
    index: run.index,
    name: run.name,
    arm: name,
    seed,
    status,
    step: trainLoss.x.length,
    totalSteps: config?.totalSteps ?? null,
    seconds: clock.y.at(-1) ?? 0,
    loss: trainLoss.y.at(-1) ?? null,
    final,
  }));
}

/** What decides which run it is, and no more. */
const OWN = ['seed', 'out'];

function sharedSettings(records: readonly RunRecord[]): Record<string, Setting> {
  const configs = records.map(({ config }) => config).filter((config) => config !== null);
  if (configs.length === 0) return {};
  const same = (name: string) =>
    configs.every((config) => JSON.stringify(config[name]) === JSON.stringify(configs[0][name]));
  return Object.fromEntries(Object.entries(configs[0]).filter(([name]) => !OWN.includes(name) && same(name)));
}

function chanceOf(records: readonly RunRecord[]): number | null {
  const classes = records.find(({ config }) => config)?.config?.classes;
  return classes ? 1 / classes : null;
}
