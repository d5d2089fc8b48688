// A folder of class-named folders of PNG files, and the resizing of what is in them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BitDepth, encode } from 'fast-png';
import t, { type Test } from 'tap';
import { IMAGE_SIZE, PLANE, SIDE } from '../../datasets/dataset.js';
import { loadImageFolder } from '../../datasets/image-folder.js';
import { decodePng } from '../../datasets/png.js';
import { toSquare } from '../../datasets/resize.js';
import { DataError } from '../../lib/errors.js';

type Colour = readonly [red: number, green: number, blue: number];

/** A PNG file of one colour. */
function plain(colour: Colour, width = 4, height = 4): Uint8Array {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => colour[i % 3]);
  return encode({ width, height, channels: 3, depth: 8, data });
}

/** A folder with these files. */
function folderOf(t: Test, files: Record<string, Uint8Array | string>): string {
  const folder = t.testdir();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The colour of each image's middle pixel. */
function colours(images: Uint8Array): number[][] {
  const middle = SIDE * (SIDE / 2) + SIDE / 2;
  return Array.from({ length: images.length / IMAGE_SIZE }, (_, n) =>
    [0, 1, 2].map((c) => images[n * IMAGE_SIZE + c * PLANE + middle]),
  );
}

t.test('classes are numbered by name, and each fifth image of a class is a test image', async (t) => {
  const files = Object.fromEntries(
    ['dog', 'cat'].flatMap((name, label) =>
      Array.from({ length: 6 }, (_, i) => [`${name}/${i}.png`, plain([label, i, 9], 5 + i, 40)]),
    ),
  );
  const folder = folderOf(t, { ...files, '.hidden/x.png': 'x', 'notes.txt': 'x', 'cat/notes.txt': 'x' });
  const train = loadImageFolder(folder);
  t.match(train, { name: 'images', split: 'train', length: 10, classes: 2, classNames: ['cat', 'dog'] });
  t.same([...train.labels], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  t.same(colours(train.images).slice(3, 6), [
    [1, 3, 9],
    [1, 5, 9],
    [0, 0, 9],
  ]);
  const test = loadImageFolder(folder, { split: 'test' });
  t.same(
    [test.length, [...test.labels], colours(test.images)],
    [
      2,
      [0, 1],
      [
        [1, 4, 9],
        [0, 4, 9],
      ],
    ],
  );
});

t.test('the two parts may have folders of their own', async (t) => {
  const folder = folderOf(t, {
    'train/a/1.png': plain([1, 1, 1]),
    'train/b/1.PNG': plain([2, 2, 2]),
    'test/a/1.png': plain([3, 3, 3]),
    'test/b/1.png': plain([4, 4, 4]),
  });
  t.same(colours(loadImageFolder(folder).images), [
    [1, 1, 1],
    [2, 2, 2],
  ]);
  t.same(colours(loadImageFolder(folder, { split: 'test' }).images), [
    [3, 3, 3],
    [4, 4, 4],
  ]);
  rmSync(join(folder, 'test/b'), { recursive: true });
  const odd = `${folder}: class 'b' is in one of train and test, expected in both`;
  t.throws(() => loadImageFolder(folder), new DataError(odd));
});

t.test('what is no data set is named', async (t) => {
  const refused = (
    files: Record<string, Uint8Array | string>,
    message: RegExp,
    split: 'train' | 'test' = 'train',
  ) => t.throws(() => loadImageFolder(folderOf(t, files), { split }), { name: 'DataError', message });
  refused({ 'x.png': plain([1, 1, 1]) }, /has no folders, expected one for each class/);
  refused({ 'a/notes.txt': '' }, /a: has 0 PNG files, expected at least 1$/);
  refused({ 'a/1.png': plain([1, 1, 1]) }, /a: has 1 PNG files, expected at least 5$/, 'test');
  refused({ 'a/1.png': plain([1, 1, 1]), 'a/2.JPG': '' }, /2\.JPG: expected PNG files$/);
  refused({ 'a/1.png': 'no image' }, /1\.png: is no PNG file that can be read: /);
  refused({ 'a/1.png': plain([1, 1, 1]).subarray(0, 60) }, /1\.png: is no PNG file that can be read: /);
  const damaged = plain([1, 2, 3], 30, 30);
  damaged[50] ^= 255;
  refused({ 'a/1.png': damaged }, /1\.png: is no PNG file that can be read: /);
  t.throws(() => loadImageFolder('/nowhere/at/all'), { name: 'DataError', message: /no such file/ });
  t.throws(() => loadImageFolder(''), { name: 'OptionError' });
  t.throws(() => loadImageFolder('x', { part: 'train' } as never), { name: 'OptionError', message: /split/ });
});

t.test('every kind of PNG file becomes red, green and blue', async (t) => {
  const read = (image: Parameters<typeof encode>[0]) => Array.from(decodePng('x.png', encode(image)).pixels);
  const size = { width: 2, height: 1 };
  t.same(read({ ...size, channels: 1, data: Uint8Array.of(7, 9) }), [7, 7, 7, 9, 9, 9], 'grey');
  t.same(
    read({ ...size, channels: 2, data: Uint8Array.of(7, 0, 9, 255) }),
    [7, 7, 7, 9, 9, 9],
    'grey, alpha',
  );
  t.same(
    read({ ...size, channels: 4, data: Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 9) }),
    [1, 2, 3, 4, 5, 6],
    'alpha',
  );
  const deep = Uint16Array.of(0x1234, 0xff00, 0x0100, 0x00ff, 0x8000, 0x7fff);
  t.same(read({ ...size, channels: 3, depth: 16, data: deep }), [0x12, 0xff, 1, 0, 0x80, 0x7f], '16 bits');
  for (const depth of [1, 2, 4] as BitDepth[]) {
    const most = 2 ** depth - 1;
    const bytes = Uint8Array.of((most << (8 - depth)) & 255);
    t.same(read({ ...size, channels: 1, depth, data: bytes }), [255, 255, 255, 0, 0, 0], `${depth} bits`);
  }
});

/** An image of the given side whose pixels are value(x, y) in all channels. */
function picture(width: number, height: number, value: (x: number, y: number) => number) {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const at = Math.floor(i / 3);
    return value(at % width, Math.floor(at / width));
  });
  return { width, height, pixels };
}

