// The flags of the training program, and how they become settings.
import { type Command, Option } from 'commander';
import { CHANNELS, SIDE } from '../../datasets/dataset.js';
import { modelsOf, networks } from '../networks/index.js';
import { defaultComponents, findFault, type NormName, settingNorms } from '../networks/norms.js';
import { findData } from '../run/data.js';
import {
  addDataFlags,
  addDeviceFlags,
  addNormFlags,
  count,
  countFrom0,
  folder,
  IdleError,
  modelFlag,
  newCommand,
  normFlag,
  refuseIdle,
  widthFlag,
} from '../run/flags.js';
import { addOutputFlags, type OutputFlags } from '../run/output.js';
import { UsageError } from '../run/program.js';
import { addOptimizerFlags, checkOptimizerFlags } from './optimizer-flags.js';
import { optimizerRates } from './optimizers.js';
import type { Settings } from './settings.js';

/** The command line of the training program, without an action. */
export function trainCommand(): Command {
  const command = newCommand('train')
    .description(
      'Trains a CIFAR network and writes a folder with its settings, metrics, weights and a report.',
    )
    .usage('[options]');
  addDataFlags(command);
  command
    .addOption(modelFlag(modelsOf([CHANNELS, SIDE, SIDE])))
    .addOption(widthFlag())
    .addOption(normFlag('mn'));
  addNormFlags(command);
  addLengthFlags(command);
  addOptimizerFlags(command);
  command.option('--seed <n>', 'decides weights, order and augmentation', countFrom0, 1);
  addDeviceFlags(command);
  addEvaluationFlags(command);
  addFolderFlags(command);
  addOutputFlags(command);
  return command;
}

/** What a parsed command line holds. */
type Flags = Omit<Settings, 'lr' | 'components'> &
  Partial<Pick<Settings, 'lr' | 'components'>> & { resume?: string } & OutputFlags;

/** The settings that a parsed command line asks for. @throws UsageError for flags that do not go together */
export function settingsOf(command: Command): Settings {
  const { json, quiet, resume, ...flags } = command.opts<Flags>();
  const { norm } = flags;
  for (const [setting, norms] of Object.entries<readonly NormName[]>(settingNorms)) {
    if (norms.includes(norm)) continue;
    const others = norms.length > 2 ? 'another --norm' : `--norm ${norms.join(' and ')}`;
    refuseIdle(command, [setting], `only for ${others}, this one is ${norm}`);
  }
  if (norm === 'none') refuseIdle(command, ['watchEvery'], 'only for networks with norms');
  checkOptimizerFlags(command, flags);
  if (norm === 'ghost') checkParts(flags);
  const fault = findFault(flags, networks[flags.model]);
  if (fault) {
    const flag = command.options.find((option) => option.attributeName() === fault.setting)!;
    const message = `${flag.long} ${fault.words}`;
    throw fault.idle ? new IdleError(flag.name(), fault.words, message) : new UsageError(message);
  }
  const data = findData(flags.data, flags.dataset);
  const components = flags.components ?? defaultComponents(norm);
  return { ...flags, ...data, components, lr: flags.lr ?? optimizerRates[flags.optimizer] };
}

/** @throws UsageError where ghost batch normalization has no such parts of a batch */
function checkParts({ batchSize, accumulate, virtualBatchSize, groups }: Flags): void {
  const images = batchSize / accumulate;
  const batch = `--batch-size ${batchSize}${accumulate === 1 ? '' : ` / --accumulate ${accumulate}`}`;
  if (groups !== null && groups > images)
    throw new UsageError(`--groups ${groups}: expected at most ${batch}`);
  if (groups === null && images % virtualBatchSize !== 0)
    throw new UsageError(`--virtual-batch-size ${virtualBatchSize}: expected a divisor of ${batch}`);
}

function addLengthFlags(command: Command): void {
  command
    .option('--epochs <n>', 'passes over the training images', count, 10)
    .addOption(
      new Option('--steps <n>', 'updates in all, in place of --epochs')
        .argParser(count)
        .default(null, 'epochs')
        .conflicts('epochs'),
    )
    .option('--batch-size <n>', 'images in a batch', count, 16)
    .option('--augment', 'crop and mirror training images at random', true)
    .option('--no-augment', 'leave them as they are');
}

function addEvaluationFlags(command: Command): void {
  command
    .option(
      '--eval-every <n>',
      'epochs between evaluations; the last step is always followed by one',
      count,
      1,
    )
    .addOption(
      new Option('--eval-every-steps <n>', 'steps between evaluations, in place of --eval-every')
        .argParser(count)
        .default(null, 'epochs')
        .conflicts('evalEvery'),
    )
    .addOption(
      new Option(
        '--precise-batches <n>',
        'training batches whose statistics an evaluation takes in place of running ones, beside the one with those',
      )
        .argParser(count)
        .default(null, 'as many as have 1024 images, an epoch at most'),
    )
    .addOption(
      new Option(
        '--watch-every <n>',
        'steps between measurements of gradients, outputs and posteriors of the norms, beside those at evaluations',
      )
        .argParser(count)
        .default(null, 'at evaluations only'),
    )
    .addOption(
      new Option(
        '--descent-every <n>',
        'steps between measurements of loss and gradient along an update, each as long as five updates',
      )
        .argParser(count)
        .default(null, 'none'),
    );
}

function addFolderFlags(command: Command): void {
  command
    .addOption(
      new Option('--save-every <n>', 'steps between checkpoints, beside those at evaluations')
        .argParser(count)
        .default(null, 'at evaluations only'),
    )
    .addOption(
      new Option('--out <dir>', 'run folder, new or empty')
        .argParser(folder)
        .default(null, 'runs/<date-time>-<norm>-seed<seed>'),
    )
    .addOption(
      new Option('--resume <dir>', 'go on with the run of this folder, with its settings')
        .argParser(folder)
        .conflicts('out'),
    );
}
