// CIFAR-10 and CIFAR-100 from their official binary files (https://www.cs.toronto.edu/~kriz/cifar.html).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, OptionError } from '../lib/errors.js';
import { choice, readOptions } from '../lib/options.js';
import { type Dataset, IMAGE_SIZE, type Split } from './dataset.js';

/** The two data sets of the CIFAR family. */
export type CifarName = 'cifar10' | 'cifar100';

/** Options of {@link loadCifar}. */
export interface CifarOptions {
  /** Which data set the folder holds. @default 'cifar10' */
  dataset?: CifarName;
  /** Which part to read. @default 'train' */
  split?: Split;
  /** CIFAR-100's 100 fine or 20 coarse classes; CIFAR-10 has fine labels only. @default 'fine' */
  labels?: 'fine' | 'coarse';
}

/** One label byte of a record: its kind, its classes and where their names stand. */
interface LabelField {
  kind: 'fine' | 'coarse';
  classes: number;
  namesFile: string;
  defaultNames?: readonly string[];
}

/** A record is one byte per label field, then 3·32·32 pixels. */
interface Layout {
  title: string;
  files: Record<Split, readonly string[]>;
  fields: readonly LabelField[];
}

const CIFAR10_NAMES = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

const LAYOUTS: Record<CifarName, Layout> = {
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

const schema = {
  dataset: choice<CifarName>('cifar10', ['cifar10', 'cifar100']),
  split: choice<Split>('train', ['train', 'test']),
  labels: choice<'fine' | 'coarse'>('fine', ['fine', 'coarse']),
};

/**
 * Reads one split of CIFAR-10 or CIFAR-100 from the folder of its binary version. The files may hold
 * fewer records than the official ones; the files with the class names may be missing.
 * @throws DataError naming the file and the reason where a file is missing or empty, its size is no
 *   multiple of a record's, or it holds a label out of range
 * @throws OptionError on an unknown data set, split or kind of label
 */
export function loadCifar(folder: string, options: CifarOptions = {}): Dataset {
  const { dataset, split, labels: kind } = readOptions('loadCifar', options, schema);
  const layout = LAYOUTS[dataset];
  const names = layout.files[split];
  const field = layout.fields.findIndex((f) => f.kind === kind);
  if (field < 0) throw new OptionError(`loadCifar: ${layout.title} has no '${kind}' labels`);

  if (!existsSync(folder)) throw new DataError(`${folder}: no such folder`);
  const files = names.map((name) => readRecords(join(folder, name), layout));
  const { classes } = layout.fields[field];
  const classNames = readClassNames(folder, layout.fields[field]);
  return { name: dataset, split, classes, classNames, ...unpack(files, layout.fields.length, field) };
}

/** The bytes of one file, checked to be whole records with labels in range. */
function readRecords(path: string, layout: Layout): Uint8Array {
  const bytes = readBytes(path, layout);
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
  return bytes;
}

function readBytes(path: string, { title }: Layout): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new DataError(`${path}: cannot be read (${code})`, { cause: error });
    throw new DataError(`${path}: no such file; expected the folder of ${title}'s binary version`);
  }
}

/** Parts the records of all files into images and the labels of one field. */
function unpack(files: Uint8Array[], fields: number, field: number) {
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

/** The class names from their file, one a line; without the file the well-known names or numbers. */
function readClassNames(folder: string, { classes, namesFile, defaultNames }: LabelField): readonly string[] {
  const path = join(folder, namesFile);
  if (!existsSync(path)) return defaultNames ?? Array.from({ length: classes }, (_, i) => String(i));
  const lines = readFileSync(path, 'utf8').split('\n');
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (names.length === classes) return names;
  throw new DataError(`${path}: has ${names.length} class names, expected ${classes}`);
}
