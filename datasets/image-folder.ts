// A data set of one's own: a folder for each class, with PNG files of any size.
import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { DataError, OptionError } from '../lib/errors.js';
import { choice, describe, readOptions } from '../lib/options.js';
import { type Dataset, IMAGE_SIZE, type Split } from './dataset.js';
import { reasonOf } from './files.js';
import { readPng } from './png.js';
import { toSquare } from './resize.js';

/** Options of {@link loadImageFolder}. */
export interface ImageFolderOptions {
  /** Which part to read. @default 'train' */
  split?: Split;
}

const schema = { split: choice<Split>('train', ['train', 'test']) };

/** Without folders `train` and `test`, every fifth image of a class is a test image. */
const FIFTH = 5;
/** Labels are bytes. */
const MOST_CLASSES = 256;
const OTHER_IMAGES = ['.jpg', '.jpeg', '.gif', '.bmp', '.webp', '.tif', '.tiff'];

/**
 * Reads a folder of class-named folders of PNG files, as torchvision's `ImageFolder` does: `DIR/cat/1.png`, or with
 * the parts kept apart `DIR/train/cat/1.png` and `DIR/test/cat/7.png`. Where they are not, every fifth file of each
 * class by name is a test image. Classes are numbered by name. Each image is cut to its middle square and resized to 32×32.
 * @throws DataError naming the folder or file where there are no classes, a class has no images, a file cannot be
 *   read, images are of another format, or the parts have different classes
 * @throws OptionError on an unknown option or part
 */
export function loadImageFolder(folder: string, options: ImageFolderOptions = {}): Dataset {
  if (typeof folder !== 'string' || folder === '')
    throw new OptionError(`loadImageFolder: folder is ${describe(folder)}, expected the name of a folder`);
  const { split } = readOptions('loadImageFolder', options, schema);
  const classNames = classesOf(folder);
  const paths = classNames.flatMap((name, label) =>
    filesOf(folder, name, split).map((path) => ({ path, label })),
  );
  const images = new Uint8Array(paths.length * IMAGE_SIZE);
  for (const [i, { path }] of paths.entries()) images.set(toSquare(readPng(path)), i * IMAGE_SIZE);
  const labels = Uint8Array.from(paths, ({ label }) => label);
  return {
    name: 'images',
    split,
    length: paths.length,
    images,
    labels,
    classes: classNames.length,
    classNames,
  };
}

/** Whether the two parts have folders of their own. */
function isParted(folder: string): boolean {
  const names = foldersIn(folder);
  return names.includes('train') && names.includes('test');
}

/** @throws DataError unless there are classes, the same in both parts */
function classesOf(folder: string): string[] {
  const classes = foldersIn(isParted(folder) ? join(folder, 'train') : folder);
  if (classes.length === 0)
    throw new DataError(`${folder}: has no folders, expected one for each class, with PNG files`);
  if (classes.length > MOST_CLASSES)
    throw new DataError(`${folder}: has ${classes.length} folders, expected at most ${MOST_CLASSES} classes`);
  if (!isParted(folder)) return classes;
  const tested = foldersIn(join(folder, 'test'));
  const odd = [...classes, ...tested].find((name) => !classes.includes(name) || !tested.includes(name));
  if (odd) throw new DataError(`${folder}: class '${odd}' is in one of train and test, expected in both`);
  return classes;
}

/** The files of one class and part. @throws DataError where there are none, or others than PNG */
function filesOf(folder: string, name: string, split: Split): string[] {
  const parted = isParted(folder);
  const path = parted ? join(folder, split, name) : join(folder, name);
  const names = entriesOf(path);
  const other = names.find((file) => OTHER_IMAGES.includes(extname(file).toLowerCase()));
  if (other) throw new DataError(`${join(path, other)}: expected PNG files`);
  const files = names.filter((file) => extname(file).toLowerCase() === '.png');
  const own = parted ? files : files.filter((_, i) => (i % FIFTH === FIFTH - 1) === (split === 'test'));
  if (own.length > 0) return own.map((file) => join(path, file));
  const least = parted || split === 'train' ? 1 : FIFTH;
  throw new DataError(`${path}: has ${files.length} PNG files, expected at least ${least}`);
}

function foldersIn(folder: string): string[] {
  return entriesOf(folder).filter((name) =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory(),
  );
}

/** Names in order of their characters' numbers, the same on every system; hidden files are no data. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch (error) {
    throw new DataError(`${folder}: cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}
