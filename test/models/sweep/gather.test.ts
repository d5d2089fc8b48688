// What is gathered of runs whose curves are known.
import t from 'tap';
import type { Metric } from '../../../models/run/metrics.js';
import type { Status } from '../../../models/sweep/collected.js';
import { gather } from '../../../models/sweep/gather.js';
import { type MadeRun, recordOf } from './made.js';

/** Learns by the same amount every update, up to 0.8. */
function made(norm: string, seed: number, speed: number, more: Partial<MadeRun> = {}): MadeRun {
  return {
    settings: { norm, lr: '0.1', seed: String(seed) },
    accuracy: (step) => Math.min(0.8, 0.002 * speed * step),
    loss: (step) => Math.max(0.3, 2.3 - 0.005 * speed * step),
    total: 400,
    every: 20,
    ...more,
  };
}

const seeds = [1, 2, 3, 4, 5];
const arms = (...runs: MadeRun[]) => runs.map((run, i) => recordOf(run, i + 1));
const near = (a: unknown, b: number, within = 1e-9) => Math.abs((a as number) - b) < within;

t.test('a method that is twice as fast takes half as many updates', async (t) => {
  const records = arms(
    ...seeds.map((seed) => made('bn', seed, 1)),
    ...seeds.map((seed) => made('mn', seed, 2, { ms: 87.5 })),
  );
  const { baseline, targets, comparisons, arms: found, smoothing } = gather('', records);
  t.equal(baseline, 'bn');
  t.equal(smoothing.evaluations, 1);
  t.equal(targets.length, 9);
  const [{ arm, times }] = comparisons;
  t.equal(arm, 'mn');
  for (const [i, { updates, seconds, neither }] of times.entries()) {
    // The mean of past losses lags by a part of its window.
    const within = targets[i].measure === 'training' ? 0.02 : 1e-9;
    t.ok(near(updates.median, 0.5, within), `${targets[i].measure}: ${updates.median}`);
    t.ok(near(seconds.median, 0.7, within), `seconds: ${seconds.median}`);
    t.ok(updates.interval!.every((end) => near(end, 0.5, within)));
    t.equal(neither, 0);
  }
  const [bn] = found;
  t.ok(near(bn.final.precise.mean, 0.78), 'the evaluations after updates 380 and 400');
  t.equal(bn.stepMs.mean, 62.5);
  t.same(bn.times[0].runs.length, 5);
});

t.test('losses that fall where an epoch begins are read over epochs: a lead of 5 % is one', (t) => {
  // flat within an epoch of 100 updates, and 5 % ahead: a target between two levels is crossed an epoch sooner or never
  const runOf = (norm: string, seed: number, ahead: number) =>
    made(norm, seed, 1, {
      total: 1000,
      epoch: 100,
      loss: (step) => 2.3 * 0.8 ** (ahead * Math.ceil(step / 100)),
    });
  const records = arms(
    ...seeds.map((seed) => runOf('bn', seed, 1)),
    ...seeds.map((seed) => runOf('mn', seed, 1.05)),
  );
  const { smoothing, targets, comparisons } = gather('', records);
  t.equal(smoothing.updates, 100);
  for (const [i, { updates }] of comparisons[0].times.entries())
    if (targets[i].measure === 'training') t.ok(near(updates.median, 1 / 1.05, 0.03), `${updates.median}`);
  const short = arms(
    made('bn', 1, 1, { total: 300, epoch: 100 }),
    made('mn', 1, 1, { total: 300, epoch: 100 }),
  );
  t.equal(gather('', short).smoothing.updates, 6, 'a fiftieth of three epochs');
  t.end();
});

