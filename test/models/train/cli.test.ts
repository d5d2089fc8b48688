// The training program: what a run writes and says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSafetensors } from '../../../lib/index.js';
import { readMetrics, runProgram, tiny, withoutTimes } from '../programs.js';

const root = t.testdir({});
const folder = (name: string) => join(root, name);
const train = (...args: string[]) => runProgram('train', args);
const evaluationsOf = (out: string) =>
  readMetrics(out).filter((metric) => metric.kind === 'eval' && metric.statistics === 'running');

t.test('a run leaves settings, metrics, weights and a report', (t) => {
  const out = folder('whole');
  const { code, stdout, stderr } = train(...tiny, '--out', out);
  t.equal(code, 0, stderr);
  t.match(stdout.split('\n')[0], /^device: wasm, threads: 1 \(/);
  t.match(stdout, /test accuracy: \d+\.\d % \(with .* \d+\.\d %\)\nreport: .*report\.html\n$/);
  t.strictSame(readdirSync(out).sort(), [
    'checkpoint.safetensors',
    'config.json',
    'metrics.jsonl',
    'report.html',
    'weights.safetensors',
  ]);

  const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
  t.match(config, {
    norm: 'mn',
    batchSize: 4,
    steps: 2,
    seed: 1,
    device: 'wasm',
    totalSteps: 2,
    trainImages: 16,
  });
  const metrics = readMetrics(out);
  t.strictSame(
    metrics.map(({ kind, step, epoch }) => [kind, step, epoch]),
    [
      ['train', 1, 1],
      ['train', 2, 1],
      ['layers', 2, 1],
      ['eval', 2, 1],
      ['eval', 2, 1],
      ['pictures', 2, 1],
    ],
  );
  const trainKeys = ['kind', 'step', 'epoch', 'loss', 'accuracy', 'lr', 'images_per_s', 'elapsed_s'];
  t.strictSame(Object.keys(metrics[0]), trainKeys);
  const evalKeys = ['kind', 'step', 'epoch', 'split', 'statistics', 'loss', 'accuracy', 'elapsed_s'];
  t.strictSame(Object.keys(metrics[3]), evalKeys);

  const { state, metadata } = loadSafetensors(readFileSync(join(out, 'weights.safetensors')));
  t.strictSame(metadata, { framework: 'mixgrad', model: 'cifar-cnn', norm: 'mn' });
  t.strictSame(state['norm1.running_means'].shape, [3, 64]);
  t.equal(state['norm1.num_batches_tracked'].data[0], 2);

  const report = readFileSync(join(out, 'report.html'), 'utf8');
  t.equal(report.match(/<svg/g)?.length, 2 + 4 * 4, 'two curves, and four channels of four layers');
  t.notMatch(report, /<script|<link|src=|url\(/, 'nothing to load');
  t.end();
});

t.test('the same seed writes the same metrics, another seed others', (t) => {
  const metricsOf = (name: string, seed: string) => {
    train(...tiny, '--seed', seed, '--out', folder(name));
    return withoutTimes(readMetrics(folder(name)));
  };
  const first = metricsOf('seed3', '3');
  t.strictSame(metricsOf('seed3 again', '3'), first);
  t.notSame(metricsOf('seed4', '4'), first);
  t.end();
});

t.test('evaluation follows every n-th epoch and the last step', (t) => {
  const out = folder('epochs');
  const flags =
    '--device wasm --norm bn --limit-train 5 --limit-test 2 --batch-size 2 --epochs 3 --eval-every 2 --precise-batches 1';
  t.equal(train(...flags.split(' '), '--out', out).code, 0);
  const evaluations = evaluationsOf(out);
  t.strictSame(
    evaluations.map(({ step, epoch }) => [step, epoch]),
    [
      [4, 2],
      [6, 3],
    ],
  );
  t.end();
});

t.test('or every n-th step, wherever epochs end', (t) => {
  const out = folder('steps');
  const flags =
    '--device wasm --norm bn --limit-train 5 --limit-test 2 --batch-size 2 --steps 7 --eval-every-steps 3 --precise-batches 1';
  t.equal(train(...flags.split(' '), '--out', out).code, 0);
  const evaluations = evaluationsOf(out);
  t.strictSame(
    evaluations.map(({ step, epoch }) => [step, epoch]),
    [
      [3, 2],
      [6, 3],
      [7, 4],
    ],
  );
  t.end();
});

t.test('without --out the folder is named by time, norm and seed', (t) => {
  const cwd = t.testdir({});
  const { code } = runProgram('train', [...tiny, '--norm', 'none', '--seed', '7'], cwd);
  t.equal(code, 0);
  t.match(readdirSync(join(cwd, 'runs')), [/^\d{8}-\d{6}-none-seed7$/]);
  t.end();
});
