// How programs end, other than well: with a line on stderr and an exit code.
import { MixgradError } from '../../lib/index.js';

/** The process's exit codes, beside 0; that of a signal is 128 and its number. */
export const exitCodes = { failed: 1, usage: 2, SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Ends a program with a single line on stderr and an exit code. */
export class Ending extends Error {
  override name = 'Ending';

  constructor(
    message: string,
    readonly exitCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A flag was given a value it cannot have. */
export class UsageError extends Ending {
  override name = 'UsageError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, exitCodes.usage, options);
  }
}

/** A loss is no longer a number. */
export class DivergedError extends MixgradError {
  override name = 'DivergedError';
}
