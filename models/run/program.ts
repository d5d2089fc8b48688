// What the command-line programs share: every error as one line.
import { CommanderError } from 'commander';
import { reasonOf } from '../../datasets/files.js';
import { MixgradError } from '../../lib/index.js';
import { Ending, exitCodes } from './errors.js';

/** A file of a run cannot be written. */
export class FileError extends Ending {
  override name = 'FileError';

  constructor(path: string, cause: unknown) {
    super(`${path}: cannot be written: ${reasonOf(cause)}`, exitCodes.failed, { cause });
  }
}

/** The environment variable that, with any value, adds the stack to an error's line. */
const DEBUG = 'MIXGRAD_DEBUG';

/** The readers of a pipe or terminal that have gone away: no error to a program that has other work to do. */
const GONE = ['EPIPE', 'EIO'];

/**
 * Runs a program. What it throws becomes one line on stderr and an exit code: 2 for a wrong flag, file or folder,
 * that of an Ending, 1 for all else.
 */
export async function runProgram(name: string, main: () => Promise<unknown>): Promise<void> {
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].on('error', (error: NodeJS.ErrnoException) => {
      if (GONE.includes(error.code!) || process.exitCode) return;
      tell(name, new Ending(`${stream} cannot be written: ${reasonOf(error)}`, exitCodes.failed));
    });
  }
  process.on('uncaughtException', (error) => {
    tell(name, error);
    process.exit();
  });
  try {
    await main();
  } catch (error) {
    tell(name, error);
  }
}

/** Says what ended the program, and sets the exit code. */
function tell(name: string, error: unknown): void {
  if (error instanceof CommanderError && error.exitCode === 0) return;
  process.exitCode = codeOf(error);
  // Where no command was named, the help has been printed.
  if (error instanceof CommanderError && error.code === 'commander.help') return;
  console.error(`${name}: ${sentenceOf(error)}`);
  if (process.env[DEBUG]) console.error(error);
}

function codeOf(error: unknown): number {
  if (error instanceof Ending) return error.exitCode;
  return error instanceof MixgradError || error instanceof CommanderError
    ? exitCodes.usage
    : exitCodes.failed;
}

function sentenceOf(error: unknown): string {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  if (error instanceof Ending || error instanceof MixgradError || error instanceof CommanderError)
    return message;
  if (error instanceof RangeError && /array.*(length|allocation)/i.test(message))
    return `not enough memory for what the flags ask for (${message})`;
  const kind = error instanceof Error ? `${error.name}: ` : '';
  return `unexpected error: ${kind}${message}; ${DEBUG}=1 adds where it happened`;
}

function oneLine(message: string): string {
  return message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
}
