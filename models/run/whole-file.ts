// Files that are whole or not there, and on the disk once they are.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFile } from '../../datasets/files.js';
import { FileError } from './program.js';

/**
 * Writes a file beside the one it replaces, and gives it its name once it is on the disk: whatever ends the process or the
 * machine, one of the two is there, whole.
 * @throws FileError where it cannot; an earlier file of that name is then as it was
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(`${path}.tmp`, content);
    syncFile(`${path}.tmp`);
    renameSync(`${path}.tmp`, path);
    // Windows has no such thing.
    if (process.platform !== 'win32') syncFile(dirname(path));
  } catch (error) {
    attempt(() => rmSync(`${path}.tmp`, { force: true }));
    throw new FileError(path, error);
  }
}

/** Cleans up where there is something left to clean: what went wrong before is the error to tell. */
export function attempt(clean: () => void): void {
  try {
    clean();
  } catch {}
}
