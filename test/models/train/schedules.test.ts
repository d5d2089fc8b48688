// The learning rate schedules.
import t from 'tap';
import { schedules } from '../../../models/train/schedules.js';

t.test('cosine warms up over a tenth of the run, peaks at 1 and falls towards 0', (t) => {
  const shares = Array.from({ length: 100 }, (_, step) => schedules.cosine(step, 100));
  t.equal(shares[0], 0.1);
  t.equal(Math.max(...shares), 1);
  t.equal(shares.indexOf(1), 9);
  t.ok(shares.slice(10).every((share, i) => share <= shares[9 + i]));
  t.ok(shares[99] > 0 && shares[99] < 0.01);
  t.end();
});

t.test('every schedule is defined on runs of one and two steps', (t) => {
  for (const schedule of Object.values(schedules)) {
    t.equal(schedule(0, 1), 1);
    for (const step of [0, 1]) t.ok(schedule(step, 2) > 0 && schedule(step, 2) <= 1);
  }
  t.end();
});

t.test('step falls tenfold at half and at three quarters', (t) => {
  t.strictSame(
    [0, 49, 50, 74, 75].map((step) => schedules.step(step, 100).toFixed(3)),
    ['1.000', '1.000', '0.100', '0.100', '0.010'],
  );
  t.end();
});
