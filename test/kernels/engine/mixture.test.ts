// The engine's mixture kernels (EM and mixture normalization) against their formulas in float64.
import t from 'tap';
import { engines, error, noise } from './engine.js';

const cases = [
  { shape: [1, 1, 1], k: 1 },
  { shape: [5, 3, 1], k: 2 },
  { shape: [2, 3, 7], k: 3 },
  { shape: [3, 2, 16], k: 5 },
  { shape: [2, 5, 1030], k: 3 },
  { shape: [70, 3, 20], k: 4 },
  { shape: [9, 2, 33], k: 6 },
];
const [eps, regCovar] = [1e-5, 1e-4];
const positive = (n: number, seed: number) => noise(n, seed).map((v) => Math.abs(v) + 0.2);

for (const { shape, k } of cases) {
  for (const posterior of ['joint', 'channel'] as const) {
    const [n, c, s] = shape;
    const ct = posterior === 'joint' ? 1 : c;
    const tc = ct > 1 ? 1 : 0;
    const size = n * c * s;
    const count = n * ct * s;
    const x = noise(size, 1).map((v) => 3 + v);
    const g = noise(size, 2);
    const lambda = positive(k * ct, 3);
    const moments = [...noise(k * c, 4).map((v) => 3 + v), ...positive(k * c, 5)].map(Math.fround);
    const [weight, bias] = [noise(c, 6), noise(c, 7)];
    const tau = positive(k * count, 8);
    const numbers = [n, c, s, k, ct];
    const title = `[${shape}], ${k} components, ${posterior}`;

    const sample = (i: number) => ({
      i: Math.floor(i / (c * s)),
      channel: Math.floor(i / s) % c,
      position: i % s,
    });
    /** Index of the posterior of component j at element i of x. */
    const at = (j: number, i: number) => {
      const { i: image, channel, position } = sample(i);
      return ((j * n + image) * ct + channel * tc) * s + position;
    };
    /** Σ over the elements of each channel, for every component. */
    const perComponent = (value: (j: number, i: number) => number) => {
      const sums = new Array(k * c).fill(0);
      for (let j = 0; j < k; j++)
        for (let i = 0; i < size; i++) sums[j * c + sample(i).channel] += value(j, i);
      return sums;
    };
    const mean = (j: number, channel: number) => moments[j * c + channel];
    const variance = (j: number, channel: number) => moments[(k + j) * c + channel];
    const deviation = (j: number, i: number) => x[i] - mean(j, sample(i).channel);
    const inverse = (j: number, i: number) => 1 / Math.sqrt(variance(j, sample(i).channel) + eps);
    const counts = perComponent((j, i) => tau[at(j, i)]);

    for (const engine of engines) {
      const scratch = engine.exports.mixtureScratch(k, c);

      t.test(`${engine.name}: the E-step of ${title} follows its formulas`, async (t) => {
        const logScale = Array.from(lambda, Math.log);
        for (let j = 0; j < k * c; j++) {
          const place = ct > 1 ? j : Math.floor(j / c);
          logScale[place] -= 0.5 * (Math.log(moments[k * c + j] + regCovar) + Math.log(2 * Math.PI));
        }
        const measured = engine.run('mixtureLogScale', k * ct, [lambda, moments], [c, k, ct, regCovar]);
        t.ok(error(measured, logScale) < 1e-6, 'log scale');
        const logProb = Array.from({ length: k * count }, (_, index) => {
          const [j, channel] = [Math.floor(index / count), Math.floor(index / s) % ct];
          return logScale[j * ct + channel];
        });
        for (let j = 0; j < k; j++) {
          for (let i = 0; i < size; i++) {
            logProb[at(j, i)] -= (0.5 * deviation(j, i) ** 2) / (variance(j, sample(i).channel) + regCovar);
          }
        }
        const actual = engine.runRanged(
          'mixtureLogProb',
          k * count,
          [x, logScale, moments],
          [...numbers, regCovar],
          n,
        );
        t.ok(error(actual, logProb) < 1e-6, 'log probabilities');
        const posteriors = logProb.map((value, index) => {
          let total = 0;
          for (let j = 0; j < k; j++) total += Math.exp(logProb[j * count + (index % count)] - value);
          return 1 / total;
        });
        t.ok(
          error(engine.runRanged('mixturePosterior', k * count, [logProb], [k, count], count), posteriors) <
            3e-6,
          'posteriors',
        );
      });

      t.test(`${engine.name}: the M-step of ${title} follows its formulas`, async (t) => {
        const weights = Array.from(lambda, (_, place) => counts[ct > 1 ? place : place * c] / (n * s));
        t.ok(error(engine.run('mixtureWeights', k * ct, [tau], [n, s, k, ct]), weights) < 3e-7, 'weights');
        const floored = weights.map((_, place) => {
          const column = weights.filter((_, other) => other % ct === place % ct).map((v) => Math.max(v, 0.5));
          return Math.max(weights[place], 0.5) / column.reduce((a, b) => a + b);
        });
        t.ok(error(engine.run('floorWeights', k * ct, [weights], [k, ct, 0.5]), floored) < 3e-7, 'floor');
        const means = perComponent((j, i) => tau[at(j, i)] * x[i]).map((v, j) => v / counts[j]);
        const squares = perComponent(
          (j, i) => tau[at(j, i)] * (x[i] - means[j * c + sample(i).channel]) ** 2,
        );
        const measured = engine.runRanged('mixtureMoments', 2 * k * c, [x, tau], numbers, c, scratch);
        t.ok(error(measured.slice(0, k * c), means) < 3e-7, 'means');
        t.ok(
          error(
            measured.slice(k * c),
            squares.map((v, j) => v / counts[j]),
          ) < 1e-6,
          'variances',
        );
      });

      for (const fisher of [0, 1]) {
        const scale = (j: number, i: number) =>
          tau[at(j, i)] / (fisher ? Math.sqrt(lambda[ct > 1 ? j * c + sample(i).channel : j]) : 1);
        const components = [...Array(k).keys()];

        t.test(
          `${engine.name}: mixture normalization of ${title}, fisher ${fisher}, follows its formulas`,
          async (t) => {
            const y = Array.from(x, (_, i) => {
              const normalized = components.reduce(
                (sum, j) => sum + scale(j, i) * deviation(j, i) * inverse(j, i),
                0,
              );
              return weight[sample(i).channel] * normalized + bias[sample(i).channel];
            });
            const inputs = [x, tau, lambda, moments, weight, bias];
            const actual = engine.runRanged(
              'mixtureNorm',
              size,
              inputs,
              [...numbers, eps, fisher],
              n,
              scratch,
            );
            t.ok(error(actual, y) < 2e-6);
          },
        );

        t.test(
          `${engine.name}: its gradient on ${title}, fisher ${fisher}, follows its formulas`,
          async (t) => {
            const a = perComponent((j, i) => scale(j, i) * g[i]);
            const b = perComponent((j, i) => scale(j, i) * g[i] * deviation(j, i) * inverse(j, i));
            const sums = [...a, ...b, ...counts, ...perComponent((j, i) => tau[at(j, i)] * g[i])];
            const measured = engine.runRanged(
              'mixtureNormGradSums',
              4 * k * c,
              [g, x, tau, lambda, moments],
              [...numbers, eps, fisher],
              c,
              scratch,
            );
            t.ok(error(measured, sums) < 2e-6, 'sums');
            for (const training of [0, 1]) {
              const dx = Array.from(g, (_, i) => {
                const { channel } = sample(i);
                return (
                  weight[channel] *
                  components.reduce((sum, j) => {
                    const kc = j * c + channel;
                    const shared =
                      (tau[at(j, i)] / counts[kc]) * (a[kc] + deviation(j, i) * inverse(j, i) * b[kc]);
                    return sum + inverse(j, i) * (scale(j, i) * g[i] - training * shared);
                  }, 0)
                );
              });
              const inputs = [g, x, tau, lambda, moments, weight, sums];
              const actual = engine.runRanged(
                'mixtureNormGradInput',
                size,
                inputs,
                [...numbers, eps, fisher, training],
                n,
                scratch,
              );
              t.ok(error(actual, dx) < (size === 1 ? 1e-4 : 3e-6), `training ${training}`);
            }
          },
        );
      }
    }
  }
}
