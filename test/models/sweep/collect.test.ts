// mixgrad sweep collect: the files it writes, what it prints, and how it refuses.
import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRandom } from '../../../lib/index.js';
import type { Metric } from '../../../models/run/metrics.js';
import { accuracies, type CollectFlags, runCollect } from '../../../models/sweep/collect.js';
import { type Collected, type Status, statuses } from '../../../models/sweep/collected.js';
import { spawnSync } from '../../processes.js';
import { isOneLine, mixgrad, runMixgrad, tiny } from '../programs.js';
import { type MadeRun, writeMade } from './made.js';

const root = t.testdir({});
const collect = (...args: string[]) => runMixgrad(['sweep', 'collect', ...args]);
const read = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');

/** What a folder is refused with. */
const refusal = (sweep: string, flags: CollectFlags = {}): Promise<string> =>
  runCollect(sweep, { ...flags, quiet: true }).then(
    () => 'none',
    (error: Error) => error.message,
  );

/** What it collects. */
async function collectedOf(sweep: string): Promise<Collected> {
  await runCollect(sweep, { quiet: true });
  return JSON.parse(read(sweep, 'collected.json'));
}

/** A noisy run. */
function noisy(norm: string, seed: number, more: Partial<MadeRun> = {}): MadeRun {
  const random = createRandom(`${norm} ${seed}`);
  const pace = norm === 'mn' ? 1.2 : 1;
  return {
    settings: { norm, seed: String(seed) },
    accuracy: (step) => 0.75 * (1 - Math.exp((-pace * step) / 30)) + 0.004 * random.normal(),
    loss: (step) => 2.3 * Math.exp((-pace * step) / 60) + 0.05 * random.normal(),
    total: 120,
    every: 10,
    ...more,
  };
}

const seeds = [1, 2, 3, 4, 5];
const runs = ['bn', 'mn'].flatMap((norm) => seeds.map((seed) => noisy(norm, seed)));
const folder = writeMade(join(root, 'sweep'), [...runs, { norm: 'mn', seed: '6' }]);

/** A copy of the sweep with a change. */
function changed(name: string, change: (run: string) => void): string {
  const copy = join(root, name);
  cpSync(folder, copy, { recursive: true });
  change(join(copy, 'runs', '7_mn_2'));
  return copy;
}

t.test('a table on the terminal, tables and numbers in files', async (t) => {
  const { code, stdout, stderr } = collect(folder);
  t.equal(stderr, '');
  t.equal(code, 0);
  const [header, bn, mn, note, ...files] = stdout.trimEnd().split('\n');
  t.match(header, /^arm +runs +running % +precise % +precise, points +updates to \d\d\.\d %$/);
  t.match(bn, /^bn +5 +7\d\.\d ± 0\.\d +7\d\.\d ± 0\.\d +– +–$/);
  t.match(mn, /^mn +5 of 6: 1 missing +.* [+−]?\d\.\d \[.*, .*\] +0\.\d\d \[0\.\d\d, \d\.\d\d\]$/);
  t.equal(note, 'points and updates: beside bn, runs of the same seed');
  t.same(
    files,
    ['collected.json', 'table.md', 'report.html'].map((name) => join(folder, name)),
  );
  const collected: Collected = JSON.parse(read(folder, 'collected.json'));
  t.equal(collected.runs.length, 11);
  t.equal(collected.baseline, 'bn');
  t.same(collected.settings, {
    ...{ model: 'cifar-cnn', dataset: 'cifar10', totalSteps: 120, batchSize: 100, classes: 10 },
    parameters: 1234,
  });
  t.equal(collected.arms[1].accuracy.precise.steps.length, 12);
});

t.test('every table has as many cells in each row as in its header', async (t) => {
  const tables = read(folder, 'table.md').match(/(?:^\|.*\n)+/gm)!;
  t.equal(tables.length, 1 + 3 + 1 + 6 + 1);
  for (const table of tables) {
    const widths = table
      .trimEnd()
      .split('\n')
      .map((row) => row.split(' | ').length);
    t.equal(new Set(widths).size, 1, table);
  }
});

t.test('the same sweep gives the same bytes, in any folder', async (t) => {
  const again = join(root, 'again');
  t.equal(collect(folder, '--out', again).code, 0);
  for (const name of ['collected.json', 'table.md', 'report.html'])
    t.equal(read(again, name), read(folder, name), name);
});