t.test('an image of the right size stays as it is', async (t) => {
  const value = (x: number, y: number) => (x * 7 + y * 13) & 255;
  const expected = Uint8Array.from({ length: PLANE }, (_, i) => value(i % SIDE, Math.floor(i / SIDE)));
  const image = toSquare(picture(SIDE, SIDE, value));
  for (const c of [0, 1, 2]) t.ok(Buffer.from(image.subarray(c * PLANE, (c + 1) * PLANE)).equals(expected));
});

t.test('the middle square is taken, and one colour stays one colour at every size', async (t) => {
  const wide = toSquare(picture(96, 32, (x) => (x < 32 ? 10 : x < 64 ? 20 : 30)));
  t.ok(wide.every((value) => value === 20));
  const high = toSquare(picture(8, 24, (_, y) => (y < 8 ? 10 : y < 16 ? 20 : 30)));
  t.ok(high.every((value) => value === 20));
  for (const side of [1, 2, 31, 33, 100, 257])
    t.ok(toSquare(picture(side, side, () => 77)).every((v) => v === 77));
});

t.test('a larger image is averaged, not sampled; a slope stays a slope', async (t) => {
  const stripes = toSquare(picture(128, 128, (x) => (x % 2 ? 255 : 0)));
  const inside = stripes.filter((_, i) => i % SIDE > 0 && i % SIDE < SIDE - 1);
  t.ok(
    inside.every((value) => Math.abs(value - 127.5) <= 1),
    'fine stripes become grey',
  );
  for (const side of [16, 64, 128]) {
    const row = toSquare(picture(side, side, (x) => Math.round((255 * x) / (side - 1)))).subarray(0, SIDE);
    const expected = Array.from(
      { length: SIDE },
      (_, i) => (255 * ((i + 0.5) * (side / SIDE) - 0.5)) / (side - 1),
    );
    const inner = [...row].slice(2, -2).map((value, i) => Math.abs(value - expected[i + 2]));
    t.ok(Math.max(...inner) <= 1.01, `${side}: ${Math.max(...inner)}`);
  }
});
