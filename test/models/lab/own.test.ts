// The user's own images as a page reads them: the same as those that programs read from the disk, and what is said of others.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { packTar } from 'modern-tar';
import t from 'tap';
import { loadCifar } from '../../../datasets/cifar.js';
import { IMAGE_SIZE, PLANE, SIDE } from '../../../datasets/dataset.js';
import { loadImageFolder } from '../../../datasets/image-folder.js';
import { type Drawings, emptySheet, ownDrawings, PAPER, stroke } from '../../../models/lab/own/drawing.js';
import { limited, sentenceOf } from '../../../models/lab/own/parts.js';
import { drawingsOf, textOf } from '../../../models/lab/own/pile.js';
import { readOwn } from '../../../models/lab/own/read.js';

type Files = Record<string, Uint8Array>;

/** Records of CIFAR-10 with these labels, or of CIFAR-100 with pairs of them. */
const records = (...labels: number[][]) =>
  Buffer.concat(labels.flatMap((own, n) => [Uint8Array.from(own), new Uint8Array(IMAGE_SIZE).fill(n)]));
const ones = (...labels: number[]) => records(...labels.map((label) => [label]));
const png = (grey: number, side = 5) =>
  encode({ width: side, height: side, channels: 1, depth: 8, data: new Uint8Array(side * side).fill(grey) });
const given = (files: Files) =>
  Object.entries(files).map(([path, bytes]) => ({ path, file: new Blob([bytes as BlobPart]) }));
const read = (files: Files) => readOwn(given(files));

