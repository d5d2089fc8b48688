// Intervals: how often they cover what they are to cover.
import t from 'tap';
import { createRandom } from '../../../lib/index.js';
import { LEAST_SEEDS, medianInterval } from '../../../models/study/bootstrap.js';

const never = Number.POSITIVE_INFINITY;

t.test('of five values the interval is their range, of fewer there is none', async (t) => {
  t.same(medianInterval([5, 1, 4, 2, 3]), [1, 5]);
  for (let n = 0; n < LEAST_SEEDS; n++) t.equal(medianInterval([1, 2, 3, 4].slice(0, n)), null, `${n}`);
});

t.test('of more values it is within their range', async (t) => {
  const values = Array.from({ length: 15 }, (_, i) => i);
  const [low, high] = medianInterval(values)!;
  t.ok(low >= 2 && low < 7 && high <= 12 && high > 7, `${low} ${high}`);
});

t.test('what was never reached may be an end, and is no number', async (t) => {
  t.same(medianInterval([0.9, 1.1, 1.2, never, 1]), [0.9, never]);
  t.same(medianInterval([never, never, never, never, never]), [never, never]);
});

t.test('the same values have the same interval, in any order and whatever was asked before', async (t) => {
  const values = [0.3, 0.1, 0.4, 0.15, 0.92, 0.65, 0.35];
  const before = medianInterval(values);
  medianInterval([1, 2, 3, 4, 5, 6]);
  t.same(medianInterval(values), before);
  t.same(medianInterval(values.toReversed()), before);
});

t.test('it covers the median of what was drawn from in about 95 of 100 samples', async (t) => {
  const random = createRandom('coverage');
  for (const size of [5, 8, 12]) {
    const trials = 4000;
    let covered = 0;
    for (let i = 0; i < trials; i++) {
      const [low, high] = medianInterval(Array.from({ length: size }, random.normal))!;
      if (low <= 0 && high >= 0) covered++;
    }
    const share = covered / trials;
    t.ok(share > 0.92 && share < 0.97, `${size} values: ${share}`);
    t.comment(`${size} values: ${share}`);
  }
});
