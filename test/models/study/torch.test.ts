// The runs of a sweep in PyTorch (models/study/torch) are those of mixgrad with another arithmetic.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRandom } from '../../../lib/index.js';
import type { EvalMetric } from '../../../models/run/metrics.js';
import { version } from '../../../models/run/version.js';
import type { FlagValues } from '../../../models/sweep/grid.js';
import { runsOf, type SweepRun } from '../../../models/sweep/runs.js';
import { writeSweep } from '../../../models/sweep/sweep-file.js';
import { spawnSync } from '../../processes.js';
import { pythonWith } from '../../python.js';
import { isOneLine, readMetrics, runMixgrad } from '../programs.js';
import { runAll } from '../sweep/sweeps.js';

const PROGRAM = 'models/study/torch/runs.py';
const { python, skip } = pythonWith('torch, numpy');
const root = t.testdir({});
const data = join(root, 'cifar10');

// A folder of CIFAR-10 with 20 training and 4 test images, smooth ones that differ by class.
mkdirSync(data);
const random = createRandom(1);
for (const name of [...[1, 2, 3, 4, 5].map((n) => `data_batch_${n}`), 'test_batch']) {
  const records = Array.from({ length: 4 }, (_, n) => {
    const label = 3 * n;
    const waves = [1, 2, 3].map((c) => 40 * c * random.uniform());
    const pixel = (i: number) => {
      const [c, y, x] = [Math.floor(i / 1024), Math.floor(i / 32) % 32, i % 32];
      return 128 + waves[c] * Math.sin((label + 1 + c) * 0.1 * x + 0.2 * y) + 10 * random.uniform();
    };
    return [label, ...Array.from({ length: 3072 }, (_, i) => Math.round(pixel(i)))];
  });
  writeFileSync(join(data, `${name}.bin`), Uint8Array.from(records.flat()));
}

const conditions = {
  ...{ dataset: 'cifar10', data, optimizer: 'adamw', schedule: 'constant', augment: false },
  ...{ 'batch-size': '10', epochs: '1', 'precise-batches': '1', lr: '1e-5' },
};
const mixture = { norm: 'mn', 'norm-at': 'conv3', gradient: 'posterior' };
const arms: FlagValues[] = [
  { norm: 'bn', 'norm-at': 'conv3', 'norm-gamma': '1.7320508' },
  { norm: 'ghost', 'norm-at': 'conv3', groups: '3' },
  { norm: 'mode', 'norm-at': 'conv3', components: '3' },
  { norm: 'mn', scale: 'fisher' },
  { ...mixture, scale: 'fisher' },
  { ...mixture, scale: 'unit' },
  { ...mixture, gradient: 'unrolled', components: '2' },
];
const { runs } = runsOf(arms.map((arm) => ({ ...conditions, ...arm })));

/** A folder with these runs. */
function sweepOf(name: string, some: SweepRun[]): string {
  const folder = join(root, name);
  mkdirSync(folder);
  writeSweep(folder, { version: version(), command: 'mixgrad sweep', runs: some });
  return folder;
}

/** The runs of a sweep in PyTorch. */
const runInTorch = (folder: string, ...flags: string[]) =>
  spawnSync(python, ['-B', PROGRAM, folder, '--data', data, '--device', 'cpu', ...flags], {
    encoding: 'utf8',
  });

/** What a run found, without times. */
const scores = (folder: string) =>
  readMetrics(folder)
    .filter((metric) => metric.kind === 'train' || metric.kind === 'eval')
    .map(({ kind, step, epoch, loss, accuracy, ...others }) => ({
      at: { kind, step, epoch, statistics: (others as Partial<EvalMetric>).statistics },
      loss,
      accuracy,
    }));

t.test('each norm has the losses of mixgrad, in training and in both evaluations', { skip }, (t) => {
  const [ours, theirs] = ['ours', 'theirs'].map((name) => sweepOf(name, runs));
  t.equal(runAll(ours, '--jobs', '2').code, 0);
  const halves = ['1/2', '2/2'].map((share) => runInTorch(theirs, '--share', share));
  for (const { status, stderr } of halves) t.equal(status, 0, stderr);
  for (const { name } of runs) {
    const [own, other] = [ours, theirs].map((folder) => scores(join(folder, 'runs', name)));
    t.strictSame(
      other.map(({ at }) => at),
      own.map(({ at }) => at),
    );
    t.equal(own.length, 4, 'two updates, and two evaluations');
    for (const [i, { at, loss }] of own.entries())
      t.ok(
        Math.abs(other[i].loss / loss - 1) < 1e-4,
        `${name}, ${Object.values(at)}: ${other[i].loss}, ${loss}`,
      );
  }
  const before = runs.map(({ name }) => readFileSync(join(theirs, 'runs', name, 'metrics.jsonl'), 'utf8'));
  t.equal(runInTorch(theirs).stdout, '', 'nothing is left to run');
  t.strictSame(
    runs.map(({ name }) => readFileSync(join(theirs, 'runs', name, 'metrics.jsonl'), 'utf8')),
    before,
  );
  const collected = runMixgrad(['sweep', 'collect', theirs, '--json']);
  t.equal(collected.code, 0, collected.stderr);
  t.end();
});

t.test('what cannot be run is said in one line', { skip }, (t) => {
  const [run] = runs;
  const other = (settings: FlagValues, name: string) =>
    sweepOf(name, [{ ...run, settings: { ...run.settings, ...settings } }]);
  const wrong: [folder: string, flags: string[], words: RegExp][] = [
    [join(root, 'nowhere'), [], /nowhere.sweep\.json: no such file/],
    [sweepOf('right', runs), ['--share', '3/2'], /--share 3\/2: expected i\/n/],
    [join(root, 'right'), ['--data', root], /data_batch_1\.bin: no such file/],
    [other({ optimizer: 'sgd' }, 'sgd'), [], /--optimizer is sgd: these runs need adamw/],
    [other({ posterior: 'channel' }, 'channel'), [], /--posterior channel: these runs do not have it/],
    [other({ 'precise-batches': '3' }, 'precise'), [], /--precise-batches 3: an epoch has 2/],
  ];
  for (const [folder, flags, words] of wrong) {
    const { status, stderr } = runInTorch(folder, ...flags);
    t.equal(status, 1);
    t.match(stderr, words);
    t.ok(isOneLine(stderr), stderr);
  }
  t.end();
});