t.test('--json has the arms, and nothing else is on stdout', async (t) => {
  const torn = changed('torn', (run) => appendFileSync(join(run, 'metrics.jsonl'), '{"kind":"tr'));
  const { code, stdout, stderr } = collect(torn, '--json');
  t.equal(code, 0);
  t.equal(stderr, '7_mn_2: the last line of metrics.jsonl is torn and was left out\n');
  const result = JSON.parse(stdout);
  t.same(result.runs, { finished: 10, diverged: 0, unfinished: 0, missing: 1 });
  t.same(
    result.arms.map(({ name }: { name: string }) => name),
    ['bn', 'mn'],
  );
  t.equal(result.table, join(torn, 'table.md'));
  t.equal(collect(folder, '--quiet').stdout, '');
});

t.test('the arm to compare with, and the targets', async (t) => {
  const out = join(root, 'chosen');
  t.equal(collect(folder, '--baseline', 'mn', '--targets', '60,50.5', '--out', out).code, 0);
  const { baseline, comparisons, targets }: Collected = JSON.parse(read(out, 'collected.json'));
  t.equal(baseline, 'mn');
  t.equal(comparisons[0].arm, 'bn');
  t.same(
    targets.slice(0, 2).map(({ value }) => value),
    [0.505, 0.6],
  );
  t.match(read(out, 'table.md'), /\| arm \| 50\.5 % \| 60\.0 % \|/);
  t.match(read(out, 'table.md'), /Accuracies were given/);
});

t.test('runs that diverged, go on or left nothing are counted', async (t) => {
  const cut = (run: string, lines: number) => {
    const path = join(run, 'metrics.jsonl');
    const text = readFileSync(path, 'utf8').split('\n').slice(0, lines).join('\n');
    writeFileSync(path, `${text}\n`);
  };
  const counts = async (name: string, change: (run: string) => void) => {
    const { runs } = await collectedOf(changed(name, change));
    const count = (wanted: Status) => runs.filter(({ status }) => status === wanted).length;
    return Object.fromEntries(statuses.map((status) => [status, count(status)]));
  };
  t.same(await counts('cut', (run) => cut(run, 50)), { finished: 9, diverged: 0, unfinished: 1, missing: 1 });
  const diverged = (run: string) => {
    cut(run, 50);
    writeFileSync(join(run, 'ended.json'), '{"ended":"diverged","steps":42,"seconds":1}');
  };
  t.same(await counts('diverged', diverged), { finished: 9, diverged: 1, unfinished: 0, missing: 1 });
  const lines = 120 + 2 * 12;
  t.same(
    await counts('one evaluation less', (run) => cut(run, lines - 1)),
    { finished: 9, diverged: 0, unfinished: 1, missing: 1 },
    'the last evaluation was by running statistics alone',
  );
  t.same(
    await counts('no config', (run) => {
      rmSync(join(run, 'config.json'));
      writeFileSync(join(run, 'metrics.jsonl'), '');
    }),
    { finished: 9, diverged: 0, unfinished: 1, missing: 1 },
  );
});

t.test('a sweep of which nothing was run yet', async (t) => {
  const empty = writeMade(join(root, 'empty'), [{ norm: 'bn' }, { norm: 'mn' }]);
  const { stdout } = collect(empty);
  t.match(stdout, /bn +0 of 1: 1 missing +– +– +–\n/);
  t.match(read(empty, 'table.md'), /No run has come to its end\./);
});

t.test('no file is longer than a megabyte', async (t) => {
  const numbers = { gradNorm: 1.23456, outputDeviation: 1.23456, weights: Array(40).fill(0.123456) };
  const names = Array.from({ length: 40 }, (_, i) => `blocks.${i}.norm`);
  const more = Array.from(
    { length: 120 },
    (_, i): Metric => ({
      kind: 'layers',
      step: i + 1,
      epoch: 1,
      layers: Object.fromEntries(names.map((name) => [name, numbers])),
    }),
  );
  const large = writeMade(join(root, 'large'), [noisy('bn', 1), noisy('mn', 1, { more })]);
  const { smoothing, arms } = await collectedOf(large);
  t.ok(statSync(join(large, 'collected.json')).size <= 1_000_000);
  t.equal(smoothing.points, 100);
  const [layer] = arms[1].layers;
  t.equal(layer.steps.length, 60, 'every second');
  t.equal(layer.steps.at(-1), 120);
  t.equal(layer.weights!.length, 60);
});

