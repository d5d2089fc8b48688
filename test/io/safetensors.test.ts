// Reading and writing safetensors files.
import t from 'tap';
import {
  DataError,
  loadSafetensors,
  OptionError,
  ShapeError,
  type StateDict,
  saveSafetensors,
} from '../../lib/index.js';

const state: StateDict = {
  'conv1.weight': { shape: [2, 3], data: Float32Array.of(1, -2, 3, 0.5, Number.MIN_VALUE, 1e30) },
  count: { shape: [], data: Float32Array.of(7) },
  exact: { shape: [2], data: Float64Array.of(0.1, 1 / 3) },
  steps: { shape: [1], data: Float32Array.of(3), dtype: 'I64' },
  none: { shape: [0, 3], data: new Float32Array(0) },
};
const w = { shape: [1], data: Float32Array.of(1) };

/** A file with this header, and this many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array<ArrayBuffer> {
  const encoded = typeof header === 'string' ? header : JSON.stringify(header);
  const text = header instanceof Uint8Array ? header : new TextEncoder().encode(encoded);
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

t.test('bytes come in a Uint8Array, any other view, or a buffer, shared or not', async (t) => {
  const bytes = saveSafetensors({ w });
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const { buffer } = bytes;
  const inputs = [Buffer.from(bytes), buffer, new DataView(buffer), new Uint16Array(buffer), shared];
  for (const input of [...inputs, new Uint8Array(shared)]) {
    t.same(loadSafetensors(input as ArrayBuffer).state, { w }, input.constructor.name);
  }
  const gone = bytes.slice();
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  for (const input of [gone, gone.buffer]) t.throws(() => loadSafetensors(input), /0 bytes hold no header/);
  for (const input of [null, 'x', [1, 2], Promise.resolve(bytes)]) {
    t.throws(() => loadSafetensors(input as never), {
      constructor: DataError,
      message: /^safetensors: file is /,
    });
  }
});

t.test('any name is a tensor: one that JavaScript knows, and one that is a number', async (t) => {
  const names = ['__proto__', 'constructor', 'toJSON', '', '10', '2', 'ключ "a"\n', '😀'];
  const saved = Object.fromEntries(names.map((name) => [name, w]));
  const loaded = loadSafetensors(saveSafetensors(saved, Object.fromEntries([['__proto__', 'text']])));
  t.same(Object.keys(loaded.state).sort(), [...names].sort());
  t.ok(Object.hasOwn(loaded.state, '__proto__') && Object.hasOwn(loaded.metadata, '__proto__'));
});

t.test('values of eight bytes come first, so that every tensor is aligned', async (t) => {
  const bytes = saveSafetensors({
    a: w,
    count: { ...w, dtype: 'I64' },
    b: w,
    f: { shape: [1], data: Float64Array.of(2) },
  });
  t.same(Object.keys(loadSafetensors(bytes).state), ['count', 'f', 'a', 'b']);
});

t.test('what could not be read again is not written', async (t) => {
  const wrong: [what: string, call: () => unknown, error: Error][] = [
    [
      'the name of the metadata',
      () => saveSafetensors({ __metadata__: w }),
      new OptionError('saveSafetensors: no tensor can have the name __metadata__'),
    ],
    [
      'a shape that does not fit',
      () => saveSafetensors({ w: { ...w, shape: [3] } }),
      new ShapeError('saveSafetensors: w has shape [3] and 1 values, expected as many as its shape says'),
    ],
    [
      'metadata that is no string',
      () => saveSafetensors({}, { a: 1 } as never),
      new OptionError('saveSafetensors: metadata a is 1, expected a string'),
    ],
    [
      'half a pair in a name',
      () => saveSafetensors({ '\ud800': w }),
      new OptionError(
        'saveSafetensors: a key of state is "\\ud800", expected text without half of a surrogate pair',
      ),
    ],
    [
      'half a pair in metadata',
      () => saveSafetensors({}, { a: '\udc00' }),
      new OptionError(
        'saveSafetensors: metadata a is "\\udc00", expected text without half of a surrogate pair',
      ),
    ],
    [
      'a count that is none',
      () => saveSafetensors({ w: { shape: [1], data: Float32Array.of(0.5), dtype: 'I64' } }),
      new OptionError('saveSafetensors: w holds 0.5, expected integers for I64'),
    ],
    [
      'another type',
      () => saveSafetensors({ w: { ...w, dtype: 'I32' } } as never),
      new OptionError("saveSafetensors: w has dtype 'I32', expected 'I64' or none"),
    ],
    [
      'a promise',
      () => saveSafetensors(Promise.resolve({ w }) as never),
      new OptionError('saveSafetensors: state is a Promise, expected a plain object; it lacks an await'),
    ],
    [
      'a Map',
      () => saveSafetensors(new Map([['w', w]]) as never),
      new OptionError('saveSafetensors: state is a Map, expected a plain object'),
    ],
    [
      'a header that is too long',
      () => saveSafetensors({}, { a: 'x'.repeat(1e8) }),
      new OptionError('saveSafetensors: the header takes 100000025 bytes, expected at most 100000000'),
    ],
  ];
  for (const [what, call, error] of wrong) t.throws(call, error, what);
});

t.test('damage is named', (t) => {
  const good = saveSafetensors(state);
  const one = JSON.stringify(entry(0, 4));
  const long = file({});
  new DataView(long.buffer).setBigUint64(0, 100_000_001n, true);
  const deep = `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`;
  const wrong: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['an empty file', new Uint8Array(0), /0 bytes hold no header length/],
    ['a cut header', good.subarray(0, 20), /header ends at byte/],
    ['a header over the limit', long, /the header takes 100000001 bytes, expected at most 100000000/],
    ['cut data', good.subarray(0, good.length - 1), /count ends at byte/],
    ['surplus bytes', file({ a: entry(0, 4) }, 5), /1 bytes follow the last tensor, expected the file's end/],
    ['no JSON', file('{"a":'), /not JSON/],
    ['no UTF-8', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), /not UTF-8/],
    ['a list', file([]), /begins with "\[", expected "{"/],
    ['a byte order mark', file('\ufeff{}'), /begins with "\ufeff", expected "{"/],
    ['a space before it', file(' {}'), /begins with " ", expected "{"/],
    ['a key that is there twice', file(`{"a":${one},"a":${one}}`, 4), /: a is there twice/],
    ['the same, escaped', file(`{"a":${one},"\\u0061":${one}}`, 4), /: a is there twice/],
    [
      'an entry that is there twice',
      file('{"a":{"dtype":"F32","dtype":"F32"}}'),
      /: a\.dtype is there twice/,
    ],
    [
      'metadata that is there twice',
      file('{"__metadata__":{"x":"1","x":"2"}}'),
      /: __metadata__\.x is there twice/,
    ],
    [
      'half of a surrogate pair',
      file('{"a":{"\\ud83d":1}}'),
      /: a has half of a surrogate pair in "\\ud83d"/,
    ],
    ['a value nested too deep', file(deep), /: a is nested deeper than 128 levels/],
    ['a number for a tensor', file({ a: 1 }), /a is 1, expected \{ dtype, shape, data_offsets \}/],
    ['no type', file({ a: {} }), /a has dtype undefined, expected one of BOOL,/],
    [
      'a negative size',
      file({ a: entry(0, 4, [-1]) }, 4),
      /a\.shape\.0 is -1, expected an integer of at least 0/,
    ],
    [
      'a fraction',
      file(`{"a":${one.replace('[1]', '[1.0]')}}`, 4),
      /a\.shape\.0 is 1\.0, expected an integer/,
    ],
    [
      'an exponent',
      file(`{"a":${one.replace('[1]', '[1e0]')}}`, 4),
      /a\.shape\.0 is 1e0, expected an integer/,
    ],
    [
      'a number past 2⁵³',
      file(`{"a":${one.replace('[1]', '[9007199254740993]')}}`, 4),
      /a has shape \[9007199254740992\]/,
    ],
    [
      'no shape',
      file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4),
      /a has shape undefined, expected an array/,
    ],
    ['a shape that does not fit', file({ a: entry(0, 4, [2]) }, 4), /a has 4 bytes, expected 8/],
    ['bad offsets', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4), /data_offsets \[0\]/],
    ['a gap', file({ a: entry(4, 8) }, 8), /a begins at byte 4 of the data, expected 0/],
    ['an overlap', file({ a: entry(0, 4), b: entry(0, 4) }, 4), /b begins at byte 0 of the data, expected 4/],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }), /__metadata__\.a is 1, expected a string/],
    [
      'a tensor for metadata',
      file({ __metadata__: entry(0, 4) }, 4),
      /__metadata__\.shape is \[1\], expected a string/,
    ],
    ['metadata that is a list', file({ __metadata__: [1] }), /__metadata__ is \[1\], expected an object/],
  ];
  for (const [what, bytes, message] of wrong) {
    t.throws(() => loadSafetensors(bytes), { constructor: DataError, message }, what);
  }
  t.end();
});

t.test('entries that the format does not know are passed over', async (t) => {
  const header = { a: { ...entry(0, 4), note: [2.5, { deep: null }, true, -1] } };
  t.same(loadSafetensors(file(header, 4)).state, { a: { shape: [1], data: new Float32Array(1) } });
});

t.test('a long text in the header is read without a deep stack', async (t) => {
  const text = 'x"'.repeat(4e6);
  t.equal(loadSafetensors(saveSafetensors({}, { text })).metadata.text, text);
});
