// A folder for each class, with PNG files of any size: which of them are images of a part, and the data set they make.
import { DataError } from '../lib/errors.js';
import { type Dataset, IMAGE_SIZE, type Split } from './dataset.js';
import { isHeldOut, PARTS } from './held-out.js';

/** Labels are bytes. */
export const MOST_CLASSES = 256;
const OTHER_IMAGES = ['.jpg', '.jpeg', '.gif', '.bmp', '.webp', '.tif', '.tiff'];

/** Folders, wherever they are. */
export interface Folders {
  /** The names in a folder, hidden ones left out, in order of their characters' numbers. */
  entries(folder: string): string[];
  isFolder(path: string): boolean;
  join(...names: string[]): string;
}

/** The images of a part, class by class. */
export interface ImageFiles {
  classNames: string[];
  files: { path: string; label: number }[];
  /** Whether the test images are some of one folder, and not a folder of their own. */
  isHeldOut: boolean;
}

/**
 * Finds the images of a part in a folder: `DIR/train/cat/1.png` where it has folders `train` and `test`, elsewhere `DIR/cat/1.png`,
 * of which some are held out as test images. Classes are numbered by name.
 * @throws DataError naming the folder or file where there are no classes, a class has no images, images are of another
 *   format, or the parts have different classes
 */
export function findImages(folder: string, split: Split, folders: Folders): ImageFiles {
  const within = foldersIn(folder, folders);
  const parted = within.includes('train') && within.includes('test');
  const classNames = classesOf(folder, parted, folders);
  const files = classNames.flatMap((name, label) => {
    const path = parted ? folders.join(folder, split, name) : folders.join(folder, name);
    return imagesOf(path, parted ? null : split, folders).map((path) => ({ path, label }));
  });
  return { classNames, files, isHeldOut: !parted };
}

/** The data set of a part. The images are [3, 32, 32] each, in the order of the files. */
export function datasetOf(split: Split, { classNames, files }: ImageFiles, images: Uint8Array): Dataset {
  const labels = Uint8Array.from(files, ({ label }) => label);
  const [length, classes] = [images.length / IMAGE_SIZE, classNames.length];
  return { name: 'images', split, length, images, labels, classes, classNames };
}

/** @throws DataError unless there are classes, the same in both parts */
function classesOf(folder: string, parted: boolean, folders: Folders): string[] {
  const classes = foldersIn(parted ? folders.join(folder, 'train') : folder, folders);
  if (classes.length === 0)
    throw new DataError(`${folder}: has no folders, expected one for each class, with PNG files`);
  if (classes.length > MOST_CLASSES)
    throw new DataError(`${folder}: has ${classes.length} folders, expected at most ${MOST_CLASSES} classes`);
  if (!parted) return classes;
  const tested = foldersIn(folders.join(folder, 'test'), folders);
  const odd = [...classes, ...tested].find((name) => !classes.includes(name) || !tested.includes(name));
  if (odd) throw new DataError(`${folder}: class '${odd}' is in one of train and test, expected in both`);
  return classes;
}

/** The images in a folder, or those of a part. @throws DataError where there are none, or others than PNG */
function imagesOf(folder: string, split: Split | null, folders: Folders): string[] {
  const names = folders.entries(folder);
  const ends = (name: string, ...endings: string[]) =>
    endings.some((end) => name.toLowerCase().endsWith(end));
  const other = names.find((name) => ends(name, ...OTHER_IMAGES));
  if (other) throw new DataError(`${folders.join(folder, other)}: expected PNG files`);
  const files = names.filter((name) => ends(name, '.png'));
  const own = split ? files.filter((_, i) => isHeldOut(i) === (split === 'test')) : files;
  if (own.length > 0) return own.map((name) => folders.join(folder, name));
  const least = split === 'test' ? PARTS : 1;
  throw new DataError(`${folder}: has ${files.length} PNG files, expected at least ${least}`);
}

function foldersIn(folder: string, folders: Folders): string[] {
  return folders.entries(folder).filter((name) => folders.isFolder(folders.join(folder, name)));
}
