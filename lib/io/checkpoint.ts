// Checkpoints: all that training needs to go on, in one safetensors file. Tensors are there under dotted names; what else a
// state holds is JSON in the metadata, in which { $tensor: name } stands for a tensor.
import { DataError, OptionError } from '../errors.js';
import type { StateDict, StateEntry } from '../nn/state-dict.js';
import { checkRecord, describe } from '../options.js';
import { Random } from '../random.js';
import { checksum } from './checksum.js';
import { loadSafetensors, saveSafetensors } from './safetensors.js';

/** What has a state to save: modules, optimizers, schedules, and any object with these two methods. */
export interface HasState {
  stateDict(): unknown;
  loadStateDict(state: never): unknown;
}

/** What a checkpoint is made of, by name. */
export type CheckpointParts = Record<string, HasState | Random>;

/** The layout of the file; another one is another version. */
const VERSION = '1';
const TENSOR = '$tensor';
/** How deep states may nest: more is a circle. */
const MOST_LEVELS = 64;

/**
 * The states of modules, optimizers, schedules and generators, all of one moment, and further values that JSON has, as the
 * bytes of one safetensors file. The tensors of the part `model` are named `model.…`, and so on.
 * @throws OptionError naming what cannot be saved
 *
 * @example
 * ```js
 * import { Linear, loadCheckpoint, ones, saveCheckpoint, SGD } from 'mixgrad';
 *
 * const start = () => {
 *   const model = new Linear(2, 1);
 *   return { model, optimizer: new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 }) };
 * };
 * const step = ({ model, optimizer }) => {
 *   optimizer.zeroGrad();
 *   model.forward(ones([1, 2])).sum().backward();
 *   optimizer.step();
 * };
 *
 * const run = start();
 * step(run);
 * const bytes = await saveCheckpoint(run, { step: 1 });
 * step(run);
 *
 * const resumed = start();
 * const values = await loadCheckpoint(bytes, resumed);
 * step(resumed);
 * console.log(values, String(await run.model.weight.data()) === String(await resumed.model.weight.data()));
 * ```
 * ```text
 * { step: 1 } true
 * ```
 */
export async function saveCheckpoint(
  parts: CheckpointParts,
  values: Record<string, unknown> = {},
): Promise<Uint8Array> {
  const op = 'saveCheckpoint';
  checkParts(op, parts);
  checkRecord(op, 'values', values, 'an object of values');
  const tensors: StateDict = {};
  const texts = {
    state: JSON.stringify(skeleton(await statesOf(parts), [], tensors)),
    values: JSON.stringify(skeleton(values, ['values'], null)),
  };
  const checksum = checksumOf(tensors, texts);
  return saveSafetensors(tensors, { framework: 'mixgrad', checkpoint: VERSION, checksum, ...texts });
}

/**
 * Takes over the states of a file of {@link saveCheckpoint} for the named parts, and returns the values that were saved with
 * them. Parts of the file that are not asked for are left alone; with none, the values alone are read. Nothing changes unless all
 * of it fits.
 * @throws DataError for a file that is damaged, no checkpoint or of another version; OptionError for a part that it lacks; what
 *   a part's loadStateDict() throws
 *
 * @example
 * ```js
 * import { createRandom, loadCheckpoint, saveCheckpoint } from 'mixgrad';
 *
 * const random = createRandom(1);
 * const bytes = await saveCheckpoint({ random }, { epoch: 3, best: 0.5 });
 * const next = random.integer(100);
 * const { epoch } = await loadCheckpoint(bytes, { random });
 * console.log(epoch, random.integer(100) === next);
 * ```
 * ```text
 * 3 true
 * ```
 */
export async function loadCheckpoint(
  file: ArrayBufferView | ArrayBuffer | SharedArrayBuffer,
  parts: CheckpointParts,
): Promise<Record<string, unknown>> {
  const op = 'loadCheckpoint';
  checkParts(op, parts);
  const { state, values } = read(file);
  const lacking = Object.keys(parts).filter((name) => !Object.hasOwn(state, name));
  if (lacking.length > 0) {
    const names = Object.keys(state).join(', ') || 'nothing';
    throw new OptionError(`${op}: the file has ${names}, expected ${lacking.join(', ')} too`);
  }
  const before = await statesOf(parts);
  const done: string[] = [];
  try {
    for (const [name, part] of Object.entries(parts)) {
      restore(part, state[name]);
      done.push(name);
    }
  } catch (error) {
    for (const name of done) restore(parts[name], before[name]);
    throw error;
  }
  return values;
}

