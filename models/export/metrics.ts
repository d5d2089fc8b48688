// Reading what a run has written.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../run/errors.js';
import { type Recorded, readRecorded } from '../run/recorded.js';
import { METRICS } from '../run/run-folder.js';

/** What was recorded, and when the last line was written, in seconds since 1970. */
export type Exported = Recorded & { endedAt: number };

/** The metrics of a run. @throws DataError naming a line that is none, UsageError where there are none */
export function readMetrics(run: string): Exported {
  const path = join(run, METRICS);
  const recorded = readRecorded(path);
  if (recorded.metrics.length === 0) throw new UsageError(`${path}: holds no metrics yet`);
  return { ...recorded, endedAt: statSync(path).mtimeMs / 1000 };
}
