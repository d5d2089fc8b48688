// What tests of resumed runs share: a small run, its interruption, and what must be alike afterwards.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Test } from 'tap';
import { loadCheckpoint } from '../../../lib/index.js';
import { trainUntil } from '../programs.js';

/**
 * Flags of a run of steps that take some 10 ms. Of its norms one is MN, so that there are generators and running mixtures, and
 * all that can be measured of an update is.
 */
export const small =
  '--device wasm --limit-train 7 --limit-test 2 --batch-size 1 --norm-at conv4 --iterations 0 --precise-batches 1 --watch-every 2 --descent-every 7'.split(
    ' ',
  );

/** Metrics as they are alike in every run. */
export function linesOf(folder: string): string {
  const text = readFileSync(join(folder, 'metrics.jsonl'), 'utf8');
  return text.replaceAll(/"(images_per_s|elapsed_s)":[\d.]+/g, '"$1":0');
}

/** The report without times, the folder's name and the number of threads. */
export function reportOf(folder: string): string {
  return readFileSync(join(folder, 'report.html'), 'utf8')
    .replaceAll(folder, 'FOLDER')
    .replace(/\d+ s of training/, 'N s of training')
    .replace(/steps in \d+ s,/, 'steps in N s,')
    .replace(/<figure class="chart">\n<figcaption>Images a second[\s\S]*?<\/figure>/, '')
    .replace(/<dt>threads<\/dt><dd>\d+/, '');
}

/** The seconds of each update. */
export function secondsOf(folder: string): number[] {
  const text = readFileSync(join(folder, 'metrics.jsonl'), 'utf8');
  return Array.from(text.matchAll(/"elapsed_s":([\d.]+)/g), ([, seconds]) => Number(seconds));
}

/** Where the folder's checkpoint stands. */
export async function positionOf(folder: string): Promise<Record<string, unknown>> {
  return loadCheckpoint(readFileSync(join(folder, 'checkpoint.safetensors')), {});
}

/** Throws a test's error unless both folders hold the same run. */
export function sameRun(t: Test, found: string, wanted: string): void {
  t.equal(linesOf(found), linesOf(wanted), 'metrics');
  t.equal(reportOf(found), reportOf(wanted), 'report');
  const weights = (folder: string) => readFileSync(join(folder, 'weights.safetensors'));
  t.ok(weights(found).equals(weights(wanted)), 'weights');
  t.strictSame(readdirSync(found).sort(), readdirSync(wanted).sort(), 'files');
  const seconds = secondsOf(found);
  t.ok(
    seconds.every((value, i) => i === 0 || value >= seconds[i - 1]),
    'the clock goes on',
  );
}

const isLock = (name: string) => name.includes('lock-');

/** Every file of a folder but its locks, with its content. */
export function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder).filter((name) => !isLock(name));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}

/** A copy of a folder, which nobody has locked. */
export function copyOf(folder: string, to: string): string {
  cpSync(folder, to, { recursive: true, filter: (path) => !isLock(basename(path)) });
  return to;
}

/** Trains with these flags until the first evaluation was told, then asks the run to end. */
export function interrupted(flags: readonly string[]) {
  return trainUntil(flags, 'test accuracy', (child) => child.kill('SIGINT'));
}