/** Throws unless all parts have a state, under names that keys can begin with. @throws OptionError */
function checkParts(op: string, parts: unknown): void {
  for (const [name, part] of Object.entries(checkRecord(op, 'parts', parts, '{ model, optimizer, … }'))) {
    const { stateDict, loadStateDict } = (part ?? {}) as Partial<HasState>;
    const has = typeof stateDict === 'function' && typeof loadStateDict === 'function';
    if (has || part instanceof Random) continue;
    const expected = 'an object with stateDict() and loadStateDict(), or a generator';
    throw new OptionError(`${op}: ${name} is ${describe(part)}, expected ${expected}`);
  }
}

/** The states by name; all are asked for before the first is there. */
async function statesOf(parts: CheckpointParts): Promise<Record<string, unknown>> {
  const states = Object.entries(parts).map(
    ([name, part]) => [name, part instanceof Random ? part.state() : part.stateDict()] as const,
  );
  return Object.fromEntries(
    await Promise.all(states.map(async ([name, state]) => [name, await state] as const)),
  );
}

function restore(part: HasState | Random, state: unknown): void {
  if (part instanceof Random) part.load(state as ReturnType<Random['state']>);
  else part.loadStateDict(state as never);
}

/** A value as JSON has it; its tensors go into `tensors` under their dotted names. @throws OptionError */
function skeleton(value: unknown, path: readonly string[], tensors: StateDict | null): unknown {
  const name = path.join('.');
  if (path.length > MOST_LEVELS) {
    throw new OptionError(`saveCheckpoint: ${path[0]} is nested deeper than ${MOST_LEVELS} levels`);
  }
  if (tensors && isEntry(value)) {
    if (Object.hasOwn(tensors, name)) throw new OptionError(`saveCheckpoint: two entries are ${name}`);
    tensors[name] = value;
    return { [TENSOR]: name };
  }
  if (Array.isArray(value)) return value.map((entry, i) => skeleton(entry, [...path, String(i)], tensors));
  if (isJson(value)) return value;
  const expected = 'a number, a text, true, false, null, an array or object of such';
  const record = checkRecord(
    'saveCheckpoint',
    name,
    value,
    tensors ? `${expected}, or { shape, data }` : expected,
  );
  const entries = Object.entries(record).map(([key, entry]) => [
    key,
    skeleton(entry, [...path, key], tensors),
  ]);
  return Object.fromEntries(entries);
}

function isEntry(value: unknown): value is StateEntry {
  const { shape, data } = (value ?? {}) as Partial<StateEntry>;
  return Array.isArray(shape) && (data instanceof Float32Array || data instanceof Float64Array);
}

function isJson(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

/** What is in a file. @throws DataError */
function read(file: ArrayBufferView | ArrayBuffer | SharedArrayBuffer) {
  const { state: tensors, metadata } = loadSafetensors(file);
  const { checkpoint, checksum, state, values } = metadata;
  if (checkpoint === undefined || state === undefined || values === undefined) {
    throw new DataError('loadCheckpoint: the file is no checkpoint, expected what saveCheckpoint() returned');
  }
  if (checkpoint !== VERSION) {
    throw new DataError(`loadCheckpoint: the file has version ${checkpoint}, expected ${VERSION}`);
  }
  if (checksum !== checksumOf(tensors, { state, values })) {
    throw new DataError('loadCheckpoint: the file is damaged: its checksum is not that of its content');
  }
  const revive = (_: string, value: unknown) => {
    const name = (value as Record<string, string> | null)?.[TENSOR];
    return name !== undefined && Object.hasOwn(tensors, name) ? tensors[name] : value;
  };
  return { state: JSON.parse(state, revive), values: JSON.parse(values) } as Record<
    'state' | 'values',
    Record<string, unknown>
  >;
}

function checksumOf(tensors: StateDict, texts: Record<string, string>): string {
  return checksum(wordsOf(tensors, texts));
}

function* wordsOf(tensors: StateDict, texts: Record<string, string>): Generator<ArrayLike<number>, void> {
  for (const key of Object.keys(tensors).sort()) {
    const { shape, data, dtype } = tensors[key];
    yield new TextEncoder().encode(`${key} ${shape}`);
    // A file gives counts back as float32.
    const { buffer, byteOffset, byteLength } = dtype ? Float32Array.from(data) : data;
    yield new Uint32Array(buffer, byteOffset, byteLength / 4);
  }
  for (const text of Object.values(texts)) yield new TextEncoder().encode(text);
}
