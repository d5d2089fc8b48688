// Runs the compiled programs as a user would, and reads what they wrote.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metric } from '../../models/run/run-folder.js';

/** How a program ended and what it said. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A run of seconds. */
export const tiny =
  '--device wasm --threads 1 --limit-train 16 --limit-test 8 --batch-size 4 --steps 2'.split(' ');

/** The compiled command line. */
export const mixgrad = fileURLToPath(new URL('../../models/mixgrad.js', import.meta.url));

/** Runs a program to its end. */
export function runProgram(program: 'train' | 'bench', args: readonly string[], cwd?: string): Ended {
  const {
    status: code,
    stdout,
    stderr,
  } = spawnSync(process.execPath, [mixgrad, program, ...args], {
    encoding: 'utf8',
    cwd,
  });
  return { code, stdout, stderr };
}

/** Trains with these flags until `wanted` appears on stdout, then presses Ctrl-C. */
export function interruptTraining(args: readonly string[], wanted: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [mixgrad, 'train', ...args]);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => {
      const before = stdout.includes(wanted);
      stdout += text;
      if (!before && stdout.includes(wanted)) child.kill('SIGINT');
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
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
