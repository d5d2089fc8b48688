// Weights as bytes, in the safetensors format (https://github.com/huggingface/safetensors): the length of the
// header in 8 bytes, a JSON header, then every tensor's values, little-endian and without gaps.
import type { Floats } from '../../kernels/devices/device.js';
import { DataError, OptionError, ShapeError } from '../errors.js';
import { checkedEntry, type StateDict, type StateEntry } from '../nn/state-dict.js';
import { describe } from '../options.js';
import { numel } from '../shape.js';

/** What a safetensors file holds: the tensors, and free text about them. */
export interface Safetensors {
  state: StateDict;
  metadata: Record<string, string>;
}

/** One tensor in the header. */
interface HeaderEntry {
  dtype: keyof typeof arrays;
  shape: number[];
  data_offsets: [from: number, to: number];
}

const arrays = { F32: Float32Array, F64: Float64Array } as const;
const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const METADATA = '__metadata__';

/**
 * A state dictionary as the bytes of a safetensors file: float32 as F32, float64 as F64.
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
  const header: Record<string, unknown> = { [METADATA]: metadata };
  let end = 0;
  for (const [key, { shape, data }] of Object.entries(state)) {
    const dtype = data instanceof Float64Array ? 'F64' : 'F32';
    header[key] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const unpadded = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(unpadded.length / ALIGNMENT) * ALIGNMENT;
  const start = LENGTH_BYTES + headerLength;
  const bytes = new Uint8Array(start + end).fill(0x20, LENGTH_BYTES, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(unpadded, LENGTH_BYTES);
  let at = start;
  for (const { data } of Object.values(state)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Throws unless these can be written so that they can be read again. */
function checkContents(state: unknown, metadata: unknown): void {
  for (const [name, value] of Object.entries({ state, metadata })) {
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!plain) throw new OptionError(`saveSafetensors: ${name} is ${describe(value)}, expected an object`);
  }
  for (const [key, text] of Object.entries(metadata as object)) {
    if (typeof text === 'string') continue;
    throw new OptionError(`saveSafetensors: metadata ${key} is ${describe(text)}, expected a string`);
  }
  for (const [key, entry] of Object.entries(state as object)) {
    const { shape, data } = checkedEntry('saveSafetensors', key, entry);
    if (key === METADATA) throw new OptionError(`saveSafetensors: no tensor can have the name ${METADATA}`);
    const valid = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
    if (valid && numel(shape) === data.length) continue;
    throw new ShapeError(`saveSafetensors: ${key} has shape ${describe(shape)} and ${data.length} values`);
  }
}

/**
 * Reads the bytes of a safetensors file with float32 and float64 tensors.
 * @throws DataError saying what is damaged, or which tensor is of another type.
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
export function loadSafetensors(bytes: Uint8Array): Safetensors {
  if (!(bytes instanceof Uint8Array)) {
    throw new DataError(`safetensors: bytes is ${describe(bytes)}, expected a Uint8Array`);
  }
  const { entries, metadata, start } = readHeader(bytes);
  const state: StateDict = {};
  let end = 0;
  for (const [key, entry] of entries) {
    const [from, to] = entry.data_offsets;
    if (from !== end) throw damaged(`${key} begins at byte ${from} of the data, expected ${end}`);
    if (start + to > bytes.length) {
      throw damaged(`${key} ends at byte ${start + to}, the file at ${bytes.length}`);
    }
    state[key] = {
      shape: entry.shape,
      data: valuesOf(bytes.subarray(start + from, start + to), entry.dtype),
    };
    end = to;
  }
  const surplus = bytes.length - start - end;
  if (surplus > 0) throw damaged(`${surplus} bytes follow the last tensor`);
  return { state, metadata };
}

/** The tensors' entries in the order of their data. */
function readHeader(bytes: Uint8Array) {
  if (bytes.length < LENGTH_BYTES) {
    throw damaged(`${bytes.length} bytes hold no header length, which takes ${LENGTH_BYTES}`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const start = LENGTH_BYTES + Number(length);
  if (start > bytes.length) throw damaged(`the header ends at byte ${start}, the file at ${bytes.length}`);
  const { [METADATA]: metadata = {}, ...tensors } = parseHeader(bytes.subarray(LENGTH_BYTES, start));
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw damaged(`${METADATA} is not an object of strings`);
  }
  const entries = Object.entries(tensors).map(([key, entry]) => [key, checkEntry(key, entry)] as const);
  entries.sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  return { entries, metadata: metadata as Record<string, string>, start };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged('the header is not JSON', cause);
  }
  if (!isRecord(header)) throw damaged('the header is not a JSON object');
  return header;
}

function checkEntry(key: string, entry: unknown): HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (dtype !== 'F32' && dtype !== 'F64') {
    throw new DataError(`safetensors: ${key} has dtype ${JSON.stringify(dtype)}, expected F32 or F64`);
  }
  if (!isCounts(shape)) throw damaged(`${key} has shape ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw damaged(`${key} has data_offsets ${JSON.stringify(offsets)}`);
  }
  const [from, to] = offsets;
  const expected = numel(shape) * arrays[dtype].BYTES_PER_ELEMENT;
  if (to - from !== expected) {
    throw damaged(`${key} has ${to - from} bytes, expected ${expected} for ${dtype} [${shape.join(', ')}]`);
  }
  return { dtype, shape, data_offsets: [from, to] };
}

/** A copy of the bytes as values, wherever in memory they lie. */
function valuesOf(bytes: Uint8Array, dtype: HeaderEntry['dtype']): StateEntry['data'] {
  const values: Floats = new arrays[dtype](bytes.length / arrays[dtype].BYTES_PER_ELEMENT);
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function damaged(reason: string, cause?: unknown): DataError {
  return new DataError(`safetensors: damaged: ${reason}`, { cause });
}
