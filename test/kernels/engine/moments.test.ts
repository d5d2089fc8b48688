// The engine's mixture kernels where precision is hard to keep, and however their range is divided.
import t from 'tap';
import { type Engine, engines, type List, noise } from './engine.js';

const [n, c, s, k] = [24, 3, 20, 3];
const size = n * c * s;
const scratchOf = (engine: Engine) => engine.exports.mixtureScratch(k, c);
const gauss = (length: number, seed: number) => {
  const [u, v] = [noise(length, seed), noise(length, seed + 50)];
  return u.map((a, i) => Math.sqrt(-2 * Math.log(a / 2 + 0.5 + 1e-9)) * Math.cos(Math.PI * v[i]));
};
const positive = (length: number, seed: number) => noise(length, seed).map((v) => Math.abs(v) + 0.2);

/** Means and variances [2,k,c] of joint posteriors, in float64. */
function momentsOf(x: List, tau: List): number[] {
  const out = new Array(2 * k * c).fill(0);
  for (let at = 0; at < k * c; at++) {
    const [j, channel] = [Math.floor(at / c), at % c];
    const sum = (term: (value: number) => number) => {
      let total = 0;
      for (let i = 0; i < n * s; i++) {
        const image = Math.floor(i / s);
        total += tau[j * n * s + i] * term(x[(image * c + channel) * s + (i % s)]);
      }
      return total;
    };
    const weight = Math.max(
      sum(() => 1),
      1e-12,
    );
    out[at] = sum((v) => v) / weight;
    out[k * c + at] = sum((v) => (v - out[at]) ** 2) / weight;
  }
  return out;
}

const image = (i: number) => Math.floor(i / (c * s));
const sampled = (i: number) => i % (n / 4) === 0;
const tau = positive(k * n * s, 3);
const cases: Record<string, { x: Float32Array; tau?: Float32Array }> = {
  'mean 10': { x: gauss(size, 1).map((v) => 10 + v) },
  'mean 1000': { x: gauss(size, 1).map((v) => 1000 + v) },
  'the first image far from the others': { x: gauss(size, 1).map((v, i) => v + (image(i) ? 0 : 1000)) },
  'every sampled image far from the others': {
    x: gauss(size, 1).map((v, i) => v + (sampled(image(i)) ? 300 : 0)),
    tau: tau.map((v, i) => (sampled(Math.floor(i / s) % n) ? 1e-7 * v : v)),
  },
  'components absent from the sampled images': {
    x: gauss(size, 1).map((v) => 10 + v),
    tau: tau.map((v, i) => (sampled(Math.floor(i / s) % n) ? 0 : v)),
  },
  'components of hardly any weight': { x: gauss(size, 1), tau: tau.map((v) => 1e-17 * v) },
  'the same value everywhere': { x: new Float32Array(size).fill(0.1) },
};

for (const engine of engines) {
  for (const [title, { x, tau: weights = tau }] of Object.entries(cases)) {
    t.test(`${engine.name}: moments of a mixture, ${title}`, async (t) => {
      const expected = momentsOf(x, weights);
      const actual = engine.runRanged(
        'mixtureMoments',
        2 * k * c,
        [x, weights],
        [n, c, s, k, 1],
        c,
        scratchOf(engine),
      );
      for (let at = 0; at < k * c; at++) {
        const [mean, variance] = [expected[at], expected[k * c + at]];
        t.ok(Math.abs(actual[at] - mean) <= 1.5e-7 * Math.hypot(mean, Math.sqrt(variance)), 'mean');
        t.ok(Math.abs(actual[k * c + at] - variance) <= 1e-6 * variance + 1e-15, 'variance');
      }
    });
  }

  for (const ct of [1, c]) {
    t.test(`${engine.name}: the range of a mixture kernel does not change its bits, ${ct}`, async (t) => {
      const numbers = [n, c, s, k, ct];
      const [x, g] = [gauss(size, 1), gauss(size, 2)];
      const [lambda, logScale] = [positive(k * ct, 5), noise(k * ct, 6)];
      const [weight, bias] = [noise(c, 7), noise(c, 8)];
      const [moments, sums] = [positive(2 * k * c, 9), positive(4 * k * c, 10)];
      const posteriors = positive(k * n * ct * s, 11);
      const normalized = [x, posteriors, lambda, moments];
      const calls: [string, number, List[], number[], number][] = [
        ['mixtureLogProb', k * n * ct * s, [x, logScale, moments], [...numbers, 1e-4], n],
        ['mixturePosterior', k * n * ct * s, [posteriors], [k, n * ct * s], n * ct * s],
        ['mixtureMoments', 2 * k * c, [x, posteriors], numbers, c],
        ['mixtureNorm', size, [...normalized, weight, bias], [...numbers, 1e-5, 1], n],
        ['mixtureNormGradSums', 4 * k * c, [g, ...normalized], [...numbers, 1e-5, 1], c],
        ['mixtureNormGradInput', size, [g, ...normalized, weight, sums], [...numbers, 1e-5, 1, 1], n],
      ];
      for (const [kernel, length, inputs, values, total] of calls) {
        const scratch = /LogProb|Posterior/.test(kernel) ? 0 : scratchOf(engine);
        const whole = engine.run(kernel, length, inputs, [...values, 0, total], scratch);
        t.same(engine.runRanged(kernel, length, inputs, values, total, scratch), whole, kernel);
      }
    });
  }
}
