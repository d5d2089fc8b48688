// One sweep at a time works on a run: a lock in claims/<run> says which process.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LockedError, lockFolder } from '../run/lock.js';
import type { SweepRun } from './runs.js';
import { folderOf } from './sweep-file.js';

/**
 * Claims a run for this process. Its folder may still be locked by a training whose sweep was killed.
 * @returns what gives the claim back; null where another process has it
 */
export function claim(sweep: string, run: SweepRun): (() => void) | null {
  const claims = join(sweep, 'claims', run.name);
  const folder = folderOf(sweep, run);
  mkdirSync(claims, { recursive: true });
  let release = () => {};
  try {
    release = lockFolder(claims);
    if (existsSync(folder)) lockFolder(folder)();
    return release;
  } catch (error) {
    release();
    if (error instanceof LockedError) return null;
    throw error;
  }
}
