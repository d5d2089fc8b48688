// A data set of one's own: a folder for each class, with PNG files of any size.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, OptionError } from '../lib/errors.js';
import { choice, describe, readOptions } from '../lib/options.js';
import { type Dataset, IMAGE_SIZE, type Split } from './dataset.js';
import { readBytes, reasonOf } from './files.js';
import { datasetOf, type Folders, findImages } from './image-classes.js';
import { decodePng } from './png.js';
import { toSquare } from './resize.js';

/** Options of {@link loadImageFolder}. */
export interface ImageFolderOptions {
  /** Which part to read. @default 'train' */
  split?: Split;
}

const schema = { split: choice<Split>('train', ['train', 'test']) };

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
  const found = findImages(folder, split, disk);
  const images = new Uint8Array(found.files.length * IMAGE_SIZE);
  for (const [i, { path }] of found.files.entries())
    images.set(toSquare(decodePng(path, readBytes(path))), i * IMAGE_SIZE);
  return datasetOf(split, found, images);
}

const disk: Folders = {
  entries: entriesOf,
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  join,
};

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
