// Reads golden cases: every *.json with `cases` in a folder, checked before anything runs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { numel, type Shape } from '../../lib/shape.js';

/** A tensor as fixtures write it: row-major float64. */
export interface Values {
  shape: Shape;
  data: number[];
}

/** One golden case. Gradients are of Σ output·cotangent with respect to the named input. */
export interface GoldenCase {
  file: string;
  name: string;
  op: string;
  attrs: Record<string, unknown>;
  inputs: Record<string, Values>;
  outputs: Record<string, Values>;
  cotangents: Record<string, Values>;
  gradients: Record<string, Values>;
}

/** A fixture file or folder that cannot be used; the message names the file. */
export class FixtureError extends Error {
  override name = 'FixtureError';
}

/** All cases of a folder, files in alphabetical order. @throws FixtureError naming what is wrong where. */
export function readFixtures(folder: string): GoldenCase[] {
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch (error) {
    throw new FixtureError(`${folder}: ${(error as Error).message}`);
  }
  const cases = files.sort().flatMap((file) => readFile(join(folder, file)));
  if (cases.length === 0) throw new FixtureError(`${folder}: no *.json file with cases`);
  return cases;
}

function readFile(file: string): GoldenCase[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new FixtureError(`${file}: ${(error as Error).message}`);
  }
  if (!isRecord(parsed) || !Array.isArray(parsed.cases))
    throw new FixtureError(`${file}: no list named cases`);
  return parsed.cases.map((entry, i) => readCase(file, entry, i));
}

function readCase(file: string, entry: unknown, index: number): GoldenCase {
  const where = `${file}: case ${index}`;
  if (!isRecord(entry)) throw new FixtureError(`${where} is not an object`);
  const { name, op } = entry;
  if (typeof name !== 'string' || typeof op !== 'string')
    throw new FixtureError(`${where} has no name or no op`);
  const group = (key: string) => readGroup(`${where} (${name}), ${key}`, entry[key] ?? {});
  const attrs = entry.attrs ?? {};
  if (!isRecord(attrs)) throw new FixtureError(`${where} (${name}): attrs is not an object`);
  const tensors = { inputs: group('inputs'), outputs: group('outputs') };
  if (Object.keys(tensors.outputs).length === 0) throw new FixtureError(`${where} (${name}) has no outputs`);
  return {
    file,
    name,
    op,
    attrs,
    ...tensors,
    cotangents: group('cotangents'),
    gradients: group('gradients'),
  };
}

function readGroup(where: string, group: unknown): Record<string, Values> {
  if (!isRecord(group)) throw new FixtureError(`${where}: not an object`);
  return Object.fromEntries(
    Object.entries(group).map(([key, value]) => [key, readValues(`${where}.${key}`, value)]),
  );
}

/** A tensor, or a lone number as one of shape []. What JSON has no numbers for is a word: 'NaN', 'Infinity', '-Infinity'. */
export function readValues(where: string, value: unknown): Values {
  if (isNumber(value)) return { shape: [], data: [Number(value)] };
  if (!isRecord(value) || !isNumbers(value.shape) || !isNumbers(value.data)) {
    throw new FixtureError(`${where}: expected { "shape": [...], "data": [...] } with numbers as data`);
  }
  const { shape } = value;
  const data = value.data.map(Number);
  if (numel(shape) !== data.length) {
    throw new FixtureError(`${where}: ${data.length} values do not fill shape [${shape.join(', ')}]`);
  }
  return { shape, data };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(value as string);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isNumber);
}
