// The folder a run writes: config.json, metrics.jsonl, checkpoint.safetensors, report.html.
import { appendFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../datasets/files.js';
import { makeFolders, removeFolders } from './folders.js';
import { FileError, UsageError } from './program.js';

/** One update, as metrics.jsonl has it. Loss and accuracy are the batch's, before the update. */
export interface TrainMetric {
  kind: 'train';
  /** Updates so far, from 1. */
  step: number;
  /** From 1. */
  epoch: number;
  loss: number;
  /** 0 … 1 */
  accuracy: number;
  lr: number;
  images_per_s: number;
  elapsed_s: number;
}

/** One evaluation, as metrics.jsonl has it. */
export interface EvalMetric {
  kind: 'eval';
  step: number;
  epoch: number;
  split: 'test';
  loss: number;
  accuracy: number;
}

export type Metric = TrainMetric | EvalMetric;

const METRICS = 'metrics.jsonl';

/** Writes a run's files. Whole files appear under their name only when complete, and whole lines only are added. */
export class RunFolder {
  /** All that was written to metrics.jsonl. */
  readonly metrics: Metric[] = [];
  /** Bytes of metrics.jsonl. */
  private recorded = 0;

  private constructor(readonly path: string) {}

  /**
   * Makes the folder `out`, or where that is null one in runs/ named by time and label.
   * @throws UsageError where it cannot be made or written, or is not empty; what it made is then gone again
   */
  static create(out: string | null, label: string): RunFolder {
    const path = out ?? join('runs', `${timestamp(new Date())}-${label}`);
    const made = makeFolders('--out', path);
    try {
      checkEmpty(path);
      writeFileSync(join(path, METRICS), '', { flag: 'wx' });
    } catch (error) {
      removeFolders(made);
      if (error instanceof UsageError) throw error;
      throw new UsageError(`--out ${path}: cannot be written: ${reasonOf(error)}`, { cause: error });
    }
    return new RunFolder(path);
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
   * Writes a whole file under a temporary name, then gives it its own. Returns its path.
   * @throws FileError where it cannot; an earlier file of that name is then as it was
   */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    try {
      writeFileSync(`${path}.tmp`, content);
      renameSync(`${path}.tmp`, path);
    } catch (error) {
      attempt(() => rmSync(`${path}.tmp`));
      throw new FileError(path, error);
    }
    return path;
  }
}

function checkEmpty(path: string): void {
  const found = readdirSync(path);
  if (found.length === 0) return;
  const what = found.includes(METRICS) ? 'holds another run' : 'is not empty';
  throw new UsageError(`--out ${path}: ${what}; give a new folder, or remove this one first`);
}

/** Cleans up where there is something left to clean: what went wrong before is the error to tell. */
function attempt(clean: () => void): void {
  try {
    clean();
  } catch {}
}

/** Local time as 20250131-134502. */
function timestamp(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())];
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())];
  return `${day.join('')}-${time.join('')}`;
}
