// Damaged safetensors files: each loads as something valid, or is refused by a typed error, at once and within its own size.

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  loadSafetensors,
  MixgradError,
  type Safetensors,
  type StateDict,
  saveSafetensors,
} from '../../lib/index.js';
import { numel } from '../../lib/shape.js';
import { property } from '../property.js';

const entry = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }), fc.boolean())
  .map(([shape, double]) => ({
    shape,
    data: new (double ? Float64Array : Float32Array)(numel(shape)).fill(0.5),
  }));
const keys = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom('a.weight', 'toString', 'ß中', '"', '\\', '\n'),
);
const states: fc.Arbitrary<StateDict> = fc
  .uniqueArray(fc.tuple(keys, entry), { maxLength: 4, selector: ([key]) => key })
  .map((entries) => Object.fromEntries(entries.filter(([key]) => !key.startsWith('__'))));
const texts = fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), {
  maxKeys: 2,
  noNullPrototype: true,
});
const files = fc.tuple(states, texts).map(([state, metadata]) => saveSafetensors(state, metadata));

/** A whole file of a header, written out, and its data. */
function file(header: string, data: Uint8Array, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

function partsOf(bytes: Uint8Array): { header: string; data: Uint8Array } {
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return { header: new TextDecoder().decode(bytes.subarray(8, end)), data: bytes.subarray(end) };
}

/** JSON that does not belong where it stands. */
const wrong = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '""',
    '"F32"',
    '"I64"',
    '"BOOL"',
    '{}',
    '[]',
    '[[1]]',
    '[1,2,3]',
    '-1',
    '0.5',
    '1e400',
    '-0',
  ),
  fc.constantFrom(
    '9007199254740993',
    '[4294967296,4294967296]',
    '[1e15,1e15,0]',
    '[0,1e300]',
    '[9007199254740991]',
    '[0,0]',
  ),
  fc.constantFrom(
    '{"dtype":"F32","shape":[1e9],"data_offsets":[0,4e9]}',
    `${'['.repeat(9999)}${']'.repeat(9999)}`,
  ),
  fc.constantFrom('{"length":2,"0":0,"1":4}', '"\\ud800"', '{"__proto__":{"dtype":"F32"}}'),
);

/** Ways to damage a file. */
const damage = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([at, value]) =>
      (bytes: Uint8Array) =>
        bytes.with(at % bytes.length, value),
  ),
  fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]) => (bytes: Uint8Array) => {
    const place = at % bytes.length;
    return bytes.with(place, bytes[place] ^ (1 << bit));
  }),
  fc.nat().map((at) => (bytes: Uint8Array) => bytes.slice(0, at % (bytes.length + 1))),
  fc
    .uint8Array({ minLength: 1, maxLength: 9 })
    .map((more) => (bytes: Uint8Array) => Uint8Array.of(...bytes, ...more)),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 9 })).map(([at, more]) => (bytes: Uint8Array) => {
    const place = at % bytes.length;
    return Uint8Array.of(...bytes.subarray(0, place), ...more, ...bytes.subarray(place + more.length));
  }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((length) => (bytes: Uint8Array) => {
    const { header, data } = partsOf(bytes);
    return file(header, data, length);
  }),
);

/** Ways to change what the header says, as text. */
const edit = fc.oneof(
  fc.tuple(fc.nat(), wrong).map(([n, text]) => (header: string) => {
    // One of the values that follow a colon; those inside another are found as well.
    const places = [...header.matchAll(/(?<=:)(?=("[^"]*"|\[[^\]]*\]|\{[^{}]*\}))/g)];
    const { index, 1: value } = places[n % places.length];
    return header.slice(0, index) + text + header.slice(index + value.length);
  }),
  wrong.map((text) => () => text),
  wrong.map((text) => (header: string) => header.replace('{', `{"__proto__":${text},`)),
  wrong.map((text) => (header: string) => header.replace('{', `{"more":${text},"more":${text},`)),
  fc.constantFrom(
    (header: string) => `\ufeff${header}`,
    (header: string) => `${header}{}`,
    (header: string) => header.replace('{', '{ /* */'),
    (header: string) => header.replaceAll('F32', 'F64'),
    (header: string) => header.replace(/\[0,/g, '[4,'),
  ),
);

/** Throws unless what was loaded can be used. */
function checkLoaded({ state, metadata }: Safetensors, size: number): void {
  let bytes = 0;
  for (const [key, { shape, data }] of Object.entries(state)) {
    const values = data instanceof Float32Array || data instanceof Float64Array;
    if (!values || numel(shape) !== data.length)
      throw new Error(`${key}: [${shape}] with ${data.length} values`);
    bytes += data.byteLength;
  }
  // One byte can be a whole value.
  if (bytes > 8 * size) throw new Error(`${bytes} bytes out of ${size}`);
  if (!Object.values(metadata).every((text) => typeof text === 'string'))
    throw new Error('metadata is no text');
}

/** Loads a file that may be damaged; another error than a typed one gets out. */
function load(bytes: Uint8Array): Safetensors | null {
  const start = performance.now();
  const loaded = tried(bytes);
  if (performance.now() - start > 2000) throw new Error('it took more than two seconds');
  return loaded;
}

function tried(bytes: Uint8Array): Safetensors | null {
  try {
    const loaded = loadSafetensors(bytes);
    checkLoaded(loaded, bytes.length);
    return loaded;
  } catch (error) {
    if (!(error instanceof MixgradError)) throw error;
    if (error.message.length > 2000) throw new Error(`a message of ${error.message.length} characters`);
    return null;
  }
}

property('what was saved is loaded, whatever it is', [states, texts], (state, metadata) => {
  return isDeepStrictEqual(load(saveSafetensors(state, metadata)), { state, metadata });
});

property(
  'a file with flipped, missing, added and exchanged bytes',
  [files, fc.array(damage, { minLength: 1, maxLength: 3 })],
  (bytes, ways) => {
    load(ways.reduce((damaged, way) => (damaged.length > 8 ? way(damaged) : damaged), bytes));
  },
  { runs: 1000 },
);

property(
  'a file whose header says something else',
  [files, fc.array(edit, { minLength: 1, maxLength: 2 })],
  (bytes, edits) => {
    const { header, data } = partsOf(bytes);
    const edited = edits.reduce(
      (text, change) => (text.startsWith('{') && text.includes(':{') ? change(text) : text),
      header,
    );
    load(file(edited, data));
  },
  { runs: 1000 },
);

property('any bytes at all', [fc.uint8Array({ maxLength: 64 })], (bytes) => {
  load(bytes);
  load(file(new TextDecoder().decode(bytes), bytes));
});
