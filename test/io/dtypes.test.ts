// The types of values in safetensors files: each is read as the numbers that its bits stand for.
import t from 'tap';
import { DataError, loadSafetensors } from '../../lib/index.js';
import { decode } from '../../lib/io/dtypes.js';

const { NaN: nan } = Number;
const bytesOf = ({ buffer }: { buffer: ArrayBufferLike }) => new Uint8Array(buffer);

/** Bits, and the numbers that the type's definition gives them. */
const known: Record<string, [bits: { buffer: ArrayBufferLike }, values: number[]]> = {
  BOOL: [Uint8Array.of(0, 1, 2), [0, 1, 1]],
  U8: [Uint8Array.of(0, 255), [0, 255]],
  I8: [Int8Array.of(-128, 127), [-128, 127]],
  U16: [Uint16Array.of(65535), [65535]],
  I16: [Int16Array.of(-32768), [-32768]],
  U32: [Uint32Array.of(0, 2 ** 31), [0, 2 ** 31]],
  I32: [Int32Array.of(-(2 ** 31), 2 ** 24), [-(2 ** 31), 2 ** 24]],
  U64: [BigUint64Array.of(0n, 2n ** 63n), [0, 2 ** 63]],
  I64: [BigInt64Array.of(-(2n ** 63n), 7n), [-(2 ** 63), 7]],
  F32: [Float32Array.of(0.1, nan, -Infinity, -0), [Math.fround(0.1), nan, -Infinity, -0]],
  F64: [Float64Array.of(0.1, nan, Infinity), [0.1, nan, Infinity]],
  F16: [
    Uint16Array.of(0x3555, 0x7bff, 0x0001, 0x0400, 0x8000, 0xfc00, 0x7e00),
    [0.333251953125, 65504, 2 ** -24, 2 ** -14, -0, -Infinity, nan],
  ],
  BF16: [Uint16Array.of(0x3f80, 0xc049, 0x0001, 0x7f80, 0x7fc0), [1, -3.140625, 2 ** -133, Infinity, nan]],
  F8_E5M2: [Uint8Array.of(0x7b, 0x01, 0xfc, 0x7d), [57344, 2 ** -16, -Infinity, nan]],
  F8_E4M3: [Uint8Array.of(0x7e, 0x01, 0xb8, 0x7f, 0xff), [448, 2 ** -9, -1, nan, nan]],
  F8_E5M2FNUZ: [Uint8Array.of(0x7f, 0x01, 0x80), [57344, 2 ** -17, nan]],
  F8_E4M3FNUZ: [Uint8Array.of(0x7f, 0x01, 0x80), [240, 2 ** -10, nan]],
  F8_E8M0: [Uint8Array.of(0, 127, 254, 255), [2 ** -127, 1, 2 ** 127, nan]],
};

/** A file with one tensor `a`. */
function file(dtype: string, data: Uint8Array, count: number): Uint8Array {
  const header = { a: { dtype, shape: [count], data_offsets: [0, data.length] } };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

for (const [dtype, [bits, values]] of Object.entries(known)) {
  t.test(`${dtype} is read as the numbers its bits stand for`, async (t) => {
    const { data } = loadSafetensors(file(dtype, bytesOf(bits), values.length)).state.a;
    t.ok(data instanceof (dtype === 'F64' ? Float64Array : Float32Array), data.constructor.name);
    values.forEach((value, i) => {
      t.ok(Object.is(data[i], value), `${data[i]} at ${i}, expected ${value}`);
    });
  });
}

t.test('every BF16 is the upper half of a float32', async (t) => {
  const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
  const expected = new Float32Array(Uint32Array.from(bits, (b) => b * 2 ** 16).buffer);
  const found = decode('a', 'BF16', bytesOf(bits));
  t.ok(found.every((value, i) => Object.is(value, expected[i])));
});

t.test('an integer that float32 does not have is refused by name and place', async (t) => {
  const refused: [string, { buffer: ArrayBufferLike }, string][] = [
    ['I32', Int32Array.of(5, 2 ** 24 + 1), '16777217 at position 1'],
    ['U32', Uint32Array.of(2 ** 32 - 1), '4294967295 at position 0'],
    ['I64', BigInt64Array.of(2n ** 53n + 1n), '9007199254740993 at position 0'],
    ['I64', BigInt64Array.of(-(2n ** 62n) - 1n), '-4611686018427387905 at position 0'],
    ['U64', BigUint64Array.of(2n ** 64n - 1n), '18446744073709551615 at position 0'],
  ];
  for (const [dtype, bits, what] of refused) {
    const data = bytesOf(bits);
    const size = data.length / (dtype.endsWith('64') ? 8 : 4);
    t.throws(
      () => loadSafetensors(file(dtype, data, size)),
      new DataError(`safetensors: a holds ${what}, expected an integer that float32 has`),
    );
  }
});

t.test('a type that is no list of real numbers is refused with those that are read', async (t) => {
  for (const dtype of ['C64', 'F4', 'F6_E2M3', 'f32', 'toString', '__proto__', '']) {
    t.throws(() => loadSafetensors(file(dtype, new Uint8Array(8), 1)), {
      constructor: DataError,
      message: new RegExp(`^safetensors: a has dtype '${dtype}', expected one of BOOL, U8, .*, F8_E8M0$`),
    });
  }
});
