// The pictures of a report, as SVG text.

import { parseHTML } from '#linkedom';
import * as Plot from '#plot';
import type { ChannelMixture, ChannelPicture, EvalMetric, TrainMetric } from '../run/metrics.js';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

const TRAIN = '#8aa';
const TEST = '#c33';
const COMPONENTS = ['#2a78b8', '#d07a1e', '#3a8f4d', '#8d5bb0', '#a8553f', '#c65a9f'];
/** Points in a curve of training metrics: more are averaged. */
const POINTS = 300;
/** Points in a density curve. */
const CURVE_POINTS = 160;

/** Loss or accuracy over the steps: the batches' as a line, the test set's as points joined by a line. */
export function curves(train: TrainMetric[], test: EvalMetric[], y: 'loss' | 'accuracy'): string {
  const marks = [
    Plot.ruleY(y === 'accuracy' ? [0, 1] : [0], { strokeOpacity: 0.2 }),
    Plot.line(averaged(train, y), { x: 'step', y, stroke: TRAIN }),
    Plot.line(test, { x: 'step', y, stroke: TEST }),
    Plot.dot(test, { x: 'step', y, fill: TEST, r: 3 }),
  ];
  return svg({ width: 520, height: 300, x: { label: 'step' }, y: { label: y, grid: true }, marks });
}

/** Neighbouring steps averaged, so that a long run is still a readable curve. */
function averaged(train: TrainMetric[], y: 'loss' | 'accuracy'): { step: number }[] {
  const size = Math.ceil(train.length / POINTS);
  const groups = Array.from({ length: Math.ceil(train.length / size) || 0 }, (_, i) =>
    train.slice(i * size, (i + 1) * size),
  );
  return groups.map((group) => ({
    step: group[group.length - 1].step,
    [y]: group.reduce((sum, metric) => sum + metric[y], 0) / group.length,
  }));
}

/** The histogram of a channel, its components' densities, and their sum. */
export function mixtureOverHistogram({ channel, histogram, mixture }: ChannelPicture): string {
  const { borders, densities } = histogram;
  const bars = densities.map((density, i) => ({ from: borders[i], to: borders[i + 1], density }));
  const components = mixture.weights.map((_, k) =>
    Plot.line(density(mixture, [k], borders), { x: 'x', y: 'y', stroke: COMPONENTS[k % COMPONENTS.length] }),
  );
  const all = density(mixture, [...mixture.weights.keys()], borders);
  const marks = [
    Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'density', fill: '#ccc', insetLeft: 0 }),
    ...components,
    Plot.line(all, { x: 'x', y: 'y', stroke: 'black', strokeDasharray: '4,3' }),
    Plot.ruleY([0]),
  ];
  // A component far narrower than a bin would leave the rest of the picture flat.
  const top = 1.6 * Math.max(...densities);
  const y = { label: 'density', domain: [0, top], clamp: true };
  return svg({ width: 262, height: 180, x: { label: `channel ${channel}` }, y, marks });
}

/** Σ_k λ_k N(x; μ_k, σ²_k) over the given components, along the histogram's range. */
function density({ weights, means, deviations }: ChannelMixture, components: number[], borders: number[]) {
  const low = borders[0];
  const span = borders[borders.length - 1] - low;
  return Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
    const x = low + (i / CURVE_POINTS) * span;
    const y = components.reduce((sum, k) => {
      const z = (x - means[k]) / deviations[k];
      return sum + (weights[k] / (deviations[k] * Math.sqrt(2 * Math.PI))) * Math.exp((-z * z) / 2);
    }, 0);
    return { x, y };
  });
}

function svg(options: Plot.PlotOptions): string {
  return Plot.plot({ document, ...options }).outerHTML;
}
