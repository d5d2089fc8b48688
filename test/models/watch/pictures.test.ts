// What the report shows of mixture normalization layers.
import t from 'tap';
import { channelStatistics } from '../../../datasets/batches.js';
import { synthetic } from '../../../datasets/synthetic.js';
import { createRandom } from '../../../lib/index.js';
import { makeModel } from '../../../models/networks/index.js';
import type { NormSettings } from '../../../models/networks/norms.js';
import { pictureLayers } from '../../../models/watch/pictures.js';

const train = synthetic({ split: 'train', count: 8 });
const data = { train, test: synthetic({ split: 'test', count: 4 }), statistics: channelStatistics(train) };
const networkWith = (norms: NormSettings) =>
  makeModel('cifar-cnn', norms, { classes: 10, width: 2, random: createRandom(1) });

t.test('every mixture normalization has a picture, by name, and no other layer', async (t) => {
  const namesOf = async (norms: NormSettings) =>
    (await pictureLayers(networkWith(norms), data)).map(({ name }) => name);
  t.strictSame(await namesOf({ norm: 'mn' }), ['norm1', 'norm2', 'norm3', 'norm4']);
  t.strictSame(await namesOf({ norm: 'mn', normAt: ['conv4', 'conv2'] }), ['norm2', 'norm4']);
  t.strictSame(await namesOf({ norm: 'bn' }), []);
});

t.test('a picture has one likelihood more than EM rounds, and densities that integrate to 1', async (t) => {
  const [picture] = await pictureLayers(networkWith({ norm: 'mn', components: 2, iterations: 3 }), data);
  t.equal(picture.components, 2);
  t.equal(picture.logLikelihoods.length, 4);
  t.equal(picture.channels.length, 2, 'the layer has two');
  for (const { histogram, mixture } of picture.channels) {
    const { borders, densities } = histogram;
    const whole = densities.reduce((sum, density, i) => sum + density * (borders[i + 1] - borders[i]), 0);
    t.ok(Math.abs(whole - 1) < 1e-9, `${whole}`);
    t.ok(Math.abs(mixture.weights.reduce((a, b) => a + b) - 1) < 1e-6);
    t.equal(mixture.deviations.length, 2);
  }
});

t.test('looking at a network leaves it as it was: its state, and nothing that watches it', async (t) => {
  const network = networkWith({ norm: 'mn' });
  const before = await network.stateDict();
  const first = await pictureLayers(network, data);
  t.strictSame(await network.stateDict(), before);
  t.strictSame(await pictureLayers(network, data), first);
  t.notOk(network.namedModules().some(([, module]) => Object.hasOwn(module, 'forward')));
});
