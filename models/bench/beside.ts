// What a training step keeps of its speed beside a second process that trains: alone and beside it, in turn.
import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openFor } from '../run/device.js';
import { UsageError } from '../run/errors.js';
import { median, rounded } from './figures.js';
import type { BenchFlags, BenchSettings } from './flags.js';
import { Subject } from './step.js';

const program = fileURLToPath(new URL('./load.js', import.meta.url));

/** What was measured: a process of these settings beside another of the same. */
export interface BesideResult {
  norm: string;
  batch: number;
  threads: number;
  /** The other process's niceness: above 0 it has lower priority than this one, below 0 higher. */
  nice: number;
  pairs: number;
  /** Medians of a training step. */
  alone_ms: number;
  beside_ms: number;
  /** Median of alone ÷ beside, pair by pair. */
  keeps: number;
  kept: number[];
}

/** Measures `--pairs` times alone and beside. @throws UsageError where the priority cannot be had */
export async function measureBeside(flags: BenchFlags, nice: number): Promise<BesideResult> {
  const { device, threads } = await openFor(flags);
  const subject = new Subject(flags, device, threads);
  const other = await startOther(flags, nice);
  const [alone, beside]: number[][] = [[], []];
  try {
    for (let pair = 0; pair < flags.pairs; pair++) {
      alone.push((await subject.measure()).train);
      other.kill('SIGCONT');
      beside.push((await subject.measure()).train);
      other.kill('SIGSTOP');
    }
  } finally {
    other.kill('SIGKILL');
    device.close();
  }
  const kept = alone.map((ms, pair) => rounded(ms / beside[pair], 3));
  return {
    norm: flags.norm,
    batch: flags.batch,
    threads,
    nice,
    pairs: flags.pairs,
    alone_ms: rounded(median(alone)),
    beside_ms: rounded(median(beside)),
    keeps: median(kept),
    kept,
  };
}

/** The other process, warmed up and stopped. */
async function startOther(settings: BenchSettings, nice: number): Promise<ChildProcess> {
  const other = spawn(process.execPath, [program, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    // At once: the threads that it starts later inherit it.
    setPriority(other.pid!, nice);
  } catch (error) {
    other.kill('SIGKILL');
    throw new UsageError(`--beside ${nice}: ${(error as Error).message}`);
  }
  await new Promise<void>((resolve, reject) => {
    other.stdout!.once('data', () => resolve());
    other.once('exit', (code) => reject(new Error(`the other process ended with ${code}`)));
  });
  other.kill('SIGSTOP');
  return other;
}

/** A readable line. */
export function besideSentence(result: BesideResult): string {
  const { norm, batch, threads, nice, pairs, alone_ms, beside_ms, keeps, kept } = result;
  const range = `${Math.min(...kept)} to ${Math.max(...kept)}`;
  return (
    `${norm}  batch ${batch}  threads: ${threads}, beside a process of niceness ${nice}, median of ${pairs} pairs: ` +
    `alone ${alone_ms} ms, beside ${beside_ms} ms: keeps ${keeps} of its speed (${range})`
  );
}
