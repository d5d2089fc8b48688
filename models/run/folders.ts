// Making a folder with those above it, and whether one is that of a run.
import { existsSync, lstatSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { reasonOf } from '../../datasets/files.js';
import { UsageError } from './errors.js';

/**
 * Makes a folder and those above it that are missing. One by one: Node 20's recursive way never returns below /proc.
 * Returns those it made, the outermost first.
 * @throws UsageError naming the flag and what stands in the way; nothing is then made
 */
export function makeFolders(flag: string, path: string): string[] {
  const missing: string[] = [];
  let above = resolve(path);
  for (; !existsSync(above); above = dirname(above)) missing.unshift(above);
  if (!statSync(above).isDirectory()) {
    const what = missing.length === 0 ? 'is' : `${above} is`;
    throw new UsageError(`${flag} ${path}: ${what} a file, expected a folder`);
  }
  const made: string[] = [];
  for (const folder of missing) {
    try {
      mkdirSync(folder);
    } catch (error) {
      removeFolders(made);
      throw new UsageError(`${flag} ${path}: ${obstacle(folder, error)}`, { cause: error });
    }
    made.push(folder);
  }
  return made;
}

/**
 * @throws UsageError unless the path is the folder of a run, or a sweep, as far as this file of it says; it is named as given
 */
export function checkFolder(given: string, path: string, file: string, what: 'run' | 'sweep' = 'run'): void {
  if (!existsSync(path)) throw new UsageError(`${given}: no such folder`);
  if (!statSync(path).isDirectory())
    throw new UsageError(`${given}: is a file, expected the folder of a ${what}`);
  if (!existsSync(join(path, file))) throw new UsageError(`${given}: holds no ${what}: it has no ${file}`);
}

/** Removes folders that were just made, but what someone else has put something into. */
export function removeFolders(made: readonly string[]): void {
  try {
    for (const folder of made.toReversed()) rmdirSync(folder);
  } catch {}
}

function obstacle(folder: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST' && lstatSync(folder).isSymbolicLink())
    return `${folder} is a link to something that is not there`;
  return `cannot be made: ${reasonOf(error)}`;
}
