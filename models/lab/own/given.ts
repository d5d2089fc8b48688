// Files as a page is given them.
import { DataError } from '../../../lib/errors.js';

/** A file, and where it was in what was given: `pets/train/cat/1.png`. */
export interface GivenFile {
  path: string;
  file: Blob;
}

/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** @throws DataError where a file cannot be read, or memory does not suffice */
export async function bytesOf({ path, file }: GivenFile): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new DataError(`${path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
