// Ending in order when a signal asks for it.
import { Ending, exitCodes } from './errors.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Who listens to signals. */
export interface Listening {
  /** Aborted by the first signal, with a Stopped as the reason. */
  stop: AbortSignal;
  /** Listens no longer. */
  close(): void;
}

/** A signal asked the program to end. */
export class Stopped extends Ending {
  override name = 'Stopped';

  constructor(signal: (typeof signals)[number]) {
    super(`stopped by ${signal}`, exitCodes[signal]);
  }
}

/**
 * Listens for the first of the signals that ask to end. The second ends the process at once. Where this process was started
 * with a channel to its parent, its end counts as SIGHUP, but neither as a first nor as a second signal: a terminal or a queue
 * may have sent one to both.
 */
export function listenForSignals(): Listening {
  const controller = new AbortController();
  const close = () => {
    for (const signal of signals) process.off(signal, hear);
    process.off('disconnect', hangUp);
  };
  let heard = false;
  const hear = (signal: (typeof signals)[number]) => {
    if (heard) process.exit(exitCodes[signal]);
    heard = true;
    controller.abort(new Stopped(signal));
  };
  // Of several reasons to stop the first stays.
  const hangUp = () => controller.abort(new Stopped('SIGHUP'));
  for (const signal of signals) process.on(signal, hear);
  if (process.connected) process.on('disconnect', hangUp);
  else if (process.connected === false) hangUp();
  return { stop: controller.signal, close };
}
