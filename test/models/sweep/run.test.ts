// mixgrad sweep run: what is not finished of a sweep, however it ended before.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { isOneLine } from '../programs.js';
import { positionOf } from '../train/resumed.js';
import {
  foldersOf,
  isFree,
  locksOf,
  metricsOf,
  reaches,
  runAll,
  runsIn,
  small,
  start,
  stepOf,
  write,
} from './sweeps.js';

const root = t.testdir({});
const folder = (name: string) => join(root, name);
const STEPS = 40;
const long = [
  ...small,
  '--steps',
  `${STEPS}`,
  '--eval-every-steps',
  '25',
  '--save-every',
  '10',
  '--seed',
  '1..2',
];
const whole = folder('whole');

/** How the runs of a sweep ended, by their files; null where one did not. */
const endsOf = (sweep: string) =>
  foldersOf(sweep).map((run) => {
    const path = join(run, 'ended.json');
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).ended : null;
  });

t.test('all runs are run, some side by side, and what has finished is not run again', async (t) => {
  write(whole, ...long);
  const { code, stdout, stderr } = runAll(whole, '--jobs', '2', '--threads', '4');
  t.equal(code, 0, stderr);
  t.match(
    stdout,
    /^1_seed-1: starts\n2_seed-2: starts\n(\d_seed-\d: finished with code 0 after \d+ s\n){2}2 runs: 2 finished\n$/,
  );
  t.same(endsOf(whole), ['finished', 'finished']);
  for (const run of foldersOf(whole)) {
    t.equal(stepOf(run), STEPS);
    t.equal(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).threads, 2, 'threads are divided');
  }
  t.match(readFileSync(join(whole, 'logs', '1_seed-1.txt'), 'utf8'), /device: wasm, threads: 2 /);
  const again = runAll(whole, '--json');
  t.equal(again.code, 0);
  t.same(JSON.parse(again.stdout), { runs: 2, finished: 2, diverged: 0, failed: 0, interrupted: 0, held: 0 });
  t.equal(again.stderr, '');
  t.match(runAll(whole, '--index', '3'), {
    code: 2,
    stderr: 'sweep: --index 3: the sweep has runs 1 to 2\n',
  });
});

t.test('a sweep that is killed or stopped goes on, and gives the same metrics', async (t) => {
  const sweep = folder('killed');
  write(sweep, ...long);
  const [first] = foldersOf(sweep);

  const all = start(sweep);
  await reaches(first, 13, all);
  process.kill(-all.child.pid!, 'SIGKILL');
  await all.ended;
  t.same(endsOf(sweep), [null, null]);
  t.equal((await positionOf(first)).step, 10);

  const alone = start(sweep);
  await reaches(first, 12, alone);
  await reaches(first, 16, alone);
  alone.child.kill('SIGKILL');
  await alone.ended;
  await isFree(first);
  t.equal((await positionOf(first)).step, stepOf(first), 'a run whose sweep is gone saves and ends');
  t.same(endsOf(sweep), [null, null]);

  const stopped = start(sweep, '--jobs', '2');
  await reaches(foldersOf(sweep)[1], 5, stopped);
  // As a terminal or Slurm does: all processes at once.
  process.kill(-stopped.child.pid!, 'SIGTERM');
  const { code, stdout, stderr } = await stopped.ended;
  t.equal(code, 143);
  t.equal(stderr, 'sweep: stopped by SIGTERM; the same command goes on with what is not finished\n');
  t.match(stdout, /^1_seed-1: goes on\n2_seed-2: starts\n/);
  t.match(stdout, /2_seed-2: interrupted with code 1(43|29) after/);
  for (const run of foldersOf(sweep)) {
    t.same(locksOf(run), []);
    t.equal((await positionOf(run)).step, stepOf(run), 'each has saved');
  }

  t.equal(runAll(sweep, '--threads', '1').code, 0);
  t.same(metricsOf(sweep), metricsOf(whole));
  t.same(endsOf(sweep), ['finished', 'finished']);
});

