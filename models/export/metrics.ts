// Reading what a run has written.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../../datasets/files.js';
import { DataError } from '../../lib/index.js';
import { kinds, type Metric } from '../run/metrics.js';
import { UsageError } from '../run/program.js';
import { METRICS } from '../run/run-folder.js';

/** What was recorded. */
export interface Recorded {
  metrics: Metric[];
  /** Whether the last line is a part of one: the run was killed while it wrote. */
  torn: boolean;
  /** When the last line was written, in seconds since 1970. */
  endedAt: number;
}

/** The metrics of a run. @throws DataError naming a line that is none, UsageError where there are none */
export function readMetrics(run: string): Recorded {
  const path = join(run, METRICS);
  const lines = readBytes(path).toString('utf8').split('\n');
  const rest = lines.pop()!;
  const last = rest === '' ? null : metricOf(rest);
  const metrics = lines.map((line, i) => {
    const metric = metricOf(line);
    if (metric) return metric;
    throw new DataError(`${path}: line ${i + 1} is no metric`);
  });
  if (last) metrics.push(last);
  if (metrics.length === 0) throw new UsageError(`${path}: holds no metrics yet`);
  return { metrics, torn: rest !== '' && !last, endedAt: statSync(path).mtimeMs / 1000 };
}

/** The metric that a line holds; null where it holds none. */
function metricOf(line: string): Metric | null {
  try {
    const metric = JSON.parse(line);
    const known = kinds.includes(metric.kind) && Number.isSafeInteger(metric.step) && metric.step >= 0;
    return known ? metric : null;
  } catch {
    return null;
  }
}
