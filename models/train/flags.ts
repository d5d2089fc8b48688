// The flags of the training program, and how they become settings.
import { Command, Option } from 'commander';
import { networks } from '../networks/index.js';
import { checkNorms } from '../networks/norms.js';
import {
  addDataFlags,
  addDeviceFlags,
  addMixtureFlags,
  choice,
  count,
  countFrom0,
  modelFlag,
  nonNegative,
  normFlag,
  oneLineErrors,
  positive,
  share,
} from '../run/flags.js';
import { scheduleNames } from './schedules.js';
import { optimizerRates, type Settings } from './settings.js';

const optimizerNames = Object.keys(optimizerRates);
const rates = Object.entries(optimizerRates).map(([name, rate]) => `${rate} with ${name}`);

/** The command line of the training program, without an action. */
export function trainCommand(): Command {
  const command = oneLineErrors(new Command('train'))
    .description(
      'Trains a CIFAR network and writes a folder with its settings, metrics, weights and a report.',
    )
    .usage('[options]');
  addDataFlags(command);
  command.addOption(modelFlag()).addOption(normFlag('mn'));
  addMixtureFlags(command);
  addOptimizationFlags(command);
  command.option('--seed <n>', 'decides weights, order and augmentation', countFrom0, 1);
  addDeviceFlags(command);
  addOutputFlags(command);
  return command;
}

/**
 * Reads the flags.
 * @throws CommanderError for flags that do not parse and for --help, OptionError for norms that do not fit the
 *   network
 */
export function parseFlags(args: readonly string[]): Settings {
  const command = trainCommand();
  command.parse(args, { from: 'user' });
  const flags = command.opts<Omit<Settings, 'lr'> & { lr?: number }>();
  checkNorms(flags, networks[flags.model]);
  return { ...flags, lr: flags.lr ?? optimizerRates[flags.optimizer] };
}

function addOptimizationFlags(command: Command): void {
  command
    .option('--epochs <n>', 'passes over the training images', count, 10)
    .addOption(
      new Option('--steps <n>', 'updates in all, in place of --epochs')
        .argParser(count)
        .default(null, 'epochs'),
    )
    .option('--batch-size <n>', 'images in a batch', count, 16)
    .addOption(choice('--optimizer <name>', 'optimizer', optimizerNames, 'sgd'))
    .addOption(
      new Option('--lr <rate>', `highest learning rate (default: ${rates.join(', ')})`).argParser(positive),
    )
    .option('--momentum <share>', 'momentum of SGD', share, 0.9)
    .option('--weight-decay <rate>', 'weight decay', nonNegative, 5e-4)
    .addOption(choice('--schedule <name>', 'learning rate over the run', scheduleNames, 'cosine'))
    .option('--augment', 'crop and mirror training images at random', true)
    .option('--no-augment', 'leave them as they are');
}

function addOutputFlags(command: Command): void {
  command
    .option(
      '--eval-every <n>',
      'epochs between evaluations; the last step is always followed by one',
      count,
      1,
    )
    .addOption(
      new Option('--out <dir>', 'run folder, new or empty').default(
        null,
        'runs/<date-time>-<norm>-seed<seed>',
      ),
    );
}