/** The same files on the disk. */
function written(folder: string, files: Files): string {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

const cifar: Files = {
  'test_batch.bin': ones(3, 8, 8),
  ...Object.fromEntries([5, 4, 3, 2, 1].map((i) => [`data_batch_${i}.bin`, ones(i, 0)])),
};

t.test('CIFAR files and their archive are what is on the disk, in whatever order they come', async (t) => {
  const folder = written(t.testdir({}), cifar);
  const expected = { train: loadCifar(folder), test: loadCifar(folder, { split: 'test' }) };
  const own = await read(cifar);
  t.match({ train: own.train, test: own.test }, expected);
  t.match(own, { kind: 'cifar', note: '' });
  t.match(own.title, /^CIFAR-10 \(data_batch_1\.bin, data_batch_2\.bin, .*, test_batch\.bin\)$/);
  const entries = Object.entries({ ...cifar, 'readme.html': Buffer.from('x') });
  const tar = await packTar(
    entries.map(([name, bytes]) => ({
      header: { name: `cifar-10-batches-bin/${name}`, size: bytes.length },
      body: bytes as Uint8Array<ArrayBuffer>,
    })),
  );
  const unpacked = await read({ 'cifar-10-binary.tar.gz': gzipSync(tar) });
  t.match({ train: unpacked.train, test: unpacked.test }, expected);
  t.equal(unpacked.title, 'CIFAR-10 (cifar-10-binary.tar.gz)');
});

t.test('CIFAR-100 has its fine labels and the names of its classes', async (t) => {
  const names = Array.from({ length: 100 }, (_, i) => `kind ${i}\n`).join('');
  const own = await read({
    'x/train.bin': records([0, 99], [1, 7]),
    'x/test.bin': records([2, 5]),
    'x/fine_label_names.txt': Buffer.from(names),
  });
  t.same([[...own.train.labels], [...own.test.labels], own.train.classNames[7]], [[99, 7], [5], 'kind 7']);
});

t.test('where one part is missing, every fifth image of a class is a test image', async (t) => {
  const own = await read({ 'data_batch_2.bin': ones(...[1, 1, 2, 1, 1, 1, 2, 2, 2, 2, 1]) });
  t.same([own.train.length, [...own.test.labels]], [9, [1, 2]]);
  t.same([own.test.images[0], own.test.images[IMAGE_SIZE]], [5, 9], 'the fifth of each');
  t.match(own.note, /^There is no test_batch\.bin: every fifth image of a class is held out/);
  t.match(
    (await read({ 'test_batch.bin': ones(1, 1, 1, 1, 1) })).note,
    /^There is no file of training images/,
  );
  await t.rejects(read({ 'test_batch.bin': ones(1, 2) }), { message: /no class has 5 images/ });
});

t.test('a folder of PNG files is what is on the disk', async (t) => {
  const one = Object.fromEntries(
    ['dog', 'cat'].flatMap((name) =>
      Array.from({ length: 11 }, (_, i) => [`${name}/${i}.PNG`, png(9 * i, 3 + i)]),
    ),
  );
  const two = {
    'train/b/1.png': png(1),
    'train/a/1.png': png(2),
    'test/a/1.png': png(3),
    'test/b/2.png': png(4),
  };
  for (const [name, files] of Object.entries({ one, two })) {
    const folder = written(join(t.testdir({}), name), files);
    const paths = Object.entries(files).map(([path, bytes]) => [`pets/${path}`, bytes]);
    const own = await read({ ...Object.fromEntries(paths), 'pets/.DS_Store': png(0) });
    const parts = { train: loadImageFolder(folder), test: loadImageFolder(folder, { split: 'test' }) };
    t.match({ train: own.train, test: own.test }, parts, name);
    t.equal(own.title, 'The folder pets');
    t.equal(own.note !== '', name === 'one');
    const bare = await read(files);
    t.match({ train: bare.train, test: bare.test }, parts, 'dropped class by class');
    t.equal(bare.title, 'Your files');
  }
});

t.test('what is at fault is named', async (t) => {
  const refused = (files: Files, message: RegExp) => t.rejects(read(files), { name: 'DataError', message });
  await refused({}, /^there is no file, expected CIFAR/);
  await refused({ 'a.txt': ones(1) }, /^a\.txt: is none of what can be read/);
  await refused(
    { 'x/test_batch.bin': ones(1).subarray(1) },
    /^x\/test_batch\.bin: 3072 bytes are no multiple/,
  );
  await refused(
    { 'test_batch.bin': ones(1), 'test.bin': records([1, 1]) },
    /files of CIFAR-10 and of CIFAR-100/,
  );
  await refused({ 'x.tgz': gzipSync(new Uint8Array(1024)) }, /^x\.tgz: has no binary files of CIFAR/);
  await refused({ 'x.tgz': ones(1) }, /^x\.tgz: cannot be unpacked: /);
  await refused({ 'a.png': png(1) }, /^your files: has no folders/);
  await refused({ 'p/a.png': png(1) }, /^p: has no folders/);
  await refused({ 'p/a/1.png': png(1), 'p/a/2.gif': png(1) }, /^p\/a\/2\.gif: expected PNG files$/);
  await refused(
    { 'p/train/a/1.png': png(1), 'p/test/b/1.png': png(1) },
    /^p: class 'a' is in one of train and test/,
  );
  const damaged = { 'p/train/a/1.png': png(1).subarray(0, 40), 'p/test/a/1.png': png(1) };
  await refused(damaged, /^p\/train\/a\/1\.png: is no PNG file that can be read/);
  const gone = { arrayBuffer: () => Promise.reject(new Error('it is gone')) } as unknown as Blob;
  await t.rejects(readOwn([{ path: 'test.bin', file: gone }]), {
    message: 'test.bin: cannot be read: it is gone',
  });
});

t.test('a part of the images, and a sentence about it', async (t) => {
  const files = ['a', 'b'].flatMap((name) =>
    Array.from({ length: 10 }, (_, i) => [`${name}/${i}.png`, png(i)]),
  );
  const folder = await read(Object.fromEntries(files));
  const some = limited(folder, { train: 4, test: 100 });
  t.same(
    [[...some.train.labels], [...some.train.images.filter((_, i) => i % IMAGE_SIZE === 0)]],
    [
      [0, 0, 1, 1],
      [2, 7, 2, 7],
    ],
  );
  t.equal(
    sentenceOf(some, folder),
    'The folder x: 4 of 16 images to train and 4 to test, of 32×32 pixels in colour, 2 classes (a, b).'.replace(
      'The folder x',
      'Your files',
    ),
  );
  const own = await read(cifar);
  t.same(
    [...limited(own, { train: 3, test: 1 }).train.labels],
    [1, 0, 2],
    'the first ones, as --limit-train has it',
  );
  t.match(sentenceOf(own, own), /10 classes \(airplane, .*, truck\)\.$/);
});

/** The pixels of an image that have a colour. */
const places = (image: Uint8Array, value: number) =>
  [...image.subarray(0, PLANE).keys()]
    .filter((i) => image[i] === value)
    .map((i) => [i % SIDE, Math.floor(i / SIDE)]);

t.test('a brush goes over the pixels whose middles it covers', async (t) => {
  const image = emptySheet();
  t.same([image[0], image[PLANE], image[2 * PLANE]], PAPER);
  stroke(image, [2.5, 1.5], [4.5, 1.5], 0.5, [1, 2, 3]);
  t.same(places(image, 1), [
    [2, 1],
    [3, 1],
    [4, 1],
  ]);
  const at = SIDE + 3;
  t.same([image[at], image[PLANE + at], image[2 * PLANE + at]], [1, 2, 3]);
  stroke(image, [10.5, 10.5], [10.5, 10.5], 1, [9, 9, 9]);
  t.same(places(image, 9), [
    [10, 9],
    [9, 10],
    [10, 10],
    [11, 10],
    [10, 11],
  ]);
  stroke(image, [-5, -5], [0, 0], 1, [7, 7, 7]);
  t.same(places(image, 7), [[0, 0]], 'what is beside the sheet is left out');
});

t.test('drawings become shifted copies, and test images as they are', async (t) => {
  const dot = (x: number, y: number, value: number) => {
    const image = emptySheet();
    stroke(image, [x + 0.5, y + 0.5], [x + 0.5, y + 0.5], 0.5, [value, value, value]);
    return image;
  };
  const drawings: Drawings = new Map([
    ['x', [dot(10, 10, 1), dot(2, 2, 2), dot(5, 5, 3)]],
    ['y', Array.from({ length: 6 }, (_, i) => dot(i, i, 10 + i))],
  ]);
  const { train, test, note } = ownDrawings(drawings);
  t.same([train.length, train.classes, train.classNames], [25 * (2 + 4), 2, ['x', 'y']]);
  t.same([...test.labels], [0, 1, 1]);
  t.ok(Buffer.from(test.images.subarray(0, IMAGE_SIZE)).equals(dot(5, 5, 3)));
  const copies = Array.from({ length: 25 }, (_, n) =>
    train.images.subarray(n * IMAGE_SIZE, (n + 1) * IMAGE_SIZE),
  );
  const shifted = copies.map((image) => places(image, 1));
  t.same(
    shifted.flat(),
    [6, 8, 10, 12, 14].flatMap((y) => [6, 8, 10, 12, 14].map((x) => [x, y])),
  );
  t.match(note, /last fifth of the drawings.* 25 copies, shifted by up to 4 pixels/);
  t.throws(() => ownDrawings(new Map([['x', [dot(1, 1, 1)]]])), {
    message: /drawings of 1 classes, expected 2/,
  });
  const few = new Map([...drawings, ['z', [dot(1, 1, 1)]]]);
  t.throws(() => ownDrawings(few), { message: /class 'z' has 1 drawings, expected 3/ });
  t.same(drawingsOf(textOf(drawings)), drawings);
  for (const text of ['', '{}', '[["a", ["AAAA"]]]', '[1]']) t.equal(drawingsOf(text), null, text);
});
