// Where a run of a sweep stands, by what its folder holds.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { changeable } from '../run/checkpoint.js';
import { Ending, UsageError } from '../run/errors.js';
import { CONFIG, METRICS } from '../run/run-folder.js';
import { writeWhole } from '../run/whole-file.js';
import { type SweepRun, settingsFrom } from './runs.js';

/** The file that says that a run has ended: it is not begun again. */
export const ENDED = 'ended.json';

/** The ways in which a run ends for good. One that was interrupted, or failed for another reason, is gone on with. */
export const ways = ['finished', 'diverged'] as const;
export type Way = (typeof ways)[number];

export const isWay = (word: unknown): word is Way => ways.some((way) => way === word);

/** How a run ended, as `train` tells it with --json. */
export interface Ended {
  ended: Way;
  steps: number;
  seconds: number;
}

/** 'new' where nothing is there that could be gone on with. */
export type State = 'new' | 'begun' | Way;

/** Where the run of this folder stands. @throws UsageError where the folder holds something else */
export function stateOf(folder: string, run: SweepRun): State {
  if (!existsSync(folder)) return 'new';
  if (!statSync(folder).isDirectory())
    throw new UsageError(`${folder}: is a file, expected the folder of a run`);
  if (!existsSync(join(folder, CONFIG))) {
    checkLeftOver(folder);
    return 'new';
  }
  checkConfig(folder, run);
  return existsSync(join(folder, ENDED)) ? readEnded(folder).ended : 'begun';
}

/** Records how a run ended. @throws FileError */
export function recordEnd(folder: string, { ended, steps, seconds }: Ended): void {
  writeWhole(join(folder, ENDED), `${JSON.stringify({ ended, steps, seconds })}\n`);
}

/** Removes what a run left that was killed before it had written its settings. */
export function clear(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** @throws UsageError where a folder without settings holds anything that is not of a run's first moment */
function checkLeftOver(folder: string): void {
  const other = readdirSync(folder).find(
    (name) => ![METRICS, `${CONFIG}.tmp`].includes(name) && !name.startsWith('lock-'),
  );
  const metrics = statSync(join(folder, METRICS), { throwIfNoEntry: false });
  if (other !== undefined || (metrics && metrics.size > 0))
    throw new UsageError(`${folder}: holds ${other ?? METRICS} and no ${CONFIG}: it is no run of this sweep`);
}

/** @throws UsageError where the run of the folder has other settings than the sweep asks for */
function checkConfig(folder: string, run: SweepRun): void {
  const config = readObject(folder, CONFIG);
  const wanted = wantedOf(run);
  for (const [name, value] of Object.entries(wanted)) {
    if (changeable.includes(name) || JSON.stringify(config[name]) === JSON.stringify(value)) continue;
    const words = `has ${name} ${JSON.stringify(config[name])}, the sweep asks for ${JSON.stringify(value)}`;
    throw new UsageError(`${folder}: holds another run: ${CONFIG} ${words}`);
  }
}

function wantedOf({ index, args }: SweepRun) {
  try {
    return settingsFrom(args);
  } catch (error) {
    if (error instanceof Ending) throw error;
    throw new UsageError(`sweep.json, run ${index}: ${(error as Error).message}`, { cause: error });
  }
}

/** How a run ended, as was recorded. @throws UsageError where that is damaged */
export function readEnded(folder: string): Ended {
  const ended = readObject(folder, ENDED);
  if (isWay(ended.ended)) return ended as unknown as Ended;
  throw new UsageError(`${folder}: ${ENDED} says neither ${ways.join(' nor ')}`);
}

function readObject(folder: string, name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {}
  throw new UsageError(`${folder}: ${name} is not the JSON that was written there`);
}
