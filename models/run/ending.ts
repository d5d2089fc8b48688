// The way of a run to its end, whatever ends it.
import { MixgradError } from '../../lib/index.js';
import { type Saved, saveRun } from './checkpoint.js';
import { DivergedError, Ending, exitCodes } from './errors.js';
import { listenForSignals, Stopped } from './signals.js';

/** The way a run ended, in one word. */
export type Way = 'finished' | 'interrupted' | 'diverged' | 'failed';

/** What a program does in a run. */
export interface Work {
  /** Trains from where the run stands to its last step. */
  train(stop: AbortSignal): Promise<void>;
  /** Writes weights and report of what was done; returns the report's path. */
  write(): Promise<string>;
  /** Prints what came of the run. */
  tell(ended: Way, seconds: number): void;
}

type Ended = Saved & { progress: { stop(): void } };

/**
 * Does the work of a run. Weights and report are written whether or not it came to its end.
 * @throws Ending where something ended it early, or a file could not be written
 */
export async function workThrough(run: Ended, work: Work): Promise<void> {
  const { stop, close } = listenForSignals();
  try {
    await trainAndReport(run, work, stop);
  } catch (error) {
    // Now that files are written, it is no longer a wrong flag.
    throw error instanceof MixgradError
      ? new Ending(error.message, exitCodes.failed, { cause: error })
      : error;
  } finally {
    close();
  }
}

async function trainAndReport(run: Ended, work: Work, stop: AbortSignal): Promise<void> {
  const early = await trainUntilStopped(run, work, stop);
  const seconds = run.elapsed();
  // What else ends a run early may do so within a step: then the last checkpoint stays.
  if (early instanceof Stopped) await saveRun(run);
  const report = await work.write();
  if (!early) await saveRun(run);
  work.tell(wayOf(early), seconds);
  if (early instanceof Stopped) {
    const message = `interrupted after step ${run.step} of ${run.total}; the report so far: ${report}`;
    throw new Ending(message, early.exitCode);
  }
  if (early) {
    const message = `${early.message}. What was done until then: ${run.folder.path}`;
    throw new Ending(message, exitCodes.failed, { cause: early });
  }
}

/** Trains to the end, or returns what stopped it: a signal, a loss that is no number, or what the framework refuses. */
async function trainUntilStopped(
  run: Ended,
  work: Work,
  stop: AbortSignal,
): Promise<Stopped | MixgradError | null> {
  try {
    await work.train(stop);
    return null;
  } catch (error) {
    if (error instanceof Stopped || error instanceof MixgradError) return error;
    throw error;
  } finally {
    run.progress.stop();
  }
}

function wayOf(early: Error | null): Way {
  if (!early) return 'finished';
  if (early instanceof Stopped) return 'interrupted';
  return early instanceof DivergedError ? 'diverged' : 'failed';
}
