// The archives of CIFAR-10 and CIFAR-100: from their page into a folder that is whole or not there.
import {
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { TarHeader } from 'modern-tar';
import { unpackTar } from 'modern-tar/fs';
import { DataError } from '../lib/errors.js';
import { checkFolder } from './cifar-folder.js';
import { type CifarName, fileNames, LAYOUTS } from './cifar-records.js';
import { type DownloadOptions, download, type Source } from './download.js';
import { reasonOf, syncFile } from './files.js';

/** Address and MD5 sum as the page gives them (https://www.cs.toronto.edu/~kriz/cifar.html), and size. */
export const ARCHIVES: Record<CifarName, Source> = {
  cifar10: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    bytes: 170_052_171,
  },
  cifar100: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    md5: '03b5dce01913d631647c71ecec9e9cb8',
    bytes: 168_513_733,
  },
};

/** Options of {@link installCifar}. */
export interface InstallOptions extends DownloadOptions {
  /** The archive. @default that of the official page */
  source?: Source;
  /** Called with the folder of what comes, before anything is written into it; what it throws ends the call. */
  onWork?: (work: string) => void;
}

/** Where everything is until the folder is whole. */
export const workFolder = (folder: string) => `${resolve(folder)}.download`;

/**
 * Makes `folder` the folder of a data set's binary files. Until it is whole, everything is in a folder beside it, named
 * with `.download` at the end; a later call goes on there.
 * @returns whether anything had to be done
 * @throws DataError where the folder holds something else, or what {@link download} throws
 */
export async function installCifar(
  name: CifarName,
  folder: string,
  options: InstallOptions = {},
): Promise<boolean> {
  if (isEmpty(folder)) {
    const target = attempt(folder, () => targetOf(folder));
    const work = workFolder(target);
    const archive = join(work, `${name}.tar.gz`);
    const files = join(work, 'files');
    attempt(work, () => makeFolder(work));
    options.onWork?.(work);
    await download(options.source ?? ARCHIVES[name], archive, options);
    rmSync(files, { recursive: true, force: true });
    await unpack(name, archive, files);
    attempt(folder, () => {
      if (existsSync(target)) rmdirSync(target);
      renameSync(files, target);
      syncFile(dirname(target));
    });
    rmSync(work, { recursive: true });
    return true;
  }
  for (const split of ['train', 'test'] as const) checkFolder(folder, split, name);
  return false;
}

function isEmpty(folder: string): boolean {
  return attempt(folder, () => !existsSync(folder) || readdirSync(folder).length === 0);
}

/** The folder itself, where a link leads to it. @throws DataError where no other could take its place in the end */
function targetOf(folder: string): string {
  const path = resolve(folder);
  if (!existsSync(path)) {
    if (!lstatSync(path, { throwIfNoEntry: false })) return path;
    throw new DataError(`${folder}: is a link to something that is not there`);
  }
  const target = realpathSync(path);
  const mounted = statSync(target).dev !== statSync(dirname(target)).dev;
  if (target !== process.cwd() && !mounted) return target;
  const what = mounted ? 'a file system of its own' : 'the working directory';
  throw new DataError(`${folder}: is ${what}, which cannot be replaced; name a folder in it`);
}

/** One by one: Node 20's recursive way never returns below /proc, and does not know of a file system that is read-only. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** Only files that the data set has, and only by their own names: an archive decides no path. */
async function unpack(name: CifarName, archive: string, files: string): Promise<void> {
  const wanted = fileNames(LAYOUTS[name]);
  const nameOf = (path: string) => /^[\w-]+\/([\w.]+)$/.exec(path)?.[1] ?? '';
  const filter = (header: TarHeader) => header.type === 'file' && wanted.includes(nameOf(header.name));
  const map = (header: TarHeader) => ({ ...header, name: nameOf(header.name) });
  try {
    await pipeline(
      createReadStream(archive),
      createGunzip(),
      unpackTar(files, { filter, map, fmode: 0o644 }),
    );
  } catch (error) {
    rmSync(files, { recursive: true, force: true });
    throw new DataError(`${archive}: cannot be unpacked: ${reasonOf(error)}`, { cause: error });
  }
  for (const split of ['train', 'test'] as const) checkFolder(files, split, name);
  for (const file of readdirSync(files)) syncFile(join(files, file));
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}
