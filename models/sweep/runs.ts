// The runs of a sweep: what each is given, checked by the parser of `train` itself.

import { UsageError } from '../run/errors.js';
import { IdleError } from '../run/flags.js';
import { settingsOf, trainCommand } from '../train/flags.js';
import type { Settings } from '../train/settings.js';
import { argsOf, type FlagValues } from './grid.js';
import { counted } from './words.js';

/** A run of a sweep, as sweep.json has it. */
export interface SweepRun {
  /** From 1. */
  index: number;
  /** That of its folder in runs/. */
  name: string;
  /** Its flags, by name without dashes. */
  settings: FlagValues;
  /** The same as arguments of `train`. */
  args: string[];
}

/** Runs, and what there is to say about how the combinations became these. */
export interface Runs {
  runs: SweepRun[];
  notes: string[];
}

/**
 * A run on another device differs in the last digits, and a sweep may go over several machines.
 */
const DEVICE = { device: 'wasm' };

/** The settings that `train` makes of arguments. @throws UsageError, CommanderError as it does */
export function settingsFrom(args: readonly string[]): Settings {
  const command = trainCommand();
  command.parse([...args], { from: 'user' });
  return settingsOf(command);
}

/**
 * One run for each combination that is a run of its own. A flag that decides nothing for a run, such as --components with
 * BN, is left out of it, and combinations that are then alike become one.
 * @throws UsageError for a flag that `train` refuses, or that decides nothing in any run
 */
export function runsOf(combinations: readonly FlagValues[]): Runs {
  const idle = new Map<string, { reason: string; runs: number }>();
  const drop = ({ flag, reason }: IdleError) =>
    idle.set(flag, { reason, runs: (idle.get(flag)?.runs ?? 0) + 1 });
  const different = new Map<string, FlagValues>();
  for (const flags of combinations) {
    const { kept, settings } = withoutIdle({ ...flags, device: flags.device ?? DEVICE.device }, drop);
    const key = JSON.stringify(settings);
    if (!different.has(key)) different.set(key, kept);
  }
  const all = [...different.values()];
  for (const [flag, { reason }] of idle)
    if (!all.some((flags) => flag in flags)) throw new UsageError(`--${flag}: ${reason}`);
  return { runs: named(all), notes: notesOf(idle, combinations.length - all.length) };
}

/** The flags of a run but those that decide nothing, and the settings they stand for. */
function withoutIdle(flags: FlagValues, drop: (error: IdleError) => void) {
  const kept = { ...flags };
  for (;;) {
    try {
      return { kept, settings: settingsFrom(argsOf(kept)) };
    } catch (error) {
      if (!(error instanceof IdleError)) throw error;
      drop(error);
      delete kept[error.flag];
    }
  }
}

/** Names of folders: the index, and the flags in which the runs differ. */
function named(all: readonly FlagValues[]): SweepRun[] {
  const flags = [...new Set(all.flatMap((run) => Object.keys(run)))];
  const differing = flags.filter((flag) => all.some((run) => run[flag] !== all[0][flag]));
  return all.map((settings, i) => {
    const parts = differing.filter((flag) => flag in settings).map((flag) => partOf(flag, settings[flag]));
    const name = [i + 1, ...parts].join('_').replaceAll(/[^\w.+-]/g, '+');
    return { index: i + 1, name: name.slice(0, 100), settings, args: argsOf(settings) };
  });
}

function partOf(flag: string, value: string | boolean): string {
  if (typeof value === 'boolean') return value ? flag : `no-${flag}`;
  return flag === 'norm' ? value : `${flag}-${value}`;
}

function notesOf(idle: ReadonlyMap<string, { reason: string; runs: number }>, merged: number): string[] {
  const notes = [...idle].map(
    ([flag, { reason, runs }]) => `--${flag} is left out of ${counted(runs, 'combination')}: ${reason}`,
  );
  return merged > 0
    ? [...notes, `${counted(merged, 'combination')} left out: the same run as another`]
    : notes;
}
