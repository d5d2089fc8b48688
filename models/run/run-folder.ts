// The folder a run writes: config.json, metrics.jsonl, checkpoint.safetensors, report.html.
import { appendFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './program.js';

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

/** Writes a run's files. Whole files appear under their name only when complete. */
export class RunFolder {
  /** All that was written to metrics.jsonl. */
  readonly metrics: Metric[] = [];

  private constructor(readonly path: string) {}

  /**
   * Makes the folder `out`, or where that is null one in runs/ named by time and label.
   * @throws UsageError where it cannot be made or written, or is not empty
   */
  static create(out: string | null, label: string): RunFolder {
    const path = out ?? join('runs', `${timestamp(new Date())}-${label}`);
    try {
      mkdirSync(path, { recursive: true });
      if (readdirSync(path).length > 0) {
        throw new UsageError(`--out ${path}: is not empty; give a new folder, or remove this one first`);
      }
      writeFileSync(join(path, 'metrics.jsonl'), '', { flag: 'wx' });
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`--out ${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
    return new RunFolder(path);
  }

  /** Appends one line to metrics.jsonl. */
  record(metric: Metric): void {
    this.metrics.push(metric);
    appendFileSync(join(this.path, 'metrics.jsonl'), `${JSON.stringify(metric)}\n`);
  }

  /** Writes a whole file under a temporary name, then gives it its own. Returns its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(`${path}.tmp`, content);
    renameSync(`${path}.tmp`, path);
    return path;
  }
}

/** Local time as 20250131-134502. */
function timestamp(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())];
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())];
  return `${day.join('')}-${time.join('')}`;
}
