// The command line `mixgrad`: a command for each program.
import { benchCommand, flagsOf } from './bench/flags.js';
import { runBenchmark } from './bench/program.js';
import { dataCommand, runDownload } from './data/program.js';
import { exportCommand } from './export/flags.js';
import { runExport } from './export/program.js';
import { ganCommand } from './gan/flags.js';
import { runGan } from './gan/program.js';
import { newCommand } from './run/flags.js';
import { openOutput } from './run/output.js';
import { runProgram } from './run/program.js';
import { collectCommand, runCollect } from './sweep/collect.js';
import { sweepCommand, sweepRunCommand } from './sweep/flags.js';
import { writeList } from './sweep/program.js';
import { runSweep } from './sweep/run.js';
import { trainCommand } from './train/flags.js';
import { runTraining } from './train/program.js';

function mixgradCommand() {
  return newCommand('mixgrad')
    .enablePositionalOptions()
    .description('Trains and times networks with batch and mixture normalization.')
    .addCommand(trainCommand().action((flags, command) => runTraining(command, openOutput(flags))))
    .addCommand(ganCommand().action((flags, command) => runGan(command, openOutput(flags))))
    .addCommand(
      dataCommand().action((dataset, folder = null, flags) =>
        runDownload({ dataset, folder, url: flags.url }, openOutput(flags)),
      ),
    )
    .addCommand(
      sweepCommand()
        .action((_, command) => writeList(command))
        .addCommand(sweepRunCommand().action((folder, flags) => runSweep(folder, flags, openOutput(flags))))
        .addCommand(collectCommand().action((folder, flags) => runCollect(folder, flags))),
    )
    .addCommand(exportCommand().action((run, flags) => runExport(run, flags)))
    .addCommand(benchCommand().action((_, command) => runBenchmark(flagsOf(command))));
}

/** Runs the command that the arguments begin with. */
export async function main(args: readonly string[]): Promise<void> {
  const program = mixgradCommand();
  const names = program.commands.map((command) => command.name());
  const name = names.includes(args[0]) ? args[0] : 'mixgrad';
  await runProgram(name, () => program.parseAsync(args, { from: 'user' }));
}
