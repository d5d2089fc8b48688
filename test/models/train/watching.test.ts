// What a run records beside losses: by no number another run, on any number of threads, and what the library gives by hand.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { batches, channelStatistics } from '../../../datasets/batches.js';
import { synthetic } from '../../../datasets/synthetic.js';
import {
  createRandom,
  crossEntropy,
  emFit,
  loadCheckpoint,
  type MixtureNorm2d,
  type Module,
  openDevice,
  setDevice,
  type Tensor,
} from '../../../lib/index.js';
import { makeModel } from '../../../models/networks/index.js';
import { imagesOf } from '../../../models/run/evaluate.js';
import type { DescentMetric, LayersMetric, Metric, TrainMetric } from '../../../models/run/metrics.js';
import { trainCommand } from '../../../models/train/flags.js';
import { runTraining } from '../../../models/train/program.js';
import { readMetrics, withoutTimes } from '../programs.js';

const root = t.testdir({});
const flags =
  '--device wasm --limit-train 16 --limit-test 4 --batch-size 4 --no-augment --schedule constant --lr 0.001 --precise-batches 1';

/** Trains in this process; returns the folder. */
async function train(name: string, more: string): Promise<string> {
  const out = join(root, name);
  const command = trainCommand().parse([...`${flags} ${more}`.split(' '), '--out', out], { from: 'user' });
  await runTraining(command, { quiet: true, say() {}, result() {} });
  return out;
}

const norm = '--norm mn --components 2 --norm-at conv3,conv4';
const watched = `${norm} --steps 4 --watch-every 1 --descent-every 2`;
const [plain, one, two, short] = [
  await train('plain', `${norm} --steps 4 --threads 1`),
  await train('one', `${watched} --threads 1`),
  await train('two', `${watched} --threads 2`),
  await train('short', `${norm} --steps 2 --threads 1`),
];
const of = <K extends Metric['kind']>(folder: string, kind: K) =>
  readMetrics(folder).filter((metric): metric is Extract<Metric, { kind: K }> => metric.kind === kind);

t.test('a run that is watched has the numbers of one that is not', async (t) => {
  const results = (folder: string) =>
    withoutTimes(readMetrics(folder).filter(({ kind }) => !['layers', 'descent'].includes(kind)));
  const weights = (folder: string) => readFileSync(join(folder, 'weights.safetensors'));
  for (const folder of [one, two]) {
    t.strictSame(results(folder), results(plain), 'updates, evaluations and pictures');
    t.ok(weights(folder).equals(weights(plain)), 'weights');
  }
  t.strictSame(withoutTimes(readMetrics(two)), withoutTimes(readMetrics(one)), 'on two threads');
});

t.test('what is recorded when', async (t) => {
  const steps = (folder: string, kind: Metric['kind']) =>
    of(folder, kind).map(({ step, epoch }) => [step, epoch]);
  const all = [1, 2, 3, 4].map((step) => [step, 1]);
  t.strictSame(steps(one, 'layers'), all, 'every update');
  t.strictSame(steps(one, 'descent'), [all[1], all[3]]);
  t.strictSame(steps(one, 'pictures'), [all[3]], 'with the evaluation');
  t.strictSame(steps(plain, 'layers'), [all[3]], 'unless asked for, at evaluations');
  t.strictSame(steps(plain, 'descent'), [], 'unless asked for, never');
});

t.test('fields are those of the tables', async (t) => {
  const layers: LayersMetric[] = of(one, 'layers');
  const plainNorm = ['gradNorm', 'outputDeviation'];
  t.strictSame(Object.keys(layers[0].layers), ['norm1', 'norm2', 'norm3', 'norm4']);
  t.strictSame(Object.keys(layers[1].layers.norm1), plainNorm);
  t.strictSame(Object.keys(layers[0].layers.norm3), plainNorm, 'the first batch is seeded');
  t.strictSame(Object.keys(layers[1].layers.norm3), [
    ...plainNorm,
    'weights',
    'entropy',
    'place',
    'dead',
    'logLikelihoods',
  ]);
  t.equal(layers[1].layers.norm3.logLikelihoods?.length, 3, 'two rounds');
  const [picture] = of(one, 'pictures');
  t.strictSame(
    picture.layers.map(({ name, components }) => [name, components]),
    [
      ['norm1', 1],
      ['norm2', 1],
      ['norm3', 2],
      ['norm4', 2],
    ],
  );
  const bytes = JSON.stringify(picture).length / picture.layers.length;
  t.ok(bytes < 4500, `${bytes} bytes a layer`);
});

t.test('a descent begins at the loss of its update', async (t) => {
  const losses = new Map(of(one, 'train').map(({ step, loss }: TrainMetric) => [step, loss]));
  for (const { step, points } of of(one, 'descent') as DescentMetric[]) {
    t.equal(points[0].loss, losses.get(step));
    t.ok(points.every(({ loss, gradientDistance }) => loss > 0 && Number.isFinite(gradientDistance)));
  }
});

t.test('the numbers of an update are those of its batch and the checkpoint before it', async (t) => {
  setDevice(await openDevice('wasm')); // a run closes its own
  const model = makeModel(
    'cifar-cnn',
    { norm: 'mn', components: 2, normAt: ['conv3', 'conv4'] },
    { classes: 10, random: createRandom(5) },
  );
  await loadCheckpoint(readFileSync(join(short, 'checkpoint.safetensors')), { model });
  const images = synthetic({ split: 'train', count: 16 });
  const options = { batchSize: 4, shuffle: true, seed: '1/batches', epoch: 0, skip: 2 };
  const [batch] = batches(images, { ...options, statistics: channelStatistics(images) });
  const layer = model.namedModules().find(([name]) => name === 'norm3')![1] as MixtureNorm2d;
  const { weights, means, variances } = layer.running;
  const start = {
    weights: weights.detach(),
    means: means.detach(),
    variances: variances.add(layer.regCovar),
  };
  const seen: { x: Tensor; g: Tensor }[] = [];
  (layer as Module).registerForwardHook((_layer, [x]) => {
    x.registerHook((g) => void seen.push({ x, g: g.keep() }));
    return undefined;
  });
  const loss = crossEntropy(model.train().forward(imagesOf(batch)), batch.labels);
  t.equal(await loss.item(), of(one, 'train')[2].loss, 'it is the batch of that update');
  loss.backward();
  const [{ x, g }] = seen;
  const { iterations, regCovar, minWeight } = layer;
  const fit = emFit(x, { init: start, iterations, regCovar, minWeight });
  const tau = [...(await fit.posteriors.data())];
  const entropy = tau.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0) / (tau.length / 2);
  const first = tau.reduce((sum, p, i) => sum + (i % 2 === 0 ? p : 0), 0) / (tau.length / 2);
  const { norm3 } = of(one, 'layers')[2].layers;
  const near = (found: number, wanted: number, what: string) =>
    t.ok(Math.abs(found - wanted) <= 2e-5 * Math.abs(wanted), `${what}: ${found}, ${wanted}`);
  near(norm3.entropy!, entropy, 'entropy');
  near(norm3.weights![0], first, 'λ');
  near(norm3.gradNorm, Math.hypot(...(await g.data())), 'gradient');
  near(norm3.logLikelihoods![2], await fit.logLikelihoods[2].item(), 'log-likelihood');
});
