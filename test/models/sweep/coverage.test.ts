// Sweeps of two equal methods: how often their intervals say so.
import t from 'tap';
import { createRandom, type Random } from '../../../lib/index.js';
import { median } from '../../../models/study/summary.js';
import type { ArmRuns } from '../../../models/sweep/arms.js';
import { compare } from '../../../models/sweep/compare.js';
import { curvesOf } from '../../../models/sweep/run-curves.js';
import { recordOf } from './made.js';

const seeds = [1, 2, 3, 4, 5];
const sweeps = 200;

/** An arm whose runs differ by seed and from evaluation to evaluation. */
function armOf(name: string, speed: number, random: Random): ArmRuns {
  const runs = seeds.map((seed) => {
    const [height, pace] = [0.75 + 0.004 * random.normal(), speed * Math.exp(0.05 * random.normal())];
    const accuracy = (step: number) =>
      height * (1 - Math.exp((-pace * step) / 12)) + 0.0035 * random.normal();
    const loss = (step: number) => 2.3 * Math.exp((-pace * step) / 20) + 0.05 * random.normal();
    const settings = { norm: name, seed: String(seed) };
    return curvesOf(recordOf({ settings, accuracy, loss, total: 60, every: 3 }), 3);
  });
  return { name, settings: {}, runs };
}

const targets = [
  { measure: 'precise', value: 0.6, share: null },
  { measure: 'running', value: 0.7, share: null },
  { measure: 'training', value: 0.6, share: null },
] as const;

/** The intervals of simulated sweeps, by what they are of. */
function simulate(speed: number) {
  const random = createRandom(`speed ${speed}`);
  return Array.from({ length: sweeps }, () => {
    const [a, b] = [armOf('mn', speed, random), armOf('bn', 1, random)];
    const { final, times } = compare(a, b, targets, 1, { running: null, precise: null });
    return { final: final.precise, times: times.map(({ updates }) => updates) };
  });
}

const covers = (interval: unknown, value: number) => {
  const [low, high] = interval as [number, number];
  return low <= value && value <= high;
};

t.test('intervals of equal methods cover no difference in about 95 of 100 sweeps', async (t) => {
  const results = simulate(1);
  const shareOf = (covered: boolean[]) => covered.filter(Boolean).length / sweeps;
  const shares = [
    shareOf(results.map(({ final }) => covers(final.interval, 0))),
    ...targets.map((_, i) => shareOf(results.map(({ times }) => covers(times[i].interval, 1)))),
  ];
  t.comment(shares);
  // Of 200 sweeps with 15 of 16 covered, 177 to 197 are in all but one of a thousand cases.
  for (const share of shares) t.ok(share >= 0.885 && share <= 0.985, `${share}`);
});

t.test('a method twice as fast is seen to be so in every sweep', async (t) => {
  const results = simulate(2);
  for (const i of targets.keys()) {
    const ratios = results.map(({ times }) => times[i].median as number);
    t.ok(Math.abs(median(ratios) - 0.5) < 0.05, `${median(ratios)}`);
    t.ok(results.every(({ times }) => !covers(times[i].interval, 1)));
  }
});
