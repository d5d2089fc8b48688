// The paper's measure, and what two equal methods show of it.
import t from 'tap';
import { createRandom } from '../../../lib/index.js';
import { chanceOf, equalSavings, estimateNoise, meanSaving, saving } from '../../../models/study/best.js';
import { mean } from '../../../models/study/summary.js';

const points = (...y: number[]) => ({ x: y.map((_, i) => 10 * (i + 1)), y });

/** Shares of pairs, and the mean of those that reach the best. */
function shown(savings: readonly (number | null)[]) {
  const reached = savings.filter((value) => value !== null);
  const share = (least: number) => reached.filter((value) => value >= least).length / savings.length;
  return { reached: reached.length / savings.length, mean: mean(reached), share };
}

t.test("updates to the other's best", async (t) => {
  const other = points(0.1, 0.5, 0.8, 0.7);
  t.equal(saving(points(0.2, 0.8, 0.9, 0.9), other), 1 - 20 / 30);
  t.equal(saving(points(0.2, 0.3, 0.4, 0.8), other), 1 - 40 / 30, 'later is a negative saving');
  t.equal(saving(points(0.2, 0.3, 0.4, 0.7), other), null);
  t.equal(saving(points(0.8), points(0.1, 0.8, 0.8)), 0.5, "the other's first time counts");
  t.equal(meanSaving([0.5, null, -0.1]), 0.4 / 3);
});

t.test('two evaluations without drift: the answer by counting orders', async (t) => {
  const { reached, mean, share } = shown(equalSavings([1, 2], { curve: [0, 0], noise: 1, seeds: 0 }));
  // The largest of four equal draws is the challenger's in half of the cases; its first beats both others in a third.
  t.ok(Math.abs(reached - 1 / 2) < 0.03, `reached ${reached}`);
  t.ok(Math.abs(mean) < 0.03, `mean ${mean}`);
  t.ok(Math.abs(share(0.5) - 1 / 6) < 0.03, `half saved in ${share(0.5)}`);
});

t.test('equal methods reach the best in half of the pairs, whatever noise and drift', async (t) => {
  const x = Array.from({ length: 30 }, (_, i) => i + 1);
  for (const [slope, noise, seeds] of [
    [0, 1, 0],
    [0.1, 1, 0.5],
    [1, 0.1, 3],
  ]) {
    const { reached } = shown(equalSavings(x, { curve: x.map((v) => slope * v), noise, seeds }));
    t.ok(Math.abs(reached - 0.5) < 0.03, `${reached}`);
  }
});

t.test('a hundred evaluations with noise 0.35 and seeds 0.2: free savings of some per cent', async (t) => {
  const x = Array.from({ length: 100 }, (_, i) => i + 1);
  const curve = x.map((v) => 86 - 8 * Math.exp(-v / 20) + 0.004 * v);
  const { reached, mean, share } = shown(equalSavings(x, { curve, noise: 0.35, seeds: 0.2 }));
  t.comment({ reached, mean, paper: share(0.31) });
  t.ok(Math.abs(reached - 0.5) < 0.03);
  t.ok(mean > 0.06 && mean < 0.1, `${mean}`);
  t.ok(share(0.31) > 0.02 && share(0.31) < 0.07, `${share(0.31)}`);
});

t.test('noise is estimated from runs that were made with it', async (t) => {
  const random = createRandom('noise');
  const [count, noise, seeds] = [40, 0.35, 0.6];
  const curve = Array.from({ length: count }, (_, i) => 80 - 20 / (i + 1));
  const runs = Array.from({ length: 200 }, () => {
    const distance = seeds * random.normal();
    return curve.map((value) => value + distance + noise * random.normal());
  });
  const found = estimateNoise(runs)!;
  t.ok(Math.abs(found.noise - noise) < 0.02, `${found.noise}`);
  t.ok(Math.abs(found.seeds - seeds) < 0.1, `${found.seeds}`);
  const off = Math.max(...found.curve.slice(20).map((value, i) => Math.abs(value - curve[20 + i])));
  t.ok(off < 0.2, `${off}`);
});

t.test('noise needs two runs and six evaluations', async (t) => {
  t.equal(estimateNoise([[1, 2, 3, 4, 5, 6]]), null);
  t.equal(estimateNoise([points(1, 2, 3, 4, 5).y, points(1, 2, 3, 4, 5).y]), null);
  t.equal(estimateNoise([]), null);
  t.ok(estimateNoise([points(1, 2, 3, 4, 5, 6).y, points(1, 2, 3, 4, 5, 6).y]));
});

t.test('how often equal methods save as much', async (t) => {
  const simulated = [0.1, null, 0.5, null, 0.2, 0.4];
  t.equal(chanceOf([0.3], simulated), 2 / 6);
  t.equal(chanceOf([null], simulated), 1, 'no saving is always to be had');
  t.equal(chanceOf([0.3, 0.3], simulated), 1 / 3, 'of pairs of pairs: 0.05, 0.25, 0.3');
});

t.test('the null is the same at every call', async (t) => {
  const [x, null1] = [[1, 2, 3], { curve: [1, 2, 3], noise: 1, seeds: 1 }];
  t.same(equalSavings(x, null1), equalSavings(x, null1));
});
