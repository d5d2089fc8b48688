// Sweeps whose runs are made up: curves that a test knows everything about.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metric, Statistics } from '../../../models/run/metrics.js';
import { version } from '../../../models/run/version.js';
import type { RunRecord } from '../../../models/sweep/record.js';

/** A run that was never made. */
export interface MadeRun {
  settings: Record<string, string | boolean>;
  /** Accuracy after an update, by the statistics it is evaluated by. */
  accuracy: (step: number, statistics: Statistics) => number;
  /** Of a batch, before the update. */
  loss?: (step: number) => number;
  /** Updates that it was to make, and made. */
  total: number;
  made?: number;
  /** Updates between evaluations. */
  every: number;
  /** Updates of an epoch; all where it is not given. */
  epoch?: number;
  /** Milliseconds an update. */
  ms?: number;
  /** What else its metrics have, in front. */
  more?: Metric[];
  /** Without precise statistics. */
  runningOnly?: boolean;
}

const BATCH = 100;

/** Its lines of metrics. */
export function metricsOf(run: MadeRun): Metric[] {
  const {
    total,
    made = total,
    every,
    epoch = total,
    ms = 62.5,
    loss = (step) => 1 / step,
    more = [],
    accuracy,
  } = run;
  const statistics: Statistics[] = run.runningOnly ? ['running'] : ['running', 'precise'];
  const lines: Metric[] = [...more];
  for (let step = 1; step <= made; step++) {
    const at = { step, epoch: Math.ceil(step / epoch), elapsed_s: step };
    const train = { kind: 'train', ...at, loss: loss(step), accuracy: 0.5, lr: 0.1 } as const;
    lines.push({ ...train, images_per_s: (1000 * BATCH) / ms });
    if (step % every !== 0 && step !== total) continue;
    for (const by of statistics)
      lines.push({
        kind: 'eval',
        ...at,
        split: 'test',
        statistics: by,
        loss: 1,
        accuracy: accuracy(step, by),
      });
  }
  return lines;
}

/** The same as was read, without a folder. */
export function recordOf(run: MadeRun, index = 1): RunRecord {
  const { settings, total, made = total } = run;
  const name = `${index}_${Object.values(settings).join('_')}`;
  return {
    run: { index, name, settings, args: [] },
    seed: Number(settings.seed ?? 1),
    status: made === total ? 'finished' : 'unfinished',
    config: configOf(run),
    metrics: metricsOf(run),
    torn: false,
  };
}

/** Writes a sweep; settings alone are those of a run that was not begun. Returns its folder. */
export function writeMade(folder: string, runs: readonly (MadeRun | MadeRun['settings'])[]): string {
  const listed = runs.map((run, i) => {
    const settings = isMade(run) ? run.settings : run;
    return { index: i + 1, name: `${i + 1}_${Object.values(settings).join('_')}`, settings, args: [] };
  });
  mkdirSync(folder, { recursive: true });
  const sweep = { version: version(), command: 'mixgrad sweep --norm bn,mn', runs: listed };
  writeFileSync(join(folder, 'sweep.json'), JSON.stringify(sweep));
  for (const [i, run] of runs.entries()) if (isMade(run)) writeRun(join(folder, 'runs', listed[i].name), run);
  return folder;
}

const isMade = (run: MadeRun | MadeRun['settings']): run is MadeRun => typeof run.accuracy === 'function';

function writeRun(folder: string, run: MadeRun): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configOf(run)));
  const lines = metricsOf(run).map((metric) => `${JSON.stringify(metric)}\n`);
  writeFileSync(join(folder, 'metrics.jsonl'), lines.join(''));
}

function configOf({ settings, total }: MadeRun) {
  const { norm = 'mn', seed = '1' } = settings;
  const facts = { totalSteps: total, batchSize: BATCH, classes: 10, parameters: 1234 };
  return { model: 'cifar-cnn', dataset: 'cifar10', norm, seed: Number(seed), ...facts };
}
