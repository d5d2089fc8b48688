// The running mixture: averages of n, Σx and Σx², against sums over samples.
import t from 'tap';
import { createRandom, MixtureNorm1d, mixtureNorm, openDevice, tensor } from '../../lib/index.js';
import { averageMixtures } from '../../lib/ops/mixture/average.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';

const SHARE = 0.25;

for (const posterior of ['joint', 'channel'] as const) {
  everyDevice(`n, Σx and Σx² of a component are averaged: ${posterior}`, async (t, device) => {
    const options = { components: 2, iterations: 0, posterior, device, minWeight: 0 } as const;
    const layer = new MixtureNorm1d(2, { ...options, momentum: SHARE, random: createRandom('two') });
    const [first, second] = ['one', 'two'].map((seed, i) =>
      tensor(
        normal([60, 2], seed).map((v) => v * (1 + i) + 3 * i),
        { shape: [60, 2], device },
      ),
    );
    layer.forward(first);
    const before = await numbers(layer.running);
    const init = {
      weights: tensor(before.weights, { shape: layer.runningWeights.shape, device }),
      means: tensor(before.means, { shape: [2, 2], device }),
      variances: tensor(
        before.variances.map((v) => v + layer.regCovar),
        { shape: [2, 2], device },
      ),
    };
    const batch = await numbers(mixtureNorm(second, { init, iterations: 0, posterior, minWeight: 0 }));
    layer.forward(second);
    const after = await numbers(layer.running);
    // n, Σx and Σx² of both, as shares of the samples
    for (const at of [0, 1, 2, 3]) {
      const component = before.weights.length === 2 ? Math.floor(at / 2) : at;
      const average = (of: (m: typeof before) => number) => (1 - SHARE) * of(before) + SHARE * of(batch);
      const n = average((m) => m.weights[component]);
      const mean = average((m) => m.weights[component] * m.means[at]) / n;
      const square = average((m) => m.weights[component] * (m.variances[at] + m.means[at] ** 2)) / n;
      const pairs = [
        ['weight', after.weights[component], n],
        ['mean', after.means[at], mean],
        ['variance', after.variances[at], square - mean ** 2],
      ] as const;
      for (const [name, value, expected] of pairs) {
        const off = Math.abs(value - expected) / (1 + Math.abs(expected));
        t.ok(
          off < (device.name === 'reference' ? 1e-12 : 1e-5),
          `${name} ${at}: ${value}, expected ${expected}`,
        );
      }
    }
  });
}

t.test('a component that neither mixture has stays where it is', async (t) => {
  const device = await openDevice('reference');
  const layer = new MixtureNorm1d(1, { components: 2, minWeight: 0, device, log: () => {} });
  const x = tensor([[1], [2], [3], [4]], { device });
  layer.forward(x);
  const state = await layer.stateDict();
  state.running_weights.data.set([1, 0]);
  state.running_means.data.set([2, 7]);
  layer.loadStateDict(state);
  const far = tensor([[1.5], [2], [2.5], [2]], { device });
  layer.forward(far);
  t.ok((await layer.runningMeans.data()).every(Number.isFinite));
});

everyDevice(
  'a component at the floor moves its weight alone: its moments may be of no sample',
  async (t, device) => {
    const mixture = (weights: number[], means: number[], variances: number[]) => ({
      weights: tensor(weights, { device }),
      means: tensor(means, { shape: [2, 1], device }),
      variances: tensor(variances, { shape: [2, 1], device }),
    });
    const floor = 1 / 64;
    const [before, batch] = [
      mixture([0.5, 0.5], [1, 5], [1, 2]),
      mixture([1 - floor, floor], [1, 0], [1, 0]),
    ];
    const after = await numbers(averageMixtures(before, batch, 0.5, floor));
    t.same(after, { weights: [0.75 - floor / 2, 0.25 + floor / 2], means: [1, 5], variances: [1, 2] });
  },
);

async function numbers({ weights, means, variances }: MixtureNorm1d['running']) {
  const [w, m, v] = await Promise.all([weights.data(), means.data(), variances.data()]);
  return { weights: Array.from(w), means: Array.from(m), variances: Array.from(v) };
}
