// State dictionaries: values by name, how they are checked, and how tensors and generators take them back.
import type { Floats } from '../../kernels/devices/device.js';
import { OptionError, ShapeError } from '../errors.js';
import { describe } from '../options.js';
import { checkState, Random, type RandomState } from '../random.js';
import { format, type Shape, sameShape } from '../shape.js';
import { tensor } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';

/** One entry of a state dictionary. */
export interface StateEntry {
  shape: Shape;
  data: Floats;
  /** Of counts: files have them as integers of 64 bits, as PyTorch does. @default F32 or F64, by `data` */
  dtype?: 'I64';
}

/**
 * Parameters and buffers by PyTorch's key names, such as `0.weight` and `1.running_mean`. PyTorch has no key for
 * a generator: its entry is the property's name with `_state`, such as `1.random_state`.
 */
export type StateDict = Record<string, StateEntry>;

/** What a state dictionary has an entry for. */
export type Stateful = Tensor | Random;

export function isStateful(value: object): value is Stateful {
  return value instanceof Tensor || value instanceof Random;
}

const counts = new WeakSet<Tensor>();

/** Marks a tensor whose values are counts. Returns it. */
export function asCount(t: Tensor): Tensor {
  counts.add(t);
  return t;
}

/** A copy of a tensor's values, or of a generator's state. */
export async function entryOf(item: Stateful): Promise<StateEntry> {
  if (item instanceof Tensor) {
    const entry = { shape: item.shape, data: await item.data() };
    return counts.has(item) ? { ...entry, dtype: 'I64' } : entry;
  }
  const data = encodeRandom(item.state());
  return { shape: [data.length], data };
}

/** What a state dictionary lacks of what a module has, and has beside it. */
export interface KeyReport {
  missingKeys: string[];
  unexpectedKeys: string[];
}

/** Compares the keys; a generator's may be missing. @throws OptionError where they differ and must not */
export function compareKeys(
  items: ReadonlyMap<string, Stateful>,
  state: StateDict,
  strict: boolean,
): KeyReport {
  const missingKeys = [...items].flatMap(([key, item]) =>
    item instanceof Tensor && !Object.hasOwn(state, key) ? [key] : [],
  );
  const unexpectedKeys = Object.keys(state).filter((key) => !items.has(key));
  if (!strict || missingKeys.length + unexpectedKeys.length === 0) return { missingKeys, unexpectedKeys };
  const list = (keys: string[]) => keys.join(', ') || 'none';
  throw new OptionError(
    `loadStateDict: missing keys: ${list(missingKeys)}; unexpected keys: ${list(unexpectedKeys)}`,
  );
}

/** runningMean → running_mean, random → random_state: the property's name; keys and indices after it stay. */
export function pytorchName([property, ...keys]: string[], value: Stateful): string {
  const name = property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return [value instanceof Tensor ? name : `${name}_state`, ...keys].join('.');
}

/** The entry. @throws OptionError unless it has a shape and values */
export function checkedEntry(op: string, key: string, entry: unknown): StateEntry {
  const { shape, data, dtype } = (entry ?? {}) as Partial<StateEntry>;
  const isValues = data instanceof Float32Array || data instanceof Float64Array;
  if (dtype !== undefined && dtype !== 'I64') {
    throw new OptionError(`${op}: ${key} has dtype ${describe(dtype)}, expected 'I64' or none`);
  }
  if (Array.isArray(shape) && isValues) return dtype ? { shape, data, dtype } : { shape, data };
  throw new OptionError(
    `${op}: ${key} is ${describe(entry)}, expected { shape, data } with data a Float32Array or Float64Array`,
  );
}

/** Throws unless the entry fits the tensor or the generator. @throws OptionError, ShapeError */
export function checkEntry(op: string, key: string, entry: unknown, item: Stateful): void {
  const { shape, data } = checkedEntry(op, key, entry);
  if (item instanceof Random) {
    checkRandom(op, key, data);
    return;
  }
  if (!sameShape(shape, item.shape)) {
    throw new ShapeError(`${op}: ${key} has shape ${format(shape)}, expected ${format(item.shape)}`);
  }
  if (data.length !== item.size) {
    throw new ShapeError(`${op}: ${key} has ${data.length} values, expected ${item.size}`);
  }
  const wrong = counts.has(item) ? data.findIndex((v) => !Number.isSafeInteger(v) || v < 0) : -1;
  if (wrong >= 0) {
    throw new OptionError(`${op}: ${key} holds ${data[wrong]}, expected a count, an integer of at least 0`);
  }
}

/** Takes over a copy of an entry's values. */
export function takeEntry(item: Stateful, { data }: StateEntry): void {
  if (item instanceof Random) {
    item.load(decodeRandom(data));
    return;
  }
  const values = tensor(data, { shape: item.shape, device: item.device }).keep();
  item.assign(values);
  values.dispose();
}

/** i, j and S of ARC4, then the seed's character codes: integers that float32 has. */
function encodeRandom({ seed, arc4: { i, j, S } }: RandomState): Floats {
  const codes = Array.from({ length: seed.length }, (_, at) => seed.charCodeAt(at));
  return Float32Array.of(i, j, ...S, ...codes);
}

function decodeRandom(data: Floats): RandomState {
  const [i, j, ...rest] = data;
  return { seed: String.fromCharCode(...rest.slice(256)), arc4: { i, j, S: rest.slice(0, 256) } };
}

function checkRandom(op: string, key: string, data: Floats): void {
  try {
    checkState(decodeRandom(data));
  } catch (cause) {
    throw new OptionError(`${op}: ${key} is no state of a generator`, { cause });
  }
}
