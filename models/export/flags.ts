// The command line of the export.
import type { Command } from 'commander';
import { choice, folder, newCommand } from '../run/flags.js';
import { addOutputFlags, type OutputFlags } from '../run/output.js';

/** What a run can be turned into. */
export const formats = ['tensorboard', 'csv', 'onnx'] as const;
export type Format = (typeof formats)[number];

export interface ExportFlags extends OutputFlags {
  to: Format;
}

/** The command `export`, without an action, which is given the folder and the flags. */
export function exportCommand(): Command {
  const command = newCommand('export')
    .description(
      "Writes a run's metrics for TensorBoard or as CSV, or its network as ONNX, into the run's folder.",
    )
    .usage('[options] <run>')
    .argument('<run>', 'folder of a run', folder)
    .addOption(choice('--to <format>', 'what to write', formats).makeOptionMandatory());
  addOutputFlags(command);
  return command;
}
