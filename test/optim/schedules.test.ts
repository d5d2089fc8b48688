// Schedules against PyTorch's rates, saved and resumed, and their edges.
import { readFileSync } from 'node:fs';
import t from 'tap';
import * as mixgrad from '../../lib/index.js';
import {
  CosineAnnealingLR,
  LinearLR,
  type LRScheduler,
  MultiStepLR,
  OneCycleLR,
  type Optimizer,
  OptionError,
  SequentialLR,
  SGD,
  StepLR,
  tensor,
} from '../../lib/index.js';

interface Golden {
  name: string;
  options: Record<string, unknown>;
  lrs: number[];
  rates: number[][];
}
const { schedules } = JSON.parse(readFileSync('test/fixtures/optim_ops.json', 'utf8')) as {
  schedules: Golden[];
};

const leaf = () => tensor([1], { requiresGrad: true });
const optimizerOf = (lrs: number[]) => new SGD(lrs.map((lr) => ({ params: [leaf()], lr })));

function make(
  name: string,
  optimizer: Optimizer,
  { parts, ...options }: Record<string, unknown>,
): LRScheduler {
  const Schedule = (mixgrad as Record<string, unknown>)[name] as new (
    optimizer: Optimizer,
    options: object,
  ) => LRScheduler;
  const schedulers = (parts as [string, Record<string, unknown>][] | undefined)?.map(([part, own]) =>
    make(part, optimizer, own),
  );
  return new Schedule(optimizer, schedulers ? { schedulers, ...options } : options);
}

const close = (got: number[], expected: number[]) =>
  got.length === expected.length &&
  got.every((v, i) => Math.abs(v - expected[i]) <= 1e-12 * expected[i] + 1e-15);

t.test('the rates of all groups are those of PyTorch', (t) => {
  t.ok(schedules.length >= 10);
  for (const { name, options, lrs, rates } of schedules) {
    const optimizer = optimizerOf(lrs);
    const scheduler = make(name, optimizer, options);
    for (const [step, expected] of rates.entries()) {
      const got = optimizer.paramGroups.map(({ lr }) => lr);
      t.ok(close(got, expected), `${name}, step ${step}: ${got}, expected ${expected}`);
      t.same(scheduler.getLastLr(), got);
      t.same(scheduler.lrsAt(step), got);
      t.equal(scheduler.lastEpoch, step);
      scheduler.step();
    }
  }
  t.end();
});

t.test('a resumed schedule goes on bit for bit, whatever the rates were in between', (t) => {
  for (const { name, options, lrs, rates } of schedules) {
    const whole = make(name, optimizerOf(lrs), options);
    for (let step = 0; step < 7; step++) whole.step();
    const state = JSON.parse(JSON.stringify(whole.stateDict()));
    t.same(state, { scheduler: name, lastEpoch: 7, baseLrs: lrs });
    const resumed = make(name, optimizerOf(lrs.map(() => 9)), options);
    resumed.loadStateDict(state);
    for (let step = 7; step < rates.length; step++) {
      t.same(resumed.getLastLr(), whole.getLastLr(), `${name}, step ${step}`);
      for (const scheduler of [whole, resumed]) scheduler.step();
    }
  }
  t.end();
});

t.test('a second schedule starts from the rates before the first', (t) => {
  const optimizer = optimizerOf([0.5]);
  new LinearLR(optimizer, { startFactor: 0.25 });
  t.equal(optimizer.lr, 0.125);
  t.same(new StepLR(optimizer, { stepSize: 3 }).baseLrs, [0.5]);
  t.equal(optimizer.lr, 0.5);
  t.end();
});

t.test('a state that does not fit changes nothing', (t) => {
  const optimizer = optimizerOf([0.5]);
  const scheduler = new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 4 });
  scheduler.step();
  const before = [scheduler.stateDict(), optimizer.lr];
  const late = { scheduler: 'OneCycleLR', lastEpoch: 5, baseLrs: [0.25] };
  const message = 'OneCycleLR: step is 5, expected at most 4, the totalSteps';
  t.throws(() => scheduler.loadStateDict(late), new OptionError(message));
  t.same([scheduler.stateDict(), optimizer.lr], before);
  t.end();
});

t.test('one cycle of one to four steps has rates from the first to the peak', (t) => {
  for (const totalSteps of [1, 2, 3, 4]) {
    for (const pctStart of [0, 0.25, 0.5, 1]) {
      const scheduler = new OneCycleLR(optimizerOf([1]), { maxLr: 1, totalSteps, pctStart });
      for (let step = 0; step < totalSteps; step++) {
        const [lr] = scheduler.lrsAt(step);
        t.ok(lr > 0 && lr <= 1, `${totalSteps} steps, ${pctStart}: ${lr} at ${step}`);
      }
    }
  }
  t.end();
});

t.test('what was given stays as it was when the list is changed later', (t) => {
  const optimizer = optimizerOf([1]);
  const milestones = [2];
  const scheduler = new MultiStepLR(optimizer, { milestones });
  const parts = [scheduler, new CosineAnnealingLR(optimizer, { tMax: 3 })];
  const sequence = new SequentialLR(optimizer, { schedulers: parts, milestones });
  milestones[0] = 0;
  parts.pop();
  t.same(scheduler.lrsAt(1), [1]);
  t.same(sequence.lrsAt(2), [1]);
  t.end();
});
