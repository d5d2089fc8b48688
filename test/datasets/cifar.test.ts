// Reading CIFAR-10 and CIFAR-100: made-up files with a few records, damaged files, and the real ones.
import { chmodSync, mkdirSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type CifarOptions, loadCifar } from '../../datasets/cifar.js';
import { IMAGE_SIZE, PLANE } from '../../datasets/dataset.js';
import { DataError, OptionError } from '../../lib/errors.js';

/** The image of record n: its first value is n, the others grow from there. */
const pixels = (n: number) => Uint8Array.from({ length: IMAGE_SIZE }, (_, i) => n + i);

/** A file of records, each of the given label bytes and the image of its number. */
function records(...labels: number[][]): Uint8Array {
  return Buffer.concat(labels.flatMap((bytes, n) => [Uint8Array.from(bytes), pixels(n)]));
}

function writeFolder(folder: string, files: Record<string, Uint8Array | string>): string {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** A CIFAR-10 folder with two records in the first file and one in each other. */
function cifar10Folder(folder: string, changes: Record<string, Uint8Array | string> = {}): string {
  const one = (i: number) => [`data_batch_${i}.bin`, records([i])] as const;
  const files = Object.fromEntries([2, 3, 4, 5].map(one));
  return writeFolder(folder, { ...files, 'data_batch_1.bin': records([9], [0]), ...changes });
}

function throwsDataError(t: Test, folder: string, options: CifarOptions, message: string): void {
  t.throws(() => loadCifar(folder, options), new DataError(message));
}

t.test('CIFAR-10 training data are the records of five files in turn', async (t) => {
  const data = loadCifar(cifar10Folder(t.testdir()));
  t.match(data, { name: 'cifar10', split: 'train', length: 6, classes: 10 });
  t.same([...data.labels], [9, 0, 2, 3, 4, 5]);
  t.equal(data.images.length, 6 * IMAGE_SIZE);
  t.ok(Buffer.from(data.images.subarray(IMAGE_SIZE, 2 * IMAGE_SIZE)).equals(pixels(1)), 'the second image');
  t.ok(Buffer.from(data.images.subarray(5 * IMAGE_SIZE)).equals(pixels(0)), 'the last image');
});

t.test('CIFAR-10 test data are the records of test_batch.bin', async (t) => {
  const folder = writeFolder(t.testdir(), { 'test_batch.bin': records([3], [8], [8]) });
  const data = loadCifar(folder, { dataset: 'cifar10', split: 'test' });
  t.match(data, { name: 'cifar10', split: 'test', length: 3 });
  t.same([...data.labels], [3, 8, 8]);
});

t.test('CIFAR-10 class names come from batches.meta.txt, or are the well-known ones', async (t) => {
  const folder = cifar10Folder(t.testdir());
  t.same(loadCifar(folder).classNames.slice(0, 3), ['airplane', 'automobile', 'bird']);
  writeFolder(folder, { 'batches.meta.txt': 'a\nb\nc\nd\ne\nf\ng\nh\ni\r\nj\n\n' });
  t.equal(loadCifar(folder).classNames.join(''), 'abcdefghij');
});

t.test('CIFAR-100 gives fine labels, or coarse ones where asked', async (t) => {
  const files = { 'train.bin': records([19, 99], [4, 0]), 'test.bin': records([7, 50]) };
  const folder = writeFolder(t.testdir(), files);
  const fine = loadCifar(folder, { dataset: 'cifar100' });
  t.match(fine, { name: 'cifar100', split: 'train', length: 2, classes: 100 });
  t.same([...fine.labels], [99, 0]);
  t.ok(Buffer.from(fine.images.subarray(IMAGE_SIZE)).equals(pixels(1)));
  const coarse = loadCifar(folder, { dataset: 'cifar100', labels: 'coarse' });
  t.same([...coarse.labels], [19, 4]);
  t.equal(coarse.classes, 20);
  t.same([...loadCifar(folder, { dataset: 'cifar100', split: 'test' }).labels], [50]);
});

t.test('CIFAR-100 class names come from their files, or are numbers', async (t) => {
  const folder = writeFolder(t.testdir(), { 'train.bin': records([1, 2]) });
  const fine = loadCifar(folder, { dataset: 'cifar100' }).classNames;
  t.same([fine.length, fine[0], fine[99]], [100, '0', '99']);
  const lines = Array.from({ length: 20 }, (_, i) => `kind_${i}\n`).join('');
  writeFolder(folder, { 'coarse_label_names.txt': lines });
  const coarse = loadCifar(folder, { dataset: 'cifar100', labels: 'coarse' }).classNames;
  t.same([coarse.length, coarse[19]], [20, 'kind_19']);
});

const EXPECTED_10 =
  "expected the folder of CIFAR-10's binary version, with data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, " +
  'data_batch_4.bin, data_batch_5.bin and test_batch.bin';
const EXPECTED_100 = "expected the folder of CIFAR-100's binary version, with train.bin and test.bin";

t.test('a folder that lacks a file is told what it should hold and what it holds', async (t) => {
  const folder = t.testdir();
  throwsDataError(
    t,
    folder,
    {},
    `${folder}: has no data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin; ${EXPECTED_10}; found nothing`,
  );
  cifar10Folder(folder);
  const five = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
  const found = `found ${five.join(', ')}`;
  throwsDataError(t, folder, { split: 'test' }, `${folder}: has no test_batch.bin; ${EXPECTED_10}; ${found}`);
  rmSync(join(folder, five[2]));
  const four = five.toSpliced(2, 1).join(', ');
  throwsDataError(t, folder, {}, `${folder}: has no data_batch_3.bin; ${EXPECTED_10}; found ${four}`);
  writeFolder(folder, Object.fromEntries([...'abcdef'].map((name) => [name, ''])));
  const some =
    'a, b, c, d, data_batch_1.bin, data_batch_2.bin, data_batch_4.bin, data_batch_5.bin and 2 more';
  throwsDataError(t, folder, {}, `${folder}: has no data_batch_3.bin; ${EXPECTED_10}; found ${some}`);
});

t.test('the folder of the other data set is recognized', async (t) => {
  const folder = cifar10Folder(t.testdir());
  const message = (rest: RegExp) => ({ name: 'DataError', message: rest });
  t.throws(
    () => loadCifar(folder, { dataset: 'cifar100' }),
    message(/has no train\.bin; .*, files of CIFAR-10$/),
  );
  const other = writeFolder(t.testdir(), { 'train.bin': records([1, 2]), 'test.bin': records([1, 2]) });
  t.throws(() => loadCifar(other), message(/found test\.bin, train\.bin, files of CIFAR-100$/));
});

t.test('what is no folder is named, an archive with advice', async (t) => {
  const folder = t.testdir();
  const nowhere = join(folder, 'nowhere');
  throwsDataError(t, nowhere, { dataset: 'cifar100' }, `${nowhere}: no such folder; ${EXPECTED_100}`);
  writeFolder(folder, { plain: '', 'x.tar.gz': '' });
  throwsDataError(t, join(folder, 'plain'), {}, `${join(folder, 'plain')}: is no folder; ${EXPECTED_10}.`);
  const archive = join(folder, 'x.tar.gz');
  throwsDataError(t, archive, {}, `${archive}: is no folder; ${EXPECTED_10}. Unpack the archive first.`);
  const below = join(archive, 'x');
  const reason = 'cannot be read: not a directory (ENOTDIR)';
  throwsDataError(t, below, {}, `${below}: ${reason}; ${EXPECTED_10}`);
});

t.test('what is no file is named and not waited for', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'test_batch.bin');
  mkdirSync(path);
  throwsDataError(t, folder, { split: 'test' }, `${path}: is a folder, expected a file`);
  rmdirSync(path);
  symlinkSync('/dev/zero', path);
  throwsDataError(t, folder, { split: 'test' }, `${path}: is no file, expected a file`);
  rmSync(path);
  symlinkSync(join(folder, 'nowhere'), path);
  throwsDataError(
    t,
    folder,
    { split: 'test' },
    `${path}: cannot be read: no such file or directory (ENOENT)`,
  );
  cifar10Folder(folder);
  const names = join(folder, 'batches.meta.txt');
  mkdirSync(names);
  throwsDataError(t, folder, {}, `${names}: is a folder, expected a file`);
});

