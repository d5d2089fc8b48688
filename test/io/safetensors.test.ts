// Reading and writing safetensors files.
import t from 'tap';
import { DataError, loadSafetensors, type StateDict, saveSafetensors } from '../../lib/index.js';

const state: StateDict = {
  'conv1.weight': { shape: [2, 3], data: Float32Array.of(1, -2, 3, 0.5, Number.MIN_VALUE, 1e30) },
  count: { shape: [], data: Float32Array.of(7) },
  exact: { shape: [2], data: Float64Array.of(0.1, 1 / 3) },
};

/** A file with this header, and this many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (from: number, to: number, shape: unknown = [(to - from) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

t.test('what is saved is loaded again, bit for bit', (t) => {
  const loaded = loadSafetensors(saveSafetensors(state, { norm: 'mn' }));
  t.strictSame(loaded, { state, metadata: { norm: 'mn' } });
  t.end();
});

t.test('the bytes follow the format: header length, padded JSON, little-endian values', (t) => {
  const bytes = saveSafetensors({ w: { shape: [1], data: Float32Array.of(1) } });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  t.equal(length % 8, 0);
  t.strictSame(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))), {
    __metadata__: {},
    w: entry(0, 4),
  });
  t.strictSame([...bytes.subarray(8 + length)], [0, 0, 0x80, 0x3f]);
  t.end();
});

t.test('bytes are read wherever they stand in memory, and tensors in any order of the header', (t) => {
  const bytes = file({ b: entry(4, 8), a: entry(0, 4) }, 8);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  t.strictSame(Object.keys(loadSafetensors(shifted.subarray(3)).state), ['a', 'b']);
  t.end();
});

t.test('damage is named', (t) => {
  const good = saveSafetensors(state);
  const wrong: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['an empty file', new Uint8Array(0), /0 bytes hold no header length/],
    ['a cut header', good.subarray(0, 20), /header ends at byte/],
    ['cut data', good.subarray(0, good.length - 1), /exact ends at byte/],
    ['surplus bytes', file({ a: entry(0, 4) }, 5), /1 bytes follow/],
    ['no JSON', file('{"a":'), /not JSON/],
    ['a list', file([]), /not a JSON object/],
    ['a number for a tensor', file({ a: 1 }), /a has dtype undefined/],
    ['another type', file({ a: entry(0, 4, [2], 'BF16') }, 4), /a has dtype "BF16", expected F32 or F64/],
    ['a bad shape', file({ a: entry(0, 4, [-1]) }, 4), /a has shape \[-1\]/],
    ['a shape that does not fit', file({ a: entry(0, 4, [2]) }, 4), /a has 4 bytes, expected 8/],
    ['bad offsets', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4), /data_offsets \[0\]/],
    ['a gap', file({ a: entry(4, 8) }, 8), /a begins at byte 4 of the data, expected 0/],
    ['an overlap', file({ a: entry(0, 4), b: entry(0, 4) }, 4), /b begins at byte 0 of the data, expected 4/],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }), /__metadata__/],
  ];
  for (const [what, bytes, message] of wrong) {
    t.throws(() => loadSafetensors(bytes), DataError, what);
    t.throws(() => loadSafetensors(bytes), { message }, what);
  }
  t.end();
});
