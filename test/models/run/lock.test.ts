// One process at a time writes into a run folder.

import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { lockFolder } from '../../../models/run/lock.js';
import { spawn } from '../../processes.js';

process.setMaxListeners(0);
const host = hostname();
const mine = `lock-${host}-${process.pid}`;

/** A process that is there until the test ends. */
const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
t.teardown(() => other.kill());
const theirs = `lock-${host}-${other.pid}`;

t.test('a folder is locked for this process, which may come again', (t) => {
  const folder = t.testdir({});
  lockFolder(folder);
  lockFolder(folder);
  t.strictSame(readdirSync(folder), [mine]);
  t.end();
});

t.test('the lock of a process that is there refuses another, which leaves none', (t) => {
  const folder = t.testdir({ [theirs]: '' });
  const message = `${folder}: process ${other.pid} is writing into this folder; wait until it has ended`;
  t.throws(() => lockFolder(folder), { name: 'LockedError', message, exitCode: 2 });
  t.strictSame(readdirSync(folder), [theirs]);
  t.end();
});

t.test('the lock of a process that is gone does not count, and is removed', async (t) => {
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  const folder = t.testdir({ [`lock-${host}-${gone.pid}`]: '', 'lock-x': 'no lock' });
  lockFolder(folder);
  t.strictSame(readdirSync(folder).sort(), [mine, 'lock-x'].sort());
});

t.test(
  'nor does one whose number has come to another process since',
  { skip: process.platform !== 'linux' && 'only Linux says when a process was started' },
  (t) => {
    const folder = t.testdir({ [theirs]: '1' });
    lockFolder(folder);
    t.strictSame(readdirSync(folder), [mine]);
    t.end();
  },
);

t.test(
  'nor does one whose process was killed and that nobody has asked after, as in a container without an init',
  { skip: process.platform !== 'linux' && 'only Linux says so' },
  async (t) => {
    // The program that the shell becomes does not know of the child.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
    t.teardown(() => parent.kill());
    const pid = Number(String((await once(parent.stdout, 'data'))[0]));
    const fields = () =>
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
    while (fields()[0] !== 'Z') await setTimeout(5);
    const folder = t.testdir({ [`lock-${host}-${pid}`]: fields()[19] });
    lockFolder(folder);
    t.strictSame(readdirSync(folder), [mine]);
  },
);

t.test('a folder that was unlocked can be locked by another', (t) => {
  const folder = t.testdir({});
  const unlock = lockFolder(folder);
  unlock();
  t.strictSame(readdirSync(folder), []);
  t.end();
});

t.test('a lock of another machine counts until it has been silent for two minutes', (t) => {
  // Of a process that this machine does not have.
  const folder = t.testdir({ 'lock-other.host-1-999999999': '1' });
  const message = `${folder}: process 999999999 on other.host-1 is writing into this folder; wait until it has ended`;
  const since = (seconds: number) => {
    const then = Date.now() / 1000 - seconds;
    utimesSync(join(folder, 'lock-other.host-1-999999999'), then, then);
  };
  since(90);
  t.throws(() => lockFolder(folder), { name: 'LockedError', message, exitCode: 2 });
  t.strictSame(readdirSync(folder), ['lock-other.host-1-999999999']);
  since(150);
  lockFolder(folder);
  t.strictSame(readdirSync(folder), [mine]);
  t.end();
});

t.test('a lock gives signs of life, and is not made again where it was taken away', (t) => {
  const folder = t.testdir({});
  const { calls, restore } = catchBeats();
  lockFolder(folder);
  restore();
  const lock = join(folder, mine);
  utimesSync(lock, 1, 1);
  for (const beat of calls) beat();
  t.ok(Date.now() - statSync(lock).mtimeMs < 60_000);
  rmSync(lock);
  for (const beat of calls) beat();
  t.strictSame(readdirSync(folder), []);
  t.end();
});

/** Keeps what would be called every few seconds. */
function catchBeats() {
  const { setInterval } = globalThis;
  const calls: (() => void)[] = [];
  const caught = (call: () => void, ms: number) => {
    calls.push(call);
    return setInterval(() => {}, ms);
  };
  globalThis.setInterval = caught as typeof setInterval;
  return {
    calls,
    restore: () => {
      globalThis.setInterval = setInterval;
    },
  };
}

t.test('a process takes its lock along when it ends', async (t) => {
  const folder = t.testdir({});
  const module = new URL('../../../models/run/lock.js', import.meta.url).href;
  const program = `import { lockFolder } from ${JSON.stringify(module)};
    lockFolder(${JSON.stringify(folder)});
    console.log('locked');
    process.stdin.resume();`;
  writeFileSync(join(folder, 'x'), '');
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  await once(child.stdout, 'data');
  t.strictSame(readdirSync(folder), [`lock-${host}-${child.pid}`, 'x']);
  t.throws(() => lockFolder(folder), { message: `process ${child.pid} is writing` });
  child.stdin.end();
  await once(child, 'exit');
  t.strictSame(readdirSync(folder), ['x']);
});
