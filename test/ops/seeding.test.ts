// Mixtures of many components: what seeding keeps in memory, and when there are too many.
import t from 'tap';
import {
  createRandom,
  MixtureNorm1d,
  MixtureNorm2d,
  OptionError,
  openDevice,
  tensor,
} from '../../lib/index.js';
import { seedMixture } from '../../lib/ops/mixture/seeding.js';

t.test('seeding takes hardly more memory for many components than for few', async (t) => {
  const values = Float32Array.from({ length: 8 * 64 * 64 }, (_, i) => Math.sin(i * i));
  for (const posterior of ['joint', 'channel'] as const) {
    const taken = async (components: number) => {
      const device = await openDevice('wasm', { threads: 1 });
      let most = 0;
      const { run } = device;
      device.run = (...args) => {
        const out = run.apply(device, args);
        most = Math.max(most, device.memory().live);
        return out;
      };
      const x = tensor(values, { shape: [8, 64, 64], device });
      const { means } = seedMixture(x, { components, posterior, regCovar: 1e-4 }, createRandom(1));
      t.strictSame(means.shape, [components, 64]);
      device.close();
      return most;
    };
    const few = await taken(4);
    const many = await taken(64);
    t.ok(many < 1.25 * few, `${posterior}: ${few} bytes for 4 components, ${many} for 64`);
  }
});

t.test('a layer refuses more components than their smallest weight allows', (t) => {
  for (const Layer of [MixtureNorm1d, MixtureNorm2d]) {
    t.throws(() => new Layer(2, { components: 1000 }), OptionError);
    const message = `${Layer.name}: minWeight is 0.001, expected a number of at least 0 and below 1/1000`;
    t.throws(() => new Layer(2, { components: 1000 }), { message });
    t.equal(new Layer(2, { components: 1000, minWeight: 1e-4 }).components, 1000);
    t.equal(new Layer(2, { components: 999 }).components, 999);
  }
  t.end();
});
