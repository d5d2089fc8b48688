// What a run of a sweep has written so far.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../../datasets/files.js';
import { DataError } from '../../lib/index.js';
import type { EvalMetric, Metric, TrainMetric } from '../run/metrics.js';
import { readRecorded } from '../run/recorded.js';
import { CONFIG, METRICS } from '../run/run-folder.js';
import type { Setting, Status } from './collected.js';
import type { SweepRun } from './runs.js';
import { ENDED, readEnded } from './state.js';

/** What config.json says: the settings, and what they came to. */
export type Config = Record<string, Setting> & { totalSteps: number; batchSize: number; classes: number };

/** A run of the sweep, and all that it has recorded. */
export interface RunRecord {
  run: SweepRun;
  seed: number;
  status: Status;
  /** Null where the run did not come as far. */
  config: Config | null;
  metrics: Metric[];
  /** Whether the last line was written in part. */
  torn: boolean;
}

/** What a run is told by. */
const NUMBERS: { [Kind in Metric['kind']]?: readonly string[] } = {
  train: ['loss', 'accuracy', 'images_per_s'],
  eval: ['loss', 'accuracy'],
};

/** Reads a run's folder. @throws DataError, UsageError naming the file, and the line of metrics, that is damaged */
export function readRun(folder: string, run: SweepRun): RunRecord {
  const seed = Number(run.settings.seed ?? 1);
  const [configPath, metricsPath] = [CONFIG, METRICS].map((name) => join(folder, name));
  const config = existsSync(configPath) ? readConfig(configPath) : null;
  if (!existsSync(metricsPath)) return { run, seed, status: 'missing', config, metrics: [], torn: false };
  const { metrics, torn } = readRecorded(metricsPath);
  checkNumbers(metrics, metricsPath);
  if (!config && metrics.length > 0)
    throw new DataError(`${configPath}: is missing, although the run has metrics`);
  return { run, seed, status: statusOf(folder, config, metrics), config, metrics, torn };
}

function readConfig(path: string): Config {
  try {
    const config = JSON.parse(String(readBytes(path)));
    const counts = [config.totalSteps, config.batchSize, config.classes];
    if (counts.every((value) => Number.isSafeInteger(value) && value > 0)) return config;
  } catch (error) {
    if (error instanceof DataError) throw error;
  }
  throw new DataError(`${path}: is damaged, expected the settings of a run`);
}

/** @throws DataError naming the first line that lacks a number, or is not of the update that follows */
function checkNumbers(metrics: readonly Metric[], path: string): void {
  let updates = 0;
  for (const [i, metric] of metrics.entries()) {
    const refuse = (words: string) => new DataError(`${path}: line ${i + 1}: ${words}`);
    const values = Object.entries(metric);
    for (const name of NUMBERS[metric.kind] ?? []) {
      const value = values.find(([key]) => key === name)?.[1];
      if (!Number.isFinite(value)) throw refuse(`${name} is ${value}, expected a number`);
    }
    if (metric.kind === 'train') updates++;
    // What else is recorded of an update may come before its own line.
    if (metric.kind in NUMBERS && metric.step !== updates)
      throw refuse(`step is ${metric.step}, expected ${updates}`);
  }
}

function statusOf(folder: string, config: Config | null, metrics: readonly Metric[]): Status {
  if (config && isComplete(metrics, config.totalSteps)) return 'finished';
  return hasDiverged(folder) ? 'diverged' : 'unfinished';
}

/** Whether the last update was evaluated, by all statistics that the first evaluation has. */
function isComplete(metrics: readonly Metric[], totalSteps: number): boolean {
  const evaluations = evaluationsOf(metrics);
  const at = (step: number | undefined) => evaluations.filter((metric) => metric.step === step).length;
  return at(totalSteps) > 0 && at(totalSteps) >= at(evaluations[0].step);
}

/** Whether the sweep left word that the run's loss was no number. */
const hasDiverged = (folder: string): boolean =>
  existsSync(join(folder, ENDED)) && readEnded(folder).ended === 'diverged';

export const updatesOf = (metrics: readonly Metric[]): TrainMetric[] =>
  metrics.filter((metric) => metric.kind === 'train');

export const evaluationsOf = (metrics: readonly Metric[]): EvalMetric[] =>
  metrics.filter((metric) => metric.kind === 'eval');
