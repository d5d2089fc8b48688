// The variance of mixture normalization's output: K where components lie apart, (Σ√λ)² where they coincide, never above K.
import t from 'tap';
import {
  createRandom,
  type Mixture,
  mixtureNorm,
  mixtureScore,
  openDevice,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { normal } from '../values.js';
import { expectation, fromParameters, line, onALine, parameters } from './cases.js';

const device = await openDevice('reference');
const exactly = { scale: 'fisher', eps: 0, regCovar: 0, minWeight: 0 } as const;
const points = line(device);

/** Of a mixture that is the distribution, on a line; the output's mean is 0. */
async function population(mixture: Mixture, scale: 'fisher' | 'unit' = 'fisher'): Promise<number> {
  const { y } = mixtureNorm(points.x, { init: mixture, training: false, ...exactly, scale });
  const mean = await expectation(mixture, points, y).item();
  if (Math.abs(mean) > 1e-9) throw new Error(`the output's mean is ${mean}`);
  return expectation(mixture, points, y.mul(y)).item();
}

/** Of a batch, by channels. */
const ofBatch = async (y: Tensor) => [...(await y.var(0, { correction: 0 }).data())];

/** K components this far from one another, of weights that add up to 1. */
function spaced(weights: number[], separation: number): Mixture {
  return onALine(
    weights,
    weights.map((_, k) => k * separation),
    weights.map(() => 1),
    device,
  );
}

const mixtures = {
  'two of equal weights': [0.5, 0.5],
  'two of 1 : 9': [0.1, 0.9],
  'three of equal weights': [1 / 3, 1 / 3, 1 / 3],
  'five of equal weights': [0.2, 0.2, 0.2, 0.2, 0.2],
  'five of falling weights': [0.4, 0.3, 0.15, 0.1, 0.05],
};

for (const [title, weights] of Object.entries(mixtures)) {
  const K = weights.length;
  t.test(`${title}: (Σ√λ)² where they coincide, K where they lie apart, and less between`, async (t) => {
    const together = weights.reduce((total, weight) => total + Math.sqrt(weight), 0) ** 2;
    t.ok(Math.abs((await population(spaced(weights, 0))) - together) < 1e-9, 'they coincide');
    t.ok(Math.abs((await population(spaced(weights, 0), 'unit')) - 1) < 1e-9, "with scale 'unit'");
    t.ok(Math.abs((await population(spaced(weights, 15))) - K) < 1e-9, 'they lie apart');
    t.ok(Math.abs((await population(spaced(weights, 15), 'unit')) - 1) < 1e-9, "with scale 'unit'");
    for (const separation of [1, 2, 3, 4, 6]) {
      const [fisher, unit] = [
        await population(spaced(weights, separation)),
        await population(spaced(weights, separation), 'unit'),
      ];
      t.ok(fisher < K && unit < 1, `${separation}: ${fisher}, with scale 'unit' ${unit}`);
      if (new Set(weights).size === 1) t.ok(Math.abs(fisher - K * unit) < 1e-9, 'K times as large');
    }
  });
}

t.test('divided by the roots of the exact information it would be K² where they coincide', async (t) => {
  for (const weights of [mixtures['two of 1 : 9'], mixtures['five of falling weights']]) {
    for (const [separation, expected] of [
      [0, weights.length ** 2],
      [15, weights.length],
    ]) {
      const mixture = spaced(weights, separation);
      const { means } = mixtureScore(points.x, mixture);
      const information = expectation(mixture, points, means.mul(means)).reshape([-1, 1, 1]);
      const y = means.div(information.sqrt()).sum(0);
      t.ok(
        Math.abs((await expectation(mixture, points, y.mul(y)).item()) - expected) < 1e-6,
        `${separation}`,
      );
    }
  }
});

t.test('a batch: exactly so at the two ends', async (t) => {
  const weights = [0.25, 0.75];
  const values = normal([400, 1], 'batch');
  const apart = tensor(
    values.map((v, i) => v + (i % 4 === 0 ? 0 : 1000)),
    { shape: [400, 1], device },
  );
  const around = tensor(values, { shape: [400, 1], device });
  for (const [scale, hard, same] of [
    ['fisher', 2, (0.5 + Math.sqrt(0.75)) ** 2],
    ['unit', 1, 1],
  ] as const) {
    const of = (x: Tensor, separation: number) =>
      ofBatch(mixtureNorm(x, { init: spaced(weights, separation), ...exactly, scale }).y);
    t.ok(Math.abs((await of(apart, 1000))[0] - hard) < 1e-9, `${scale}: apart`);
    t.ok(Math.abs((await of(around, 0))[0] - same) < 1e-9, `${scale}: together`);
  }
});

t.test("a batch: by Cauchy and Schwarz never above K, with scale 'unit' never above 1", async (t) => {
  for (const [K, C, channel] of [
    [2, 1, false],
    [3, 4, false],
    [5, 2, true],
    [8, 3, false],
  ] as const) {
    for (let seed = 0; seed < 5; seed++) {
      const x = tensor(
        normal([60, C], `${K} ${seed}`).map((v) => v * v * v),
        { shape: [60, C], device },
      );
      const init = fromParameters(parameters(K, C, channel, `${seed}`, device));
      const options = {
        init,
        posterior: channel ? 'channel' : 'joint',
        iterations: seed,
        ...exactly,
      } as const;
      for (const v of await ofBatch(mixtureNorm(x, options).y)) t.ok(v <= K + 1e-9, `K ${K}: ${v}`);
      const unit = await ofBatch(mixtureNorm(x, { ...options, scale: 'unit' }).y);
      for (const v of unit) t.ok(v <= 1 + 1e-9, `K ${K}, unit: ${v}`);
    }
  }
});

t.test('a batch of draws has the variance that quadrature gives', async (t) => {
  const random = createRandom('draws');
  const count = 40000;
  for (const weights of [
    mixtures['two of 1 : 9'],
    mixtures['three of equal weights'],
    mixtures['five of falling weights'],
  ]) {
    const mixture = spaced(weights, 2.5);
    const values = Float64Array.from({ length: count }, () => {
      let k = 0;
      for (let u = random.uniform(); k < weights.length - 1 && u >= weights[k]; k++) u -= weights[k];
      return 2.5 * k + random.normal();
    });
    const x = tensor(values, { shape: [count, 1], device });
    const { y } = mixtureNorm(x, { init: mixture, training: false, ...exactly });
    const squares = y.mul(y);
    const error = Math.sqrt((await squares.var().item()) / count);
    const off = ((await squares.mean().item()) - (await population(mixture))) / error;
    t.ok(Math.abs(off) < 4, `${off.toFixed(1)} standard errors`);
  }
});
