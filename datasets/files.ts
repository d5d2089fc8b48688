// Reading files, waiting for the disk, and what the system says where it refuses.
import { closeSync, fsyncSync, openSync, readFileSync, statSync } from 'node:fs';
import { DataError } from '../lib/errors.js';

/**
 * The bytes of a file.
 * @throws DataError where it cannot be read, or is no file: a pipe would be waited for, and a device has no end
 */
export function readBytes(path: string): Buffer {
  try {
    const found = statSync(path);
    if (found.isFile()) return readFileSync(path);
    throw new DataError(`${path}: is ${found.isDirectory() ? 'a folder' : 'no file'}, expected a file`);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** Waits until a file, or a folder's list of files, is on the disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Why the system refused: 'permission denied (EACCES)'. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words = /^\w+: ([^,]+)/.exec(message)?.[1];
  return words && code ? `${words} (${code})` : message;
}