t.test('targets are the same whichever arm is poorer', async (t) => {
  const valuesOf = (...runs: MadeRun[]) => gather('', arms(...runs)).targets;
  const [slow, fast] = [(norm: string) => made(norm, 1, 0.8), (norm: string) => made(norm, 1, 1)];
  t.same(valuesOf(slow('bn'), fast('mn')), valuesOf(fast('bn'), slow('mn')));
  const records = arms(slow('bn'), fast('mn'));
  t.same(
    gather('', records, { targets: [0.5, 0.4] }).targets.slice(0, 4),
    (['running', 'precise'] as const).flatMap((measure) =>
      [0.4, 0.5].map((value) => ({ measure, value, share: null })),
    ),
  );
});

t.test('what never reaches a target is larger than every number, and counted', async (t) => {
  // The third seed of MN and the fifth of BN stay below; of the fourth both do.
  const low = { accuracy: () => 0.3 };
  const records = arms(
    ...seeds.map((seed) => made('bn', seed, 1, seed >= 4 ? low : {})),
    ...seeds.map((seed) => made('mn', seed, 1, seed === 3 || seed === 4 ? low : {})),
  );
  const { comparisons, arms: found } = gather('', records, { targets: [0.6] });
  const [bn, mn] = found.map(({ times }) => times[0]);
  t.same(mn, {
    runs: [1, 2, 3, 4, 5].map((seed) => {
      const there = seed !== 3 && seed !== 4;
      return { seed, updates: there ? 300 : 'never', seconds: there ? 18.75 : 'never' };
    }),
    reached: 3,
    atFirst: 0,
    updates: 300,
    seconds: 18.75,
  });
  t.equal(bn.reached, 3);
  const [{ updates, neither }] = comparisons[0].times;
  t.equal(neither, 1);
  t.same(
    updates.pairs.map(({ value }) => value),
    [1, 1, 'never', 0],
  );
  t.equal(updates.median, 1);
  t.equal(updates.interval, null, 'four pairs');
});

t.test('a run that diverged never arrives; one that goes on is left out of measures', async (t) => {
  const status = (record: ReturnType<typeof recordOf>, status: Status) => ({ ...record, status });
  const half = { made: 200 };
  const [whole, ...rest] = arms(
    made('bn', 1, 1),
    made('bn', 2, 1, half),
    made('bn', 3, 1, half),
    made('bn', 4, 1, { made: 0 }),
    made('mn', 1, 1),
  );
  const records = [
    whole,
    status(rest[0], 'diverged'),
    status(rest[1], 'unfinished'),
    status(rest[2], 'missing'),
    rest[3],
  ];
  const { arms: found, runs } = gather('', records, { targets: [0.3, 0.6] });
  const [bn] = found;
  t.same(bn.counts, { finished: 1, diverged: 1, unfinished: 1, missing: 1 });
  t.same(
    bn.times[0].runs.map(({ seed, updates }) => [seed, updates]),
    [
      [1, 150],
      [2, 150],
    ],
    'what it reached before counts',
  );
  t.same(
    bn.times[1].runs.map(({ updates }) => updates),
    [300, 'never'],
  );
  t.equal(bn.times[1].updates, 'never', 'the median of one number and never');
  t.equal(bn.final.precise.runs, 1);
  t.same(bn.accuracy.precise.runs.slice(0, 11), [...Array(10).fill(3), 1], 'curves show all there is');
  t.same(
    runs.map(({ step }) => step),
    [400, 200, 200, 0, 400],
  );
});

t.test("the paper's measure, in both directions", async (t) => {
  // BN has its best at update 300, where MN is at 200, and MN's best is out of reach.
  const top = (best: number, at: number) => (step: number) => Math.min(best, (best * step) / at);
  const records = arms(
    ...seeds.map((seed) => made('bn', seed, 1, { accuracy: top(0.6, 300) })),
    ...seeds.map((seed) => made('mn', seed, 1, { accuracy: top(0.9, 300) })),
  );
  const { arm, baseline, null: equal } = gather('', records).comparisons[0].best.running;
  t.equal(arm.reached, 5);
  t.ok(near(arm.mean, 1 / 3), `${arm.mean}`);
  t.same(
    baseline.pairs,
    seeds.map((seed) => ({ seed, saving: null })),
  );
  t.same([baseline.reached, baseline.mean], [0, null]);
  t.ok(equal!.noise < 0.01 && equal!.seeds === 0);
  t.ok(arm.chance! < 0.01, 'without noise equal methods save nothing');
});

