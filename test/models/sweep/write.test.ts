// mixgrad sweep: the list of runs as a file and as commands.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isOneLine, runMixgrad } from '../programs.js';
import { runsIn, small, write } from './sweeps.js';

const root = t.testdir({});
const folder = (name: string) => join(root, name);
const list = folder('a list');
const flags = [...small, '--steps', '2', '--lr', '0.01,0.02', '--seed', '1..2'];

t.test('a list is written, and a command printed for each run', async (t) => {
  const { code, stdout, stderr } = write(list, ...flags);
  t.equal(code, 0, stderr);
  t.same(
    stdout.trimEnd().split('\n'),
    [1, 2, 3, 4].map((i) => `mixgrad sweep run '${list}' --index ${i}`),
  );
  t.match(stderr, /^4 runs written to .*sweep\.json; all of them: mixgrad sweep run '.*a list'\n$/);
  t.same(readdirSync(list), ['sweep.json']);
  const sweep = JSON.parse(readFileSync(join(list, 'sweep.json'), 'utf8'));
  t.equal(sweep.command, `mixgrad sweep ${flags.join(' ')}`);
  t.match(sweep.runs[2], {
    index: 3,
    name: '3_lr-0.02_seed-1',
    settings: { lr: '0.02', seed: '1', norm: 'none' },
  });

  const before = readFileSync(join(list, 'sweep.json'));
  const again = write(list, ...flags, '--quiet');
  t.same({ ...again, stderr: '' }, { code: 0, stdout, stderr: '' });
  t.equal(again.stderr, '');
  const sameRuns = write(list, ...flags.slice(0, -2), '--seed', '1', '--seed', '2');
  t.equal(sameRuns.stdout, stdout, 'flags in other words');
  const others = write(list, ...flags.slice(0, -2), '--seed', '1..3');
  t.equal(others.code, 2);
  t.equal(
    others.stderr,
    `sweep: --out ${list}: holds another sweep: --seed is 1, 2 there, 1, 2, 3 here; give a new folder\n`,
  );
  t.same(readFileSync(join(list, 'sweep.json')), before);
});

