// One process at a time writes into a run folder: a file lock-<machine>-<process> says which.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './errors.js';
import { attempt } from './whole-file.js';

const NAME = /^lock-(.+)-(\d+)$/;
const MACHINE = hostname().replaceAll(/[^\w.-]/g, '_');

/** Milliseconds between two signs of life, and those without one after which a process of another machine is gone. */
const BEAT = 10_000;
const SILENCE = 120_000;

/** Another process has the folder. */
export class LockedError extends UsageError {
  override name = 'LockedError';
}

/**
 * Locks a folder for this process, until it ends or calls what is returned. Of two that come at once, each writes its
 * lock before it looks for another, so that at most one goes on. Locks of processes that are gone are removed. Other
 * machines cannot be asked which processes they have: there a lock counts until it has not been written again for two minutes.
 * @throws LockedError where another process has the folder
 */
export function lockFolder(path: string): () => void {
  const own = join(path, `lock-${MACHINE}-${process.pid}`);
  const start = startOf(process.pid);
  const beat = setInterval(() => attempt(() => writeFileSync(own, start, { flag: 'r+' })), BEAT).unref();
  const unlock = () => {
    clearInterval(beat);
    process.off('exit', unlock);
    attempt(() => rmSync(own, { force: true }));
  };
  process.on('exit', unlock);
  try {
    writeFileSync(own, start);
    for (const name of readdirSync(path)) checkLock(path, name, own);
  } catch (error) {
    unlock();
    throw error;
  }
  return unlock;
}

/** Removes a lock of a process that is gone. @throws LockedError where it is there */
function checkLock(path: string, name: string, own: string): void {
  const lock = join(path, name);
  const [, machine, pid] = NAME.exec(name) ?? [];
  if (pid === undefined || lock === own) return;
  const here = machine === MACHINE;
  if (here ? holds(lock, Number(pid)) : silenceOf(lock, own) < SILENCE) {
    const who = here ? `process ${pid}` : `process ${pid} on ${machine}`;
    throw new LockedError(`${path}: ${who} is writing into this folder; wait until it has ended`);
  }
  attempt(() => rmSync(lock, { force: true }));
}

/** Milliseconds since a lock was last written, by the clock of the disk: it dated this process's lock as well. */
function silenceOf(lock: string, own: string): number {
  const [theirs, ours] = [lock, own].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs);
  // Where one is gone, its process has just ended.
  return theirs === undefined || ours === undefined ? SILENCE : ours - theirs;
}

/** Whether the process that wrote a lock is still there. A number may have come to another process since. */
function holds(lock: string, pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  let start = '';
  // It may have ended just now, and taken its lock along.
  attempt(() => {
    start = readFileSync(lock, 'utf8');
  });
  return start === '' || start === startOf(pid);
}

/** When a process was started, in the words of Linux; 'ended' of one that only waits to be counted out; elsewhere ''. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, in parentheses; the state is the third, the start the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return ['Z', 'X'].includes(fields[0]) ? 'ended' : fields[19];
  } catch {
    return '';
  }
}
