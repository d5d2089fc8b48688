// Runs the compiled programs as a user would, and reads what they wrote.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metric } from '../../models/run/metrics.js';
import {
  type ChildProcessWithoutNullStreams,
  type SpawnSyncOptions,
  spawn,
  spawnSync,
} from '../processes.js';

/** How a program ended and what it said. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A run of seconds. */
export const tiny =
  '--device wasm --threads 1 --limit-train 16 --limit-test 8 --batch-size 4 --steps 2 --precise-batches 1'.split(
    ' ',
  );

/** The compiled command line. */
export const mixgrad = fileURLToPath(new URL('../../models/mixgrad.js', import.meta.url));

/** A run of a second: without a norm the report has no mixtures to draw. */
export const tiniest = [...tiny, '--norm', 'none', '--steps', '1'];

/** Runs a program to its end. */
export function runProgram(program: 'train' | 'gan' | 'bench', args: readonly string[], cwd?: string): Ended {
  return runMixgrad([program, ...args], { cwd });
}

/** Runs the command line with these arguments to its end. */
export function runMixgrad(args: readonly string[], options: SpawnSyncOptions = {}): Ended {
  const run = spawnSync(process.execPath, [mixgrad, ...args], { ...options, encoding: 'utf8' });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Runs it in a shell, in which "$@" stands for the command line: 'ulimit -f 4; "$@"'. */
export function runInShell(script: string, args: readonly string[]): Ended {
  const all = ['-c', script, 'sh', process.execPath, mixgrad, ...args];
  const { status, stdout, stderr } = spawnSync('sh', all, { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** Trains with these flags until `wanted` appears on a stream, then acts once; what is printed after that is kept too. */
export function trainUntil(
  args: readonly string[],
  wanted: string,
  act: (child: ChildProcessWithoutNullStreams) => void,
  program: 'train' | 'gan' = 'train',
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [mixgrad, program, ...args]);
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    let acted = false;
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (text) => {
        ended[stream] += text;
        if (acted || !ended[stream].includes(wanted)) return;
        acted = true;
        act(child);
      });
    }
    child.on('close', (code) => resolve({ ...ended, code }));
  });
}

/** The lines of metrics.jsonl. */
export function readMetrics(folder: string): Metric[] {
  const text = readFileSync(join(folder, 'metrics.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Metrics as they are alike on every machine and at any load. */
export function withoutTimes(metrics: readonly Metric[]): object[] {
  return metrics.map((metric) => ({ ...metric, images_per_s: 0, elapsed_s: 0 }));
}

/** Whether the text is a single line. */
export function isOneLine(text: string): boolean {
  return /^[^\n]+\n$/.test(text);
}
