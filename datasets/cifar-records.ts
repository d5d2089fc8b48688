// The files of the CIFAR data sets: their names, and the records in them.
import { DataError } from '../lib/errors.js';
import { type Dataset, IMAGE_SIZE, type Split } from './dataset.js';

/** The two data sets of the CIFAR family. */
export type CifarName = 'cifar10' | 'cifar100';

/** One label byte of a record: its kind, its classes and where their names stand. */
export interface LabelField {
  kind: 'fine' | 'coarse';
  classes: number;
  namesFile: string;
  defaultNames?: readonly string[];
}

/** A record is one byte per label field, then 3·32·32 pixels. */
export interface Layout {
  title: string;
  files: Record<Split, readonly string[]>;
  fields: readonly LabelField[];
}

const CIFAR10_NAMES = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

export const LAYOUTS: Record<CifarName, Layout> = {
  cifar10: {
    title: 'CIFAR-10',
    files: { train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), test: ['test_batch.bin'] },
    fields: [{ kind: 'fine', classes: 10, namesFile: 'batches.meta.txt', defaultNames: CIFAR10_NAMES }],
  },
  cifar100: {
    title: 'CIFAR-100',
    files: { train: ['train.bin'], test: ['test.bin'] },
    fields: [
      { kind: 'coarse', classes: 20, namesFile: 'coarse_label_names.txt' },
      { kind: 'fine', classes: 100, namesFile: 'fine_label_names.txt' },
    ],
  },
};

/** The names of all files of a data set: its records, and the names of its classes. */
export function fileNames({ files, fields }: Layout): string[] {
  return [...files.train, ...files.test, ...fields.map(({ namesFile }) => namesFile)];
}

/** The data set that has files of these names; null where none has. */
export function recognizeCifar(names: readonly string[]): CifarName | null {
  const has = (dataset: CifarName) =>
    names.some((name) => Object.values(LAYOUTS[dataset].files).flat().includes(name));
  return (['cifar10', 'cifar100'] as const).find(has) ?? null;
}

/** A file that was read, and its path as errors name it. */
export interface ReadFile {
  path: string;
  bytes: Uint8Array;
}

/** What a data set is made of. */
export interface CifarParts {
  dataset: CifarName;
  split: Split;
  kind: LabelField['kind'];
  /** The records, file after file. */
  files: readonly ReadFile[];
  /** The names of the classes, one a line; without them the well-known names or numbers. */
  names: ReadFile | null;
}

/** @throws DataError naming a file that is empty, of a size that is no multiple of a record's, or has a label out of range */
export function cifarOf({ dataset, split, kind, files, names }: CifarParts): Dataset {
  const layout = LAYOUTS[dataset];
  const field = layout.fields.findIndex((f) => f.kind === kind);
  for (const file of files) checkRecords(file, layout);
  const { classes } = layout.fields[field];
  const classNames = readClassNames(names, layout.fields[field]);
  const records = files.map(({ bytes }) => bytes);
  return { name: dataset, split, classes, classNames, ...unpack(records, layout.fields.length, field) };
}

/** Whether the bytes of a file are whole records with labels in range. */
function checkRecords({ path, bytes }: ReadFile, layout: Layout): void {
  const recordSize = layout.fields.length + IMAGE_SIZE;
  if (bytes.length === 0) throw new DataError(`${path}: the file is empty`);
  if (bytes.length % recordSize !== 0) {
    const reason = `${bytes.length} bytes are no multiple of the ${recordSize} bytes of a ${layout.title} record`;
    throw new DataError(`${path}: ${reason}`);
  }
  for (let start = 0; start < bytes.length; start += recordSize) {
    for (const [i, { kind, classes }] of layout.fields.entries()) {
      if (bytes[start + i] < classes) continue;
      const reason = `${kind} label ${bytes[start + i]} is out of range 0 … ${classes - 1}`;
      throw new DataError(`${path}: record ${start / recordSize}: ${reason}`);
    }
  }
}

/** Parts the records of all files into images and the labels of one field. */
function unpack(files: readonly Uint8Array[], fields: number, field: number) {
  const recordSize = fields + IMAGE_SIZE;
  const length = files.reduce((sum, bytes) => sum + bytes.length, 0) / recordSize;
  const images = new Uint8Array(length * IMAGE_SIZE);
  const labels = new Uint8Array(length);
  let n = 0;
  for (const bytes of files) {
    for (let start = 0; start < bytes.length; start += recordSize, n++) {
      labels[n] = bytes[start + field];
      images.set(bytes.subarray(start + fields, start + recordSize), n * IMAGE_SIZE);
    }
  }
  return { length, images, labels };
}

function readClassNames(file: ReadFile | null, { classes, defaultNames }: LabelField): readonly string[] {
  if (!file) return defaultNames ?? Array.from({ length: classes }, (_, i) => String(i));
  const lines = new TextDecoder().decode(file.bytes).split('\n');
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (names.length === classes) return names;
  throw new DataError(`${file.path}: has ${names.length} class names, expected ${classes}`);
}
