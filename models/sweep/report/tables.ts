// What the arms came to, and how they stand beside the baseline.

import { type Html, html, nothing } from '../../report/draw/html.js';
import { drawIntervals, type Row } from '../../report/draw/intervals.js';
import { figures } from '../../report/figure.js';
import { section, type TableRow, table } from '../../report/section.js';
import { LEAST_SEEDS } from '../../study/bootstrap.js';
import type { Collected, Comparison, Paired, Reached } from '../collected.js';
import { measuresOf, ratioIn, ruleOf, runsIn, savingsIn, timeIn, titleOf } from '../table.js';
import { meanIn, NONE, pairedIn, percent, points, ratio, statisticsIn, targetIn, whole } from '../words.js';
import { colorOf } from './arms.js';

const both = ['precise', 'running'] as const;

/** Final accuracies by arm. */
export function armsSection({ arms }: Collected): Html {
  const head = [
    'arm',
    'runs',
    'precise statistics, %',
    'running statistics, %',
    'ms an update',
    'parameters',
  ];
  const rows = arms.map((arm, group) => ({
    group,
    cells: [
      arm.name,
      runsIn(arm),
      meanIn(arm.final.precise, percent),
      meanIn(arm.final.running, percent),
      meanIn(arm.stepMs, (value) => value.toFixed(0)),
      arm.parameters === null ? NONE : whole(arm.parameters),
    ],
  }));
  return section(
    'Final accuracy',
    'Of the finished runs of each arm: mean and standard deviation of test accuracy.',
    table('Final accuracy', head, rows),
  );
}

/** The place of a comparison's arm among all. */
const placeOf = ({ arms }: Collected, { arm }: Comparison) => arms.findIndex(({ name }) => name === arm);

/** Differences from the baseline, seed by seed. */
export function differencesSection(collected: Collected): Html {
  const { comparisons, baseline } = collected;
  if (comparisons.length === 0) return nothing;
  const pictures = both.map((by) => {
    const rows = comparisons.map((one) =>
      rowOf(one.arm, one.final[by], 100, pairedIn(one.final[by], points), placeOf(collected, one)),
    );
    const title = `Final accuracy, ${statisticsIn[by]}`;
    return intervals(title, `points beside ${baseline}`, rows, 0);
  });
  return section(
    `Beside ${baseline}`,
    `Final accuracy, less that of ${baseline} with the same seed: every pair, their median (large), and its interval of 95 %
where there are ${LEAST_SEEDS} pairs or more.`,
    pictures.every((one) => one === nothing)
      ? html`<p>No pair of runs has come to its end.</p>`
      : figures(pictures),
  );
}

/** Values of pairs as a row of a picture. */
function rowOf(
  name: string,
  { pairs, median, interval }: Paired,
  factor: number,
  words: string,
  place: number,
): Row {
  const number = (value: Reached) => (value === 'never' ? Number.POSITIVE_INFINITY : factor * value);
  return {
    ...{ name, words, color: colorOf(place), group: place },
    values: pairs.map(({ value }) => number(value)),
    median: median === null ? null : number(median),
    interval: interval && [number(interval[0]), number(interval[1])],
  };
}

function intervals(title: string, note: string, rows: readonly Row[], same: number, log = false): Html {
  const some = rows.filter(({ values }) => values.length > 0);
  if (some.length === 0) return nothing;
  return html`<figure class="intervals"><figcaption>${title}<span class="note">${note}</span></figcaption>
${drawIntervals(title, some, same, log)}</figure>`;
}

/** Updates and seconds to fixed targets. */
export function targetsSection(collected: Collected): Html {
  const { arms, comparisons, baseline, targets } = collected;
  const tables = measuresOf(collected).map(({ measure, places }) => {
    const head = ['arm', ...places.map((i) => targetIn(targets[i]))];
    const reached = arms.map((arm, group) => ({
      ...{ group, cells: [arm.name, ...places.map((i) => timeIn(arm.times[i]))] },
    }));
    const beside = (unit: 'updates' | 'seconds') =>
      comparisons.map((one) => ({
        group: placeOf(collected, one),
        cells: [one.arm, ...places.map((i) => ratioIn(one.times[i], unit))],
      }));
    return html`<h3>${titleOf(measure)}</h3>
${table(`${titleOf(measure)}, times`, head, reached)}
${figures(ratios(collected, places))}
${comparisons.length > 0 ? ratioTables(titleOf(measure), head, beside) : nothing}`;
  });
  return section(
    'To fixed targets',
    `Median updates, median seconds of updates, and how many of the runs that ended were there; the others count as never.
${ruleOf(collected)}${comparisons.length > 0 ? ` Ratios are to ${baseline} with the same seed: below 1 is faster.` : ''}`,
    tables.length > 0 ? html`${tables}` : html`<p>No run has come to its end.</p>`,
  );
}

function ratioTables(
  title: string,
  head: readonly string[],
  beside: (unit: 'updates' | 'seconds') => readonly TableRow[],
): Html {
  const each = (['updates', 'seconds'] as const).map(
    (unit) => html`<h4>Ratios of ${unit}</h4>
${table(`${title}, ratios of ${unit}`, head, beside(unit))}`,
  );
  return html`${each}`;
}

/** Ratios of updates, a picture a target. */
function ratios(collected: Collected, places: readonly number[]): Html[] {
  const { comparisons, baseline, targets } = collected;
  return places.map((i) => {
    const rows = comparisons.map((one) => {
      const { updates } = one.times[i];
      return rowOf(one.arm, updates, 1, pairedIn(updates, ratio), placeOf(collected, one));
    });
    return intervals(`Updates to ${targetIn(targets[i])}`, `ratio to ${baseline}`, rows, 1, true);
  });
}

/** The paper's measure, in both directions, beside what equal methods show. */
export function bestSection(collected: Collected): Html {
  const { comparisons, baseline } = collected;
  if (comparisons.length === 0) return nothing;
  const rows = comparisons.flatMap((one) =>
    both.map((by) => {
      const { arm, baseline: back, null: equal } = one.best[by];
      const simulated = equal
        ? `${whole(100 * equal.reached)} % reach, ${whole(100 * equal.mean)} % saved; ${percent(equal.paper)} % save 31 %`
        : NONE;
      const cells = [one.arm, by, savingsIn(arm), savingsIn(back), simulated];
      return { cells, group: placeOf(collected, one) };
    }),
  );
  const head = ['arm', 'statistics', `arm to the best of ${baseline}`, `${baseline} to the best of the arm`];
  return section(
    'Updates to the other’s best accuracy',
    `The paper’s measure, curves not smoothed: pairs that reach it, the mean share of updates that these save, and how often
equal methods save as much on average. It is biased: methods that are equal show savings too, in the last column.`,
    table('The paper’s measure', [...head, 'two equal methods'], rows),
  );
}

/** Every run. */
export function runsSection({ runs, arms }: Collected): Html {
  const percentOf = (value: number | null) => (value === null ? NONE : percent(value));
  const rows = runs.map((run) => ({
    group: arms.findIndex(({ name }) => name === run.arm),
    cells: [
      String(run.index),
      run.arm,
      String(run.seed),
      run.status,
      run.totalSteps === null ? NONE : `${run.step} of ${run.totalSteps}`,
      whole(run.seconds),
      percentOf(run.final.precise),
      percentOf(run.final.running),
    ],
  }));
  const head = ['run', 'arm', 'seed', 'ended', 'updates', 'seconds', 'precise, %', 'running, %'];
  return section('Runs', 'Every run of the sweep.', table('Runs', head, rows));
}
