// The flags that several programs have, and how values of flags are read.
import { Command, InvalidArgumentError, Option } from 'commander';
import { convolutions, deviceNames, MIXTURE_DEFAULTS } from '../../lib/index.js';
import { type ModelName, networks } from '../networks/index.js';
import { defaultComponents, GHOST_SIZE, type NormName, normNames, settingNorms } from '../networks/norms.js';
import { type Placed, placesOf } from '../networks/places.js';
import { datasetNames, SYNTHETIC_TRAIN } from './data.js';
import { UsageError } from './errors.js';
import { PRECISE_IMAGES } from './order.js';
import { suggestion } from './suggest.js';
import { version } from './version.js';

/** A command that throws its errors instead of printing them and ending the process. */
export function newCommand(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help');
}

/** Adds the flags that say what to learn from. */
export function addDataFlags(command: Command): void {
  const some = (split: string, all: string) =>
    new Option(`--limit-${split} <n>`, `use the first n ${split} images only`)
      .argParser(count)
      .default(null, all);
  command
    .addOption(
      choice('--dataset <name>', 'images to learn from', datasetNames).default(
        null,
        "what --data's folder holds, or synthetic",
      ),
    )
    .addOption(
      new Option('--data <dir>', 'its folder: binary files of CIFAR, or a folder of PNG files for each class')
        .argParser(folder)
        .default(null, 'data/<dataset>'),
    )
    .addOption(some('train', `all; ${SYNTHETIC_TRAIN} of synthetic`))
    .addOption(some('test', 'all'));
}

/** The flag that chooses the network. */
export function modelFlag(names: readonly ModelName[]): Option {
  return choice('--model <name>', 'network', names, 'cifar-cnn');
}

/** The flag that sizes the network. */
export function widthFlag(): Option {
  return new Option('--width <n>', 'channels of its first layer, the others in proportion')
    .argParser(count)
    .default(null, "the network's own");
}

/** The flag that chooses the normalization. */
export function normFlag(fallback: NormName): Option {
  return new Option(
    '--norm <name>',
    `normalization: batch (bn), mixture (mn), or ${normNames.slice(2).join(', ')}`,
  )
    .argParser(parseNorm)
    .default(fallback);
}

function parseNorm(value: string): NormName {
  if (normNames.includes(value as NormName)) return value as NormName;
  const near = suggestion(value, normNames);
  throw new InvalidArgumentError(`expected one of ${normNames.join(', ')}.${near}`);
}

/** Adds the flags of normalizations: where one stands, its γ, and what mixture, mode and ghost batch normalization have. */
export function addNormFlags(command: Command, placed: Record<string, Placed> = networks): void {
  command
    .addOption(
      new Option(
        '--norm-at <places>',
        'this normalization only at these places, or at all whose names begin so, BN at the others',
      )
        .argParser((list) => list.split(',').map((place) => place.trim()))
        .default(null, `all: ${placesOfAll(placed)}`),
    )
    .option('--norm-gamma <x>', 'what its γ is at first', positive, 1);
  addMixtureFlags(command);
  command
    .option('--virtual-batch-size <n>', 'images in each part of a batch, for ghost', count, GHOST_SIZE)
    .addOption(
      new Option('--groups <n>', 'parts of a batch, for ghost, in place of --virtual-batch-size')
        .argParser(count)
        .default(null, 'as many as --virtual-batch-size says')
        .conflicts('virtualBatchSize'),
    );
}

function addMixtureFlags(command: Command): void {
  const { iterations, posterior, gradient, scale } = MIXTURE_DEFAULTS;
  const components = settingNorms.components
    .map((norm) => `${defaultComponents(norm)} with ${norm}`)
    .join(', ');
  command
    .addOption(
      new Option('--components <n>', `components of a mixture, or modes (default: ${components})`).argParser(
        count,
      ),
    )
    .option('--iterations <n>', 'EM rounds on every batch', countFrom0, iterations)
    .addOption(
      choice('--posterior <kind>', 'of whole pixels or of each channel', ['joint', 'channel'], posterior),
    )
    .addOption(
      choice(
        '--gradient <kind>',
        'with constant posteriors, through the last ones, or all of EM',
        ['detached', 'posterior', 'unrolled'],
        gradient,
      ),
    )
    .addOption(choice('--scale <kind>', 'with 1/√λ or without', ['fisher', 'unit'], scale))
    .addOption(
      choice('--seeding <kind>', 'EM from the running mixture or k-means++', ['warm', 'kmeans'], 'warm'),
    )
    .option('--shuffle-posteriors', 'a control: give each pixel the posteriors of another', false);
}

