// CIFAR-10 and CIFAR-100 from their official binary files (https://www.cs.toronto.edu/~kriz/cifar.html).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, OptionError } from '../lib/errors.js';
import { choice, describe, readOptions } from '../lib/options.js';
import { type CifarName, checkFolder, LAYOUTS, type LabelField, type Layout } from './cifar-folder.js';
import { type Dataset, IMAGE_SIZE, type Split } from './dataset.js';
import { readBytes } from './files.js';

export type { CifarName } from './cifar-folder.js';

/** Options of {@link loadCifar}. */
export interface CifarOptions {
  /** Which data set the folder holds. @default 'cifar10' */
  dataset?: CifarName;
  /** Which part to read. @default 'train' */
  split?: Split;
  /** CIFAR-100's 100 fine or 20 coarse classes; CIFAR-10 has fine labels only. @default 'fine' */
  labels?: 'fine' | 'coarse';
}

const schema = {
  dataset: choice<CifarName>('cifar10', ['cifar10', 'cifar100']),
  split: choice<Split>('train', ['train', 'test']),
  labels: choice<'fine' | 'coarse'>('fine', ['fine', 'coarse']),
};

/**
 * Reads one split of CIFAR-10 or CIFAR-100 from the folder of its binary version. The files may hold
 * fewer records than the official ones; the files with the class names may be missing.
 * @throws DataError naming the folder, what it should hold and what it holds, where a file is missing; naming the
 *   file and the reason where it cannot be read or is empty, its size is no multiple of a record's, or it holds a
 *   label out of range
 * @throws OptionError on an unknown option, data set, split or kind of label
 */
export function loadCifar(folder: string, options: CifarOptions = {}): Dataset {
  if (typeof folder !== 'string' || folder === '')
    throw new OptionError(`loadCifar: folder is ${describe(folder)}, expected the name of a folder`);
  const { dataset, split, labels: kind } = readOptions('loadCifar', options, schema);
  const layout = LAYOUTS[dataset];
  const field = layout.fields.findIndex((f) => f.kind === kind);
  if (field < 0) throw new OptionError(`loadCifar: ${layout.title} has no '${kind}' labels`);

  checkFolder(folder, split, dataset);
  const files = layout.files[split].map((name) => readRecords(join(folder, name), layout));
  const { classes } = layout.fields[field];
  const classNames = readClassNames(folder, layout.fields[field]);
  return { name: dataset, split, classes, classNames, ...unpack(files, layout.fields.length, field) };
}

/** The bytes of one file, checked to be whole records with labels in range. */
function readRecords(path: string, layout: Layout): Uint8Array {
  const bytes = readBytes(path);
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
  const lines = readBytes(path).toString('utf8').split('\n');
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (names.length === classes) return names;
  throw new DataError(`${path}: has ${names.length} class names, expected ${classes}`);
}