const asRoot = process.getuid?.() === 0 && 'root may read every file';
t.test('a file that may not be read is named with the reason', { skip: asRoot }, async (t) => {
  const folder = writeFolder(t.testdir(), { 'test_batch.bin': records([1]) });
  const path = join(folder, 'test_batch.bin');
  chmodSync(path, 0);
  throwsDataError(t, folder, { split: 'test' }, `${path}: cannot be read: permission denied (EACCES)`);
});

t.test('an empty file is an error', async (t) => {
  const folder = cifar10Folder(t.testdir(), { 'data_batch_3.bin': '' });
  throwsDataError(t, folder, {}, `${join(folder, 'data_batch_3.bin')}: the file is empty`);
});

t.test('a size that is no multiple of a record is an error', async (t) => {
  const folder = cifar10Folder(t.testdir(), { 'data_batch_4.bin': records([1], [2]).subarray(0, 6000) });
  const reason = '6000 bytes are no multiple of the 3073 bytes of a CIFAR-10 record';
  throwsDataError(t, folder, {}, `${join(folder, 'data_batch_4.bin')}: ${reason}`);
  writeFolder(folder, { 'test.bin': records([1], [2]) });
  const reason100 = '6146 bytes are no multiple of the 3074 bytes of a CIFAR-100 record';
  const path = join(folder, 'test.bin');
  throwsDataError(t, folder, { dataset: 'cifar100', split: 'test' }, `${path}: ${reason100}`);
});

