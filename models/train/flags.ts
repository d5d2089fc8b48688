// The flags of the training program, and how they become settings.
import { Command, InvalidArgumentError, Option } from 'commander';
import { convolutions, deviceNames } from '../../lib/index.js';
import { modelNames } from '../networks/index.js';
import { type NormName, normNames } from '../networks/norms.js';
import { SYNTHETIC_TRAIN } from '../run/data.js';
import { optimizerRates, type Settings } from '../run/settings.js';
import { scheduleNames } from './schedules.js';

/** A flag was given a value it cannot have. The message is a single line. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const optimizerNames = Object.keys(optimizerRates);
const rates = Object.entries(optimizerRates).map(([name, rate]) => `${rate} with ${name}`);

/** The command line of the training program, without an action. */
export function trainCommand(): Command {
  const command = oneLineErrors(new Command('train'))
    .description(
      'Trains a CIFAR network and writes a folder with its settings, metrics, weights and a report.',
    )
    .usage('[options]');
  dataFlags(command);
  modelFlags(command);
  optimizationFlags(command);
  runFlags(command);
  return command;
}

/** Makes a command throw its errors, as one line each, instead of ending the process. */
export function oneLineErrors(command: Command): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ writeErr: () => {} });
}

/** Reads the flags. @throws UsageError, or CommanderError for flags that do not parse and for --help. */
export function parseFlags(args: readonly string[]): Settings {
  const command = trainCommand();
  command.parse(args, { from: 'user' });
  const flags = command.opts<Omit<Settings, 'lr'> & { lr?: number }>();
  if (flags.normAt && flags.norm !== 'mn') {
    throw new UsageError(`--norm-at places mixture normalization, but --norm is ${flags.norm}`);
  }
  return { ...flags, lr: flags.lr ?? optimizerRates[flags.optimizer] };
}

function dataFlags(command: Command): void {
  const some = (split: string, all: string) =>
    new Option(`--limit-${split} <n>`, `use the first n ${split} images only`)
      .argParser(count)
      .default(null, all);
  command
    .option('--data <dir>', "folder of the CIFAR binary files, or 'synthetic'", 'synthetic')
    .addOption(choice('--dataset <name>', 'what the folder holds', ['cifar10', 'cifar100'], 'cifar10'))
    .addOption(some('train', `all; ${SYNTHETIC_TRAIN} of synthetic`))
    .addOption(some('test', 'all'));
}

function modelFlags(command: Command): void {
  command
    .addOption(choice('--model <name>', 'network', modelNames, 'cifar-cnn'))
    .addOption(normFlag('mn'))
    .addOption(
      new Option('--norm-at <places>', 'mixture normalization only after these convolutions, BN elsewhere')
        .argParser((list) => list.split(',').map((place) => place.trim()))
        .default(null, 'all, conv1,conv2,conv3,conv4'),
    )
    .option('--components <n>', 'components of a mixture', count, 3)
    .option('--iterations <n>', 'EM rounds on every batch', countFrom0, 2)
    .addOption(
      choice('--posterior <kind>', 'of whole pixels or of each channel', ['joint', 'channel'], 'joint'),
    )
    .addOption(
      choice('--gradient <kind>', 'through x alone or through EM too', ['detached', 'unrolled'], 'detached'),
    )
    .addOption(choice('--scale <kind>', 'with 1/√λ or without', ['fisher', 'unit'], 'fisher'));
}

function optimizationFlags(command: Command): void {
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

function runFlags(command: Command): void {
  command
    .option('--seed <n>', 'decides weights, order and augmentation', countFrom0, 1)
    .addOption(choice('--device <name>', 'where to compute', deviceNames, 'auto'))
    .addOption(threadsFlag())
    .addOption(convFlag())
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

/** A flag that takes one of several words. */
export function choice(
  flag: string,
  description: string,
  choices: readonly string[],
  fallback: string,
): Option {
  return new Option(flag, description).choices(choices).default(fallback);
}

/** The flag that chooses the normalization. */
export function normFlag(fallback: NormName): Option {
  return new Option('--norm <name>', 'batch (bn), mixture (mn) or no normalization (none)')
    .argParser(parseNorm)
    .default(fallback);
}

/** The flag that sets the threads of the wasm device. */
export function threadsFlag(): Option {
  return new Option('--threads <n>', 'threads of the wasm device')
    .argParser(count)
    .default(null, 'one for each core');
}

/** The flag that says how the wasm device convolves. */
export function convFlag(): Option {
  return choice('--conv <name>', 'convolutions of the wasm device', convolutions, 'auto');
}

function parseNorm(value: string): NormName {
  if (normNames.includes(value as NormName)) return value as NormName;
  const later = value === 'ln' || value === 'gn' ? `'${value}' is not offered yet, ` : '';
  throw new InvalidArgumentError(`${later}expected one of ${normNames.join(', ')}.`);
}

function checked(expected: string, holds: (value: number) => boolean) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && holds(value)) return value;
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
}

/** Parses a whole number of at least 1. */
export const count = checked('a whole number of at least 1', (n) => Number.isSafeInteger(n) && n >= 1);
const countFrom0 = checked('a whole number of at least 0', (n) => Number.isSafeInteger(n) && n >= 0);
const positive = checked('a number above 0', (n) => n > 0);
const nonNegative = checked('a number of at least 0', (n) => n >= 0);
const share = checked('a number from 0 up to but not 1', (n) => n >= 0 && n < 1);
