// The engine's batch normalization against its formulas in float64.
import t from 'tap';
import { engines, error, noise } from './engine.js';

const shapes = [
  [1, 1, 1],
  [5, 3, 1],
  [2, 3, 7],
  [3, 2, 16],
  [2, 5, 1027],
];
const eps = 1e-5;

for (const engine of engines) {
  for (const shape of shapes) {
    const [n, c, s] = shape;
    const m = n * s;
    // a mean far from 0 compared with the deviation: the hard case for the variance
    const x = noise(n * c * s, 1).map((v) => 10 + v);
    const g = noise(n * c * s, 2);
    const [weight, bias] = [noise(c, 3), noise(c, 4)];
    const channelOf = (i: number) => Math.floor(i / s) % c;
    const perChannel = (value: (i: number) => number) => {
      const sums = new Array(c).fill(0);
      for (let i = 0; i < x.length; i++) sums[channelOf(i)] += value(i);
      return sums;
    };
    const mean = perChannel((i) => x[i] / m);
    const variance = perChannel((i) => (x[i] - mean[channelOf(i)]) ** 2 / m);
    const moments = [...mean, ...variance];
    const normalized = Array.from(x, (v, i) => {
      const k = channelOf(i);
      return (v - Math.fround(mean[k])) / Math.sqrt(Math.fround(variance[k]) + eps);
    });

    t.test(`${engine.name}: batch normalization of [${shape}] follows its formulas`, async (t) => {
      const measured = engine.runRanged('channelMoments', 2 * c, [x], shape, c);
      t.ok(error(measured.slice(0, c), mean) < 2e-7, 'means');
      t.ok(error(measured.slice(c), variance) < 1e-6, 'variances');
      const y = engine.run('batchNorm', x.length, [x, moments, weight, bias], [...shape, eps]);
      t.ok(
        error(
          y,
          normalized.map((v, i) => v * weight[channelOf(i)] + bias[channelOf(i)]),
        ) < 1e-6,
        'forward',
      );
    });

    t.test(
      `${engine.name}: the gradient of batch normalization of [${shape}] follows its formulas`,
      async (t) => {
        const sums = [...perChannel((i) => g[i]), ...perChannel((i) => g[i] * normalized[i])];
        const measured = engine.runRanged(
          'batchNormGradSums',
          2 * c,
          [g, x, moments],
          [...shape, eps],
          c,
          engine.exports.batchNormScratch(c),
        );
        t.ok(error(measured, sums) < 2e-6, 'sums');
        for (const training of [0, 1]) {
          const dx = Array.from(g, (value, i) => {
            const k = channelOf(i);
            const shared = (training * (sums[k] + normalized[i] * sums[c + k])) / m;
            return (weight[k] / Math.sqrt(Math.fround(variance[k]) + eps)) * (value - shared);
          });
          const inputs = [g, x, moments, weight, sums];
          const actual = engine.runRanged(
            'batchNormGradInput',
            g.length,
            inputs,
            [...shape, eps, training],
            n,
          );
          // one sample's gradient is all cancellation: compare with the size of its summands
          const scale = Math.max(...dx.map(Math.abs), 1e-30);
          const summand = Math.max(
            ...g.map((v, i) =>
              Math.abs((v * weight[channelOf(i)]) / Math.sqrt(variance[channelOf(i)] + eps)),
            ),
          );
          t.ok((error(actual, dx) * scale) / summand < 2e-6, `training ${training}`);
        }
      },
    );
  }
}
