// One run as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodes } from '../run/errors.js';

/** How a process ended. */
export interface ChildEnd {
  code: number;
  /** What `train --json` printed; null where it did not come so far. */
  result: Record<string, unknown> | null;
  /** The last line that it wrote into its log. */
  lastWords: string;
}

const program = fileURLToPath(new URL('../mixgrad.js', import.meta.url));

/** Starts `train` with these arguments. What it says goes into the log of that name, after what is there. */
export function startTraining(sweep: string, name: string, args: readonly string[]) {
  mkdirSync(join(sweep, 'logs'), { recursive: true });
  const path = join(sweep, 'logs', `${name}.txt`);
  const log = openSync(path, 'a');
  const child = spawn(process.execPath, [...process.execArgv, program, 'train', ...args, '--json'], {
    stdio: ['ignore', 'pipe', log, 'ipc'],
  });
  closeSync(log);
  return { child, ended: endOf(child, path) };
}

/** Asks a run to save and to end: it takes the end of the channel for that, even where the terminal has sent it a signal too. */
export function askToStop(child: ChildProcess): void {
  if (child.connected) child.disconnect();
}

async function endOf(child: ChildProcess, log: string): Promise<ChildEnd> {
  let text = '';
  child.stdout!.on('data', (part) => {
    text += part;
  });
  // After the channel was closed from this side, Node emits no 'close'.
  const [[code]] = await Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]);
  const lastWords = readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  // A process that a signal ended has no code.
  return { code: code ?? exitCodes.failed, result: parsed(text), lastWords };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
