// sweep.json: the list of runs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../../datasets/files.js';
import { UsageError } from '../run/program.js';

/** The file's name. */
export const SWEEP = 'sweep.json';

/** A run of a sweep. */
export interface SweepRun {
  /** From 1. */
  index: number;
  /** That of its folder in runs/. */
  name: string;
  /** Its flags, by name without dashes. */
  settings: Record<string, string | boolean>;
  args: string[];
}

/** A sweep, as its file has it. */
export interface Sweep {
  version: string;
  command: string;
  runs: SweepRun[];
}

/** Where a run of the sweep is. */
export const folderOf = (sweep: string, run: SweepRun): string => join(sweep, 'runs', run.name);

/** Reads the list of a folder. @throws UsageError where it is no sweep, or damaged */
export function readSweep(folder: string): Sweep {
  if (!existsSync(join(folder, SWEEP))) throw new UsageError(`${folder}: holds no sweep: it has no ${SWEEP}`);
  try {
    const sweep = JSON.parse(String(readBytes(join(folder, SWEEP))));
    if (Array.isArray(sweep.runs) && sweep.runs.length > 0) return sweep;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UsageError(`${folder}: ${SWEEP} is not the list of runs that a sweep writes`);
}
