// A disk that is full when a run is saved: one line says so, and the checkpoint before is whole.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { spawnSync } from '../../processes.js';
import { isOneLine, readMetrics, runInShell, runProgram, trainUntil } from '../programs.js';
import { linesOf, positionOf, sameRun } from './resumed.js';

const root = t.testdir({});
const flags = '--device wasm --threads 1 --norm none --limit-train 4 --limit-test 2 --batch-size 1'.split(
  ' ',
);
const train = (...args: string[]) => runProgram('train', args);

/** A disk with room for weights (5.8 MB) and one checkpoint (11.5 MB), and not for a second checkpoint. */
const disk = mkdtempSync(join(tmpdir(), 'mixgrad-'));
const mount = (...args: string[]) => spawnSync('mount', [...args, 'tmpfs', disk]).status === 0;
const mounted = mount('-t', 'tmpfs', '-o', 'size=25m');
t.teardown(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmdirSync(disk);
});

t.test(
  'a full disk keeps the checkpoint before, from which the run goes on once there is room',
  { skip: !mounted && 'no small disk can be mounted here' },
  async (t) => {
    const [out, whole] = [join(disk, 'run'), join(root, 'whole')];
    const more = ['--steps', '5', '--eval-every-steps', '2'];
    const { code, stderr } = train(...flags, ...more, '--out', out);
    t.equal(code, 1);
    const reason = 'checkpoint.safetensors: cannot be written: no space left on device (ENOSPC)';
    t.equal(stderr, `train: ${join(out, reason)}\n`);
    const files = ['checkpoint.safetensors', 'config.json', 'metrics.jsonl', 'weights.safetensors'];
    t.strictSame(readdirSync(out).sort(), files);
    t.equal((await positionOf(out)).step, 2);
    t.equal(readMetrics(out).at(-1)?.step, 4);

    t.ok(mount('-o', 'remount,size=60m'));
    t.equal(train('--resume', out, '--quiet').code, 0);
    t.equal(train(...flags, ...more, '--out', whole).code, 0);
    sameRun(t, out, whole);
  },
);

t.test('where not even the lock can be written, nothing is left behind', async (t) => {
  const fresh = join(root, 'above', 'fresh');
  const begun = t.testdir({ 'config.json': '{}' });
  const cases = [
    { args: [...flags, '--out', fresh], message: `--out ${fresh}` },
    { args: ['--resume', begun], message: `--resume ${begun}` },
  ];
  for (const { args, message } of cases) {
    const { code, stderr } = runInShell('ulimit -f 0; NODE_OPTIONS= "$@"', ['train', ...args]);
    t.equal(code, 2);
    t.equal(stderr, `train: ${message}: cannot be written: file too large (EFBIG)\n`);
  }
  t.notOk(existsSync(join(root, 'above')));
  t.strictSame(readdirSync(begun), ['config.json']);
});

t.test('so does a limit on the size of files', async (t) => {
  const out = join(root, 'limited');
  const more = ['--steps', '300', '--eval-every-steps', '300', '--out', out];
  const { code } = await trainUntil([...flags, ...more], 'device', async (child) => {
    while (!linesOf(out).includes('"step":2')) await setTimeout(10);
    child.kill('SIGINT');
  });
  t.equal(code, 130);
  const checkpoint = () => readFileSync(join(out, 'checkpoint.safetensors'));
  const before = checkpoint();
  const resume = ['train', '--resume', out, '--save-every', '1'];
  const limited = runInShell('ulimit -f 1000; NODE_OPTIONS= "$@"', resume);
  t.equal(limited.code, 1);
  t.ok(isOneLine(limited.stderr), limited.stderr);
  t.match(limited.stderr, /checkpoint\.safetensors: cannot be written: file too large \(EFBIG\)/);
  t.ok(checkpoint().equals(before));
  t.notOk(readdirSync(out).some((name) => /\.tmp$|^lock/.test(name)));
  t.match(readFileSync(join(out, 'metrics.jsonl'), 'utf8'), /\n$/, 'no part of a line');
});
