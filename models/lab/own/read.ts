// The user's own images: files that were given to a page, as the two parts of a data set.
import { DataError } from '../../../lib/errors.js';
import { isCifar, readCifar, readCifarArchive } from './cifar.js';
import { type Progress, readFolder } from './folder.js';
import type { GivenFile } from './given.js';
import type { Own } from './parts.js';

const EXPECTED = 'CIFAR’s binary files, their .tar.gz archive, or a folder of PNG files for each class';

/**
 * Reads what the files are by their names. Hidden files are no data.
 * @throws DataError naming the file or folder that is at fault, and what the fault is
 */
export async function readOwn(given: readonly GivenFile[], progress: Progress = () => {}): Promise<Own> {
  const files = given.filter(({ path }) => !path.split('/').some((name) => name.startsWith('.')));
  const archive = files.find(({ path }) => /\.(tar\.gz|tgz)$/i.test(path));
  if (archive) return readCifarArchive(archive);
  if (files.some(isCifar)) return readCifar(files);
  if (files.some(({ path }) => path.includes('/') || /\.png$/i.test(path)))
    return readFolder(files, progress);
  const what = files.length > 0 ? `${files[0].path}: is none of what can be read` : 'there is no file';
  throw new DataError(`${what}, expected ${EXPECTED}`);
}
