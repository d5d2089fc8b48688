// What goes into the normalization layers of a network: histograms, and the mixtures that normalize them in evaluation.
import { batches } from '../../datasets/batches.js';
import {
  BatchNorm2d,
  emFit,
  GhostBatchNorm2d,
  MixtureNorm2d,
  type Module,
  noGrad,
  type Tensor,
} from '../../lib/index.js';
import type { RunData } from '../run/data.js';
import { imagesOf } from '../run/evaluate.js';
import type { ChannelMixture, Histogram, LayerPicture } from '../run/metrics.js';
import { toDigits, toDigitsOfRange } from './digits.js';

/** Test images looked at. */
const IMAGES = 64;
/** Layers of each kind, mixtures and others, and channels of a layer that are shown. */
const LAYERS_SHOWN = 8;
const CHANNELS_SHOWN = 4;
const BINS = 60;
/** Significant digits of what is written. */
const DIGITS = 4;

/** A layer that normalizes by a mixture in evaluation: batch normalization has one of a single component. */
type Pictured = MixtureNorm2d | BatchNorm2d | GhostBatchNorm2d;

/**
 * Pictures of mixture and batch normalization layers, in evaluation mode on the first test batch. Which layers and channels
 * are shown depends on how many there are alone, and so is the same over a run.
 */
export async function pictureLayers(network: Module, { test, statistics }: RunData): Promise<LayerPicture[]> {
  const layers = shownLayers(network);
  if (layers.length === 0) return [];
  const [batch] = batches(test, { batchSize: IMAGES, statistics });
  const inputs = captureInputs(network.eval(), new Map(layers), () => imagesOf(batch));
  const pictures: LayerPicture[] = [];
  for (const [name, layer] of layers) pictures.push(await pictureLayer(name, layer, inputs[name]));
  return pictures;
}

/** Mixture normalizations and batch normalizations, some of each where there are many, in the network's order. */
function shownLayers(network: Module): [string, Pictured][] {
  const all = network
    .namedModules()
    .filter((entry): entry is [string, Pictured] =>
      [MixtureNorm2d, BatchNorm2d, GhostBatchNorm2d].some((one) => entry[1] instanceof one),
    );
  const isMixture = ([, layer]: [string, Pictured]) => layer instanceof MixtureNorm2d;
  const others = all.filter((entry) => !isMixture(entry));
  const shown = [...spread(all.filter(isMixture), LAYERS_SHOWN), ...spread(others, LAYERS_SHOWN)];
  return all.filter((entry) => shown.includes(entry));
}

/** At most so many of a list, evenly spaced. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / most)]);
}

/** Runs the network once and returns what went into the given modules, by name. */
export function captureInputs(
  network: Module,
  modules: Map<string, Module>,
  images: () => Tensor,
): Record<string, Tensor> {
  return noGrad(() => {
    const inputs: Record<string, Tensor> = {};
    const ends = [...modules].map(([name, module]) =>
      module.registerForwardHook((_module, [x]) => {
        inputs[name] = x;
        return undefined;
      }),
    );
    try {
      network.forward(images());
    } finally {
      for (const end of ends) end();
    }
    return inputs;
  });
}

async function pictureLayer(name: string, layer: Pictured, x: Tensor): Promise<LayerPicture> {
  const { logLikelihoods, weights, means, deviations } = await mixtureOf(layer, x);
  const [C, K] = [layer.numFeatures, means.length / layer.numFeatures];
  const each = Array.from({ length: K }, (_, k) => k);
  const values = await x.data();
  x.dispose();
  const channels = spread([...Array(C).keys()], CHANNELS_SHOWN).map((channel) => {
    const mixture: ChannelMixture = {
      weights: each.map((k) =>
        toDigits(weights.length === K ? weights[k] : weights[k * C + channel], DIGITS),
      ),
      means: each.map((k) => toDigits(means[k * C + channel], DIGITS)),
      deviations: each.map((k) => toDigits(deviations[k * C + channel], DIGITS)),
    };
    return { channel, histogram: histogramOf(values, x.shape, channel), mixture };
  });
  return {
    name,
    components: K,
    logLikelihoods: logLikelihoods.map((value) => toDigits(value, DIGITS)),
    channels,
  };
}

/** Weights [K] or [K, C], means and standard deviations [K, C], flat, and how likely x is. */
interface Running {
  logLikelihoods: number[];
  weights: ArrayLike<number>;
  means: ArrayLike<number>;
  deviations: number[];
}

/** The mixture that normalizes in evaluation; the likelihood over EM from it, where there is more than one component. */
async function mixtureOf(layer: Pictured, x: Tensor): Promise<Running> {
  if (layer instanceof MixtureNorm2d) {
    const { logLikelihoods } = await layer.report(x);
    const { weights, means, variances } = layer.running;
    const deviations = Array.from(await variances.data(), Math.sqrt);
    return { logLikelihoods, weights: await weights.data(), means: await means.data(), deviations };
  }
  const { runningMean, runningVar, eps, numFeatures } = layer;
  const { logLikelihoods } = noGrad(() => {
    const [means, variances] = [runningMean, runningVar.add(eps)].map((t) => t.reshape([1, numFeatures]));
    const init = { weights: means.mul(0).add(1).slice(1, 0, 1).reshape([1]), means, variances };
    return emFit(x, { init, iterations: 0 });
  });
  const [likelihood] = logLikelihoods;
  const deviations = Array.from(await runningVar.data(), Math.sqrt);
  return {
    logLikelihoods: [await likelihood.item()],
    weights: [1],
    means: await runningMean.data(),
    deviations,
  };
}

/** The histogram of channel c of values [N, C, …]. */
export function histogramOf(values: ArrayLike<number>, shape: readonly number[], c: number): Histogram {
  const [N, C] = shape;
  const S = values.length / (N * C);
  const samples = Float64Array.from(
    { length: N * S },
    (_, i) => values[(Math.floor(i / S) * C + c) * S + (i % S)],
  );
  const low = samples.reduce((a, b) => Math.min(a, b));
  const high = samples.reduce((a, b) => Math.max(a, b));
  const width = (high - low) / BINS || 1;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of samples) counts[Math.min(BINS - 1, Math.floor((value - low) / width))]++;
  return {
    borders: toDigitsOfRange(
      Array.from({ length: BINS + 1 }, (_, i) => low + i * width),
      DIGITS,
    ),
    densities: counts.map((n) => toDigits(n / (samples.length * width), DIGITS)),
  };
}
