// The closed form of the Fisher information beside the exact one: quadrature on a line and in a plane, draws in more dimensions.
import t from 'tap';
import {
  createRandom,
  type FisherParts,
  fisherInformation,
  type Mixture,
  mixtureLogProb,
  mixtureScore,
  openDevice,
  type Random,
  tensor,
} from '../../lib/index.js';
import { expectation, line, onALine } from './cases.js';

const device = await openDevice('reference');
const parts = ['weights', 'means', 'deviations'] as const;
const all = async (information: FisherParts) =>
  Object.fromEntries(await Promise.all(parts.map(async (part) => [part, await information[part].data()])));

/** The mean square of the score under a mixture on a line. */
async function exact(mixture: Mixture): Promise<Record<string, ArrayLike<number>>> {
  const points = line(device);
  const score = mixtureScore(points.x, mixture);
  const square = (part: (typeof parts)[number]) => expectation(mixture, points, score[part].mul(score[part]));
  return all({ weights: square('weights'), means: square('means'), deviations: square('deviations') });
}

const largestDifference = (a: Record<string, ArrayLike<number>>, b: Record<string, ArrayLike<number>>) =>
  Math.max(...parts.flatMap((part) => Array.from(a[part], (v, i) => Math.abs(v - b[part][i]))));

t.test('the densities of the tests integrate to 1', async (t) => {
  const mixture = onALine([0.2, 0.3, 0.5], [0, 1, 40], [1, 0.5, 3], device);
  const points = line(device);
  t.ok(Math.abs((await expectation(mixture, points, points.x.mul(0).add(1)).item()) - 1) < 1e-12);
});

t.test('of a Gaussian the closed form is exact: 0, 1/σ² and 2/σ²', async (t) => {
  const gaussian = onALine([1], [3], [2], device);
  const closed = await all(fisherInformation(gaussian));
  t.same(closed, { weights: [0], means: [0.25], deviations: [0.5] });
  t.ok(largestDifference(closed, await exact(gaussian)) < 1e-12);
});

t.test('of components that lie apart it is, and of those that overlap it is too large', async (t) => {
  const at = (separation: number) => onALine([0.25, 0.75], [0, separation], [1, 2], device);
  const apart = at(40);
  t.ok(largestDifference(await all(fisherInformation(apart)), await exact(apart)) < 1e-10);
  for (const separation of [0, 1, 2, 4, 8, 16]) {
    const [closed, found] = [await all(fisherInformation(at(separation))), await exact(at(separation))];
    for (const part of parts) {
      const ratios = Array.from(found[part], (v, k) => v / closed[part][k]);
      t.ok(
        ratios.every((ratio) => ratio > 0 && ratio <= (separation <= 4 ? 0.95 : 1)),
        `${part} at ${separation}: ${ratios}`,
      );
      if (separation === 16) t.ok(Math.min(...ratios) > 0.999, `${part} at 16: ${ratios}`);
    }
  }
});

t.test(
  'of components that coincide it is 1/λ times too large, and the weights carry no information',
  async (t) => {
    const weights = [0.2, 0.3, 0.5];
    const found = await exact(onALine(weights, [1, 1, 1], [2, 2, 2], device));
    for (const [k, weight] of weights.entries()) {
      t.ok(Math.abs(found.weights[k]) < 1e-12);
      t.ok(Math.abs(found.means[k] - weight ** 2 / 4) < 1e-12);
      t.ok(Math.abs(found.deviations[k] - weight ** 2 / 2) < 1e-12);
    }
  },
);

/** The mean of products of two components' scores under a mixture on a line, [K, K]. */
async function products(mixture: Mixture, part: (typeof parts)[number]): Promise<number[][]> {
  const points = line(device);
  const score = mixtureScore(points.x, mixture)[part];
  const K = score.shape[0];
  const rows = Array.from({ length: K }, async (_, k) => [
    ...(await expectation(mixture, points, score.mul(score.slice(0, k, k + 1))).data()),
  ]);
  return Promise.all(rows);
}

