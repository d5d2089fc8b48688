// sweep.json: the list of runs, the same for everyone who takes part.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../datasets/files.js';
import { UsageError } from '../run/errors.js';
import { checkFolder } from '../run/folders.js';
import { version } from '../run/version.js';
import { writeWhole } from '../run/whole-file.js';
import type { SweepRun } from './runs.js';

/** The file's name. */
export const SWEEP = 'sweep.json';

/** A sweep, as its file has it. */
export interface Sweep {
  /** Of mixgrad. */
  version: string;
  /** The command line that made it, without --out. */
  command: string;
  runs: SweepRun[];
}

/** Where a run of the sweep is. */
export const folderOf = (sweep: string, run: SweepRun): string => join(sweep, 'runs', run.name);

/** Writes the list, whole or not at all. @throws FileError */
export function writeSweep(folder: string, sweep: Sweep): void {
  writeWhole(join(folder, SWEEP), `${JSON.stringify(sweep, null, 2)}\n`);
}

/** Reads the list of a folder, which is named as given. @throws UsageError where it is no sweep, damaged, or of another version */
export function readSweep(folder: string, given = folder): Sweep {
  checkFolder(given, folder, SWEEP, 'sweep');
  let sweep: unknown;
  try {
    sweep = JSON.parse(readFileSync(join(folder, SWEEP), 'utf8'));
  } catch (error) {
    const words = error instanceof SyntaxError ? 'is no JSON' : `cannot be read: ${reasonOf(error)}`;
    throw new UsageError(`${given}: ${SWEEP} ${words}`, { cause: error });
  }
  const fault = findFault(sweep);
  if (fault) throw new UsageError(`${given}: ${SWEEP} ${fault}`);
  return sweep as Sweep;
}

/** What is wrong with what the file holds; null where nothing is. */
function findFault(sweep: unknown): string | null {
  if (!isObject(sweep) || typeof sweep.version !== 'string' || typeof sweep.command !== 'string')
    return 'is not the list of runs that a sweep writes';
  if (sweep.version !== version())
    return `was written by mixgrad ${sweep.version}, this is ${version()}: its runs would have other numbers`;
  if (!Array.isArray(sweep.runs) || sweep.runs.length === 0) return 'lacks a list of runs';
  const wrong = sweep.runs.findIndex((run: unknown, i) => !isRun(run, i + 1));
  return wrong < 0 ? null : `has no run ${wrong + 1} in its place, with name, settings and args`;
}

function isRun(run: unknown, index: number): run is SweepRun {
  if (!isObject(run) || run.index !== index || !isObject(run.settings)) return false;
  // A name is that of one folder and leads nowhere else.
  if (typeof run.name !== 'string' || !/^\d+(_[\w.+-]*)?$/.test(run.name)) return false;
  return Array.isArray(run.args) && run.args.every((arg) => typeof arg === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** In what two sweeps differ, in words; null where they are the same runs. */
export function differenceOf(there: readonly SweepRun[], here: readonly SweepRun[]): string | null {
  const flags = new Set([...there, ...here].flatMap(({ settings }) => Object.keys(settings)));
  for (const flag of flags) {
    const [old, now] = [there, here].map((runs) => wordsOf(flag, runs));
    if (old !== now) return `--${flag} is ${old} there, ${now} here`;
  }
  return JSON.stringify(there) === JSON.stringify(here) ? null : 'the runs, or their order, are others';
}

function wordsOf(flag: string, runs: readonly SweepRun[]): string {
  const values = new Set(runs.map(({ settings }) => settings[flag]).filter((value) => value !== undefined));
  return values.size === 0 ? 'left out' : [...values].join(', ');
}
