// The user's files of CIFAR-10 or CIFAR-100: all of them, or some.
import {
  type CifarName,
  cifarOf,
  fileNames,
  LAYOUTS,
  type ReadFile,
} from '../../../datasets/cifar-records.js';
import type { Split } from '../../../datasets/dataset.js';
import { holdOut } from '../../../datasets/held-out.js';
import { DataError } from '../../../lib/errors.js';
import { unpackArchive } from './archive.js';
import { bytesOf, type GivenFile, nameOf } from './given.js';
import type { Own } from './parts.js';

const sets: readonly CifarName[] = ['cifar10', 'cifar100'];
const recordsOf = (name: CifarName): string[] => Object.values(LAYOUTS[name].files).flat();

/** Whether a file has records of CIFAR, by its name. */
export const isCifar = ({ path }: GivenFile): boolean =>
  sets.some((name) => recordsOf(name).includes(nameOf(path)));

/** Reads an archive as it comes from CIFAR's page. @throws DataError */
export async function readCifarArchive(archive: GivenFile): Promise<Own> {
  const files = await unpackArchive(
    archive,
    sets.flatMap((name) => fileNames(LAYOUTS[name])),
  );
  if (files.some(isCifar)) return readCifar(files, nameOf(archive.path));
  throw new DataError(`${archive.path}: has no binary files of CIFAR-10 or CIFAR-100`);
}

/** Reads binary files. The training files may be some of those that there are. @throws DataError */
export async function readCifar(given: readonly GivenFile[], archive?: string): Promise<Own> {
  const [dataset, other] = sets.filter((name) =>
    given.some(({ path }) => recordsOf(name).includes(nameOf(path))),
  );
  if (other) throw new DataError('there are files of CIFAR-10 and of CIFAR-100, expected those of one');
  const { title, files, fields } = LAYOUTS[dataset];
  const { namesFile } = fields.find(({ kind }) => kind === 'fine')!;
  const [train, test, [names = null]] = await Promise.all(
    [files.train, files.test, [namesFile]].map((wanted) => readAll(wanted, given)),
  );
  const part = (split: Split, files: readonly ReadFile[]) =>
    cifarOf({ dataset, split, kind: 'fine', files, names });
  const from = archive ?? [...train, ...test].map(({ path }) => nameOf(path)).join(', ');
  const own = { kind: 'cifar', title: `${title} (${from})` } as const;
  if (train.length > 0 && test.length > 0)
    return { ...own, note: '', train: part('train', train), test: part('test', test) };
  const missing = train.length > 0 ? files.test : ['file of training images'];
  const note = `There is no ${missing[0]}: every fifth image of a class is held out as a test image.`;
  return { ...own, note, ...holdOut(part('train', [...train, ...test])) };
}

/** The files of these names that there are, in the order of the names. */
async function readAll(wanted: readonly string[], given: readonly GivenFile[]): Promise<ReadFile[]> {
  const found = wanted.flatMap((name) => given.find(({ path }) => nameOf(path) === name) ?? []);
  return Promise.all(found.map(async (one) => ({ path: one.path, bytes: await bytesOf(one) })));
}
