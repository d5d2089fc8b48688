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

/** The table of the runs in a folder: each distance by both statistics, at every step, and the mean of the last five. */
export function ganTable(folder: string): string {
  const runs = readGans(folder);
  const arms = [...new Set(runs.map(({ arm }) => arm))].toSorted();
  const steps = [...new Set(runs.flatMap(({ distances }) => distances.map(({ step }) => step)))].toSorted(
    (a, b) => a - b,
  );
  const lines: string[] = [];
  for (const name of ['frechet', 'kid'] as const)
    for (const statistics of ['precise', 'running'] as const) {
      const of = (run: GanRun) => run.distances.filter((distance) => distance.statistics === statistics);
      const at = (run: GanRun, step: number) =>
        of(run)
          .filter((d) => d.step === step)
          .map((d) => SCALE[name] * d[name]);
      const last = (run: GanRun) =>
        SCALE[name] *
        mean(
          of(run)
            .slice(-5)
            .map((distance) => distance[name]),
        );
      lines.push(`${NAMES[name]}, ${statistics} statistics:`, '');
      lines.push(
        `| arm | runs | ${steps.map((step) => step.toLocaleString('en')).join(' | ')} | mean of the last five |`,
      );
      lines.push(`| --- | --- |${' --- |'.repeat(steps.length + 1)}`);
      for (const arm of arms) {
        const own = runs.filter((run) => run.arm === arm);
        const cells = steps.map((step) => spread(own.flatMap((run) => at(run, step))));
        lines.push(`| ${[arm, own.length, ...cells, spread(own.map(last))].join(' | ')} |`);
      }
      lines.push('');
      const base = new Map(runs.filter(({ arm }) => arm === 'bn').map((run) => [run.seed, last(run)]));
      for (const arm of arms.filter((other) => other !== 'bn')) {
        const pairs = runs
          .filter((run) => run.arm === arm && base.has(run.seed))
          .toSorted((a, b) => a.seed - b.seed);
        const each = pairs.map((run) => last(run) - base.get(run.seed)!);
        lines.push(
          `${arm} − bn by seed: ${each.map(signed).join(', ')}; median ${signed(median(each))}.`,
          '',
        );
      }
    }
  return lines.join('\n');
}

function spread(values: readonly number[]): string {
  return values.length > 1
    ? `${mean(values).toFixed(1)} ± ${deviation(values).toFixed(1)}`
    : mean(values).toFixed(1);
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(ganTable(process.argv[2] ?? 'docs/results/data/gan'));
