// The flags of the training program, and how they become settings.
import { type Command, Option } from 'commander';
import { networks } from '../networks/index.js';
import { defaultComponents, findFault, type NormName, settingNorms } from '../networks/norms.js';
import {
  addDataFlags,
  addDeviceFlags,
  addNormFlags,
  choice,
  count,
  countFrom0,
  folder,
  modelFlag,
  newCommand,
  nonNegative,
  normFlag,
  positive,
  refuseIdle,
  share,
} from '../run/flags.js';
import { addOutputFlags, type OutputFlags } from '../run/output.js';
import { UsageError } from '../run/program.js';
import { scheduleNames } from './schedules.js';
import { optimizerRates, type Settings } from './settings.js';

const optimizerNames = Object.keys(optimizerRates);
const rates = Object.entries(optimizerRates).map(([name, rate]) => `${rate} with ${name}`);

/** The command line of the training program, without an action. */
export function trainCommand(): Command {
  const command = newCommand('train')
    .description(
      'Trains a CIFAR network and writes a folder with its settings, metrics, weights and a report.',
    )
    .usage('[options]');
  addDataFlags(command);
  command.addOption(modelFlag()).addOption(normFlag('mn'));
  addNormFlags(command);
  addOptimizationFlags(command);
  command.option('--seed <n>', 'decides weights, order and augmentation', countFrom0, 1);
  addDeviceFlags(command);
  addFolderFlags(command);
  addOutputFlags(command);
  return command;
}

/** The settings that a parsed command line asks for. @throws UsageError for flags that do not go together */
export function settingsOf(command: Command): Settings {
  const { json, quiet, ...flags } = command.opts<Given & OutputFlags>();
  const { norm, optimizer, batchSize, virtualBatchSize } = flags;
  for (const [setting, norms] of Object.entries<readonly NormName[]>(settingNorms)) {
    if (norms.includes(norm)) continue;
    refuseIdle(command, [setting], `only for --norm ${norms.join(' and ')}, this one is ${norm}`);
  }
  if (optimizer !== 'sgd')
    refuseIdle(command, ['momentum'], `only for --optimizer sgd, this one is ${optimizer}`);
  if (norm === 'ghost' && batchSize % virtualBatchSize !== 0)
    throw new UsageError(
      `--virtual-batch-size ${virtualBatchSize}: expected a divisor of --batch-size ${batchSize}`,
    );
  const fault = findFault(flags, networks[flags.model]);
  if (fault) {
    const flag = command.options.find((option) => option.attributeName() === fault.setting)!;
    throw new UsageError(`${flag.long} ${fault.words}`);
  }
  const components = flags.components ?? defaultComponents(norm);
  return { ...flags, components, lr: flags.lr ?? optimizerRates[optimizer] };
}

/** The settings as flags give them. */
type Given = Omit<Settings, 'lr' | 'components'> & Partial<Pick<Settings, 'lr' | 'components'>>;

function addOptimizationFlags(command: Command): void {
  command
    .option('--epochs <n>', 'passes over the training images', count, 10)
    .addOption(
      new Option('--steps <n>', 'updates in all, in place of --epochs')
        .argParser(count)
        .default(null, 'epochs')
        .conflicts('epochs'),
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

function addFolderFlags(command: Command): void {
  command
    .option(
      '--eval-every <n>',
      'epochs between evaluations; the last step is always followed by one',
      count,
      1,
    )
    .addOption(
      new Option('--out <dir>', 'run folder, new or empty')
        .argParser(folder)
        .default(null, 'runs/<date-time>-<norm>-seed<seed>'),
    );
}