t.test('what is damaged is refused in one line that names file and line', async (t) => {
  const metrics = (change: (lines: string[]) => string[]) => (run: string) => {
    const path = join(run, 'metrics.jsonl');
    writeFileSync(path, change(readFileSync(path, 'utf8').split('\n')).join('\n'));
  };
  const at = 'runs/7_mn_2';
  const cases: [name: string, change: (run: string) => void, words: string][] = [
    ['no JSON', metrics((lines) => lines.with(4, '{"kind"')), `${at}/metrics.jsonl: line 5 is no metric`],
    [
      'no layer',
      metrics((lines) => lines.with(4, '{"kind":"layers","step":1,"epoch":1,"layers":{"norm1":null}}')),
      `${at}/metrics.jsonl: line 5 is no metric`,
    ],
    [
      'no number',
      metrics((lines) => lines.with(2, lines[2].replace(/"loss":[\d.]+/, '"loss":null'))),
      `${at}/metrics.jsonl: line 3: loss is null, expected a number`,
    ],
    [
      'an update lost',
      metrics((lines) => lines.toSpliced(6, 1)),
      `${at}/metrics.jsonl: line 7: step is 8, expected 7`,
    ],
    [
      'settings',
      (run) => writeFileSync(join(run, 'config.json'), '{}'),
      `${at}/config.json: is damaged, expected the settings of a run`,
    ],
    [
      'no settings',
      (run) => rmSync(join(run, 'config.json')),
      `${at}/config.json: is missing, although the run has metrics`,
    ],
    [
      'end',
      (run) => {
        metrics((lines) => lines.slice(0, 9))(run);
        writeFileSync(join(run, 'ended.json'), '{');
      },
      `${at}: ended.json is not the JSON that was written there`,
    ],
    [
      'a folder',
      (run) => {
        rmSync(join(run, 'metrics.jsonl'));
        cpSync(join(run, '..', '1_bn_1'), join(run, 'metrics.jsonl'), { recursive: true });
      },
      `${at}/metrics.jsonl: is a folder, expected a file`,
    ],
  ];
  for (const [name, change, words] of cases) {
    const copy = changed(`damaged ${name}`, change);
    rmSync(join(copy, 'table.md'), { force: true });
    t.equal(await refusal(copy), join(copy, words));
    t.notOk(existsSync(join(copy, 'table.md')), 'nothing is written');
  }
});

t.test('wrong folders and flags', async (t) => {
  t.match(await refusal(join(root, 'none')), /none: no such folder$/);
  t.match(await refusal(root), /: holds no sweep: it has no sweep\.json$/);
  const wrong = "--baseline gn: no such arm, there are 'bn', 'mn'";
  t.equal(await refusal(folder, { baseline: 'gn' }), wrong);
  t.match(
    await refusal(folder, { out: join(folder, 'sweep.json') }),
    /^--out .*: is a file, expected a folder$/,
  );
  const cases: [args: string[], words: RegExp][] = [
    [[folder, '--baseline', 'gn'], new RegExp(`^sweep: ${wrong}\n$`)],
    [[folder, '--targets', '60,x'], /Expected accuracies between 0 and 100/],
    [[folder, '--bsaeline', 'bn'], /unknown option '--bsaeline' \(Did you mean --baseline\?\)/],
    [[], /missing required argument 'dir'/],
  ];
  for (const [args, words] of cases) {
    const { code, stdout, stderr } = collect(...args);
    t.equal(code, 2);
    t.equal(stdout, '');
    t.match(stderr, words);
    t.ok(isOneLine(stderr), stderr);
  }
  for (const text of ['0', '100', '', '60,', '-1'])
    t.throws(() => accuracies(text), /between 0 and 100/, text);
});

t.test('runs that were trained', async (t) => {
  const flags = [...tiny, '--steps', '4', '--eval-every-steps', '2', '--quiet'];
  const settings = [
    { norm: 'bn', seed: '1' },
    { norm: 'mn', seed: '1' },
  ];
  const trained = writeMade(join(root, 'trained'), settings);
  for (const [i, { norm, seed }] of settings.entries()) {
    const out = join(trained, 'runs', `${i + 1}_${norm}_${seed}`);
    const args = ['train', ...flags, '--norm', norm, '--seed', seed, '--out', out];
    t.equal(spawnSync(process.execPath, [mixgrad, ...args], { encoding: 'utf8' }).status, 0);
  }
  const { arms, runs: made, comparisons, settings: shared } = await collectedOf(trained);
  t.same(
    made.map(({ status, step, totalSteps }) => [status, step, totalSteps]),
    [
      ['finished', 4, 4],
      ['finished', 4, 4],
    ],
  );
  t.equal(shared.dataset, 'synthetic');
  for (const arm of arms) {
    t.same(arm.accuracy.precise.steps, [2, 4]);
    t.ok(arm.stepMs.mean! > 0);
  }
  t.equal(comparisons[0].final.precise.pairs.length, 1);
});
