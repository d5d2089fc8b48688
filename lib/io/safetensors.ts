// Weights as bytes, in the safetensors format (https://github.com/huggingface/safetensors): the length of the
// header in 8 bytes, a JSON header, then every tensor's values, little-endian and without gaps.
import type { Floats } from '../../kernels/devices/device.js';
import { DataError, OptionError, ShapeError } from '../errors.js';
import { checkedEntry, type StateDict, type StateEntry } from '../nn/state-dict.js';
import { checkRecord, describe } from '../options.js';
import { numel } from '../shape.js';
import { bytesOf, type FileBytes } from './bytes.js';
import { bytesPerValue, type DtypeName, decode, dtypeNames } from './dtypes.js';
import { damaged, type HeaderValue, isText, MOST_HEADER_BYTES, parseHeader } from './header.js';

/** What a safetensors file holds: the tensors, and free text about them. */
export interface Safetensors {
  state: StateDict;
  metadata: Record<string, string>;
}

/** One tensor in the header. */
interface HeaderEntry {
  dtype: DtypeName;
  shape: number[];
  data_offsets: [from: number, to: number];
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const METADATA = '__metadata__';

/**
 * A state dictionary as the bytes of a safetensors file: float32 as F32, float64 as F64, counts as I64. What takes
 * eight bytes a value comes first, so that all of it is aligned.
 * @throws OptionError, ShapeError naming the entry that cannot be written
 *
 * @example
 * ```js
 * import { saveSafetensors } from 'mixgrad';
 *
 * const bytes = saveSafetensors({ weight: { shape: [2], data: new Float32Array([1, 2]) } }, { epoch: '3' });
 * console.log(bytes.length, new TextDecoder().decode(bytes.subarray(8, 72)));
 * ```
 * ```text
 * 104 {"__metadata__":{"epoch":"3"},"weight":{"dtype":"F32","shape":[2
 * ```
 */
export function saveSafetensors(state: StateDict, metadata: Record<string, string> = {}): Uint8Array {
  checkContents(state, metadata);
  const entries = Object.entries(state).map(([key, { shape, data, dtype }]) => {
    return { key, shape, values: dtype === 'I64' ? integersOf(key, data) : data };
  });
  entries.sort((a, b) => b.values.BYTES_PER_ELEMENT - a.values.BYTES_PER_ELEMENT);
  let end = 0;
  const header = entries.map(({ key, shape, values }) => {
    const from = end;
    end += values.byteLength;
    return [key, { dtype: dtypeOf(values), shape, data_offsets: [from, end] }] as const;
  });
  const text = JSON.stringify(Object.fromEntries([[METADATA, metadata], ...header]));
  return assemble(text, entries, end);
}

/** The file: the header's length, the header with spaces behind it, the values. */
function assemble(header: string, entries: readonly { values: Values }[], size: number): Uint8Array {
  const unpadded = new TextEncoder().encode(header);
  if (unpadded.length > MOST_HEADER_BYTES) {
    throw new OptionError(
      `saveSafetensors: the header takes ${unpadded.length} bytes, expected at most ${MOST_HEADER_BYTES}`,
    );
  }
  const headerLength = Math.ceil(unpadded.length / ALIGNMENT) * ALIGNMENT;
  const start = LENGTH_BYTES + headerLength;
  const bytes = new Uint8Array(start + size).fill(0x20, LENGTH_BYTES, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(unpadded, LENGTH_BYTES);
  let at = start;
  for (const { values } of entries) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** Values as a file has them. */
type Values = Floats | BigInt64Array;

function dtypeOf(values: Values): DtypeName {
  if (values instanceof BigInt64Array) return 'I64';
  return values instanceof Float64Array ? 'F64' : 'F32';
}

function integersOf(key: string, data: Floats): BigInt64Array {
  return BigInt64Array.from(data as ArrayLike<number>, (value) => {
    if (Number.isSafeInteger(value)) return BigInt(value);
    throw new OptionError(`saveSafetensors: ${key} holds ${value}, expected integers for I64`);
  });
}

/** Throws unless these can be written so that they can be read again. */
function checkContents(state: unknown, metadata: unknown): void {
  for (const [name, value] of Object.entries({ state, metadata })) {
    const keys = Object.keys(checkRecord('saveSafetensors', name, value, 'a plain object'));
    for (const key of keys) checkText(`a key of ${name}`, key);
  }
  for (const [key, text] of Object.entries(metadata as object)) checkText(`metadata ${key}`, text);
  for (const [key, entry] of Object.entries(state as object)) {
    const { shape, data } = checkedEntry('saveSafetensors', key, entry);
    if (key === METADATA) throw new OptionError(`saveSafetensors: no tensor can have the name ${METADATA}`);
    const valid = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
    if (valid && numel(shape) === data.length) continue;
    throw new ShapeError(
      `saveSafetensors: ${key} has shape ${describe(shape)} and ${data.length} values, expected as many as its shape says`,
    );
  }
}

function checkText(what: string, text: unknown): void {
  if (isText(text)) return;
  const expected = typeof text === 'string' ? 'text without half of a surrogate pair' : 'a string';
  throw new OptionError(
    `saveSafetensors: ${what} is ${typeof text === 'string' ? JSON.stringify(text) : describe(text)}, expected ${expected}`,
  );
}

/**
 * Reads the bytes of a safetensors file: F64 as float64; F32, F16, BF16, the types of eight bits, integers and BOOL as
 * float32. I64 is marked as such, so that it is saved as what it was.
 * @throws DataError saying what is damaged, which tensor is of another type, or which integer float32 does not have
 *
 * @example
 * ```js
 * import { loadSafetensors, saveSafetensors } from 'mixgrad';
 *
 * const bytes = saveSafetensors({ weight: { shape: [2], data: new Float32Array([1, 2]) } }, { epoch: '3' });
 * const { state, metadata } = loadSafetensors(bytes);
 * console.log(state.weight, metadata.epoch);
 * ```
 * ```text
 * { shape: [ 2 ], data: Float32Array(2) [ 1, 2 ] } 3
 * ```
 */
export function loadSafetensors(file: FileBytes): Safetensors {
  const bytes = bytesOf('safetensors', file);
  const { entries, metadata, start } = readHeader(bytes);
  const state: [string, StateEntry][] = [];
  let end = 0;
  for (const [key, entry] of entries) {
    const [from, to] = entry.data_offsets;
    if (from !== end) throw damaged(`${key} begins at byte ${from} of the data, expected ${end}`);
    if (start + to > bytes.length) {
      throw damaged(`${key} ends at byte ${start + to}, the file at ${bytes.length}`);
    }
    const { shape, dtype } = entry;
    const data = decode(`safetensors: ${key}`, dtype, bytes.subarray(start + from, start + to));
    state.push([key, dtype === 'I64' ? { shape, data, dtype } : { shape, data }]);
    end = to;
  }
  const surplus = bytes.length - start - end;
  if (surplus > 0) throw damaged(`${surplus} bytes follow the last tensor, expected the file's end`);
  return { state: Object.fromEntries(state), metadata };
}

/** The tensors' entries in the order of their data. */
function readHeader(bytes: Uint8Array) {
  if (bytes.length < LENGTH_BYTES) {
    throw damaged(`${bytes.length} bytes hold no header length, which takes ${LENGTH_BYTES}`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > MOST_HEADER_BYTES) {
    throw damaged(`the header takes ${length} bytes, expected at most ${MOST_HEADER_BYTES}`);
  }
  const start = LENGTH_BYTES + Number(length);
  if (start > bytes.length) throw damaged(`the header ends at byte ${start}, the file at ${bytes.length}`);
  const header = parseHeader(bytes.slice(LENGTH_BYTES, start));
  const metadata = checkMetadata(header.get(METADATA) ?? new Map());
  header.delete(METADATA);
  const entries = [...header].map(([key, entry]) => [key, checkEntry(key, entry)] as const);
  entries.sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  return { entries, metadata, start };
}

function checkMetadata(metadata: HeaderValue): Record<string, string> {
  if (!(metadata instanceof Map)) throw damaged(`${METADATA} is ${shown(metadata)}, expected an object`);
  const texts = [...metadata].map(([key, text]) => {
    if (typeof text !== 'string') throw damaged(`${METADATA}.${key} is ${shown(text)}, expected a string`);
    return [key, text] as const;
  });
  return Object.fromEntries(texts);
}

function checkEntry(key: string, entry: HeaderValue): HeaderEntry {
  if (!(entry instanceof Map)) {
    throw damaged(`${key} is ${shown(entry)}, expected { dtype, shape, data_offsets }`);
  }
  const [dtype, shape, offsets] = ['dtype', 'shape', 'data_offsets'].map((name) => entry.get(name));
  if (!isDtype(dtype)) {
    throw new DataError(
      `safetensors: ${key} has dtype ${shown(dtype)}, expected one of ${dtypeNames().join(', ')}`,
    );
  }
  if (!isCounts(shape)) throw damaged(`${key} has shape ${shown(shape)}, expected an array of integers`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw damaged(`${key} has data_offsets ${shown(offsets)}, expected its first byte and the one behind it`);
  }
  const [from, to] = offsets;
  const expected = numel(shape) * bytesPerValue(dtype);
  if (to - from !== expected) {
    throw damaged(`${key} has ${to - from} bytes, expected ${expected} for ${dtype} [${shape.join(', ')}]`);
  }
  return { dtype, shape, data_offsets: [from, to] };
}

/** A value of the header as an error names it. */
function shown(value: HeaderValue | undefined): string {
  return value instanceof Map ? 'an object' : describe(value);
}

function isDtype(value: unknown): value is DtypeName {
  return dtypeNames().includes(value as DtypeName);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n));
}
