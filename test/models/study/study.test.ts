// The parts of the measures, each on numbers whose answer is known.
import t from 'tap';
import { kept, meanCurve } from '../../../models/study/curves.js';
import { fallsTo, reaches, valueAt } from '../../../models/study/reach.js';
import { runningLine, trailingMean, trailingMedian } from '../../../models/study/smooth.js';
import { deviation, mean, median } from '../../../models/study/summary.js';
import { accuracyTargets, lossTargets } from '../../../models/study/targets.js';

const never = Number.POSITIVE_INFINITY;

t.test('a median takes what was never reached for larger than all', async (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 2, 3]), 2.5);
  t.equal(median([never, 1, 2]), 2);
  t.equal(median([never, 1, never, 2]), never, 'half of them is not reached');
  t.ok(Number.isNaN(median([])));
});

t.test('mean and deviation', async (t) => {
  t.equal(mean([1, 2, 6]), 3);
  t.equal(deviation([1, 3]), Math.SQRT2);
  t.ok(Number.isNaN(deviation([1])));
});

t.test('trailing smoothing looks back only', async (t) => {
  t.same(trailingMean([1, 3, 5, 11], 2), [1, 2, 4, 8]);
  t.same(trailingMedian([9, 1, 2, 3, 4], 3), [-never, 1, 2, 2, 3], 'one of three is no median');
  for (const smooth of [trailingMean, trailingMedian]) {
    t.same(smooth([1, 9, 2], 1), [1, 9, 2], `${smooth.name} of one value`);
    t.same(smooth([1, 2, 3, 99], 3).slice(0, 3), smooth([1, 2, 3, -99], 3).slice(0, 3), smooth.name);
  }
});

t.test('a running line keeps a line, also at its ends, and is a mean within', async (t) => {
  const line = [1, 3, 5, 7, 9, 11];
  for (const [i, value] of runningLine(line, 2).entries()) t.ok(Math.abs(value - line[i]) < 1e-12);
  const [, , third] = runningLine([1, 0, 4, 0, 0], 1);
  t.ok(Math.abs(third - 4 / 3) < 1e-12);
  t.same(runningLine([7], 3), [7]);
});

t.test('a target is reached between two points, at the first, or never', async (t) => {
  const curve = { x: [10, 20, 30, 40], y: [0.2, 0.4, 0.3, 0.6] };
  t.equal(reaches(curve, 0.3), 15);
  t.equal(reaches(curve, 0.4), 20, 'the first time counts, whatever follows');
  t.ok(Math.abs(reaches(curve, 0.5) - (30 + 20 / 3)) < 1e-12);
  t.equal(reaches(curve, 0.1), 10, 'it begins there');
  t.equal(reaches(curve, 0.7), never);
  t.equal(fallsTo({ x: [1, 2], y: [2, 1] }, 1.5), 1.5);
  t.equal(fallsTo({ x: [1, 2], y: [2, 1] }, 0.5), never);
  t.equal(reaches({ x: [], y: [] }, 0), never);
});

t.test('the clock of a run at a fraction of an update', async (t) => {
  const clock = { x: [1, 2, 3], y: [10, 12, 20] };
  t.equal(valueAt(clock, 2.5), 16);
  t.equal(valueAt(clock, 0.5), 5);
  t.equal(valueAt(clock, 3), 20);
  t.equal(valueAt(clock, never), never);
});

t.test('targets follow the poorest arm, whichever it is', async (t) => {
  t.same(accuracyTargets([0.75, 0.7]), [0.56, 0.63, 0.665]);
  t.same(accuracyTargets([0.7, 0.75]), accuracyTargets([0.75, 0.7]));
  t.same(accuracyTargets([]), []);
  t.same(lossTargets(2.3, [0.3, 0.2]), [0.7, 0.5, 0.4]);
  t.same(lossTargets(2.3, [2.4]), [], 'an arm that learns nothing leaves no way');
});

t.test('curves of runs as one: mean, range and number', async (t) => {
  const curve = meanCurve([
    { x: [1, 2], y: [1, 5] },
    { x: [2, 3], y: [3, 2] },
  ]);
  t.same(curve, { steps: [1, 2, 3], mean: [1, 4, 2], low: [1, 3, 2], high: [1, 5, 2], runs: [1, 2, 1] });
});

t.test('thinned curves end where they ended, and step evenly', async (t) => {
  t.same(kept(4, 10), [0, 1, 2, 3]);
  t.same(kept(10, 4), [0, 3, 6, 9]);
  t.same(kept(11, 4), [1, 4, 7, 10]);
  t.same(kept(0, 4), []);
  for (const count of [1, 199, 200, 201, 1950]) {
    t.ok(kept(count, 200).length <= 200);
    t.equal(kept(count, 200).at(-1), count - 1);
  }
});
