// Reading what a run has written.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Metric } from '../run/metrics.js';
import { UsageError } from '../run/program.js';
import { readRecorded } from '../run/recorded.js';
import { METRICS } from '../run/run-folder.js';

/** The lines that have a number for each field. */
export type NumbersMetric = Extract<Metric, { kind: 'train' | 'eval' }>;

/** What was recorded. */
export interface Exported {
  metrics: NumbersMetric[];
  /** Whether the last line is a part of one: the run was killed while it wrote. */
  torn: boolean;
  /** When the last line was written, in seconds since 1970. */
  endedAt: number;
}

/** The metrics of a run. @throws DataError naming a line that is none, UsageError where there are none */
export function readMetrics(run: string): Exported {
  const path = join(run, METRICS);
  const { metrics, torn } = readRecorded(path);
  if (metrics.length === 0) throw new UsageError(`${path}: holds no metrics yet`);
  const numbers = metrics.filter((metric) => metric.kind === 'train' || metric.kind === 'eval');
  return { metrics: numbers, torn, endedAt: statSync(path).mtimeMs / 1000 };
}
