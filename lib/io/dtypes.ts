// The types of values in files, and how each is read as floats.
import type { Floats } from '../../kernels/devices/device.js';
import { DataError } from '../errors.js';

/** A type: the array that its bytes are, and the number that an entry of it stands for. */
interface Dtype {
  readonly array:
    | Uint8ArrayConstructor
    | Int8ArrayConstructor
    | Uint16ArrayConstructor
    | Int16ArrayConstructor
    | Uint32ArrayConstructor
    | Int32ArrayConstructor
    | Float32ArrayConstructor
    | Float64ArrayConstructor
    | BigInt64ArrayConstructor
    | BigUint64ArrayConstructor;
  /** The number that bits stand for; null where the entry is one. */
  readonly decode: ((bits: number) => number) | null;
}

const dtypes = {
  BOOL: { array: Uint8Array, decode: (bits: number) => Number(bits !== 0) },
  U8: { array: Uint8Array, decode: null },
  I8: { array: Int8Array, decode: null },
  U16: { array: Uint16Array, decode: null },
  I16: { array: Int16Array, decode: null },
  U32: { array: Uint32Array, decode: null },
  I32: { array: Int32Array, decode: null },
  U64: { array: BigUint64Array, decode: null },
  I64: { array: BigInt64Array, decode: null },
  F16: { array: Uint16Array, decode: (bits: number) => ieee(bits, 5, 10) },
  BF16: { array: Uint16Array, decode: (bits: number) => ieee(bits, 8, 7) },
  F32: { array: Float32Array, decode: null },
  F64: { array: Float64Array, decode: null },
  F8_E5M2: { array: Uint8Array, decode: (bits: number) => ieee(bits, 5, 2) },
  F8_E4M3: { array: Uint8Array, decode: (bits: number) => finite(bits, 4, 3, 7, 0x7f) },
  F8_E5M2FNUZ: { array: Uint8Array, decode: (bits: number) => unsignedZero(bits, 5, 2, 16) },
  F8_E4M3FNUZ: { array: Uint8Array, decode: (bits: number) => unsignedZero(bits, 4, 3, 8) },
  F8_E8M0: { array: Uint8Array, decode: (bits: number) => (bits === 0xff ? Number.NaN : 2 ** (bits - 127)) },
} as const satisfies Record<string, Dtype>;

/** The name of a type. */
export type DtypeName = keyof typeof dtypes;

/** The names of all types that can be read. */
export const dtypeNames = () => Object.keys(dtypes) as DtypeName[];

/** How many bytes a value takes. */
export function bytesPerValue(dtype: DtypeName): number {
  return dtypes[dtype].array.BYTES_PER_ELEMENT;
}

/**
 * The values of `what` that bytes stand for, wherever in memory they lie: float64 of F64, float32 of all others.
 * @throws DataError where float32 does not have an integer
 */
export function decode(what: string, dtype: DtypeName, bytes: Uint8Array): Floats {
  const { array, decode } = dtypes[dtype] as Dtype;
  const entries = new array(bytes.slice().buffer);
  if (entries instanceof Float32Array || entries instanceof Float64Array) return entries;
  return Float32Array.from(entries as ArrayLike<number | bigint>, (entry, i) => {
    const value = decode ? decode(entry as number) : Number(entry);
    if (decode || (BigInt(value) === BigInt(entry) && Math.fround(value) === value)) return value;
    throw new DataError(`${what} holds ${entry} at position ${i}, expected an integer that float32 has`);
  });
}

/** Sign, E bits of exponent and M of mantissa, as IEEE 754: the largest exponent means infinity or NaN. */
function ieee(bits: number, E: number, M: number): number {
  const last = 2 ** E - 1;
  if (((bits >> M) & last) !== last) return finite(bits, E, M, 2 ** (E - 1) - 1);
  if (bits & (2 ** M - 1)) return Number.NaN;
  return bits >> (E + M) ? -Infinity : Infinity;
}

/** The same with any bias, without infinities; the bits below the sign that `nan` has, if any, mean NaN. */
function finite(bits: number, E: number, M: number, bias: number, nan = -1): number {
  if ((bits & (2 ** (E + M) - 1)) === nan) return Number.NaN;
  const exponent = (bits >> M) & (2 ** E - 1);
  const mantissa = (bits & (2 ** M - 1)) / 2 ** M;
  const size = exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias);
  return bits >> (E + M) ? -size : size;
}

/** The same without −0, whose bits mean NaN. */
function unsignedZero(bits: number, E: number, M: number, bias: number): number {
  return bits === 0x80 ? Number.NaN : finite(bits, E, M, bias);
}
