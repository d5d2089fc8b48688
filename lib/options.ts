// Every check of an argument: unknown names, defaults, kinds, ranges, ranks and choices, each written once.
import { describe, isRecord, optionsOf } from '../kernels/errors.js';
import { OptionError, ShapeError } from './errors.js';
import { format, type Shape } from './shape.js';

export { describe } from '../kernels/errors.js';

/** How one option is read: its default, and what becomes of a value that was given. */
export interface Reader<T> {
  /** The value where none was given; null stands for "none" and needs no reading. */
  readonly fallback: T;
  /** @throws OptionError where the value cannot be used */
  read(op: string, name: string, value: unknown): T;
}

/** How the options of a call are read, by name. */
export type Schema = Readonly<Record<string, Reader<unknown>>>;
/** The options that a schema yields. */
export type Read<S extends Schema> = { [K in keyof S]: S[K] extends Reader<infer T> ? T : never };

/**
 * Reads an options object by its schema: what is missing takes its default.
 * @throws OptionError where it is no object, has a name that the schema lacks, or a value that cannot be
 */
export function readOptions<S extends Schema>(op: string, given: unknown, schema: S): Read<S> {
  const options = optionsOf(op, given, Object.keys(schema));
  const out: Record<string, unknown> = {};
  for (const name in schema) {
    const value = options[name];
    const { fallback } = schema[name];
    out[name] =
      value === undefined || (value === null && fallback === null)
        ? fallback
        : schema[name].read(op, name, value);
  }
  return out as Read<S>;
}

/** A plain object. @throws OptionError saying what the value is, and that a promise lacks an await */
export function checkRecord(
  op: string,
  name: string,
  value: unknown,
  expected: string,
): Record<string, unknown> {
  if (isRecord(value)) return value;
  const hint = value instanceof Promise ? '; it lacks an await' : '';
  throw new OptionError(`${op}: ${name} is ${describe(value)}, expected ${expected}${hint}`);
}

function refuse(op: string, name: string, value: unknown, expected: string): never {
  throw new OptionError(`${op}: ${name} is ${describe(value)}, expected ${expected}`);
}

function reader<T>(fallback: T, expected: string, holds: (value: unknown) => boolean): Reader<T> {
  return {
    fallback,
    read(op, name, value) {
      if (!holds(value)) refuse(op, name, value, expected);
      return value as T;
    },
  };
}

/** A range of numbers: from `least` (or above `above`) to `most` (or below `below`). */
export interface Range {
  least?: number;
  above?: number;
  most?: number;
  below?: number;
}

/** A kind of numbers and its range, as an error names them. */
export function words(kind: string, { least, above, most, below }: Range): string {
  const from = least !== undefined ? `of at least ${least}` : above !== undefined ? `above ${above}` : '';
  const to = most !== undefined ? `at most ${most}` : below !== undefined ? `below ${below}` : '';
  return [kind, [from, to].filter(Boolean).join(' and ')].filter(Boolean).join(' ');
}

/** Whether a number is in a range. */
export function within(value: number, { least, above, most, below }: Range): boolean {
  return (
    (least === undefined || value >= least) &&
    (above === undefined || value > above) &&
    (most === undefined || value <= most) &&
    (below === undefined || value < below)
  );
}

/** A finite number in a range. */
export function number<T extends number | null>(fallback: T, range: Range = {}): Reader<T | number> {
  return reader<T | number>(
    fallback,
    words('a number', range),
    (v) => Number.isFinite(v) && within(v as number, range),
  );
}

/** An integer in a range. */
export function integer<T extends number | null>(fallback: T, range: Range = {}): Reader<T | number> {
  return reader<T | number>(
    fallback,
    words('an integer', range),
    (v) => Number.isSafeInteger(v) && within(v as number, range),
  );
}

/** true or false. */
export function flag(fallback: boolean): Reader<boolean> {
  return reader(fallback, 'true or false', (v) => typeof v === 'boolean');
}

/** One of several words. */
export function choice<T extends string>(fallback: NoInfer<T>, choices: readonly T[]): Reader<T> {
  const list = choices.map((word) => `'${word}'`).join(' or ');
  return reader<T>(fallback, list, (v) => choices.includes(v as T));
}

/** A function, or nothing. */
export function callback<F>(fallback: F | null): Reader<F | null> {
  return reader<F | null>(fallback, 'a function', (v) => typeof v === 'function');
}

/** As another reader; null where no value was given. */
export function orElse<T>({ read }: Reader<T>): Reader<T | null> {
  return { fallback: null, read };
}

/** A value that something else checks. */
export function anything<T>(fallback: T): Reader<T> {
  return { fallback, read: (_op, _name, value) => value as T };
}

/** A height and a width, from an integer or a pair of them. */
export function pair(fallback: number, least: number): Reader<readonly [number, number]> {
  return { fallback: [fallback, fallback], read: (op, name, value) => readPair(op, name, value, least) };
}

/** Integers have 32 bits in engines and on GPUs. */
const MOST_INTEGER = 2 ** 31 - 1;

/** A height and a width. @throws OptionError unless both are integers of at least `least` */
export function readPair(op: string, name: string, value: unknown, least: number): readonly [number, number] {
  const both = typeof value === 'number' ? [value, value] : value;
  if (!isIntegers(both, least) || both.length !== 2) {
    refuse(op, name, value, `an integer of at least ${least}, or a pair of them`);
  }
  if (both.some((v) => v > MOST_INTEGER)) refuse(op, name, value, `at most ${MOST_INTEGER}`);
  return [both[0], both[1]];
}

/** A value that must be given. @throws OptionError by the reader */
export function required<T>(op: string, name: string, value: unknown, { read }: Reader<T>): T {
  return read(op, name, value);
}

/** Throws unless x has as many axes as the layout names, such as '[N, C, H, W]'. */
export function checkRank(op: string, name: string, { shape }: { shape: Shape }, layout: string): void {
  if (shape.length === layout.split(',').length) return;
  throw new ShapeError(`${op}: ${name} has shape ${format(shape)}, expected ${layout}`);
}

/** Throws unless every index is an integer from 0 to size − 1. */
export function checkIndices(op: string, what: string, indices: ArrayLike<number>, size: number): void {
  for (let i = 0; i < indices.length; i++) {
    if (Number.isInteger(indices[i]) && indices[i] >= 0 && indices[i] < size) continue;
    const hint = typeof indices[i] === 'bigint' ? `; Number(${indices[i]}n) makes a number of it` : '';
    throw new OptionError(
      `${op}: ${what} ${i} is ${describe(indices[i])}, expected an integer from 0 to ${size - 1}${hint}`,
    );
  }
}

/** Whether a value is an array of integers of at least `least`. A hole is none: every() alone would pass it over. */
export function isIntegers(list: unknown, least: number): list is readonly number[] {
  return Array.isArray(list) && [...list].every((value) => Number.isSafeInteger(value) && value >= least);
}

/** The list. @throws ShapeError unless it is an array of integers */
export function asIntegers(op: string, name: string, list: unknown): readonly number[] {
  if (isIntegers(list, Number.MIN_SAFE_INTEGER)) return list;
  throw new ShapeError(`${op}: ${name} is ${describe(list)}, expected an array of integers`);
}
