// The command line of sweeps: flags of `train` with several values each, and the commands that work on a sweep.
import { type Command, Option } from 'commander';
import { UsageError } from '../run/errors.js';
import { choice, count, folder, newCommand, positive } from '../run/flags.js';
import { addOutputFlags, type OutputFlags } from '../run/output.js';
import { suggestion } from '../run/suggest.js';
import { trainCommand } from '../train/flags.js';
import { type Axis, LEFT_OUT, type Value, valuesOf, wholeFlags } from './grid.js';
import { presets } from './presets.js';

/** What `sweep` was asked for beside the flags of runs. */
export interface SweepFlags {
  out?: string;
  preset?: string;
  /** Minutes. */
  budget?: number;
  imagesPerS?: number;
  quiet?: boolean;
  /** Flags of runs, in the order given. */
  given: Given[];
}

/** A flag of runs by its name without dashes, and what it was given. */
interface Given {
  flag: string;
  text: string | boolean;
}

export interface SweepRunFlags extends OutputFlags {
  jobs: number;
  index?: number;
  threads?: number;
}

/** Flags of `train` that are not one run's, and why. */
const refused: Record<string, string> = {
  threads: "belongs to 'sweep run', which divides them among its jobs",
  resume: "'sweep run' goes on with runs by itself",
  json: 'the list of runs is sweep.json',
};

const others = ['version', 'help', 'out', 'quiet'];

/** The command `sweep`, without an action. */
export function sweepCommand(): Command {
  const command = newCommand('sweep')
    .description(
      `Writes a list of training runs into a folder and prints a command for each. Any flag of train takes several values:
bn,mn or 1..5, or the flag again; runs are made of all combinations. The value of ${wholeFlags.map((flag) => `--${flag}`).join(', ')} is taken
whole: give the flag again for another. The word ${LEFT_OUT} leaves a flag out.`,
    )
    .usage('[options] | run [options] <dir> | collect [options] <dir>')
    .enablePositionalOptions()
    // A command that is none is told from the words that are left.
    .allowExcessArguments()
    .option('--out <dir>', 'folder of the sweep: new, empty, or that of the same sweep', folder)
    .addOption(choice('--preset <name>', 'an ablation, to which flags may add', Object.keys(presets)))
    .addOption(
      new Option('--budget <minutes>', 'seeds and epochs of the preset that fit, one run after the other')
        .argParser(positive)
        .default(undefined, 'all of it'),
    )
    .addOption(
      new Option('--images-per-s <n>', 'how fast this machine trains, for --budget')
        .argParser(positive)
        .default(undefined, 'measured'),
    )
    .option('--quiet', 'print commands and errors only');
  const given: Given[] = [];
  command.setOptionValue('given', given);
  for (const option of trainCommand().options) {
    if (others.includes(option.attributeName())) continue;
    command.addOption(unread(option));
    command.on(`option:${option.name()}`, (text: string | null) => {
      const flag = option.negate ? option.name().replace('no-', '') : option.name();
      given.push({ flag, text: text ?? !option.negate });
    });
  }
  return command;
}

/** A flag of `train` as it was written, which `train` reads later. */
function unread({ flags, description, defaultValue, defaultValueDescription }: Option): Option {
  return new Option(flags, description).default(defaultValue, defaultValueDescription);
}

/** The flags that were given. @throws UsageError where a word is left, or the folder is missing */
export function sweepFlagsOf(command: Command): SweepFlags & { out: string } {
  const [word] = command.args;
  if (word !== undefined) {
    const near = suggestion(
      word,
      command.commands.map((other) => other.name()),
    );
    throw new UsageError(`unknown command '${word}'${near}`);
  }
  const { out, ...flags } = command.opts<SweepFlags>();
  if (out === undefined) throw new UsageError("required option '--out <dir>' not specified");
  return { ...flags, out };
}

/** The flags that runs are made of, with the values of each. @throws UsageError for one that no run can have */
export function axesOf(given: readonly Given[]): Axis[] {
  const axes = new Map<string, Value[]>();
  for (const { flag, text } of given) {
    if (Object.hasOwn(refused, flag)) throw new UsageError(`--${flag}: ${refused[flag]}`);
    const values = typeof text === 'boolean' ? [text] : valuesOf(flag, text);
    axes.set(flag, [...(axes.get(flag) ?? []), ...values]);
  }
  return [...axes].map(([flag, values]) => ({ flag, values }));
}

/** The command line without --out, as it can be typed again. */
export function commandLine({ preset, budget, imagesPerS, given }: SweepFlags): string {
  const own = Object.entries({ preset, budget, 'images-per-s': imagesPerS })
    .filter(([, value]) => value !== undefined)
    .map(([flag, value]) => ({ flag, text: String(value) }));
  const words = [...own, ...given].flatMap(({ flag, text }) => {
    if (typeof text === 'boolean') return `--${text ? '' : 'no-'}${flag}`;
    return [`--${flag}`, quoted(text)];
  });
  return ['mixgrad sweep', ...words].join(' ');
}

/** A word for a shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command `sweep run`, without an action, which is given the folder and the flags. */
export function sweepRunCommand(): Command {
  const command = newCommand('run')
    .description('Runs what is not finished of a sweep. What was killed goes on from its last checkpoint.')
    .usage('[options] <dir>')
    .argument('<dir>', 'folder of a sweep', folder)
    .option('--jobs <n>', 'runs side by side', count, 1)
    .option('--index <i>', 'this run only, from 1', count)
    .addOption(
      new Option('--threads <n>', 'threads, divided among the jobs')
        .argParser(count)
        .default(undefined, 'one for each core'),
    );
  addOutputFlags(command);
  return command;
}
