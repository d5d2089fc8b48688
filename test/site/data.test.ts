// The laboratory with images of one's own: files that are dropped and chosen, and drawings. Their bits are those of Node.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { packTar } from 'modern-tar';
import type { Page } from 'playwright-core';
import t from 'tap';
import { loadCifar } from '../../datasets/cifar.js';
import { IMAGE_SIZE } from '../../datasets/dataset.js';
import { loadImageFolder } from '../../datasets/image-folder.js';
import { createRandom } from '../../lib/index.js';
import { noChromium, violations } from '../models/report/pages.js';
import { inNode, losses, openLab, says, step } from './lab-page.js';

const HASH = '#width=4&batchSize=8&components=2';
const root = t.testdir({});

const random = createRandom(1);
const noise = (length: number) => Uint8Array.from({ length }, () => random.integer(256));

/** Files of CIFAR-10 with a few records each. */
function cifarFiles(folder: string): string[] {
  const records = (count: number) =>
    Buffer.concat(Array.from({ length: count }, (_, n) => [Uint8Array.of(n % 10), noise(IMAGE_SIZE)]).flat());
  const names = [...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), 'test_batch.bin'];
  mkdirSync(folder, { recursive: true });
  for (const name of names) writeFileSync(join(folder, name), records(10));
  return names.map((name) => join(folder, name));
}

/** An archive of a folder's files. */
async function archiveOf(folder: string): Promise<string> {
  const entries = readdirSync(folder).map((name) => {
    const body = Uint8Array.from(readFileSync(join(folder, name)));
    return { header: { name: `cifar-10-batches-bin/${name}`, size: body.length }, body };
  });
  const path = join(root, 'cifar-10-binary.tar.gz');
  writeFileSync(path, gzipSync(await packTar(entries)));
  return path;
}

/** A picture of one grey. */
const png = (grey: number) =>
  encode({ width: 4, height: 4, channels: 1, depth: 8, data: new Uint8Array(16).fill(grey) });

/** A folder of three classes with ten images each, of several sizes. */
function pngFolder(folder: string): string {
  for (const name of ['dog', 'cat', 'fox'])
    for (let i = 0; i < 10; i++) {
      const [width, height] = [30 + i, 40];
      const path = join(folder, name, `${i}.png`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, encode({ width, height, channels: 3, depth: 8, data: noise(3 * width * height) }));
    }
  return folder;
}

/** Drops files and folders on the page, as from the system's file manager. */
async function drop(page: Page, files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    const data = { items: [], files, dragOperationsMask: 1 };
    await session.send('Input.dispatchDragEvent', { type, x: 300, y: 20, data });
  }
}

t.test('CIFAR files that are dropped', { skip: noChromium }, async (t) => {
  const folder = join(root, 'cifar');
  const page = await openLab(t, HASH);
  await drop(page, cifarFiles(folder).reverse());
  const line = await says(page, '[data-part=line]', /CIFAR-10/);
  t.match(line, /50 images to train and 10 to test, of 32×32 pixels in colour, 10 classes \(airplane, /);
  t.match(new URL(page.url()).hash, /^#data=cifar&/);
  const data = { train: loadCifar(folder), test: loadCifar(folder, { split: 'test' }) };
  const sessions = await inNode(HASH, data);
  for (let n = 1; n <= 3; n++) t.strictSame(await step(page, n), await losses(sessions), `update ${n}`);
  t.same(await violations(page), []);
  await drop(page, [await archiveOf(folder)]);
  const archived = await says(page, '[data-part=line]', /CIFAR-10 \(cifar-10-binary\.tar\.gz\)/);
  t.equal(archived.slice(archived.indexOf(':')), line.slice(line.indexOf(':')));
  t.strictSame(await step(page, 1), await losses(await inNode(HASH, data)), 'other files begin anew');
});

t.test('a folder of PNG files, chosen and dropped, isolated or not', { skip: noChromium }, async (t) => {
  const folder = pngFolder(join(root, 'pets'));
  const data = { train: loadImageFolder(folder), test: loadImageFolder(folder, { split: 'test' }) };
  const expected = await losses(await inNode(HASH, data));
  for (const way of ['chosen', 'dropped'] as const) {
    const page = await openLab(t, HASH, { threads: way === 'chosen' });
    if (way === 'chosen') await page.setInputFiles('[data-part=folder]', folder);
    else await drop(page, [folder]);
    const line = await says(page, '[data-part=line]', /folder pets/);
    t.match(
      line,
      /24 images to train and 6 to test, .* 3 classes \(cat, dog, fox\)\. Every fifth file of a class/,
    );
    t.strictSame(await step(page, 1), expected, way);
  }
});

t.test('what cannot be read is named, and what was read before stays', { skip: noChromium }, async (t) => {
  const page = await openLab(t, HASH);
  const folder = (name: string, files: Record<string, Uint8Array | string>) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name, path)), { recursive: true });
      writeFileSync(join(root, name, path), content);
    }
    return join(root, name);
  };
  await drop(page, [folder('two', { 'train/a/1.png': png(9), 'test/a/1.png': png(9) })]);
  const before = await says(page, '[data-part=line]', /folder two/);
  const cases: [path: string, fault: RegExp][] = [
    [
      join(folder('x1', { 'data_batch_1.bin': 'short' }), 'data_batch_1.bin'),
      /^data_batch_1\.bin: 5 bytes are no multiple of/,
    ],
    [
      join(folder('x2', { 'test.bin': Buffer.alloc(3074, 200) }), 'test.bin'),
      /^test\.bin: record 0: coarse label 200 is out of range/,
    ],
    [
      join(folder('x3', { 'cifar-10-binary.tar.gz': 'no archive' }), 'cifar-10-binary.tar.gz'),
      /^cifar-10-binary\.tar\.gz: cannot be unpacked/,
    ],
    [folder('x4', { 'a/1.png': 'no image' }), /^x4\/a: has 1 PNG files, expected at least 5/],
    [
      folder('x5', { 'train/a/1.png': 'no image', 'test/a/1.png': png(1) }),
      /^x5\/train\/a\/1\.png: is no PNG file that can be read/,
    ],
    [folder('x6', { 'a/1.jpg': 'x' }), /^x6\/a\/1\.jpg: expected PNG files/],
    [
      join(folder('x7', { 'notes.txt': 'x' }), 'notes.txt'),
      /^notes\.txt: is none of what can be read, expected CIFAR/,
    ],
  ];
  for (const [path, fault] of cases) {
    await drop(page, [path]);
    await says(page, '[data-part=fault]', fault);
    t.equal(await page.textContent('[data-part=line]'), before, path);
  }
  t.same(await violations(page), []);
  await page.fill('[name=batchSize]', '2');
  await page.dispatchEvent('[name=batchSize]', 'change');
  await page.click('#step');
  await says(page, '#alert', /^(BN|MN): batch 2: there are 1 training images$/);
});

