// The optimizers and schedules of the training program, and its updates by parts.
import t from 'tap';
import { createRandom, Flatten, Linear, Sequential, SGD, tensor } from '../../../lib/index.js';
import { DivergedError } from '../../../models/run/errors.js';
import {
  makeOptimizer,
  makeScheduler,
  type OptimizerName,
  optimizerRates,
  type ScheduleSettings,
  scheduleNames,
} from '../../../models/train/optimizers.js';
import { partsOf, update } from '../../../models/train/update.js';
import { normal } from '../../values.js';

const automatic = { warmup: null, stepSize: null, milestones: null, gamma: 0.1, lr: 0.5 };
const leaf = () => tensor([1], { requiresGrad: true });

/** The shares of the highest rate at each step of a run. */
function shares(
  settings: Pick<ScheduleSettings, 'schedule'> & Partial<ScheduleSettings>,
  total: number,
): number[] {
  const optimizer = new SGD([leaf()], { lr: 0.5 });
  const scheduler = makeScheduler(optimizer, { ...automatic, ...settings }, total);
  return Array.from({ length: total }, () => {
    const { lr } = optimizer;
    scheduler.step();
    return lr / 0.5;
  });
}
const written = (list: number[]) => list.map((share) => share.toFixed(3)).join(' ');

t.test('cosine warms up over a tenth of the run, peaks at 1 and falls towards 0', (t) => {
  const list = shares({ schedule: 'cosine' }, 100);
  t.equal(list[0], 0.1);
  t.equal(Math.max(...list), 1);
  t.equal(list.indexOf(1), 9);
  t.ok(list.slice(10).every((share, i) => share <= list[9 + i]));
  t.ok(list[99] > 0 && list[99] < 0.01);
  t.equal(written(shares({ schedule: 'cosine', warmup: 0 }, 4)), '1.000 0.854 0.500 0.146');
  t.end();
});

t.test('every schedule is defined on runs of one and two steps', (t) => {
  for (const schedule of scheduleNames) {
    for (const total of [1, 2]) t.ok(shares({ schedule }, total).every((share) => share > 0 && share <= 1));
  }
  t.end();
});

t.test('constant stays, step and multi-step fall, each after its warm-up', (t) => {
  const constant = shares({ schedule: 'constant', warmup: 2 }, 4);
  t.equal(written(constant), '0.500 1.000 1.000 1.000');
  t.equal(written(shares({ schedule: 'step' }, 5)), '1.000 1.000 0.100 0.100 0.010');
  const own = shares({ schedule: 'step', stepSize: 1, gamma: 0.5, warmup: 1 }, 4);
  t.equal(written(own), '1.000 1.000 0.500 0.250');
  const falls = shares({ schedule: 'multi-step' }, 100);
  t.equal(written([0, 49, 50, 74, 75].map((step) => falls[step])), '1.000 1.000 0.100 0.100 0.010');
  t.equal(written(shares({ schedule: 'multi-step', milestones: [1, 3] }, 4)), '1.000 0.100 0.100 0.010');
  t.end();
});

t.test('one-cycle has --lr as its peak', (t) => {
  const list = shares({ schedule: 'one-cycle' }, 50);
  t.equal(written([list[0], Math.max(...list)]), '0.040 1.000');
  t.end();
});

t.test('a warm-up longer than the run is refused', (t) => {
  t.throws(() => shares({ schedule: 'constant', warmup: 5 }, 4), {
    name: 'UsageError',
    message: '--warmup 5: the run has 4 steps',
  });
  t.end();
});

t.test('every name makes its optimizer, with the settings that it takes', (t) => {
  const classes = { sgd: 'SGD', adam: 'Adam', adamw: 'AdamW', rmsprop: 'RMSprop' };
  for (const optimizer of Object.keys(optimizerRates) as OptimizerName[]) {
    const settings = { optimizer, lr: 0.5, momentum: 0.25, weightDecay: 0.125 };
    const made = makeOptimizer([leaf()], settings);
    t.equal(made.constructor.name, classes[optimizer]);
    const momentum = optimizer === 'sgd' || optimizer === 'rmsprop' ? { momentum: 0.25 } : {};
    t.match(made.paramGroups, [{ lr: 0.5, weightDecay: 0.125, ...momentum }]);
  }
  t.end();
});

const SIZE = 12;
const labels = Int32Array.from({ length: SIZE }, (_, i) => i % 3);
const images = Float32Array.from(normal([SIZE, 3 * 32 * 32], 'images'));

/** A network after two updates by so many parts, and what they returned. */
async function trained(accumulate: number, clipNorm: number | null) {
  const network = new Sequential(new Flatten(), new Linear(3 * 32 * 32, 3, { random: createRandom(1) }));
  const optimizer = new SGD(network.parameters(), { lr: 0.01, momentum: 0.9 });
  const scheduler = makeScheduler(optimizer, { ...automatic, schedule: 'step', stepSize: 1 }, 2);
  const learner = { network, optimizer, scheduler, settings: { accumulate, clipNorm } };
  const scores = [];
  for (const step of [1, 2]) scores.push(await update(learner, { images, labels, size: SIZE }, step));
  return { scores, weights: Array.from(await network.parameters()[0].data()) };
}

const far = (a: number[], b: number[]) => Math.max(...a.map((v, i) => Math.abs(v - b[i])));

t.test('gradients that are added up over parts are those of the whole batch', async (t) => {
  for (const clipNorm of [null, 0.5]) {
    const whole = await trained(1, clipNorm);
    t.match(whole.scores, [{ lr: 0.01 }, { lr: 0.001 }]);
    for (const count of [2, 3, 12]) {
      const parts = await trained(count, clipNorm);
      t.ok(far(parts.weights, whole.weights) < 1e-6, `${count} parts`);
      for (const [i, { loss, accuracy, lr }] of parts.scores.entries()) {
        t.ok(Math.abs(loss - whole.scores[i].loss) < 1e-5);
        t.equal(accuracy, whole.scores[i].accuracy);
        t.equal(lr, whole.scores[i].lr);
      }
    }
  }
  const [free, clipped] = [await trained(1, null), await trained(1, 0.5)];
  t.ok(far(free.weights, clipped.weights) > 1e-4, 'clipping made a difference');
});

t.test('parts are in order, and all of the batch', (t) => {
  const parts = partsOf({ images, labels, size: SIZE }, 4);
  t.same(
    parts.flatMap((part) => [...part.labels]),
    [...labels],
  );
  t.same(
    parts.map(({ size }) => size),
    [3, 3, 3, 3],
  );
  t.equal(parts[1].images[0], images[3 * 3 * 32 * 32]);
  t.end();
});

t.test('a loss that is no number in one part moves no weight', async (t) => {
  const network = new Sequential(new Flatten(), new Linear(3 * 32 * 32, 3, { random: createRandom(1) }));
  const optimizer = new SGD(network.parameters(), { lr: 1 });
  const scheduler = makeScheduler(optimizer, { ...automatic, schedule: 'constant' }, 2);
  const before = await network.stateDict();
  const broken = images.slice();
  broken[images.length - 1] = Number.NaN;
  const learner = { network, optimizer, scheduler, settings: { accumulate: 2, clipNorm: null } };
  await t.rejects(
    update(learner, { images: broken, labels, size: SIZE }, 1),
    new DivergedError('the loss is NaN at step 1, learning rate 1; try a lower --lr'),
  );
  t.same(await network.stateDict(), before);
  t.equal(scheduler.lastEpoch, 0);
});
