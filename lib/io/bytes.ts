// The bytes of a file, in whatever they are given.
import { DataError } from '../errors.js';
import { describe } from '../options.js';

/** What holds a file's bytes. */
export type FileBytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** The bytes of a buffer or of a view of one. @throws DataError of a `format` where it is neither */
export function bytesOf(format: string, file: unknown): Uint8Array {
  if (ArrayBuffer.isView(file)) return viewOf(file.buffer, file.byteOffset, file.byteLength);
  const shared = typeof SharedArrayBuffer === 'function' && file instanceof SharedArrayBuffer;
  if (file instanceof ArrayBuffer || shared) return viewOf(file, 0, file.byteLength);
  throw new DataError(
    `${format}: file is ${describe(file)}, expected its bytes: an ArrayBuffer or a view of one, such as a Uint8Array`,
  );
}

/** A buffer that was transferred elsewhere has no bytes, and cannot be viewed. */
function viewOf(buffer: ArrayBufferLike, from: number, length: number): Uint8Array {
  return length === 0 ? new Uint8Array(0) : new Uint8Array(buffer, from, length);
}
