// mixgrad sweep run: what is not finished of a sweep, some runs side by side, each in a process of its own.
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { Ending, exitCodes, UsageError } from '../run/errors.js';
import type { Output } from '../run/output.js';
import { listenForSignals, type Stopped } from '../run/signals.js';
import { askToStop, type ChildEnd, startTraining } from './child.js';
import { claim } from './claim.js';
import type { SweepRunFlags } from './flags.js';
import type { SweepRun } from './runs.js';
import { clear, type Ended, isWay, recordEnd, stateOf, ways } from './state.js';
import { folderOf, readSweep } from './sweep-file.js';
import { counted } from './words.js';

/** What can become of a run: it ended now or before, it failed or was interrupted, or another process has it. */
const outcomes = [...ways, 'failed', 'interrupted', 'held'] as const;
type Outcome = (typeof outcomes)[number];

/** The most milliseconds before what others held is asked for once more: two that came at once refuse each other. */
const PAUSE = 500;

/**
 * Runs what is not finished of a sweep.
 * @throws UsageError where it is no sweep, or a folder holds something else; Ending unless all runs that were asked for
 *   have finished
 */
export async function runSweep(sweep: string, flags: SweepRunFlags, output: Output): Promise<void> {
  const { runs } = readSweep(sweep);
  const { index } = flags;
  if (index !== undefined && index > runs.length)
    throw new UsageError(`--index ${index}: the sweep has runs 1 to ${runs.length}`);
  const asked = index === undefined ? runs : [runs[index - 1]];
  const open = asked.filter((run) => !isWay(stateOf(folderOf(sweep, run), run)));
  const jobs = Math.max(1, Math.min(flags.jobs, open.length));
  const threads = Math.max(1, Math.floor((flags.threads ?? availableParallelism()) / jobs));
  const { stop, close } = listenForSignals();
  const worker = new Worker(sweep, { jobs, threads }, output, stop);
  try {
    const held = await worker.pass(asked);
    if (held.length > 0 && !stop.aborted) {
      await setTimeout(PAUSE * Math.random(), null, { signal: stop }).catch(() => {});
      await worker.pass(held);
    }
  } finally {
    close();
  }
  tell(worker.outcomes, asked, stop, output);
}

/** Works on runs. */
class Worker {
  /** What became of each run, by name. */
  readonly outcomes = new Map<string, Outcome>();
  private readonly children = new Set<ChildProcess>();

  constructor(
    private readonly sweep: string,
    private readonly share: { jobs: number; threads: number },
    private readonly output: Output,
    private readonly stop: AbortSignal,
  ) {
    stop.addEventListener('abort', () => {
      for (const child of this.children) askToStop(child);
    });
  }

  /** Goes through runs in their order, `jobs` at a time, until it is told to stop; returns those that others have. */
  async pass(runs: readonly SweepRun[]): Promise<SweepRun[]> {
    const queue = [...runs];
    const work = async () => {
      for (let run = queue.shift(); run && !this.stop.aborted; run = queue.shift())
        this.outcomes.set(run.name, await this.attempt(run));
    };
    await Promise.all(Array.from({ length: this.share.jobs }, work));
    return runs.filter(({ name }) => this.outcomes.get(name) === 'held');
  }

  /** One run. Whatever is wrong with it is no matter of the others. */
  private async attempt(run: SweepRun): Promise<Outcome> {
    try {
      return await this.goThrough(run);
    } catch (error) {
      this.output.say(`${run.name}: failed: ${(error as Error).message}`);
      return 'failed';
    }
  }

  /** One run, unless it has ended or another process has it. */
  private async goThrough(run: SweepRun): Promise<Outcome> {
    const folder = folderOf(this.sweep, run);
    const before = stateOf(folder, run);
    if (isWay(before)) return before;
    const release = claim(this.sweep, run);
    if (!release) return 'held';
    try {
      // Another process may just have ended it.
      const state = stateOf(folder, run);
      return isWay(state) ? state : await this.train(run, folder, state);
    } finally {
      release();
    }
  }

  private async train(run: SweepRun, folder: string, state: 'new' | 'begun'): Promise<Outcome> {
    const { threads } = this.share;
    if (state === 'new') clear(folder);
    const args = state === 'new' ? [...run.args, '--out', folder] : ['--resume', folder];
    // Other devices have one.
    if (run.settings.device === 'wasm') args.push('--threads', `${threads}`);
    this.output.say(`${run.name}: ${state === 'new' ? 'starts' : 'goes on'}`);
    const start = performance.now();
    const { child, ended } = startTraining(this.sweep, run.name, args);
    this.children.add(child);
    const end = await ended;
    this.children.delete(child);
    const outcome = outcomeOf(end);
    if (isWay(outcome)) recordEnd(folder, end.result as unknown as Ended);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const words = outcome === 'finished' ? '' : `: ${end.lastWords}`;
    this.output.say(`${run.name}: ${outcome} with code ${end.code} after ${seconds} s${words}`);
    return outcome;
  }
}

function outcomeOf({ result }: ChildEnd): Outcome {
  const ended = result?.ended;
  return isWay(ended) || ended === 'interrupted' ? ended : 'failed';
}

/** Says what came of the runs. @throws Ending unless all of them have finished */
function tell(
  found: ReadonlyMap<string, Outcome>,
  asked: readonly SweepRun[],
  stop: AbortSignal,
  output: Output,
): void {
  const named = (outcome: Outcome) => asked.filter(({ name }) => found.get(name) === outcome);
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, named(outcome).length]));
  const words = outcomes.filter((outcome) => counts[outcome] > 0).map((one) => `${counts[one]} ${one}`);
  const summary = `${counted(asked.length, 'run')}: ${words.join(', ')}`;
  output.result(summary, { runs: asked.length, ...counts });
  if (stop.aborted) {
    const code = (stop.reason as Stopped).exitCode;
    throw new Ending(`${stop.reason.message}; the same command goes on with what is not finished`, code);
  }
  const rest = asked.filter(({ name }) => found.get(name) !== 'finished');
  if (rest.length === 0) return;
  const list = rest.map(({ name }) => `${name} (${found.get(name)})`).join(', ');
  throw new Ending(`not finished: ${list}`, exitCodes.failed);
}
