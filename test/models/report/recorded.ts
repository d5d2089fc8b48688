// Metrics as a run records them, of all kinds, made by a formula.
import type {
  ChannelMixture,
  ChannelPicture,
  LayerNumbers,
  LayerPicture,
  Metric,
} from '../../../models/run/metrics.js';

const STEPS = 120;
const PER_EPOCH = 30;

/** A number between 0 and 1 that seems to follow no rule. */
const noise = (n: number) => Math.abs(Math.sin(n * 12.9898) * 43758.5453) % 1;

/** A mixture that comes apart in training. */
function mixtureAt(step: number, channel: number): ChannelMixture {
  const apart = 0.5 + (1.5 * step) / STEPS;
  return {
    weights: [0.6, 0.3, 0.1],
    means: [-apart, (channel % 8) / 4, 1 + apart],
    deviations: [0.8, 0.5 + (channel % 8) / 10, 0.3],
  };
}

function pictureAt(step: number, channel: number): ChannelPicture {
  const mixture = mixtureAt(step, channel);
  const { weights, means, deviations } = mixture;
  const borders = Array.from({ length: 61 }, (_, i) => Number((-4 + (i / 60) * 8).toFixed(3)));
  const densities = borders.slice(0, -1).map((border, i) => {
    const z = (k: number) => (border + 1 / 15 - means[k]) / deviations[k];
    const p = weights.map((w, k) => (0.4 * w * Math.exp((-z(k) * z(k)) / 2)) / deviations[k]);
    return Number((p.reduce((a, b) => a + b) * (0.9 + 0.2 * noise(i + step))).toPrecision(4));
  });
  return { channel, histogram: { borders, densities }, mixture };
}

/** A layer's pictures at an evaluation. */
export function layerAt(name: string, step: number): LayerPicture {
  const channels = [3, 11, 17, 40].map((channel) => pictureAt(step, channel));
  return { name, components: 3, logLikelihoods: [-1.6, -1.4, -1.38], channels };
}

function numbersAt(step: number, depth: number, mixture: boolean): LayerNumbers {
  const far = step / STEPS;
  const base = {
    gradNorm: (0.02 * (0.5 + noise(step + depth))) / (depth + 1),
    outputDeviation: 1 + 0.1 * depth + 0.05 * noise(step),
  };
  if (!mixture) return base;
  const weights = [0.6 - 0.2 * far, 0.3 + 0.1 * far, 0.1 + 0.1 * far];
  const logLikelihoods = [-1.6, -1.45, -1.4].map((value) => value + 0.2 * far);
  return {
    ...base,
    weights,
    entropy: 0.9 - 0.3 * far,
    place: 0.2 + 0.6 * far,
    dead: Number(step > 100),
    logLikelihoods,
  };
}

const epochOf = (step: number) => Math.ceil(step / PER_EPOCH);

function stepMetrics(step: number, mixtures: readonly string[], norms: readonly string[]): Metric[] {
  const at = { step, epoch: epochOf(step) };
  const loss = 1 + 1.3 * Math.exp(-step / 40);
  const metrics: Metric[] = [];
  const times = { lr: 0.001, images_per_s: 150 + 30 * noise(step), elapsed_s: step / 2 };
  const batch = { loss: loss + 0.2 * noise(step), accuracy: 0.9 - loss / 3 + 0.1 * noise(step) };
  metrics.push({ kind: 'train', ...at, ...batch, ...times });
  if (step % 4 === 0 && norms.length > 0) {
    const entry = (name: string, i: number) => [name, numbersAt(step, i, mixtures.includes(name))];
    metrics.push({ kind: 'layers', ...at, layers: Object.fromEntries(norms.map(entry)) });
  }
  if (step % 20 === 0) {
    const points = [0, 0.5, 1, 2].map((factor) => ({
      rate: factor,
      loss: loss + 0.2 * (factor - 0.6) ** 2,
      gradientDistance: 0.3 * factor + 0.1 * noise(step),
    }));
    metrics.push({ kind: 'descent', ...at, points });
  }
  return metrics;
}

function evaluation(step: number, mixtures: readonly string[]): Metric[] {
  const at = { step, epoch: epochOf(step) };
  const score = { loss: 1.2 + Math.exp(-step / 40), accuracy: 0.55 - 0.3 * Math.exp(-step / 40) };
  const both = (['running', 'precise'] as const).map(
    (statistics, i): Metric => ({
      ...{ kind: 'eval', ...at, split: 'test', statistics },
      ...{ loss: score.loss - i / 20, accuracy: score.accuracy + i / 50, elapsed_s: step / 2 },
    }),
  );
  const layers = mixtures.map((name) => layerAt(name, step));
  return layers.length > 0 ? [...both, { kind: 'pictures', ...at, layers }] : both;
}

/** The metrics of a run of 120 steps with four evaluations. The mixtures are among the norms. */
export function recorded(mixtures: readonly string[], norms = mixtures): Metric[] {
  return Array.from({ length: STEPS }, (_, i) => i + 1).flatMap((step) => [
    ...stepMetrics(step, mixtures, norms),
    ...(step % PER_EPOCH === 0 ? evaluation(step, mixtures) : []),
  ]);
}
