// Prints the table of GANs' distances: node dist/test/tools/gan-table.js [FOLDER]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readRecorded } from '../../models/run/recorded.js';
import { deviation, mean, median } from '../../models/study/summary.js';

/** What each run is told by: the settings of its norm, without the defaults. */
interface GanRun {
  arm: string;
  seed: number;
  distances: { step: number; statistics: 'running' | 'precise'; frechet: number; kid: number }[];
}

const NAMES = { frechet: 'Fréchet distance on our features', kid: 'KID on our features, × 1000' } as const;
const SCALE = { frechet: 1, kid: 1000 } as const;

/** The runs that came to their end. */
function readGans(folder: string): GanRun[] {
  return readdirSync(folder).flatMap((name) => {
    const { norm, scale, seed, steps } = JSON.parse(readFileSync(join(folder, name, 'config.json'), 'utf8'));
    const { metrics } = readRecorded(join(folder, name, 'metrics.jsonl'));
    const distances = metrics.filter((metric) => metric.kind === 'distance');
    if (!distances.some(({ step }) => step === steps)) return [];
    return [{ arm: norm === 'mn' ? `mn, scale ${scale}` : norm, seed, distances }];
  });
}

/** The tables of the runs in a folder: each distance by both statistics, at every step, and the mean of the last five. */
export function ganTable(folder: string): string {
  const runs = readGans(folder);
  const both = (['precise', 'running'] as const).map((statistics) => ({ statistics }));
  const all = both.flatMap(({ statistics }) => [
    { name: 'frechet' as const, statistics },
    { name: 'kid' as const, statistics },
  ]);
  return all.flatMap((which) => [...table(runs, which), ...differences(runs, which)]).join('\n');
}

/** A distance, and the statistics that the generator had. */
interface Which {
  name: 'frechet' | 'kid';
  statistics: 'running' | 'precise';
}

const by = (run: GanRun, { statistics }: Which) =>
  run.distances.filter((one) => one.statistics === statistics);

/** The mean of the last five. */
const lastOf = (run: GanRun, which: Which) =>
  SCALE[which.name] *
  mean(
    by(run, which)
      .slice(-5)
      .map((distance) => distance[which.name]),
  );

const armsOf = (runs: readonly GanRun[]) => [...new Set(runs.map(({ arm }) => arm))].toSorted();

function table(runs: readonly GanRun[], which: Which): string[] {
  const { name, statistics } = which;
  const steps = [...new Set(runs.flatMap((run) => by(run, which).map(({ step }) => step)))].toSorted(
    (a, b) => a - b,
  );
  const rows = armsOf(runs).map((arm) => {
    const own = runs.filter((run) => run.arm === arm);
    const at = (step: number) => own.flatMap((run) => by(run, which).filter((one) => one.step === step));
    const cells = steps.map((step) => spread(at(step).map((one) => SCALE[name] * one[name])));
    return `| ${[arm, own.length, ...cells, spread(own.map((run) => lastOf(run, which)))].join(' | ')} |`;
  });
  const head = steps.map((step) => step.toLocaleString('en')).join(' | ');
  return [
    `${NAMES[name]}, ${statistics} statistics:`,
    '',
    `| arm | runs | ${head} | mean of the last five |`,
    `| --- | --- |${' --- |'.repeat(steps.length + 1)}`,
    ...rows,
    '',
  ];
}

/** Of each arm beside BN, pairs with the same seed. */
function differences(runs: readonly GanRun[], which: Which): string[] {
  const base = new Map(runs.filter(({ arm }) => arm === 'bn').map((run) => [run.seed, lastOf(run, which)]));
  const others = armsOf(runs).filter((arm) => arm !== 'bn');
  return others.flatMap((arm) => {
    const pairs = runs
      .filter((run) => run.arm === arm && base.has(run.seed))
      .toSorted((a, b) => a.seed - b.seed);
    const each = pairs.map((run) => lastOf(run, which) - base.get(run.seed)!);
    return [`${arm} − bn by seed: ${each.map(signed).join(', ')}; median ${signed(median(each))}.`, ''];
  });
}

function spread(values: readonly number[]): string {
  return values.length > 1
    ? `${mean(values).toFixed(1)} ± ${deviation(values).toFixed(1)}`
    : mean(values).toFixed(1);
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(ganTable(process.argv[2] ?? 'docs/results/data/gan'));