t.test('what is wrong is told in one line, and nothing is written', async (t) => {
  mkdirSync(folder('used'));
  writeFileSync(join(folder('used'), 'notes.txt'), 'mine');
  writeFileSync(folder('file'), '');
  const out = ['--out', folder('new')];
  const wrong: [args: string[], named: RegExp][] = [
    [['--lr', '1'], /required option '--out <dir>' not specified/],
    [['rnu', list], /unknown command 'rnu' \(Did you mean run\?\)/],
    [['run'], /missing required argument 'dir'/],
    [['--sed', '1', ...out], /unknown option '--sed' \(Did you mean --seed\?\)/],
    [['--lr', '0.1,x', ...out], /--lr <rate>' argument 'x' is invalid/],
    [['--seed', '3..1', ...out], /--seed 3\.\.1: expected the lower end first/],
    [['--epochs', '1', '--steps', '1', ...out], /--steps <n>' cannot be used with option '--epochs <n>'/],
    [['--norm', 'bn', '--iterations', '2', ...out], /--iterations: only for --norm mn/],
    [['--threads', '1', ...out], /--threads: belongs to 'sweep run'/],
    [['--resume', 'x', ...out], /--resume: 'sweep run' goes on/],
    [['--budget', '5', ...out], /--budget: only with --preset/],
    [['--images-per-s', '5', '--preset', 'scale', ...out], /--images-per-s: only with --budget/],
    [['--preset', 'scales', ...out], /--preset .*\(Did you mean scale\?\)/],
    [['--preset', 'scale', '--scale', 'unit', ...out], /--scale: --preset scale decides it/],
    [['--preset', 'scale', '--budget', '1', '--seed', '1', ...out], /--seed: --budget decides it/],
    [[...flags, '--out', folder('used')], /used: is not empty/],
    [[...flags, '--out', folder('file')], /file: is a file, expected a folder/],
  ];
  for (const [args, named] of wrong) {
    const { code, stdout, stderr } = runMixgrad(['sweep', ...args]);
    t.equal(code, 2, args.join(' '));
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, named);
    t.equal(stdout, '');
  }
  t.notOk(existsSync(folder('new')));
  t.same(readdirSync(folder('used')), ['notes.txt']);
});

t.test('a damaged list is refused by what reads it', async (t) => {
  const text = readFileSync(join(list, 'sweep.json'), 'utf8');
  const damages: [content: string, words: RegExp][] = [
    ['', /sweep\.json is no JSON/],
    [text.slice(0, -20), /sweep\.json is no JSON/],
    ['[]', /sweep\.json is not the list of runs that a sweep writes/],
    [text.replace(/"version": "[^"]+"/, '"version": "0.0.9"'), /was written by mixgrad 0\.0\.9, this is/],
    [text.replace('"index": 2', '"index": 7'), /has no run 2 in its place/],
    [text.replace('"3_lr-0.02', '"../3_lr-0.02'), /has no run 3 in its place/],
    [text.replace('"runs"', '"run"'), /lacks a list of runs/],
  ];
  const copy = folder('damaged');
  cpSync(list, copy, { recursive: true });
  for (const [content, words] of damages) {
    writeFileSync(join(copy, 'sweep.json'), content);
    const run = runMixgrad(['sweep', 'run', copy]);
    t.equal(run.code, 2);
    t.ok(isOneLine(run.stderr), run.stderr);
    t.match(run.stderr, words);
    t.equal(readFileSync(join(copy, 'sweep.json'), 'utf8'), content);
  }
  t.match(write(copy, ...flags), { code: 2, stderr: /--out .*damaged: sweep\.json lacks a list of runs/ });
  for (const [path, words] of [
    [folder('nowhere'), /nowhere: no such folder/],
    [folder('file'), /file: is a file, expected the folder of a sweep/],
    [root, /holds no sweep: it has no sweep\.json/],
  ] as const)
    t.match(runMixgrad(['sweep', 'run', path]), { code: 2, stderr: words });
});

t.test('a budget decides seeds and epochs', async (t) => {
  const common = '--preset scale --limit-test 4 --batch-size 4 --precise-batches 1'.split(' ');
  const preset = [...common, '--limit-train', '8'];
  const whole = folder('whole');
  t.equal(write(whole, ...preset, '--budget', '10', '--images-per-s', '1000').code, 0);
  t.equal(runsIn(whole).length, 6);
  t.match(runsIn(whole)[0].settings, { epochs: '5' });
  const { stderr } = write(folder('less'), ...preset, '--budget', '0.5', '--images-per-s', '1000');
  t.match(stderr, /^scale: 2 seeds, 5 epochs: about 0\.34 of 0\.5 minutes, one run at a time\n/);
  t.equal(runsIn(folder('less')).length, 4);
  t.match(write(folder('none'), ...preset, '--budget', '0.1', '--images-per-s', '1'), {
    code: 2,
    stderr: /^sweep: --budget 0\.1: --preset scale takes about \d+ minutes? for 20 steps of each run\n$/,
  });
  const slow = '--limit-train 400 --budget 2 --images-per-s 2'.split(' ');
  const part = write(folder('part'), ...common, ...slow);
  t.match(part, { code: 0, stderr: /^scale: 1 seed, \d+ steps: about [12]\.?\d? of 2 minutes/ });
  const steps = Number(runsIn(folder('part'))[0].settings.steps);
  t.ok(steps > 20 && steps < 60, `${steps}`);
  const measured = write(folder('measured'), ...preset, '--budget', '60');
  t.match(measured.stderr, /^mn at conv3, 3 components, \d rounds: \d+ images\/s\n/);
  const again = write(folder('measured'), ...preset, '--budget', '60');
  t.equal(again.stdout, measured.stdout);
  t.notMatch(again.stderr, /images/, 'it is not measured again');
});
