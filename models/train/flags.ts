// The flags of the training program, and how they become settings.
import { type Command, Option } from 'commander';
import { CHANNELS, SIDE } from '../../datasets/dataset.js';
import { modelsOf, networks } from '../networks/index.js';
import { findData } from '../run/data.js';
import {
  addDataFlags,
  addDeviceFlags,
  addNormFlags,
  addRunFlags,
  count,
  countFrom0,
  modelFlag,
  newCommand,
  normFlag,
  preciseFlag,
  refuseIdle,
  widthFlag,
} from '../run/flags.js';
import { checkNormFlags } from '../run/norm-flags.js';
import { addOutputFlags, type OutputFlags } from '../run/output.js';
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
  addRunFlags(command, 'runs/<date-time>-<norm>-seed<seed>');
  addOutputFlags(command);
  return command;
}

/** What a parsed command line holds. */
type Flags = Omit<Settings, 'lr' | 'components'> &
  Partial<Pick<Settings, 'lr' | 'components'>> & { resume?: string } & OutputFlags;

/** The settings that a parsed command line asks for. @throws UsageError for flags that do not go together */
export function settingsOf(command: Command): Settings {
  const { json, quiet, resume, ...flags } = command.opts<Flags>();
  const components = checkNormFlags(command, flags, networks[flags.model], flags);
  if (flags.norm === 'none') refuseIdle(command, ['watchEvery'], 'only for networks with norms');
  checkOptimizerFlags(command, flags);
  const data = findData(flags.data, flags.dataset);
  return { ...flags, ...data, components, lr: flags.lr ?? optimizerRates[flags.optimizer] };
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
    .addOption(preciseFlag())
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
