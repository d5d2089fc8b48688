// Reading CIFAR folders that were damaged at random: what is whole is read as it was written, all else is a DataError.
// A failure prints its seed and path; MIXGRAD_SEED and MIXGRAD_PATH run that case again.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { type CifarName, loadCifar } from '../../datasets/cifar.js';
import { IMAGE_SIZE, type Split } from '../../datasets/dataset.js';
import { DataError } from '../../lib/errors.js';

/** Files by name; null stands for a folder in a file's place. */
type Files = Map<string, Buffer | null>;

/** What was written into a folder: names, and the classes that each label byte may have. */
const kinds = {
  cifar10: {
    train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
    test: ['test_batch.bin'],
    classes: [10],
    names: ['batches.meta.txt'],
  },
  cifar100: {
    train: ['train.bin'],
    test: ['test.bin'],
    classes: [20, 100],
    names: ['coarse_label_names.txt', 'fine_label_names.txt'],
  },
};
const allNames = Object.values(kinds).flatMap(({ train, test, names }) => [...train, ...test, ...names]);
const datasets = fc.constantFrom<CifarName[]>('cifar10', 'cifar100');

/** A whole folder: one to three records a file, labels in range. */
const wholeFolder = datasets.chain((dataset) => {
  const { train, test, classes } = kinds[dataset];
  const labels = fc.tuple(...classes.map((n) => fc.nat(n - 1)));
  const record = fc
    .tuple(labels, fc.nat(255))
    .map(([bytes, fill]) => Buffer.concat([Buffer.from(bytes), Buffer.alloc(IMAGE_SIZE, fill)]));
  const file = fc.array(record, { minLength: 1, maxLength: 3 }).map((list) => Buffer.concat(list));
  const names = [...train, ...test];
  return fc
    .tuple(...names.map(() => file))
    .map((files) => ({ dataset, files: new Map(names.map((name, i) => [name, files[i]])) as Files }));
});

/** What happens to a folder's files. */
const damage = fc.oneof(
  fc.record({ what: fc.constant('cut'), file: fc.nat(), at: fc.nat(10000) }),
  fc.record({ what: fc.constant('cut'), file: fc.nat(), at: fc.constantFrom(0, 1, 3072, 3073, 3074, 6148) }),
  fc.record({ what: fc.constant('add'), file: fc.nat(), bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ what: fc.constant('set'), file: fc.nat(), at: fc.nat(9221), to: fc.nat(255) }),
  fc.record({ what: fc.constant('set'), file: fc.nat(), at: fc.constantFrom(0, 1), to: fc.nat(255) }),
  fc.record({ what: fc.constant('drop'), file: fc.nat() }),
  fc.record({ what: fc.constant('folder'), file: fc.nat() }),
  fc.record({
    what: fc.constant('rename'),
    file: fc.nat(),
    to: fc.constantFrom(...allNames, 'x', '__proto__'),
  }),
  fc.record({
    what: fc.constant('names'),
    name: fc.constantFrom(...allNames.filter((name) => name.endsWith('.txt'))),
    text: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(10, 20, 100).map((n) => 'name\n'.repeat(n)),
    ),
  }),
);
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function apply(files: Files, change: Damage): void {
  if ('name' in change) {
    files.set(change.name, Buffer.from(change.text));
    return;
  }
  const name = [...files.keys()][change.file % Math.max(1, files.size)];
  const old = files.get(name);
  if (!old) return;
  if (change.what === 'drop' || change.what === 'rename') files.delete(name);
  if ('bytes' in change) files.set(name, Buffer.concat([old, change.bytes]));
  else if (change.what === 'folder') files.set(name, null);
  else if (change.what === 'cut') files.set(name, old.subarray(0, (change as { at: number }).at));
  else if (change.what === 'rename') files.set((change as { to: string }).to, old);
  else if (change.what === 'set') {
    const { at, to } = change as { at: number; to: number };
    const copy = Buffer.from(old);
    if (at < copy.length) copy[at] = to;
    files.set(name, copy);
  }
}

/** The label of every record of a split; null where a file is not whole. */
function labelsOf(files: Files, dataset: CifarName, split: Split, kind: 'fine' | 'coarse'): number[] | null {
  const { classes } = kinds[dataset];
  const size = classes.length + IMAGE_SIZE;
  const labels: number[] = [];
  for (const name of kinds[dataset][split]) {
    const bytes = files.get(name);
    if (!bytes || bytes.length === 0 || bytes.length % size > 0) return null;
    for (let start = 0; start < bytes.length; start += size) {
      if (classes.some((n, i) => bytes[start + i] >= n)) return null;
      labels.push(bytes[start + (kind === 'fine' ? classes.length - 1 : 0)]);
    }
  }
  return labels;
}

/** Whether the class names of a label are as many as its classes, or none are given. */
function namesFit(files: Files, dataset: CifarName, kind: 'fine' | 'coarse'): boolean {
  const { classes, names } = kinds[dataset];
  const i = kind === 'fine' ? classes.length - 1 : 0;
  const bytes = files.get(names[i]);
  if (bytes === undefined) return true;
  const lines = bytes?.toString('utf8').split('\n') ?? [];
  return lines.filter((line) => line.trim() !== '').length === classes[i];
}

const folder = t.testdir();

function write(files: Files): void {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  for (const [name, content] of files) {
    if (content === null) mkdirSync(join(folder, name));
    else writeFileSync(join(folder, name), content);
  }
}

const { MIXGRAD_SEED, MIXGRAD_PATH } = process.env;
const replay = {
  ...(MIXGRAD_SEED && { seed: Number(MIXGRAD_SEED) }),
  ...(MIXGRAD_PATH && { path: MIXGRAD_PATH }),
};

t.test('a folder is read as it was written, or is a DataError that names it', async (t) => {
  let [read, refused] = [0, 0];
  const outcome = (files: Files, dataset: CifarName, split: Split, kind: 'fine' | 'coarse') => {
    try {
      const { labels, length, images, classNames, classes } = loadCifar(folder, {
        dataset,
        split,
        labels: kind,
      });
      const expected = labelsOf(files, dataset, split, kind);
      if (!expected || !namesFit(files, dataset, kind)) throw new Error('a damaged folder was read');
      if (String([...labels]) !== String(expected)) throw new Error(`labels ${labels}, expected ${expected}`);
      const sizes = [length, images.length, classNames.length];
      const right = [expected.length, expected.length * IMAGE_SIZE, classes];
      if (String(sizes) !== String(right)) throw new Error(`sizes ${sizes}, expected ${right}`);
      read++;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const whole = labelsOf(files, dataset, split, kind) && namesFit(files, dataset, kind);
      if (whole) throw new Error(`a whole folder was refused: ${error.message}`);
      if (!error.message.startsWith(folder)) throw new Error(`the folder is not named: ${error.message}`);
      refused++;
    }
  };
  const property = fc.property(
    wholeFolder,
    fc.array(damage, { maxLength: 3 }),
    fc.option(datasets, { nil: null }),
    fc.constantFrom<Split[]>('train', 'test'),
    fc.boolean(),
    ({ dataset, files }, changes, other, split, coarse) => {
      const now: Files = new Map(files);
      for (const change of changes) apply(now, change);
      write(now);
      const asked = other ?? dataset;
      outcome(now, asked, split, coarse && asked === 'cifar100' ? 'coarse' : 'fine');
    },
  );
  fc.assert(property, { numRuns: 300, interruptAfterTimeLimit: 20_000, ...replay });
  if (!MIXGRAD_PATH) t.ok(read > 20 && refused > 20, `${read} folders were read, ${refused} refused`);
});
