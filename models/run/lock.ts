// One process at a time writes into a run folder: a file lock-<process> says which.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './program.js';
import { attempt } from './whole-file.js';

const NAME = /^lock-(\d+)$/;

/**
 * Locks a folder for this process, until it ends. Of two that come at once, each writes its
 * lock before it looks for another, so that at most one goes on. Locks of processes that are gone are removed.
 * @throws UsageError where another process has the folder
 */
export function lockFolder(path: string): void {
  const own = join(path, `lock-${process.pid}`);
  const unlock = () => attempt(() => rmSync(own, { force: true }));
  process.once('exit', unlock);
  try {
    writeFileSync(own, startOf(process.pid));
  } catch (error) {
    unlock();
    throw error;
  }
  for (const name of readdirSync(path)) {
    const pid = Number(NAME.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid) continue;
    const lock = join(path, name);
    if (!holds(lock, pid)) {
      attempt(() => rmSync(lock, { force: true }));
      continue;
    }
    unlock();
    throw new UsageError(`${path}: process ${pid} is writing into this folder; wait until it has ended`);
  }
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
