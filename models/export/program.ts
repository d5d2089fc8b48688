// mixgrad export: what a run recorded, in the formats of other programs.
import { join } from 'node:path';
import { checkFolder } from '../run/folders.js';
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
  const metrics = recorded.filter(({ kind }) => kind !== 'pictures');
  const pictures = recorded.length - metrics.length;
  if (pictures > 0)
    output.say(`${run}: ${pictures} lines of pictures were left out: they are no single numbers`);
  if (torn) output.say(`${run}: the last line of metrics.jsonl is torn and was left out`);
  writeWhole(path, format === 'csv' ? csvOf(metrics) : eventsOf(metrics, endedAt));
  output.result(path, { format, path, metrics: metrics.length, torn });
}