t.test('between components that lie apart there is none but of the weights: diag(λ) − λλᵀ', async (t) => {
  const lambda = [0.2, 0.3, 0.5];
  const apart = onALine(lambda, [-20, 10, 50], [1, 1, 2], device);
  const near = onALine(lambda, [-1, 0, 2], [1, 1, 2], device);
  const found = await products(apart, 'weights');
  for (const [k, row] of found.entries()) {
    for (const [j, value] of row.entries()) {
      t.ok(Math.abs(value - ((k === j ? lambda[k] : 0) - lambda[k] * lambda[j])) < 1e-12);
      // A diag(1/λ) A = A: what the Fisher vector divides by is a generalized inverse.
      const there = lambda.reduce((total, weight, l) => total + (row[l] * found[l][j]) / weight, 0);
      t.ok(Math.abs(there - value) < 1e-12);
    }
  }
  for (const part of ['means', 'deviations'] as const) {
    const off = (rows: number[][]) =>
      Math.max(...rows.flatMap((row, k) => row.map((v, j) => (j === k ? 0 : Math.abs(v)))));
    t.ok(off(await products(apart, part)) < 1e-12, part);
    t.ok(off(await products(near, part)) > 1e-2, `${part} of those that overlap`);
  }
});

/** Draws from a mixture [K, C], and their scores' squares with standard errors. */
async function drawn(mixture: Mixture, count: number, random: Random) {
  const [K, C] = mixture.means.shape;
  const [weights, means, variances] = [mixture.weights, mixture.means, mixture.variances].map(
    (t) => t.ndarray().data,
  );
  const values = new Float64Array(count * C);
  for (let i = 0; i < count; i++) {
    let k = 0;
    for (let u = random.uniform(); k < K - 1 && u >= weights[k]; k++) u -= weights[k];
    for (let c = 0; c < C; c++)
      values[i * C + c] = means[k * C + c] + Math.sqrt(variances[k * C + c]) * random.normal();
  }
  const samples = tensor(values, { shape: [count, C], device });
  const { means: score } = mixtureScore(samples, mixture);
  const squares = score.mul(score);
  const error = await squares.var(1).div(count).sqrt().data();
  return { estimate: await fisherInformation(mixture, { samples }).means.data(), error };
}

/** A mixture of two components in C channels, the second one this far away in each. */
function inSpace(C: number, away: number): Mixture {
  const row = (first: number) => Array.from({ length: C }, (_, c) => first + 0.25 * c);
  return {
    weights: tensor([0.375, 0.625], { device }),
    means: tensor([row(0), row(away)], { device }),
    variances: tensor([row(1), row(0.5)], { device }),
  };
}

t.test(
  'of draws it is the closed form in three dimensions where components lie apart, and else less',
  async (t) => {
    const random = createRandom('draws');
    for (const [away, apart] of [
      [8, true],
      [0.75, false],
    ] as const) {
      const mixture = inSpace(3, away);
      const closed = await fisherInformation(mixture).means.data();
      const { estimate, error } = await drawn(mixture, 5000, random);
      for (const [i, value] of closed.entries()) {
        const off = (estimate[i] - value) / error[i];
        t.ok(apart ? Math.abs(off) < 4 : off < -4, `${away}: ${off.toFixed(1)} standard errors`);
      }
    }
  },
);

t.test('of draws it is that of quadrature in a plane, where components overlap', async (t) => {
  const mixture = inSpace(2, 1);
  const step = 0.1;
  const size = 161;
  const grid = Float64Array.from({ length: 2 * size * size }, (_, i) => {
    const point = i >> 1;
    return (i % 2 ? point % size : Math.floor(point / size)) * step - 7.5;
  });
  const x = tensor(grid, { shape: [size * size, 2], device });
  const shares = mixtureLogProb(x, mixture)
    .exp()
    .mul(step * step)
    .reshape([-1, 1]);
  t.ok(Math.abs((await shares.sum().item()) - 1) < 1e-9);
  const { means } = mixtureScore(x, mixture);
  const expected = await means.mul(means).mul(shares).sum(1).data();
  const { estimate, error } = await drawn(mixture, 5000, createRandom('plane'));
  for (const [i, value] of expected.entries()) {
    const off = (estimate[i] - value) / error[i];
    t.ok(Math.abs(off) < 4, `${off.toFixed(1)} standard errors`);
  }
});
