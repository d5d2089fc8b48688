// One process at a time writes into a run folder.

import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { lockFolder } from '../../../models/run/lock.js';
import { spawn } from '../../processes.js';

process.setMaxListeners(0);
const mine = `lock-${process.pid}`;

/** A process that is there until the test ends. */
const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
t.teardown(() => other.kill());
const theirs = `lock-${other.pid}`;

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
  t.throws(() => lockFolder(folder), { name: 'UsageError', message, exitCode: 2 });
  t.strictSame(readdirSync(folder), [theirs]);
  t.end();
});

t.test('the lock of a process that is gone does not count, and is removed', async (t) => {
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'exit');
  const folder = t.testdir({ [`lock-${gone.pid}`]: '', 'lock-x': 'no lock' });
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
    const folder = t.testdir({ [`lock-${pid}`]: fields()[19] });
    lockFolder(folder);
    t.strictSame(readdirSync(folder), [mine]);
  },
);

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
  t.strictSame(readdirSync(folder), [`lock-${child.pid}`, 'x']);
  t.throws(() => lockFolder(folder), { message: `process ${child.pid} is writing` });
  child.stdin.end();
  await once(child, 'exit');
  t.strictSame(readdirSync(folder), ['x']);
});
