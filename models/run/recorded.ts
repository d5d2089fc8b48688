// Reading metrics.jsonl.
import { readBytes } from '../../datasets/files.js';
import { DataError } from '../../lib/index.js';
import { kinds, type Metric } from './metrics.js';

/** What a file holds. */
export interface Recorded {
  /** The n-th is line n. */
  metrics: Metric[];
  /** Whether the last line is a part of one: the run was killed while it wrote. */
  torn: boolean;
}

/** The metrics in a file. @throws DataError naming a line that is none */
export function readRecorded(path: string): Recorded {
  const lines = readBytes(path).toString('utf8').split('\n');
  const rest = lines.pop()!;
  const last = rest === '' ? null : metricOf(rest);
  const metrics = lines.map((line, i) => {
    const metric = metricOf(line);
    if (metric) return metric;
    throw new DataError(`${path}: line ${i + 1} is no metric`);
  });
  if (last) metrics.push(last);
  return { metrics, torn: rest !== '' && !last };
}

/** The metric that a line holds; null where it holds none. */
function metricOf(line: string): Metric | null {
  try {
    const metric = JSON.parse(line);
    const known = kinds.includes(metric.kind) && Number.isSafeInteger(metric.step) && metric.step >= 0;
    return known && hasParts(metric) ? metric : null;
  } catch {
    return null;
  }
}

/** Whether what a line has inside is there. */
function hasParts(metric: Metric): boolean {
  if (metric.kind === 'layers')
    return isObject(metric.layers) && Object.values(metric.layers).every(isObject);
  return metric.kind !== 'descent' || (Array.isArray(metric.points) && metric.points.every(isObject));
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
