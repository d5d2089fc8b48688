// Runs of the GAN program: what a folder holds, and that a resumed run is the one that was not interrupted.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { decodePng } from '../../../datasets/png.js';
import { loadSafetensors } from '../../../lib/index.js';
import { readMetrics, runProgram, trainUntil } from '../programs.js';
import { copyOf, linesOf, positionOf } from '../train/resumed.js';
import { measured, sameGan, small, writeClassifier } from './small.js';

const root = t.testdir({});
const folder = (name: string) => join(root, name);
const gan = (...args: string[]) => runProgram('gan', args);
const features = await writeClassifier(folder('features'));
const flags = [...small, ...measured(features, 3), '--steps', '8'];
const whole = folder('whole');
const part = folder('part');

const ended = gan(...flags, '--threads', '1', '--json', '--out', whole);
const stopped = await trainUntil(
  [...flags, '--threads', '1', '--out', part],
  'running statistics',
  (child) => child.kill('SIGINT'),
  'gan',
);

t.test('a run and its files', async (t) => {
  t.equal(ended.code, 0, ended.stderr);
  t.match(ended.stderr, /features: 8 of .*features, SHA-256 [0-9a-f]{64}, of 16 images in each set/);
  const metrics = readMetrics(whole);
  const updates = metrics.filter((metric) => metric.kind === 'gan');
  t.strictSame(
    updates.map(({ step }) => step),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  const distances = metrics.filter((metric) => metric.kind === 'distance');
  const both = ['running', 'precise'];
  t.strictSame(
    distances.map(({ step, statistics }) => [step, statistics]),
    [3, 6, 8].flatMap((step) => both.map((statistics) => [step, statistics])),
  );
  const floors = new Set(distances.map(({ floor }) => JSON.stringify(floor)));
  t.equal(floors.size, 1, 'the floor is the same each time');
  t.ok(distances.every(({ frechet, kid, floor }) => frechet > floor.frechet && kid > floor.kid));
  t.not(distances[4].frechet, distances[5].frechet, 'both ways are two');
  const files = readdirSync(join(whole, 'samples')).sort();
  const grids = metrics.filter((metric) => metric.kind === 'samples');
  t.strictSame(
    grids.map(({ file }) => file).sort(),
    files.map((file) => `samples/${file}`),
  );
  t.equal(files.length, 6);
  const { width, height, pixels } = decodePng(files[0], readFileSync(join(whole, 'samples', files[0])));
  t.strictSame([width, height], [274, 274]);
  t.ok(new Set(pixels.subarray(0, 3 * 548)).size === 1, 'a white margin');
  const { state, metadata } = loadSafetensors(readFileSync(join(whole, 'weights.safetensors')));
  t.strictSame(metadata, { framework: 'mixgrad', model: 'dcgan', norm: 'mn' });
  t.strictSame(state['deconv4.weight'].shape, [4, 3, 4, 4]);
});

t.test('the result is the mean of the last distances', async (t) => {
  const { distances, steps, ...rest } = JSON.parse(ended.stdout);
  const all = readMetrics(whole).filter((metric) => metric.kind === 'distance');
  for (const statistics of ['running', 'precise']) {
    const found = all.filter((metric) => metric.statistics === statistics);
    const mean = found.reduce((sum, { frechet }) => sum + frechet, 0) / 3;
    t.equal(distances[statistics].count, 3);
    t.ok(Math.abs(distances[statistics].frechet - mean) < 1e-12);
  }
  t.equal(steps, 8);
  t.equal(rest.ended, 'finished');
  t.ok(existsSync(rest.report));
});

t.test('the report', async (t) => {
  const report = readFileSync(join(whole, 'report.html'), 'utf8');
  t.equal(report.match(/<div class="plot"><svg [^>]*role="img"/g)?.length, 4, 'four charts');
  t.equal(report.match(/<img src="data:image\/png;base64,/g)?.length, 6, 'six grids');
  t.match(report, 'Fréchet distance on our features');
  t.notMatch(report, /\bFID\b/);
  t.notMatch(report, /(src|href)="http/);
});

t.test('a run that Ctrl-C ended goes on exactly, on another number of threads', async (t) => {
  t.equal(stopped.code, 130, stopped.stderr);
  const { step } = await positionOf(part);
  t.ok(Number(step) >= 3 && Number(step) < 8, `${step} steps`);
  const resumed = copyOf(part, folder('resumed'));
  const { code, stdout, stderr } = gan('--resume', resumed, '--threads', '2');
  t.equal(code, 0, stderr);
  t.match(stdout, `8 steps of 4 images, resumed after step ${step} in ${resumed}\n`);
  sameGan(t, resumed, whole);
  const again = gan('--resume', resumed);
  t.match(again.stdout, 'this run has come to its end, nothing is left to do');
});

t.test('one that was interrupted while it was evaluated is evaluated first', async (t) => {
  const out = folder('evaluation');
  const { code } = await trainUntil(
    [...flags, '--out', out],
    'device',
    async (child) => {
      while (!existsSync(join(out, 'metrics.jsonl')) || !linesOf(out).includes('"step":3'))
        await setTimeout(5);
      child.kill('SIGINT');
    },
    'gan',
  );
  t.equal(code, 130);
  t.equal(gan('--resume', out, '--quiet').code, 0);
  sameGan(t, out, whole);
});

t.test('a grid that was removed is not shown', async (t) => {
  const resumed = copyOf(part, folder('removed'));
  rmSync(join(resumed, 'samples', '0000003-running.png'));
  const { code, stderr } = gan('--resume', resumed, '--quiet');
  t.equal(code, 0, stderr);
  const report = readFileSync(join(resumed, 'report.html'), 'utf8');
  t.equal(report.match(/<img src="data:image\/png;base64,/g)?.length, 5);
});

t.test('other features are refused', async (t) => {
  const others = await writeClassifier(folder('others'), 2);
  const copy = copyOf(part, folder('copy'));
  const { code, stderr } = gan('--resume', copy, '--features', others);
  t.equal(code, 2);
  const words = `the weights there are others than those that the run in ${copy} began with`;
  t.equal(stderr, `gan: --features ${others}: ${words}\n`);
});

t.test('without a classifier there are grids and no distances', async (t) => {
  const out = folder('grids');
  const plain = small.slice(0, small.indexOf('--norm-at'));
  t.equal(gan(...plain, '--norm', 'group', '--steps', '2', '--out', out).code, 0);
  t.strictSame(
    readMetrics(out).map(({ kind }) => kind),
    ['gan', 'gan', 'samples'],
  );
});
