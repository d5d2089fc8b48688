// What the command-line programs share: exit codes, and errors as one line where the user can mend them.
import { CommanderError } from 'commander';
import { MixgradError } from '../../lib/index.js';

/** A flag was given a value it cannot have. The message is a single line. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The process's exit codes, beside 0. */
export const exitCodes = { failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs a program and sets the exit code it returns. A wrong flag, file or folder ends it with code 2 and one
 * line on stderr; any other error keeps its stack and ends with 1.
 */
export async function runProgram(name: string, main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    process.exitCode = isUsersToMend(error) ? exitCodes.usage : exitCodes.failed;
    console.error(isUsersToMend(error) ? `${name}: ${oneLine(error.message)}` : error);
  }
}

function isUsersToMend(error: unknown): error is Error {
  return error instanceof UsageError || error instanceof MixgradError || error instanceof CommanderError;
}

function oneLine(message: string): string {
  return message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
}
