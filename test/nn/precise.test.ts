// updateRunningStats: statistics of batches, with the weights as they are.
import t from 'tap';
import {
  BatchNorm1d,
  createRandom,
  Dropout,
  GhostBatchNorm2d,
  InstanceNorm1d,
  LayerNorm,
  Linear,
  MixtureNorm1d,
  ModeNorm1d,
  openDevice,
  Sequential,
  setDevice,
  type Tensor,
  tensor,
  updateRunningStats,
} from '../../lib/index.js';
import { normal } from '../values.js';

setDevice(await openDevice('reference'));

const batchesOf = (count: number, shape: number[]): Tensor[] =>
  Array.from({ length: count }, (_, i) => tensor(normal(shape, `batch ${i}`), { shape }));
const close = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).every((value, i) => Math.abs(value - b[i]) < 1e-12);

t.test('batch normalization has the mean of the batches’ statistics, whatever was there', async (t) => {
  const layer = new BatchNorm1d(2);
  layer.forward(tensor(normal([8, 2], 'before'), { shape: [8, 2] }).mul(100));
  const batches = batchesOf(3, [8, 2]);
  t.equal(await updateRunningStats(layer, batches), 1);
  const means = batches.map((x) => x.mean(0).keep());
  const expected = means[0].add(means[1]).add(means[2]).div(3);
  t.ok(close(await layer.runningMean.data(), await expected.data()));
  const variances = batches.map((x) => x.var(0, { correction: 1 }).keep());
  const expectedVar = variances[0].add(variances[1]).add(variances[2]).div(3);
  t.ok(close(await layer.runningVar.data(), await expectedVar.data()));
  const [before] = await layer.runningMean.data();
  const x = tensor(normal([8, 2], 'after'), { shape: [8, 2] });
  layer.forward(x);
  const [mean] = await x.mean(0).data();
  t.ok(
    Math.abs((await layer.runningMean.data())[0] - (0.9 * before + 0.1 * mean)) < 1e-12,
    'momentum is back',
  );
});

t.test(
  'instance normalization that has running statistics has the mean of theirs, the other has no part',
  async (t) => {
    const layer = new InstanceNorm1d(2, { trackRunningStats: true });
    layer.forward(tensor(normal([4, 2, 5], 'before'), { shape: [4, 2, 5] }).mul(100));
    const batches = batchesOf(3, [4, 2, 5]);
    t.equal(await updateRunningStats(new Sequential(new InstanceNorm1d(2), layer), batches), 1);
    // what comes in has passed the first layer
    const inputs = batches.map((x) => new InstanceNorm1d(2).forward(x).keep());
    const variances = inputs.map((x) => x.var(2, { correction: 1 }).mean(0).keep());
    const expected = variances[0].add(variances[1]).add(variances[2]).div(3);
    t.ok(close(await layer.runningVar!.data(), await expected.data()));
    t.ok((await layer.runningMean!.data()).every((mean) => Math.abs(mean) < 1e-12));
    const before = await layer.runningVar!.data();
    layer.forward(tensor(normal([4, 2, 5], 'after'), { shape: [4, 2, 5] }).mul(10));
    const after = await layer.runningVar!.data();
    t.ok(after[0] > 5 && after[0] < 20 && before[0] < 2, 'momentum is back');
  },
);

t.test('only layers with running statistics train meanwhile, and all modes are as before', async (t) => {
  const dropout = new Dropout({ p: 0.5 });
  const modes: boolean[] = [];
  dropout.registerForwardHook((module) => {
    modes.push(module.training);
    return undefined;
  });
  const norm = new BatchNorm1d(2);
  const linear = new Linear(2, 2);
  const network = new Sequential(linear, dropout, norm);
  linear.eval();
  const weights = await linear.weight.data();
  await updateRunningStats(network, batchesOf(2, [4, 2]));
  t.same(modes, [false, false]);
  t.same([network.training, linear.training, dropout.training, norm.training], [true, false, true, true]);
  t.same(await linear.weight.data(), weights);
});

t.test('every norm with running statistics takes part, and batches may come one by one', async (t) => {
  async function* slowly() {
    yield* batchesOf(4, [6, 3]);
  }
  for (const layer of [new MixtureNorm1d(3), new ModeNorm1d(3), new BatchNorm1d(3)]) {
    t.equal(await updateRunningStats(layer, slowly()), 1);
    t.equal((await layer.numBatchesTracked.data())[0], 4);
  }
  const ghost = new GhostBatchNorm2d(1, { virtualBatchSize: 2 });
  t.equal(await updateRunningStats(ghost, batchesOf(4, [6, 1, 2, 2])), 1);
});

t.test('a mixture has the same share of each batch', async (t) => {
  const layer = new MixtureNorm1d(1, { components: 1, random: createRandom(1) });
  const batches = batchesOf(3, [10, 1]);
  layer.forward(tensor(normal([10, 1], 'before'), { shape: [10, 1] }).add(50));
  await updateRunningStats(layer, batches);
  const all = (await Promise.all(batches.map((x) => x.data()))).flatMap((values) => Array.from(values));
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
  const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length;
  t.ok(close(await layer.runningMeans.data(), [mean]));
  t.ok(
    close(await layer.runningVariances.data(), [variance]),
    'that of all samples, between batches included',
  );
});

t.test('without such layers no batch is asked for', async (t) => {
  const batches = {
    // biome-ignore lint/correctness/useYield: that it is never asked is what the test says
    *[Symbol.iterator](): Generator<Tensor> {
      t.fail('a batch was asked for');
    },
  };
  t.equal(await updateRunningStats(new LayerNorm(2), batches), 0);
});

t.test('what ends it early leaves the modes as they were', async (t) => {
  const layer = new BatchNorm1d(2).eval();
  await t.rejects(updateRunningStats(layer, batchesOf(1, [4, 3])), { name: 'ShapeError' });
  t.equal(layer.training, false);
});

t.test('a component without samples has no share, and is not started again', async (t) => {
  const log: string[] = [];
  const layer = new MixtureNorm1d(1, {
    components: 2,
    random: createRandom(1),
    log: (words) => log.push(words),
  });
  const spread = tensor([[-5], [-5.5], [5], [5.5]]);
  layer.forward(spread);
  const [, b] = await layer.runningMeans.data();
  // all samples of the batches belong to the second component
  const batches = [0, 1, 2].map(() => tensor([[b - 0.2], [b - 0.1], [b + 0.1], [b + 0.2]]));
  await updateRunningStats(layer, batches);
  const [none, all] = await layer.runningWeights.data();
  t.ok(none <= layer.minWeight && all >= 1 - layer.minWeight, `${none}, ${all}`);
  t.same(log, []);
  layer.forward(batches[0]);
  t.match(log, [/component 0 died/], 'but in training it is');
});
