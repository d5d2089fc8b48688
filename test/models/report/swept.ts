// A sweep that was never run: three arms with five seeds each, of which one run diverged and one was not begun.
import type { LayersMetric, Metric, Statistics } from '../../../models/run/metrics.js';
import type { Collected } from '../../../models/sweep/collected.js';
import { gather } from '../../../models/sweep/gather.js';
import { type MadeRun, recordOf } from '../sweep/made.js';

const TOTAL = 600;
const EVERY = 30;
const seeds = [1, 2, 3, 4, 5];

/** A number about 0 that seems to follow no rule. */
const noise = (n: number) => ((Math.abs(Math.sin(n * 12.9898) * 43758.5453) % 1) - 0.5) * 2;

/** How an arm learns. */
interface Learning {
  settings: Record<string, string>;
  best: number;
  rate: number;
  mixture: boolean;
}

const arms: Learning[] = [
  { settings: { norm: 'bn' }, best: 0.72, rate: 120, mixture: false },
  { settings: { norm: 'mn', normAt: 'conv3' }, best: 0.73, rate: 105, mixture: true },
  { settings: { norm: 'mn', normAt: 'conv3', gradient: 'posterior' }, best: 0.69, rate: 130, mixture: true },
];

function layersAt(step: number, seed: number, mixture: boolean): Metric[] {
  const numbers = (depth: number) => ({
    gradNorm: (0.02 + 0.005 * noise(step + seed)) / depth,
    outputDeviation: 1 + depth / 10 + 0.02 * noise(step * seed),
  });
  const far = step / TOTAL;
  const more = {
    weights: [0.5 - far / 5, 0.3 + far / 10, 0.2 + far / 10],
    entropy: 0.9 - far / 3,
    place: 0.2 + far / 2,
    dead: 0,
    logLikelihoods: [-1.5 + far / 5, -1.4 + far / 5, -1.38 + far / 5],
  };
  const layers = { norm1: numbers(1), norm3: { ...numbers(3), ...(mixture ? more : {}) } };
  const at = { step, epoch: 1 };
  const watched: LayersMetric = { kind: 'layers', ...at, layers };
  const loss = 1 + Math.exp(-step / 100);
  const points = [0, 0.5, 1].map((rate) => ({
    ...{ rate, loss: loss + rate * 0.1 + 0.05 * noise(step + rate), gradientDistance: rate + 0.1 },
  }));
  return [watched, { kind: 'descent', ...at, points }];
}

function runOf({ settings, best, rate, mixture }: Learning, seed: number): MadeRun {
  const steps = Array.from({ length: TOTAL / EVERY }, (_, i) => EVERY * (i + 1));
  return {
    settings: { ...settings, seed: String(seed) },
    accuracy: (step: number, by: Statistics) =>
      best * (1 - Math.exp(-(step + 20) / rate)) +
      0.012 * noise(step + 7 * seed) -
      (by === 'running' ? 0.015 : 0),
    loss: (step) => 0.8 + 1.5 * Math.exp(-step / rate) + 0.15 * noise(step * 3 + seed),
    ...{ total: TOTAL, every: EVERY, ms: mixture ? 14 : 9 },
    more: steps.flatMap((step) => layersAt(step, seed, mixture)),
  };
}

/** What is collected of the sweep. */
export function swept(command = 'mixgrad sweep --norm bn,mn --seed 1..5'): Collected {
  const made = arms.flatMap((arm) => seeds.map((seed) => runOf(arm, seed)));
  const records = made.map((run, i) => recordOf(run, i + 1));
  records[13].status = 'diverged';
  records[14] = { ...records[14], status: 'missing', config: null, metrics: [] };
  return gather(command, records, {});
}
