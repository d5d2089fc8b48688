// Damaged .npy files: each loads as a tensor, or is refused by a typed error, at once.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { loadNpy, MixgradError, saveNpy, type Tensor, tensor } from '../../lib/index.js';
import { numel } from '../../lib/shape.js';
import { property } from '../property.js';

const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });
const drawn = shapes.map((shape) =>
  tensor(
    Float32Array.from({ length: numel(shape) }, (_, i) => i),
    { shape },
  ),
);

/** What may stand in a header. */
const pieces = fc.constantFrom(
  ...["'descr'", "'shape'", "'fortran_order'", ':', ',', '(', ')', '{', '}', '[', ']', ' ', '\n', '"', "'"],
  ...[
    'True',
    'False',
    "'<f4'",
    "'>f8'",
    "'|b1'",
    "'<U5'",
    '(2,)',
    '(1e9, 1e9)',
    '(99999999999999999999,)',
    '-1',
    '4L',
    '\u00ff',
  ],
);
const entry = fc.constantFrom(
  "'descr': '<f4'",
  "'fortran_order': True",
  "'shape': (2, 2)",
  "'shape': (2, 2, )",
  "'shape': ()",
  "'more': 1",
);
const headers = fc.oneof(
  fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.array(entry, { maxLength: 5 }).map((parts) => `{${parts.join(', ')}}`),
);

/** A file with a header of its own. */
function file(header: string, data: Uint8Array, version: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const size =
    version > 1 ? [text.length & 255, text.length >> 8, 0, 0] : [text.length & 255, text.length >> 8];
  return Uint8Array.of(0x93, 78, 85, 77, 80, 89, version, 0, ...size, ...text, ...data);
}

/** Ways to damage a file. */
const damage = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(255)).map(
    ([at, value]) =>
      (bytes: Uint8Array) =>
        bytes.with(at % bytes.length, value),
  ),
  fc.nat().map((at) => (bytes: Uint8Array) => bytes.slice(0, 1 + (at % bytes.length))),
  fc
    .uint8Array({ minLength: 1, maxLength: 9 })
    .map((more) => (bytes: Uint8Array) => Uint8Array.of(...bytes, ...more)),
  fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 9 })).map(([at, more]) => (bytes: Uint8Array) => {
    const place = at % bytes.length;
    return Uint8Array.of(...bytes.subarray(0, place), ...more, ...bytes.subarray(place + more.length));
  }),
);

/** Loads a file that may be damaged; another error than a typed one gets out. */
function load(bytes: Uint8Array): void {
  const start = performance.now();
  const loaded = tried(bytes);
  if (performance.now() - start > 2000) throw new Error('it took more than two seconds');
  if (loaded && loaded.size > bytes.length)
    throw new Error(`${loaded.size} values out of ${bytes.length} bytes`);
}

function tried(bytes: Uint8Array): Tensor | null {
  try {
    return loadNpy(bytes);
  } catch (error) {
    if (!(error instanceof MixgradError)) throw error;
    if (error.message.length > 500) throw new Error(`a message of ${error.message.length} characters`);
    return null;
  }
}

property('what was saved is loaded', [drawn], async (x) => {
  const y = loadNpy(await saveNpy(x));
  return isDeepStrictEqual([y.shape, await y.data()], [x.shape, await x.data()]);
});

property(
  'a file with flipped, missing, added and exchanged bytes',
  [drawn, fc.array(damage, { minLength: 1, maxLength: 3 })],
  async (x, ways) => {
    load(ways.reduce((bytes, way) => way(bytes), await saveNpy(x)));
  },
  { runs: 1000 },
);

property(
  'a header of any kind',
  [headers, fc.uint8Array({ maxLength: 16 }), fc.constantFrom(1, 2, 3)],
  (header, data, version) => {
    load(file(header, data, version));
  },
  { runs: 1000 },
);

property('any bytes at all', [fc.uint8Array({ maxLength: 64 })], (bytes) => {
  load(bytes);
  load(file('', bytes, 1));
});
