// SIGKILL at random moments: a run that is killed again and again, and goes on each time.

import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createRandom } from '../../lib/index.js';
import { type ChildProcess, spawn } from '../processes.js';
import { mixgrad } from './programs.js';
import { positionOf } from './train/resumed.js';

/** Updates after which a kill may come, and milliseconds after that, in which a run goes on or saves. */
const MOST_STEPS = 9;
const MOST_DELAY = 60;
/** Milliseconds from a process's start, when it loads and opens, checks and cuts. */
const EARLY = 600;

/** Which run is killed, and how often. */
export interface Kills {
  program: 'train' | 'gan';
  flags: readonly string[];
  count: number;
  seed: string;
  /** The folder of the runs' folders. */
  root: string;
}

/** Starts a run, or goes on with it. */
export function startRun({ program, flags }: Kills, folder: string, threads: number): ChildProcess {
  const begun = existsSync(join(folder, 'config.json'));
  if (!begun) rmSync(folder, { recursive: true, force: true });
  const which = begun ? ['--resume', folder] : [...flags, '--out', folder];
  const args = [mixgrad, program, ...which, '--threads', `${threads}`];
  // Without what tap loads into each process it starts.
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.resume();
  return child;
}

/** The last step of which a folder has a whole line. */
function lastStep(folder: string): number {
  const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').split('\n').slice(0, -1);
  return JSON.parse(lines.at(-1) ?? '{"step":0}').step;
}

/** Waits until a process that was just started has made so many updates. */
async function makes(steps: number, folder: string, child: ChildProcess): Promise<void> {
  await once(child.stdout!, 'data');
  const before = lastStep(folder);
  while (child.exitCode === null && child.signalCode === null && lastStep(folder) < before + steps)
    await setTimeout(5);
}

/** How many steps are lost where a run was killed: those in its metrics and not in its checkpoint. */
async function lostIn(folder: string): Promise<number> {
  if (!existsSync(join(folder, 'config.json'))) return 0;
  if (!existsSync(join(folder, 'checkpoint.safetensors'))) return lastStep(folder);
  return lastStep(folder) - Number((await positionOf(folder)).step);
}

/** What came of a run that was killed. */
interface Killed {
  /** Its folder, and those of runs before it that came to their end between two moments. */
  folders: string[];
  moments: string[];
  /** Steps lost at each moment. */
  losses: number[];
  codes: unknown[];
}

/** Kills a run at so many moments, resumes it each time, and lets it come to its end. */
export async function killOften(kills: Kills, threads: number): Promise<Killed> {
  const random = createRandom(kills.seed).fork(threads);
  const killed: Killed = { folders: [], moments: [], losses: [], codes: [] };
  const { folders, moments, losses, codes } = killed;
  for (let folder = ''; moments.length < kills.count; ) {
    if (folder === '') {
      folder = join(kills.root, `${threads} threads ${folders.length}`);
      folders.push(folder);
    }
    const child = startRun(kills, folder, threads);
    const ended = once(child, 'exit');
    const early = random.integer(5) === 0;
    const steps = early ? 0 : random.integer(MOST_STEPS);
    const delay = random.integer(early ? EARLY : MOST_DELAY);
    if (!early) await Promise.race([makes(steps, folder, child), ended]);
    await Promise.race([setTimeout(delay), ended]);
    child.kill('SIGKILL');
    const [code] = await ended;
    codes.push(code);
    if (code === 0) {
      folder = '';
      continue;
    }
    moments.push(`${delay} ms after ${early ? 'its start' : `${steps} steps`}`);
    losses.push(await lostIn(folder));
  }
  const [code] = await once(startRun(kills, folders.at(-1)!, threads), 'exit');
  codes.push(code);
  return killed;
}
