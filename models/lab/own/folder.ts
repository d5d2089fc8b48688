// The user's folder of PNG files, a folder for each class.
import { IMAGE_SIZE } from '../../../datasets/dataset.js';
import { datasetOf, type Folders, findImages, type ImageFiles } from '../../../datasets/image-classes.js';
import { toSquare } from '../../../datasets/resize.js';
import { bytesOf, type GivenFile } from './given.js';
import type { Own } from './parts.js';

/** What the folder is called where there is none around what was given. */
const UNNAMED = 'your files';

/** Told how many of so many images were read. */
export type Progress = (done: number, all: number) => void;

/** Reads a folder as `mixgrad train --data` does. @throws DataError naming the folder or file that is at fault */
export async function readFolder(given: readonly GivenFile[], progress: Progress): Promise<Own> {
  const [top] = given[0].path.split('/');
  const isOne = given.every(({ path }) => path.startsWith(`${top}/`));
  const root = isOne ? top : UNNAMED;
  const files = new Map(given.map(({ path, file }) => [isOne ? path : `${root}/${path}`, file]));
  const folders = foldersOf(files.keys());
  const [train, test] = (['train', 'test'] as const).map((split) => findImages(root, split, folders));
  const all = train.files.length + test.files.length;
  let done = 0;
  const decode = (part: ImageFiles) => decodeAll(part, files, () => progress(++done, all));
  return {
    ...{ kind: 'folder', title: root === UNNAMED ? 'Your files' : `The folder ${root}` },
    note: train.isHeldOut ? 'Every fifth file of a class is held out as a test image.' : '',
    train: datasetOf('train', train, await decode(train)),
    test: datasetOf('test', test, await decode(test)),
  };
}

/** The images [N, 3, 32, 32]. The reader of PNG files is loaded by those who need it. */
async function decodeAll({ files }: ImageFiles, given: ReadonlyMap<string, Blob>, count: () => void) {
  const { decodePng } = await import('../../../datasets/png.js');
  const images = new Uint8Array(files.length * IMAGE_SIZE);
  for (const [i, { path }] of files.entries()) {
    images.set(toSquare(decodePng(path, await bytesOf({ path, file: given.get(path)! }))), i * IMAGE_SIZE);
    count();
  }
  return images;
}

/** The folders that paths of files make. */
function foldersOf(paths: Iterable<string>): Folders {
  const entries = new Map<string, Set<string>>();
  for (const path of paths) {
    const names = path.split('/');
    for (const [i, name] of names.entries()) {
      const folder = names.slice(0, i).join('/');
      if (!entries.has(folder)) entries.set(folder, new Set());
      entries.get(folder)!.add(name);
    }
  }
  return {
    entries: (folder) => [...(entries.get(folder) ?? [])].sort(),
    isFolder: (path) => entries.has(path),
    join: (...names) => names.join('/'),
  };
}
