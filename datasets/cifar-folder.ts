// What is said of a folder that lacks files of a CIFAR data set.
import { readdirSync, statSync } from 'node:fs';
import { DataError } from '../lib/errors.js';
import { type CifarName, LAYOUTS } from './cifar-records.js';
import type { Split } from './dataset.js';
import { reasonOf } from './files.js';

/** As many names of a folder as an error lists. */
const LISTED = 8;
const ARCHIVE = /\.(tar|t?gz|zip|bz2|xz)$/i;

/** @throws DataError unless the folder has all files of a split; it says what is expected and what was found */
export function checkFolder(folder: string, split: Split, dataset: CifarName): void {
  const { title, files } = LAYOUTS[dataset];
  const other = LAYOUTS[dataset === 'cifar10' ? 'cifar100' : 'cifar10'];
  const expected = `expected the folder of ${title}'s binary version, with ${files.train.join(', ')} and ${files.test}`;
  const names = listFolder(folder, expected);
  const missing = files[split].filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  const others = other.files.train.concat(other.files.test);
  const mixedUp = others.some((name) => names.includes(name)) ? `, files of ${other.title}` : '';
  const found = names.length === 0 ? 'nothing' : listOf(names);
  throw new DataError(`${folder}: has no ${missing.join(', ')}; ${expected}; found ${found}${mixedUp}`);
}

function listFolder(folder: string, expected: string): string[] {
  try {
    if (statSync(folder).isDirectory()) return readdirSync(folder).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'no such folder' : `cannot be read: ${reasonOf(error)}`;
    throw new DataError(`${folder}: ${what}; ${expected}`, { cause: error });
  }
  const advice = ARCHIVE.test(folder) ? ' Unpack the archive first.' : '';
  throw new DataError(`${folder}: is no folder; ${expected}.${advice}`);
}

function listOf(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return `${names.slice(0, LISTED).join(', ')}${more}`;
}
