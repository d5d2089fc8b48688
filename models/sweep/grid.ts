// The grid: alternatives of flags in, one list of settings for each of their combinations out.
import { UsageError } from '../run/errors.js';

/** What a run gives a flag: its value, true or false for a flag without one, null where the flag is left out. */
export type Value = string | boolean | null;

/** A flag, by its name without dashes, and the values that it takes in turn. */
export interface Axis {
  flag: string;
  values: Value[];
}

/** Flags of one run, by name without dashes; those that are left out are not among them. */
export type FlagValues = Record<string, string | boolean>;

/** The word that leaves a flag out. */
export const LEFT_OUT = 'default';

/** Flags whose value may have commas of its own, or stands for a path: each is one value, and the flag is given again for another. */
export const wholeFlags: readonly string[] = ['norm-at', 'milestones', 'data'];

/** More runs than anyone waits for. */
const MOST_RUNS = 10_000;

/** The values that a flag was given: 'bn,mn' are two, '1..5' are five. @throws UsageError for a range that is none */
export function valuesOf(flag: string, text: string): Value[] {
  const words = wholeFlags.includes(flag) ? [text] : text.split(',').map((word) => word.trim());
  return words.flatMap((word) => (word === LEFT_OUT ? null : (rangeOf(flag, word) ?? word)));
}

/** The integers of 'a..b'; null where it is no range. */
function rangeOf(flag: string, word: string): string[] | null {
  const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(word) ?? [];
  if (first === undefined) return null;
  const length = Number(last) - Number(first) + 1;
  if (length < 1) throw new UsageError(`--${flag} ${word}: expected the lower end first`);
  checkCount(length, `--${flag} ${word}: `);
  return Array.from({ length }, (_, i) => String(Number(first) + i));
}

/** Every combination; the last axis changes fastest. @throws UsageError where they are too many */
export function combine(axes: readonly Axis[]): FlagValues[] {
  checkCount(
    axes.reduce((product, { values }) => product * values.length, 1),
    '',
  );
  return axes.reduce<FlagValues[]>(
    (runs, { flag, values }) =>
      runs.flatMap((run) =>
        values.map((value) => (value === null ? run : { ...run, [flag]: value }) as FlagValues),
      ),
    [{}],
  );
}

function checkCount(count: number, given: string): void {
  if (count > MOST_RUNS)
    throw new UsageError(`${given}a sweep of ${count} runs, expected at most ${MOST_RUNS}`);
}

/** The flags as `train` takes them. */
export function argsOf(flags: FlagValues): string[] {
  return Object.entries(flags).flatMap(([flag, value]) => {
    if (typeof value === 'boolean') return `--${value ? '' : 'no-'}${flag}`;
    // A value that begins with a dash is no flag.
    return value.startsWith('-') ? `--${flag}=${value}` : [`--${flag}`, value];
  });
}