t.test('too few seeds: no interval, and no null where there is one run', async (t) => {
  const few = seeds.slice(0, 3);
  const three = gather('', arms(...few.map((s) => made('bn', s, 1)), ...few.map((s) => made('mn', s, 1))));
  t.equal(three.comparisons[0].final.precise.interval, null);
  t.equal(three.comparisons[0].final.precise.pairs.length, 3);
  t.equal(three.comparisons[0].final.precise.median, 0);
  const one = gather('', arms(made('bn', 1, 1), made('mn', 1, 1)));
  t.equal(one.comparisons[0].best.running.null, null);
  t.equal(one.comparisons[0].best.running.arm.chance, null);
  t.equal(one.arms[0].final.running.deviation, null);
});

t.test('arms are named by what sets them apart', async (t) => {
  const run = (settings: Record<string, string | boolean>) => made('', 1, 1, { settings });
  const names = (...settings: Record<string, string | boolean>[]) =>
    gather('', arms(...settings.map(run))).arms.map(({ name }) => name);
  t.same(names({ norm: 'bn', seed: '1' }, { norm: 'bn', seed: '2' }), ['bn']);
  t.same(names({ seed: '1' }, { seed: '2' }), ['plain']);
  t.same(names({ norm: 'bn', lr: '1' }, { norm: 'mn', lr: '1', 'norm-at': 'conv3' }), [
    'bn',
    'mn, norm-at conv3',
  ]);
  t.same(names({ norm: 'bn', augment: true }, { norm: 'bn', augment: false }), ['augment', 'no-augment']);
});

t.test('an arm all of whose runs diverged is no baseline by itself', async (t) => {
  const run = (norm: string, lr: string, seed: string) =>
    made(norm, Number(seed), 1, { settings: { norm, lr, seed }, made: lr === '9' ? 5 : undefined });
  const records = arms(
    ...['9', '1'].flatMap((lr) => [run('bn', lr, '1'), run('bn', lr, '2')]),
    run('mn', '1', '1'),
  );
  t.equal(gather('', records).baseline, 'bn, lr 9', 'they go on');
  for (const record of records) if (record.run.settings.lr === '9') record.status = 'diverged';
  t.equal(gather('', records).baseline, 'bn, lr 1');
  t.equal(gather('', records, { baseline: 'bn, lr 9' }).baseline, 'bn, lr 9');
  t.equal(gather('', records.slice(0, 2)).baseline, 'bn', 'there is no other');
});

t.test('without a finished run there are counts and no measures', async (t) => {
  const {
    arms: found,
    targets,
    comparisons,
  } = gather('', arms(made('bn', 1, 1, { made: 0 }), made('mn', 1, 1, { made: 5 })));
  t.same(targets, []);
  t.same(comparisons[0].times, []);
  t.equal(comparisons[0].final.precise.median, null);
  t.equal(found[1].trainLoss.steps.length, 5);
});

t.test('a network without running statistics has no precise ones', async (t) => {
  const records = arms(made('none', 1, 1, { runningOnly: true }), made('group', 1, 1, { runningOnly: true }));
  const { targets, comparisons, baseline } = gather('', records);
  t.equal(baseline, 'none', 'the first, where there is no BN');
  t.same(new Set(targets.map(({ measure }) => measure)), new Set(['running', 'training']));
  t.equal(comparisons[0].final.precise.median, null);
});

