// mixgrad sweep: the list of runs, checked and written, and a command for each.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../run/errors.js';
import { makeFolders, removeFolders } from '../run/folders.js';
import { version } from '../run/version.js';
import { axesOf, commandLine, quoted, type SweepFlags, sweepFlagsOf } from './flags.js';
import { combine, type FlagValues } from './grid.js';
import { presetRuns, presets } from './presets.js';
import { runsOf } from './runs.js';
import { differenceOf, readSweep, SWEEP, type Sweep, writeSweep } from './sweep-file.js';
import { counted } from './words.js';

/**
 * Writes the list of runs that the flags ask for, and prints a command for each. A folder that has the same list already
 * stays as it is.
 * @throws UsageError for a flag or a folder that cannot be, before anything is written
 */
export async function writeList(command: Command): Promise<void> {
  const flags = sweepFlagsOf(command);
  const { out, quiet = false } = flags;
  const say = (line: string) => {
    if (!quiet) console.error(line);
  };
  const there = existsSync(join(out, SWEEP)) ? readSweep(out, `--out ${out}`) : null;
  const line = commandLine(flags);
  if (there?.command !== line) {
    const { runs, notes } = runsOf(await combinationsOf(flags, say));
    for (const note of notes) say(note);
    const sweep: Sweep = { version: version(), command: line, runs };
    if (there) checkSame(out, there, sweep);
    else create(out, sweep);
  }
  const { runs } = there ?? readSweep(out);
  const what = `${there ? 'already in' : 'written to'} ${join(out, SWEEP)}`;
  say(`${counted(runs.length, 'run')} ${what}; all of them: mixgrad sweep run ${quoted(out)}`);
  console.log(runs.map(({ index }) => `mixgrad sweep run ${quoted(out)} --index ${index}`).join('\n'));
}

/** The flags of each run. @throws UsageError for flags that do not go together */
async function combinationsOf(flags: SweepFlags, say: (line: string) => void): Promise<FlagValues[]> {
  const { preset, budget, imagesPerS, given } = flags;
  const axes = axesOf(given);
  if (budget === undefined && imagesPerS !== undefined)
    throw new UsageError(`--images-per-s: only with --budget`);
  if (preset === undefined) {
    if (budget !== undefined) throw new UsageError(`--budget: only with --preset`);
    return combine(axes);
  }
  if (budget === undefined) return presetRuns(preset, axes, presets[preset].sizes[0]);
  const { fitSize } = await import('./budget.js');
  return presetRuns(preset, axes, await fitSize({ preset, axes, budget, imagesPerS }, say));
}

function checkSame(out: string, there: Sweep, here: Sweep): void {
  const difference = differenceOf(there.runs, here.runs);
  if (difference) throw new UsageError(`--out ${out}: holds another sweep: ${difference}; give a new folder`);
}

function create(out: string, sweep: Sweep): void {
  const made = makeFolders('--out', out);
  try {
    if (readdirSync(out).some((name) => !name.startsWith(SWEEP)))
      throw new UsageError(`--out ${out}: is not empty; give a new folder, or remove this one first`);
    writeSweep(out, sweep);
  } catch (error) {
    removeFolders(made);
    throw error;
  }
}