t.test('a link to images that are not here asks for them', { skip: noChromium }, async (t) => {
  for (const [data, words] of Object.entries({
    cifar: /^This experiment learns from CIFAR files\. Choose or drop/,
    folder: /^This experiment learns from a folder of PNG files/,
    drawings: /^This experiment learns from drawings\. Draw some/,
  })) {
    const page = await openLab(t, `#data=${data}`);
    await says(page, '[data-part=line]', words);
    await page.click('#run');
    await says(page, '#alert', words);
    t.equal(await page.textContent('#run'), 'Start', data);
    t.equal(await page.textContent('#bn'), 'not begun');
  }
});

t.test(
  'drawings: by mouse, finger and keys; kept, learned from, and there again after a reload',
  { skip: noChromium },
  async (t) => {
    const page = await openLab(t, HASH, { hasTouch: true });
    await page.click('#pad summary');
    const sheet = page.locator('[data-part=sheet]');
    const picture = () => sheet.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const blank = await picture();
    const isDrawn = async () => (await picture()) !== blank;
    const box = async () => {
      await sheet.scrollIntoViewIfNeeded();
      return (await sheet.boundingBox())!;
    };
    const keep = async (way: string) => {
      t.ok(await isDrawn(), way);
      await page.click('[data-part=keep]');
      t.notOk(await isDrawn(), 'a new sheet');
    };
    t.ok(await page.isDisabled('[data-part=learn]'));
    for (let n = 0; n < 3; n++) {
      const { x, y } = await box();
      await page.mouse.move(x + 60, y + 60 + 30 * n);
      await page.mouse.down();
      await page.mouse.move(x + 200, y + 90 + 30 * n, { steps: 4 });
      await page.mouse.up();
      await keep('mouse');
    }
    await page.selectOption('[data-part=class]', 'B');
    const { x, y } = await box();
    await page.touchscreen.tap(x + 100, y + 100);
    await keep('finger');
    for (let n = 0; n < 2; n++) {
      await sheet.focus();
      await page.keyboard.press('Shift+ArrowLeft');
      await page.keyboard.press('Space');
      await page.keyboard.press('ArrowDown');
      await says(page, '[data-part=where]', /^Column 13, row 18, brush down$/);
      await page.keyboard.press('Tab');
      await keep('keys');
    }
    t.match(await page.locator('[data-part=kept] dt').allTextContents(), ['A: 3', 'B: 3']);
    await page.focus('[data-part=learn]');
    await page.keyboard.press('Enter');
    const words =
      /^Your drawings: 100 images to train and 2 to test, .* 2 classes \(A, B\)\. .* 25 copies, shifted by up to 4 pixels/;
    await says(page, '[data-part=line]', words);
    const first = await step(page, 1);
    t.same(await violations(page), []);
    await page.reload();
    await says(page, '[data-part=line]', words);
    t.strictSame(await step(page, 1), first);
    await page.click('#pad summary');
    await page.click('[data-part=kept] button >> nth=0');
    t.match(await page.locator('[data-part=kept] dt').allTextContents(), ['A: 2', 'B: 3']);
    t.ok(await page.isDisabled('[data-part=learn]'));
  },
);
