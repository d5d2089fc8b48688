// `mixgrad sweep collect`: what a sweep has shown so far, as tables and as numbers.
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { REPORT } from '../report/index.js';
import { folder, newCommand } from '../run/flags.js';
import { makeFolders } from '../run/folders.js';
import { addOutputFlags, type Output, type OutputFlags, openOutput } from '../run/output.js';
import { writeWhole } from '../run/whole-file.js';
import { type Collected, statuses } from './collected.js';
import { gather } from './gather.js';
import { type RunRecord, readRun } from './record.js';
import { writeSweepReport } from './report/index.js';
import { summaryOf } from './summary-table.js';
import { folderOf, readSweep } from './sweep-file.js';
import { tablesOf } from './table.js';
import { shortened } from './thin.js';

/** The files' names. */
export const [COLLECTED, TABLE] = ['collected.json', 'table.md'];

export interface CollectFlags extends OutputFlags {
  out?: string;
  baseline?: string;
  targets?: number[];
}

/** The command `collect`, without an action, which is given the folder and the flags. */
export function collectCommand(): Command {
  const command = newCommand('collect')
    .description(
      `Sums up the runs of a sweep: final accuracies, times to targets and differences with their intervals, written to
${COLLECTED}, ${TABLE} and ${REPORT}. Runs that are missing or go on are counted.`,
    )
    .usage('[options] <dir>')
    .argument('<dir>', 'folder of a sweep', folder)
    .option('--baseline <arm>', 'what the other arms are compared with (default: the first with --norm bn)')
    .option(
      '--targets <list>',
      "test accuracies to be reached, in per cent: 60,70 (default: shares of the poorest arm's final one)",
      accuracies,
    )
    .option('--out <dir>', 'folder for the files (default: that of the sweep)', folder);
  addOutputFlags(command);
  return command;
}

/** Reads a list of per cents. @throws InvalidArgumentError unless each is between 0 and 100 */
export function accuracies(text: string): number[] {
  const values = text.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
  if (values.every((value) => value > 0 && value < 100)) return values.map((value) => value / 100);
  throw new InvalidArgumentError('Expected accuracies between 0 and 100 in per cent, such as 60,70.');
}

/**
 * Collects the sweep of a folder.
 * @throws UsageError where it is none, or has no such baseline, DataError naming a damaged file, FileError
 */
export async function runCollect(sweep: string, flags: CollectFlags): Promise<void> {
  const output = openOutput(flags);
  const { command, runs } = readSweep(sweep);
  const records = runs.map((run) => readRun(folderOf(sweep, run), run));
  tellTorn(records, output);
  const { collected, text } = shortened(gather(command, records, flags));
  const out = flags.out ?? sweep;
  makeFolders('--out', out);
  const [numbers, table, report] = [COLLECTED, TABLE, REPORT].map((name) => join(out, name));
  writeWhole(numbers, text);
  writeWhole(table, tablesOf(collected));
  writeSweepReport(collected, report);
  output.result(summaryOf(collected, [numbers, table, report]), {
    collected: numbers,
    table,
    report,
    baseline: collected.baseline,
    runs: countsOf(collected),
    arms: collected.arms.map(({ name, counts, final }) => ({ name, counts, final })),
  });
}

function tellTorn(records: readonly RunRecord[], output: Output): void {
  for (const { run, torn } of records)
    if (torn) output.say(`${run.name}: the last line of metrics.jsonl is torn and was left out`);
}

function countsOf({ runs }: Collected): Record<string, number> {
  return Object.fromEntries(
    statuses.map((status) => [status, runs.filter((run) => run.status === status).length]),
  );
}
