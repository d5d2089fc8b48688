// table.md: the numbers of a sweep as a page shows them.
import { LEAST_SEEDS } from '../study/bootstrap.js';
import { shares } from '../study/targets.js';
import type { Arm, Collected, Comparison, Measure, Savings } from './collected.js';
import { layerTable } from './layer-table.js';
import {
  chanceIn,
  markdown,
  meanIn,
  NONE,
  pairedIn,
  percent,
  points,
  ratio,
  reachedIn,
  seconds as secondsIn,
  share,
  statisticsIn,
  targetIn,
  whole,
} from './words.js';

/** All tables, each under what it says. */
export function tablesOf(collected: Collected): string {
  const parts = [
    intro(collected),
    '## Arms',
    armTable(collected.arms),
    '## To fixed targets',
    timeSection(collected),
    comparisonSection(collected),
    bestSection(collected),
    layerTable(collected.arms),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function intro({ command, smoothing, settings }: Collected): string {
  const { model = null, dataset = null } = settings;
  const what = [model, dataset].filter((name) => name !== null).join(' on ');
  const { updates, evaluations } = smoothing;
  const back = (count: number, unit: string, how: string) =>
    count === 1 ? `each ${unit} as it is` : `the ${how} of the last ${count} ${unit}s`;
  return `${what === '' ? '' : `${what}. `}\`${command}\`

Times to targets are read from ${back(evaluations, 'evaluation', 'median')}, and for the training loss from ${back(updates, 'update', 'mean')}.
Intervals are of 95 %, by drawing seeds anew; fewer than ${LEAST_SEEDS} pairs of seeds give none.`;
}

function armTable(arms: readonly Arm[]): string {
  const rows = arms.map((arm) => [
    arm.name,
    runsIn(arm),
    meanIn(arm.final.running, percent),
    meanIn(arm.final.precise, percent),
    meanIn(arm.stepMs, (value) => value.toFixed(0)),
    arm.parameters === null ? NONE : whole(arm.parameters),
  ]);
  const header = ['arm', 'runs', 'final accuracy, running (%)', 'precise (%)', 'ms an update', 'parameters'];
  return markdown(header, rows);
}

/** '5', or '4 of 6: 1 diverged, 1 missing'. */
export function runsIn({ counts }: Arm): string {
  const { finished, ...others } = counts;
  const rest = Object.entries(others).filter(([, count]) => count > 0);
  if (rest.length === 0) return String(finished);
  const all = rest.reduce((sum, [, count]) => sum + count, finished);
  return `${finished} of ${all}: ${rest.map(([status, count]) => `${count} ${status}`).join(', ')}`;
}

/** The measures that the sweep has targets of, in their order, with the positions of these. */
export function measuresOf({ targets }: Collected): { measure: Measure; places: number[] }[] {
  const places = (measure: Measure) =>
    targets.flatMap((target, i) => (target.measure === measure ? [i] : []));
  return (['precise', 'running', 'training'] as const)
    .map((measure) => ({ measure, places: places(measure) }))
    .filter((found) => found.places.length > 0);
}

export const titleOf = (measure: Measure) =>
  measure === 'training' ? 'Smoothed training loss' : `Test accuracy, ${statisticsIn[measure]}`;

function timeSection(collected: Collected): string {
  const tables = measuresOf(collected).map(({ measure, places }) => {
    const header = ['arm', ...places.map((i) => targetIn(collected.targets[i]))];
    const rows = collected.arms.map((arm) => [arm.name, ...places.map((i) => timeIn(arm.times[i]))]);
    return `${titleOf(measure)}:\n\n${markdown(header, rows)}`;
  });
  if (tables.length === 0) return 'No run has come to its end.';
  const legend = 'Median updates, median seconds of updates, and how many of the runs that ended were there.';
  return [`${legend} ${ruleOf(collected)}`, ...tables].join('\n\n');
}

export function ruleOf({ targets }: Collected): string {
  const accuracies = targets.filter(({ measure }) => measure !== 'training');
  const given = accuracies.some(({ share }) => share === null);
  const list = `${shares.map((share) => whole(100 * share)).join(', ')} %`;
  const how = given ? 'were given' : `are ${list} of the lowest of the arms' mean final accuracies`;
  return `Accuracies ${how}; losses are ${list} of the way from the first loss to the highest of the arms' mean final ones.`;
}

/** '612, 71 s, 5 of 5'; '≤' where half of the runs or more began there. */
export function timeIn({ runs, reached, atFirst, updates, seconds }: Arm['times'][number]): string {
  if (updates === null) return NONE;
  if (updates === 'never') return `never, ${reached} of ${runs.length}`;
  const sign = 2 * atFirst >= runs.length ? '≤ ' : '';
  return `${sign}${whole(updates)}, ${reachedIn(seconds, secondsIn)} s, ${reached} of ${runs.length}`;
}

function comparisonSection(collected: Collected): string {
  const { comparisons, baseline } = collected;
  if (comparisons.length === 0) return '';
  const finals = markdown(
    ['arm', 'running (points)', 'precise (points)'],
    comparisons.map(({ arm, final }) => [
      arm,
      pairedIn(final.running, points),
      pairedIn(final.precise, points),
    ]),
  );
  const times = measuresOf(collected).flatMap(({ measure, places }) =>
    (['updates', 'seconds'] as const).map((unit) => {
      const header = ['arm', ...places.map((i) => targetIn(collected.targets[i]))];
      const rows = comparisons.map(({ arm, times }) => [arm, ...places.map((i) => ratioIn(times[i], unit))]);
      return `${titleOf(measure)}, ${unit}:\n\n${markdown(header, rows)}`;
    }),
  );
  return [
    `## Beside ${baseline}`,
    'Final accuracy, difference of runs with the same seed: median and interval.',
    finals,
    `Times to targets, divided by those of ${baseline} with the same seed: below 1 is faster.`,
    ...times,
  ].join('\n\n');
}

export function ratioIn(time: Comparison['times'][number], unit: 'updates' | 'seconds'): string {
  const neither = time.neither === 0 ? '' : `; neither in ${time.neither}`;
  return `${pairedIn(time[unit], ratio)}${neither}`;
}

function bestSection({ comparisons, baseline }: Collected): string {
  if (comparisons.length === 0) return '';
  const rows = comparisons.flatMap(({ arm, best }) =>
    (['precise', 'running'] as const).map((statistics) => {
      const { arm: forward, baseline: back, null: equal } = best[statistics];
      const simulated = equal
        ? `${share(equal.reached)} reach, ${share(equal.mean)} saved, ${percent(equal.paper)} % of pairs save 31 %`
        : NONE;
      return [arm, statistics, savingsIn(forward), savingsIn(back), simulated];
    }),
  );
  return [
    "## Updates to the other's best accuracy",
    `The paper's measure, curves not smoothed: pairs that reach it, the mean share of updates that these save, and how often equal methods save as much on average.`,
    markdown(
      ['arm', 'statistics', `arm to best of ${baseline}`, `${baseline} to best of arm`, 'equal methods'],
      rows,
    ),
  ].join('\n\n');
}

export function savingsIn({ pairs, reached, mean, chance }: Savings): string {
  if (pairs.length === 0) return NONE;
  const saved = mean === null ? '' : `, ${share(mean)}`;
  const often = chance === null ? '' : `, ${chanceIn(chance)}`;
  return `${reached} of ${pairs.length}${saved}${often}`;
}
