// Arms: runs that differ by their seed alone, named by what sets them apart from others.
import type { Setting } from './collected.js';
import type { SweepRun } from './runs.js';

type Settings = Record<string, Setting>;

/** The settings, but for the seed, in which the runs differ: names in their order. */
export function differing(runs: readonly SweepRun[]): string[] {
  const names = new Set(runs.flatMap(({ settings }) => Object.keys(settings)));
  names.delete('seed');
  return [...names].filter((name) => new Set(runs.map(({ settings }) => settings[name])).size > 1);
}

/** What of a run's settings is among these names. */
export function apart({ settings }: SweepRun, names: readonly string[]): Settings {
  return Object.fromEntries(names.map((name) => [name, settings[name] ?? null]));
}

/** 'mn, norm-at conv3, lr 0.001'; what is left out is not named. Where nothing sets it apart, it is named by its norm. */
export function nameOf(settings: Settings, norm: Setting = 'plain'): string {
  const words = Object.entries(settings).map(([name, value]) => {
    if (value === null) return '';
    if (typeof value === 'boolean') return value ? name : `no-${name}`;
    return name === 'norm' ? String(value) : `${name} ${value}`;
  });
  return words.filter((word) => word !== '').join(', ') || String(norm);
}