t.test('layers and descent: means over runs, by step', async (t) => {
  const layers = (step: number, gradNorm: number, weights: number[]): Metric => ({
    kind: 'layers',
    step,
    epoch: 1,
    layers: {
      'norms.conv3': { gradNorm, outputDeviation: 1, weights, entropy: 0.5, place: weights[0], dead: 0 },
    },
  });
  const descent = (step: number, losses: number[]): Metric => ({
    kind: 'descent',
    step,
    epoch: 1,
    points: losses.map((loss, i) => ({ rate: i, loss, gradientDistance: 10 * loss })),
  });
  const records = arms(
    made('mn', 1, 1, { more: [layers(1, 2, [0.2, 0.8]), layers(5, 3, [0.1, 0.9]), descent(1, [1, 2, 3])] }),
    made('mn', 2, 1, {
      more: [layers(1, 4, [0.4, 0.6]), descent(1, [2, 5, 4]), descent(3, [1, null as unknown as number])],
    }),
    made('bn', 1, 1),
  );
  const [mn, bn] = gather('', records).arms;
  t.same(mn.layers, [
    {
      layer: 'norms.conv3',
      steps: [1, 5],
      gradNorm: [3, 3],
      outputDeviation: [1, 1],
      weights: [
        [(0.2 + 0.4) / 2, 0.7],
        [0.1, 0.9],
      ],
      entropy: [0.5, 0.5],
      place: [(0.2 + 0.4) / 2, 0.1],
      dead: [0, 0],
      logLikelihoods: null,
    },
  ]);
  t.same(
    mn.descent,
    { steps: [1, 3], low: [1.5, NaN], high: [4, NaN], gradientDistance: [40, 10] },
    'what is not finite has no mean',
  );
  t.same([bn.layers, bn.descent], [[], null]);
});

t.test('what cannot be gathered is refused', async (t) => {
  const records = arms(made('bn', 1, 1), made('mn', 1, 1), made('mn', 1, 1));
  t.throws(() => gather('', records), /sweep.json: runs 2_mn_0.1_1 and 3_mn_0.1_1 have the same settings/);
  t.throws(
    () => gather('', records.slice(0, 2), { baseline: 'gn' }),
    /--baseline gn: no such arm, there are 'bn', 'mn'/,
  );
  t.equal(gather('', records.slice(0, 2), { baseline: 'mn' }).comparisons[0].arm, 'bn');
});

t.test('a jump is no arrival where medians are taken, not even at the first evaluation', async (t) => {
  // 40 evaluations, medians of 3; at 0.1 at the first, 0.6 is reached at evaluation 30 and shows there
  const runOf = (seed: number, jumps: number[]) =>
    made('bn', seed, 1, {
      every: 10,
      accuracy: (step) => (jumps.includes(step) ? 0.9 : 0.002 * step),
    });
  const { arms: found, smoothing } = gather(
    '',
    arms(runOf(1, []), runOf(2, [10]), runOf(3, [20]), runOf(4, [10, 20])),
    {
      targets: [0.6],
    },
  );
  t.equal(smoothing.evaluations, 3);
  const [{ runs, atFirst }] = found[0].times;
  t.same(
    runs.map(({ updates }) => updates),
    [310, 310, 310, 20],
    'but two of three are: by the second, or sooner',
  );
  t.equal(atFirst, 1);
});

t.test('equal methods are evaluated equally often: of others there is no null', async (t) => {
  const nullOf = (more: Partial<MadeRun>) => {
    const runs = seeds.flatMap((seed) => [made('bn', seed, 1), made('mn', seed, 1, more)]);
    return gather('', arms(...runs)).comparisons[0].best.precise;
  };
  t.ok(nullOf({}).null);
  for (const more of [{ total: 800 }, { every: 10 }]) {
    const { arm, baseline, null: equal } = nullOf(more);
    t.same([equal, arm.chance, baseline.chance], [null, null, null], JSON.stringify(more));
    t.equal(arm.pairs.length, 5, 'what was saved is told');
  }
});
