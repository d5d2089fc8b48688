// The archive of a CIFAR data set, unpacked in memory.
import { DataError } from '../../../lib/errors.js';
import { type GivenFile, nameOf } from './given.js';

/** The files of these names in a .tar.gz archive. @throws DataError naming the archive */
export async function unpackArchive(archive: GivenFile, wanted: readonly string[]): Promise<GivenFile[]> {
  try {
    return await unpack(archive.file, wanted);
  } catch (error) {
    throw new DataError(`${archive.path}: cannot be unpacked: ${(error as Error).message}`, { cause: error });
  }
}

/** The reader of archives is loaded by those who need it. */
async function unpack(file: Blob, wanted: readonly string[]): Promise<GivenFile[]> {
  const { createTarDecoder } = await import('modern-tar');
  const unzipped = file.stream().pipeThrough(new DecompressionStream('gzip'));
  const entries = unzipped.pipeThrough(createTarDecoder()).getReader();
  const found: GivenFile[] = [];
  for (let next = await entries.read(); !next.done; next = await entries.read()) {
    const { header, body } = next.value;
    if (header.type === 'file' && wanted.includes(nameOf(header.name)))
      found.push({ path: header.name, file: await new Response(body).blob() });
    else await body.cancel();
  }
  return found;
}
