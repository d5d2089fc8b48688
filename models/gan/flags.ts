// The flags of the GAN program, and how they become settings.
import { type Command, Option } from 'commander';
import { Generator } from '../networks/dcgan.js';
import { findData } from '../run/data.js';
import {
  addDataFlags,
  addDeviceFlags,
  addNormFlags,
  addRunFlags,
  count,
  countFrom0,
  folder,
  newCommand,
  normFlag,
  positive,
  preciseFlag,
  refuseIdle,
} from '../run/flags.js';
import { checkNormFlags, checkPixels } from '../run/norm-flags.js';
import { addOutputFlags, type OutputFlags } from '../run/output.js';
import type { Settings } from './settings.js';

/** The most images of each set that a distance takes where nothing else is said. */
export const MOST_SAMPLES = 5000;

/** The command line of the program, without an action. */
export function ganCommand(): Command {
  const command = newCommand('gan')
    .description(
      'Trains a DCGAN of 32×32 images and writes a folder with its settings, metrics, sample grids, weights and a report.',
    )
    .usage('[options]');
  addDataFlags(command);
  command.addOption(normFlag('mn'));
  addNormFlags(command, { 'the generator': Generator });
  command
    .option('--width <n>', 'channels of the widest images in both networks', count, 64)
    .option('--steps <n>', 'updates of each network', count, 10_000)
    .option('--batch-size <n>', 'images in a batch', count, 64)
    .option('--lr <rate>', 'learning rate of both networks', positive, 2e-4)
    .option('--seed <n>', 'decides weights, order and what images are made of', countFrom0, 1);
  addDistanceFlags(command);
  addDeviceFlags(command);
  addRunFlags(command, 'runs/<date-time>-gan-<norm>-seed<seed>');
  addOutputFlags(command);
  return command;
}

function addDistanceFlags(command: Command): void {
  command
    .addOption(
      new Option(
        '--features <dir>',
        'run folder of a classifier with bn, on whose features distances are taken',
      )
        .argParser(folder)
        .default(null, 'none, and no distances'),
    )
    .option(
      '--distance-every <n>',
      'steps between distances; the last step is always followed by one',
      count,
      500,
    )
    .addOption(
      new Option('--distance-samples <n>', 'images of each set that a distance takes')
        .argParser(count)
        .default(null, `${MOST_SAMPLES}, or as many as there are`),
    )
    .option(
      '--sample-every <n>',
      'steps between sample grids; the last step is always followed by one',
      count,
      500,
    )
    .addOption(preciseFlag());
}

/** What a parsed command line holds. */
type Flags = Omit<Settings, 'components'> &
  Partial<Pick<Settings, 'components'>> & { resume?: string } & OutputFlags;

/** The settings that a parsed command line asks for. @throws UsageError for flags that do not go together */
export function settingsOf(command: Command): Settings {
  const { json, quiet, resume, ...flags } = command.opts<Flags>();
  const parts = { batchSize: flags.batchSize, accumulate: 1 };
  const components = checkNormFlags(command, flags, Generator, parts);
  checkPixels({ ...flags, components }, Generator, parts);
  if (flags.features === null) {
    refuseIdle(command, ['distanceEvery', 'distanceSamples'], 'only with --features');
  }
  return { ...flags, ...findData(flags.data, flags.dataset), components };
}