/** The places of each network, those with dots by their groups. */
function placesOfAll(placed: Record<string, Placed>): string {
  const owners = new Map<string, string[]>();
  for (const [name, network] of Object.entries(placed)) {
    const places = placesOf(network);
    if (places !== '') owners.set(places, [...(owners.get(places) ?? []), name]);
  }
  return [...owners].map(([places, names]) => `${places} of ${names.join(', ')}`).join('; ');
}

/** The flag that says what precise statistics are taken from. */
export function preciseFlag(): Option {
  return new Option(
    '--precise-batches <n>',
    'training batches whose statistics an evaluation takes in place of running ones, beside the one with those',
  )
    .argParser(count)
    .default(null, `as many as have ${PRECISE_IMAGES} images, an epoch at most`);
}

/** Adds the flags of a run's folder and checkpoints. */
export function addRunFlags(command: Command, name: string): void {
  command
    .addOption(
      new Option('--save-every <n>', 'steps between checkpoints, beside those at evaluations')
        .argParser(count)
        .default(null, 'at evaluations only'),
    )
    .addOption(new Option('--out <dir>', 'run folder, new or empty').argParser(folder).default(null, name))
    .addOption(
      new Option('--resume <dir>', 'go on with the run of this folder, with its settings')
        .argParser(folder)
        .conflicts('out'),
    );
}

/** Adds the flags that say where to compute. */
export function addDeviceFlags(command: Command): void {
  command
    .addOption(choice('--device <name>', 'where to compute', deviceNames, 'auto'))
    .addOption(
      new Option('--threads <n>', 'threads of the wasm device')
        .argParser(count)
        .default(null, 'one for each core'),
    )
    .addOption(choice('--conv <name>', 'convolutions of the wasm device', convolutions, 'auto'));
}

/** A flag that takes one of several words. */
export function choice(
  flag: string,
  description: string,
  choices: readonly string[],
  fallback?: string,
): Option {
  return new Option(flag, description)
    .choices(choices)
    .argParser((word) => {
      if (choices.includes(word)) return word;
      const near = suggestion(word, choices);
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.${near}`);
    })
    .default(fallback);
}

/** A flag was given that decides nothing. */
export class IdleError extends UsageError {
  constructor(
    /** Its name, without dashes. */
    readonly flag: string,
    readonly reason: string,
    message = `--${flag}: ${reason}`,
  ) {
    super(message);
  }
}

/** @throws IdleError where one of these flags was given although, for this reason, it decides nothing */
export function refuseIdle(command: Command, names: readonly string[], reason: string): void {
  for (const option of command.options) {
    const given = command.getOptionValueSource(option.attributeName()) === 'cli';
    if (given && names.includes(option.attributeName())) throw new IdleError(option.name(), reason);
  }
}

/** Parses the name of a folder. What a forgotten value or the shell left in its place is refused. */
export function folder(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Expected the name of a folder.');
  if (text.startsWith('-')) throw new InvalidArgumentError(`For a folder of this name write ./${text}`);
  if (text.startsWith('~')) {
    throw new InvalidArgumentError(
      `The shell did not replace '~'; for a folder of this name write ./${text}`,
    );
  }
  return text;
}

/** A number in decimal digits. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function checked(expected: string, holds: (value: number) => boolean) {
  return (text: string): number => {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value) && holds(value)) return value;
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
}

/** Parses an integer of at least 1. */
export const count = checked('an integer of at least 1', (n) => Number.isSafeInteger(n) && n >= 1);
/** Parses an integer of at least 0. */
export const countFrom0 = checked('an integer of at least 0', (n) => Number.isSafeInteger(n) && n >= 0);
/** Parses a number above 0. */
export const positive = checked('a number above 0', (n) => n > 0);
/** Parses a number of at least 0. */
export const nonNegative = checked('a number of at least 0', (n) => n >= 0);
/** Parses a number in [0, 1). */
export const share = checked('a number of at least 0 and below 1', (n) => n >= 0 && n < 1);
/** Parses a priority of a process. */
export const niceness = checked(
  'an integer from -20 to 19',
  (n) => Number.isInteger(n) && n >= -20 && n <= 19,
);
