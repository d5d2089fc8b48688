// The folder a run writes: config.json, metrics.jsonl, checkpoint.safetensors, weights.safetensors, report.html.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonOf, syncFile } from '../../datasets/files.js';
import { UsageError } from './errors.js';
import { checkFolder, makeFolders, removeFolders } from './folders.js';
import { lockFolder } from './lock.js';
import type { Metric } from './metrics.js';
import { FileError } from './program.js';
import { attempt, writeWhole } from './whole-file.js';

export const CONFIG = 'config.json';
export const METRICS = 'metrics.jsonl';
/** The weights alone: those of the last evaluation, and at the end those of the last step. */
export const WEIGHTS = 'weights.safetensors';

/** Writes a run's files, as no other process does meanwhile. Whole files appear under their name only when complete, and whole lines only are added. */
export class RunFolder {
  /** All that is in metrics.jsonl. */
  readonly metrics: Metric[] = [];
  /** Bytes of metrics.jsonl. */
  recorded = 0;

  private constructor(readonly path: string) {}

  /**
   * Makes the folder `out`, or where that is null one in runs/ named by time and label.
   * @throws UsageError where it cannot be made or written, or is not empty; what it made is then gone again
   */
  static create(out: string | null, label: string): RunFolder {
    const path = out ?? join('runs', `${timestamp(new Date())}-${label}`);
    const made = makeFolders('--out', path);
    let begun = false;
    try {
      checkEmpty(path);
      writeFileSync(join(path, METRICS), '', { flag: 'wx' });
      begun = true;
      lockFolder(path);
    } catch (error) {
      if (begun) attempt(() => rmSync(join(path, METRICS)));
      removeFolders(made);
      if (error instanceof UsageError) throw error;
      throw new UsageError(`--out ${path}: cannot be written: ${reasonOf(error)}`, { cause: error });
    }
    return new RunFolder(path);
  }

  /** Opens the folder of a run that was begun. @throws UsageError where it is none, or another process has it */
  static open(path: string): RunFolder {
    checkFolder(`--resume ${path}`, path, CONFIG);
    try {
      lockFolder(path);
    } catch (error) {
      const words =
        error instanceof UsageError ? error.message : `${path}: cannot be written: ${reasonOf(error)}`;
      throw new UsageError(`--resume ${words}`, { cause: error });
    }
    return new RunFolder(path);
  }

  /** What is wrong with a file of a run that is to be resumed. */
  refusal(name: string, words: string, cause?: unknown): UsageError {
    return new UsageError(`--resume ${this.path}: ${name} ${words}`, { cause });
  }

  /** The bytes of a file; null where there is none. @throws UsageError where it cannot be read */
  read(name: string): Buffer | null {
    try {
      return readFileSync(join(this.path, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw this.refusal(name, `cannot be read: ${reasonOf(error)}`, error);
    }
  }

  /** Reads the first bytes of metrics.jsonl; changes nothing. @throws UsageError where they are no metrics */
  readMetrics(bytes: number): void {
    const content = this.read(METRICS) ?? Buffer.alloc(0);
    if (content.length < bytes)
      throw this.refusal(METRICS, `has ${content.length} bytes, the checkpoint knows of ${bytes}`);
    try {
      const lines = content.toString('utf8', 0, bytes).split('\n').slice(0, -1);
      this.metrics.push(...lines.map((line): Metric => JSON.parse(line)));
    } catch (error) {
      throw this.refusal(METRICS, 'has a line that is not JSON', error);
    }
    this.recorded = bytes;
  }

  /** Cuts off what metrics.jsonl has beyond the bytes that were read. @throws FileError */
  cutMetrics(): void {
    const path = join(this.path, METRICS);
    try {
      // Where there is no such file, nothing was recorded.
      if (existsSync(path)) truncateSync(path, this.recorded);
    } catch (error) {
      throw new FileError(path, error);
    }
  }

  /** Waits until metrics.jsonl is on the disk. @throws FileError */
  syncMetrics(): void {
    const path = join(this.path, METRICS);
    try {
      syncFile(path);
    } catch (error) {
      throw new FileError(path, error);
    }
  }

  /** Appends one line to metrics.jsonl. @throws FileError where it cannot; no part of the line is then left */
  record(metric: Metric): void {
    this.metrics.push(metric);
    const path = join(this.path, METRICS);
    const line = `${JSON.stringify(metric)}\n`;
    try {
      appendFileSync(path, line);
    } catch (error) {
      attempt(() => truncateSync(path, this.recorded));
      throw new FileError(path, error);
    }
    this.recorded += Buffer.byteLength(line);
  }

  /**
   * Writes a file, whole or not at all, into a folder in this one where its name has one. Returns its path.
   * @throws FileError where it cannot; an earlier file of that name is then as it was
   */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    if (dirname(name) !== '.') makeFolder(dirname(path));
    writeWhole(path, content);
    return path;
  }
}

/** Makes a folder, where there is none yet. @throws FileError */
function makeFolder(path: string): void {
  try {
    if (!existsSync(path)) mkdirSync(path);
  } catch (error) {
    throw new FileError(path, error);
  }
}

function checkEmpty(path: string): void {
  const found = readdirSync(path);
  if (found.length === 0) return;
  const what = found.includes(METRICS) ? 'holds another run' : 'is not empty';
  throw new UsageError(`--out ${path}: ${what}; give a new folder, or remove this one first`);
}

/** Local time as 20250131-134502. */
function timestamp(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())];
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())];
  return `${day.join('')}-${time.join('')}`;
}
