// What tests of sweeps share: small sweeps, started and looked at.
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { SweepRun } from '../../../models/sweep/runs.js';
import { type ChildProcess, spawn } from '../../processes.js';
import { type Ended, mixgrad, readMetrics, runMixgrad, withoutTimes } from '../programs.js';

/** Flags of runs of a second. */
export const small =
  '--limit-train 8 --limit-test 4 --batch-size 4 --norm none --precise-batches 1 --schedule constant'.split(
    ' ',
  );

/** Writes a sweep. */
export function write(folder: string, ...flags: string[]): Ended {
  return runMixgrad(['sweep', ...flags, '--out', folder]);
}

/** Runs it to its end. */
export function runAll(folder: string, ...flags: string[]): Ended {
  return runMixgrad(['sweep', 'run', folder, ...flags]);
}

/** A sweep that was started: its process, in a group of its own, and what it says. */
export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
}

export function start(folder: string, ...flags: string[]): Started {
  const args = [mixgrad, 'sweep', 'run', folder, ...flags];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (text) => {
      texts[name] += text;
    });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, ...texts })) };
}

export function runsIn(folder: string): SweepRun[] {
  return JSON.parse(readFileSync(join(folder, 'sweep.json'), 'utf8')).runs;
}

/** The folders of a sweep's runs, in order. */
export function foldersOf(folder: string): string[] {
  return runsIn(folder).map(({ name }) => join(folder, 'runs', name));
}

/** Waits until a run has made so many updates. */
export async function reaches(run: string, step: number, started?: Started): Promise<void> {
  while (stepOf(run) < step) {
    if (started && (started.child.exitCode ?? started.child.signalCode) !== null)
      throw new Error(`it ended before step ${step}: ${JSON.stringify(await started.ended)}`);
    await setTimeout(20);
  }
}

/** The last update of which there is a whole line. */
export function stepOf(run: string): number {
  const path = join(run, 'metrics.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return JSON.parse(lines.at(-1) ?? '{"step":0}').step;
}

/** Waits until no process has the run. */
export async function isFree(run: string): Promise<void> {
  while (locksOf(run).length > 0) await setTimeout(20);
}

/** The processes that write into a run, by their locks. */
export function locksOf(run: string): number[] {
  const names = existsSync(run) ? readdirSync(run) : [];
  return names.flatMap((name) => /^lock-.*-(\d+)$/.exec(name)?.slice(1).map(Number) ?? []);
}

/** All metrics of a sweep, as they are alike however it was run. */
export function metricsOf(folder: string): object[][] {
  return foldersOf(folder).map((run) => withoutTimes(readMetrics(run)));
}