t.test('two sweeps beside each other take different runs', async (t) => {
  const sweep = folder('beside');
  write(sweep, ...small, '--steps', '3', '--seed', '1..4');
  const both = await Promise.all([start(sweep).ended, start(sweep).ended]);
  const starts = both.flatMap(({ stdout }) => stdout.match(/^\d_seed-\d: starts$/gm) ?? []);
  t.same(
    starts.sort(),
    [1, 2, 3, 4].map((i) => `${i}_seed-${i}: starts`),
    'each is run once',
  );
  t.same(endsOf(sweep), ['finished', 'finished', 'finished', 'finished']);
  for (const { code, stderr } of both)
    if (code !== 0) t.match(stderr, /^sweep: not finished: \d_seed-\d \(held\)/);
});

t.test('a run that diverges, and one that cannot be, do not stop the others', async (t) => {
  const sweep = folder('failing');
  // Of 8 training images no batch of 16 can be made, which train finds when it has them.
  write(sweep, ...small, '--steps', '2', '--lr', '1e9,0.01', '--batch-size', '16');
  const { code, stdout, stderr } = runAll(sweep);
  t.equal(code, 1);
  t.match(stdout, /1_batch-size-4_lr-1e9: diverged with code 1 after \d+ s: train: .*try a lower --lr/);
  t.match(
    stdout,
    /3_.*: failed with code 2 after \d+ s: train: --batch-size 16: there are 8 training images/,
  );
  t.match(stdout, /\n4 runs: 1 finished, 1 diverged, 2 failed\n$/);
  t.ok(isOneLine(stderr), stderr);
  t.match(stderr, /^sweep: not finished: 1_\S+ \(diverged\), 3_\S+ \(failed\), 4_\S+ \(failed\)\n$/);
  t.same(endsOf(sweep), ['diverged', 'finished', null, null]);
  const again = runAll(sweep, '--index', '1');
  t.match(again, { code: 1, stdout: '1 run: 1 diverged\n' }, 'it is not run again, and still told');
});

t.test('what a run left before its settings were written is begun anew', async (t) => {
  const sweep = folder('early');
  write(sweep, ...small, '--steps', '1');
  const [run] = foldersOf(sweep);
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, 'metrics.jsonl'), '');
  writeFileSync(join(run, 'config.json.tmp'), '{"lr"');
  writeFileSync(join(run, `lock-${hostname()}-999999999`), '');
  t.match(runAll(sweep), { code: 0, stdout: /^1: starts\n/ });
});

t.test('a folder that is not that of the run is refused, and stays as it is', async (t) => {
  const sweep = folder('foreign');
  write(sweep, ...long);
  const [first] = foldersOf(sweep);
  const [, other] = foldersOf(whole);
  const cases: [make: () => void, words: RegExp][] = [
    [
      () => cpSync(other, first, { recursive: true }),
      /holds another run: config\.json has seed 2, the sweep asks for 1/,
    ],
    [() => writeFileSync(join(first, 'notes.txt'), ''), /holds notes\.txt and no config\.json/],
    [() => writeFileSync(join(first, 'metrics.jsonl'), '{}\n'), /holds metrics\.jsonl and no config\.json/],
    [
      () => writeFileSync(join(first, 'config.json'), '{'),
      /config\.json is not the JSON that was written there/,
    ],
    [
      () => {
        cpSync(foldersOf(whole)[0], first, { recursive: true });
        writeFileSync(join(first, 'ended.json'), '{"ended":"soon"}');
      },
      /ended\.json says neither finished nor diverged/,
    ],
  ];
  for (const [make, words] of cases) {
    rmSync(first, { recursive: true, force: true });
    mkdirSync(first, { recursive: true });
    make();
    const before = readdirSync(first);
    const { code, stderr } = runAll(sweep);
    t.equal(code, 2);
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, words);
    t.same(readdirSync(first), before);
  }
  rmSync(join(sweep, 'runs'), { recursive: true });
  writeFileSync(join(sweep, 'runs'), '');
  t.match(runAll(sweep, '--index', '1'), { code: 1, stdout: /1_seed-1: failed/ });
});

t.test('a list whose flags train refuses is told with its run', async (t) => {
  const sweep = folder('edited');
  write(sweep, ...small, '--steps', '1', '--seed', '1..2');
  const path = join(sweep, 'sweep.json');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"none"', '"nonsense"'));
  const { stdout, code } = runAll(sweep, '--index', '2');
  t.equal(code, 1);
  t.match(stdout, /2_seed-2: failed with code 2 .*--norm <name>' argument 'nonsense' is invalid/);
  t.equal(runsIn(sweep).length, 2);
});
