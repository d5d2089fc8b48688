// mixgrad export: what a run recorded, in the formats of other programs.
import { join } from 'node:path';
import { checkFolder } from '../run/folders.js';
import type { Metric } from '../run/metrics.js';
import { openOutput } from '../run/output.js';
import { METRICS } from '../run/run-folder.js';
import { writeWhole } from '../run/whole-file.js';
import { csvOf } from './csv.js';
import type { ExportFlags, Format } from './flags.js';
import { readMetrics } from './metrics.js';
import { networkOf } from './onnx.js';
import { eventsOf } from './tensorboard.js';

/** The file that each format is written to. A constant name: what was exported before is replaced. */
const names: Record<Format, string> = {
  tensorboard: 'events.out.tfevents.mixgrad',
  csv: 'metrics.csv',
  onnx: 'model.onnx',
};

/** Lines that have no numbers for a format. */
const numberless: Record<Exclude<Format, 'onnx'>, readonly Metric['kind'][]> = {
  tensorboard: ['pictures', 'samples'],
  csv: ['pictures'],
};

/**
 * Writes one format of a run into its folder.
 * @throws UsageError, DataError where it is no run or its files are damaged, FileError where the file cannot be written
 */
export async function runExport(run: string, flags: ExportFlags): Promise<void> {
  const output = openOutput(flags);
  const format = flags.to;
  checkFolder(run, run, METRICS);
  const path = join(run, names[format]);
  if (format === 'onnx') {
    writeWhole(path, await networkOf(run));
    output.result(path, { format, path });
    return;
  }
  const { metrics: recorded, torn, endedAt } = readMetrics(run);
  const metrics = recorded.filter(({ kind }) => !numberless[format].includes(kind));
  const left = numberless[format].flatMap((kind) => {
    const count = recorded.filter((metric) => metric.kind === kind).length;
    return count > 0 ? [`${count} of ${kind}`] : [];
  });
  if (left.length > 0)
    output.say(`${run}: lines that hold no single numbers were left out: ${left.join(', ')}`);
  if (torn) output.say(`${run}: the last line of metrics.jsonl is torn and was left out`);
  writeWhole(path, format === 'csv' ? csvOf(metrics) : eventsOf(metrics, endedAt));
  output.result(path, { format, path, metrics: metrics.length, torn });
}