t.test('a label out of range is an error that names the record', async (t) => {
  const folder = writeFolder(t.testdir(), { 'test_batch.bin': records([1], [2], [10]) });
  const reason = 'record 2: fine label 10 is out of range 0 … 9';
  throwsDataError(t, folder, { split: 'test' }, `${join(folder, 'test_batch.bin')}: ${reason}`);
});

t.test('both labels of CIFAR-100 are checked, whichever is asked for', async (t) => {
  const folder = writeFolder(t.testdir(), {
    'train.bin': records([0, 1], [20, 1]),
    'test.bin': records([0, 100]),
  });
  const coarse = `${join(folder, 'train.bin')}: record 1: coarse label 20 is out of range 0 … 19`;
  throwsDataError(t, folder, { dataset: 'cifar100' }, coarse);
  const fine = `${join(folder, 'test.bin')}: record 0: fine label 100 is out of range 0 … 99`;
  throwsDataError(t, folder, { dataset: 'cifar100', split: 'test', labels: 'coarse' }, fine);
});

t.test('a wrong number of class names is an error', async (t) => {
  const folder = cifar10Folder(t.testdir(), { 'batches.meta.txt': 'cat\ndog\n' });
  throwsDataError(t, folder, {}, `${join(folder, 'batches.meta.txt')}: has 2 class names, expected 10`);
});

t.test('an option that cannot be is an error that names it', async (t) => {
  const cases: [options: object, message: string][] = [
    [{ dataset: 'cifar' }, "dataset is 'cifar', expected 'cifar10' or 'cifar100'"],
    [{ dataset: 'constructor' }, "dataset is 'constructor', expected 'cifar10' or 'cifar100'"],
    [{ split: 'valid' }, "split is 'valid', expected 'train' or 'test'"],
    [{ labels: 'coarse' }, "CIFAR-10 has no 'coarse' labels"],
  ];
  for (const [options, message] of cases) {
    t.throws(() => loadCifar(t.testdirName, options), new OptionError(`loadCifar: ${message}`));
  }
  t.throws(() => loadCifar(t.testdirName, { datset: 'cifar10' } as CifarOptions), {
    name: 'OptionError',
    message: /datset/,
  });
  for (const folder of ['', undefined, 3, null])
    t.throws(() => loadCifar(folder as string), { name: 'OptionError', message: /^loadCifar: folder is / });
});

const { CIFAR10_DIR, CIFAR100_DIR } = process.env;

t.test('real CIFAR-10 reads', { skip: !CIFAR10_DIR && 'CIFAR10_DIR is not set' }, async (t) => {
  const train = loadCifar(CIFAR10_DIR!);
  const test = loadCifar(CIFAR10_DIR!, { split: 'test' });
  // The first images of the data set: a frog, a truck, a truck; and a cat, a ship, a ship.
  t.same([...train.labels.subarray(0, 3)], [6, 9, 9]);
  t.same([...test.labels.subarray(0, 3)], [3, 8, 8]);
  t.same([train.images[0], train.images[PLANE], train.images[2 * PLANE]], [59, 62, 63], 'the first pixel');
  t.equal(train.classNames[6], 'frog');
  t.equal(new Set(train.labels).size, 10);
});

t.test('real CIFAR-100 reads', { skip: !CIFAR100_DIR && 'CIFAR100_DIR is not set' }, async (t) => {
  const fine = loadCifar(CIFAR100_DIR!, { dataset: 'cifar100' });
  const coarse = loadCifar(CIFAR100_DIR!, { dataset: 'cifar100', labels: 'coarse' });
  t.equal(fine.classNames[fine.labels[0]], 'cattle', 'the first image shows cattle');
  t.equal(coarse.classNames[coarse.labels[0]], 'large_omnivores_and_herbivores');
  t.ok(new Set(fine.labels).size > 90);
});
