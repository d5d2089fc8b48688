// SIGKILL at random moments: whatever a run was doing, it goes on from its last checkpoint as if nothing had happened.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createRandom } from '../../../lib/index.js';
import { mixgrad, runProgram } from '../programs.js';
import { positionOf, sameRun, small } from './resumed.js';

const KILLS = 20;
const SAVE_EVERY = 5;
/** Milliseconds from a run's first words, between which it trains and saves, to its end. */
const LATEST = 300;
/** Milliseconds from a process's start, when it loads and opens, checks and cuts. */
const EARLIEST = 600;

const seed = process.env.MIXGRAD_SEED ?? '1';
const flags = `--steps 90 --eval-every-steps 12 --save-every ${SAVE_EVERY}`.split(' ');
const root = t.testdir({});
const uninterrupted = join(root, 'uninterrupted');

/** Starts a run, or goes on with it. */
function start(folder: string, threads: number): ChildProcess {
  const begun = existsSync(join(folder, 'config.json'));
  if (!begun) rmSync(folder, { recursive: true, force: true });
  const which = begun ? ['--resume', folder] : [...small, ...flags, '--out', folder];
  const args = [mixgrad, 'train', ...which, '--threads', `${threads}`];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** How many steps are lost where a run was killed: those in its metrics and not in its checkpoint. */
async function lostIn(folder: string): Promise<number> {
  if (!existsSync(join(folder, 'config.json'))) return 0;
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').split('\n').slice(0, -1);
  const { step: done } = JSON.parse(lines.at(-1) ?? '{"step":0}');
  if (!existsSync(join(folder, 'checkpoint.safetensors'))) return done;
  return done - Number((await positionOf(folder)).step);
}

/** Kills a run at 20 moments; returns its folders, all but the last of which came to their end before that. */
async function killOften(t: Test, threads: number): Promise<string[]> {
  const random = createRandom(seed).fork(threads);
  const folders: string[] = [];
  const moments: string[] = [];
  let folder = '';
  while (moments.length < KILLS) {
    if (folder === '') {
      folder = join(root, `${threads} threads ${folders.length}`);
      folders.push(folder);
    }
    const child = start(folder, threads);
    const ended = once(child, 'exit');
    child.stdout!.resume();
    const early = random.integer(5) === 0;
    const moment = random.integer(early ? EARLIEST : LATEST);
    if (!early) await Promise.race([once(child.stdout!, 'data'), ended]);
    await Promise.race([setTimeout(moment), ended]);
    child.kill('SIGKILL');
    const [code] = await ended;
    if (code === 0) {
      folder = '';
      continue;
    }
    moments.push(`${moment} ms after ${early ? 'its start' : 'its first line'}`);
    t.equal(code, null, 'it was killed');
    const lost = await lostIn(folder);
    t.ok(lost >= 0 && lost <= SAVE_EVERY, `${lost} steps lost`);
  }
  t.comment(`seed ${seed}, ${threads} threads: ${moments.join(', ')}`);
  return folders;
}

const ended = runProgram('train', [...small, ...flags, '--threads', '1', '--out', uninterrupted]);

for (const threads of [1, 2]) {
  t.test(`a run on ${threads} threads, killed ${KILLS} times`, async (t) => {
    t.equal(ended.code, 0, ended.stderr);
    const folders = await killOften(t, threads);
    const last = folders.at(-1)!;
    const child = start(last, threads);
    child.stdout!.resume();
    t.strictSame(await once(child, 'exit'), [0, null]);
    for (const folder of folders) sameRun(t, folder, uninterrupted);
  });
}
