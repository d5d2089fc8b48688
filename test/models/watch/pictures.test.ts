// Pictures of what goes into normalization layers.
import t from 'tap';
import { batches, channelStatistics } from '../../../datasets/batches.js';
import { synthetic } from '../../../datasets/synthetic.js';
import {
  BatchNorm2d,
  createRandom,
  MixtureNorm2d,
  type Module,
  noGrad,
  ReLU,
  Sequential,
  type Tensor,
} from '../../../lib/index.js';
import { makeModel } from '../../../models/networks/index.js';
import type { NormSettings } from '../../../models/networks/norms.js';
import { imagesOf } from '../../../models/run/evaluate.js';
import { pictureLayers } from '../../../models/watch/pictures.js';

const train = synthetic({ split: 'train', count: 8 });
const data = { train, test: synthetic({ split: 'test', count: 4 }), statistics: channelStatistics(train) };
const networkWith = (norms: NormSettings, width = 2) =>
  makeModel('cifar-cnn', norms, { classes: 10, width, random: createRandom(1) });
const images = () => imagesOf([...batches(data.test, { batchSize: 4, statistics: data.statistics })][0]);

t.test('mixture and batch normalizations have pictures, by name, and no other layer', async (t) => {
  const componentsOf = async (norms: NormSettings) =>
    (await pictureLayers(networkWith(norms), data)).map(({ name, components }) => [name, components]);
  const all = (K: number) => [1, 2, 3, 4].map((i) => [`norm${i}`, K]);
  t.strictSame(await componentsOf({ norm: 'mn' }), all(3));
  t.strictSame(await componentsOf({ norm: 'bn' }), all(1));
  t.strictSame(await componentsOf({ norm: 'ghost' }), all(1));
  t.strictSame(await componentsOf({ norm: 'mn', normAt: ['conv4', 'conv2'] }), [
    ['norm1', 1],
    ['norm2', 3],
    ['norm3', 1],
    ['norm4', 3],
  ]);
  for (const norm of ['mode', 'group', 'none'] as const) t.strictSame(await componentsOf({ norm }), []);
});

t.test('a picture has one likelihood more than EM rounds, and densities that integrate to 1', async (t) => {
  const network = networkWith({ norm: 'mn', components: 2, iterations: 3, normAt: ['conv1'] });
  network.forward(images());
  const [mixture, batch] = await pictureLayers(network, data);
  t.equal(mixture.logLikelihoods.length, 4);
  t.equal(batch.logLikelihoods.length, 1, 'batch normalization has no EM');
  for (const { name, channels, components } of [mixture, batch]) {
    t.equal(channels.length, name === 'norm1' ? 2 : 4, 'as many as there are, four at most');
    for (const { histogram, mixture } of channels) {
      const { borders, densities } = histogram;
      const whole = densities.reduce((sum, density, i) => sum + density * (borders[i + 1] - borders[i]), 0);
      t.ok(Math.abs(whole - 1) < 2e-3, `${name}: ${whole}`);
      t.ok(Math.abs(mixture.weights.reduce((a, b) => a + b) - 1) < 1e-3);
      t.equal(mixture.deviations.length, components);
      for (const density of densities) t.match(`${density}`, /^[0.]*(\d\.?){0,4}0*(e-\d+)?$/, 'four digits');
    }
  }
});

t.test('histogram and component of batch normalization are those of its input', async (t) => {
  const network = networkWith({ norm: 'bn' });
  network.forward(images());
  const [{ channels, logLikelihoods }] = await pictureLayers(network, data);
  const layer = network.namedModules().find(([name]) => name === 'norm1')![1] as BatchNorm2d;
  const inputs: Tensor[] = [];
  const end = (layer as Module).registerForwardHook((_layer, [x]) => void inputs.push(x.keep()));
  noGrad(() => void network.forward(images()));
  end();
  const x = inputs[0].ndarray();
  const [N, C, H, W] = inputs[0].shape;
  const [means, variances] = [await layer.runningMean.data(), await layer.runningVar.data()];
  let likelihood = 0;
  for (const { channel, histogram, mixture } of channels) {
    const values = Array.from({ length: N * H * W }, (_, i) =>
      x.get(Math.floor(i / (H * W)), channel, Math.floor(i / W) % H, i % W),
    );
    const { borders, densities } = histogram;
    const off = 2e-3 * (borders[60] - borders[0]);
    t.ok(
      Math.abs(Math.min(...values) - borders[0]) < off && Math.abs(Math.max(...values) - borders[60]) < off,
    );
    const middle = values.filter((v) => v < borders[30]).length / values.length;
    const below = densities.slice(0, 30).reduce((sum, d, i) => sum + d * (borders[i + 1] - borders[i]), 0);
    t.ok(
      Math.abs(middle - below) < 0.02,
      `channel ${channel}: half of the histogram has ${below} of ${middle}`,
    );
    const v = variances[channel] + layer.eps;
    const logs = values.map(
      (value) => -0.5 * ((value - means[channel]) ** 2 / v + Math.log(2 * Math.PI * v)),
    );
    likelihood += logs.reduce((a, b) => a + b) / values.length;
    t.strictSame(mixture.weights, [1]);
    t.ok(Math.abs(mixture.means[0] - means[channel]) < 1e-3 * Math.abs(means[channel]));
    t.ok(Math.abs(mixture.deviations[0] / Math.sqrt(variances[channel]) - 1) < 1e-3);
  }
  t.equal(channels.length, C, 'all channels, so that the likelihood is known');
  t.ok(Math.abs(logLikelihoods[0] / likelihood - 1) < 1e-3, `${logLikelihoods}, ${likelihood}`);
});

t.test('channels are evenly spaced, and the same whatever the mixtures are', async (t) => {
  const network = networkWith({ norm: 'mn' }, 16);
  const shown = async () =>
    (await pictureLayers(network, data)).map(({ channels }) => channels.map(({ channel }) => channel));
  const first = await shown();
  t.strictSame(first, [
    [2, 6, 10, 14],
    [4, 12, 20, 28],
    [4, 12, 20, 28],
    [8, 24, 40, 56],
  ]);
  network.train().forward(images());
  t.strictSame(await shown(), first);
});

t.test('of many layers some are shown, evenly spaced, and mixtures for themselves', async (t) => {
  const norms = Array.from({ length: 20 }, (_, i) =>
    i === 1 ? new MixtureNorm2d(3, { components: 2 }) : new BatchNorm2d(3),
  );
  const network = new Sequential(...norms.flatMap((norm) => [norm, new ReLU()]));
  const pictures = await pictureLayers(network, data);
  t.equal(pictures.length, 9);
  t.strictSame(pictures[0].name, '2', 'the only mixture');
  const names = pictures.map(({ name }) => Number(name));
  t.strictSame(
    names,
    names.toSorted((a, b) => a - b),
  );
});

t.test('looking at a network leaves it as it was: its state, and nothing that watches it', async (t) => {
  for (const norm of ['mn', 'bn'] as const) {
    const network = networkWith({ norm });
    const before = await network.stateDict();
    const first = await pictureLayers(network, data);
    t.strictSame(await network.stateDict(), before);
    t.strictSame(await pictureLayers(network, data), first);
    t.notOk(network.namedModules().some(([, module]) => Object.hasOwn(module, 'forward')));
  }
});
