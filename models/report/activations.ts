// What goes into the mixture normalization layers of a network: histograms, and the mixtures fitted to them.
import { batches } from '../../datasets/batches.js';
import { MixtureNorm2d, type Module, noGrad, type Tensor } from '../../lib/index.js';
import type { RunData } from '../run/data.js';
import { imagesOf } from '../run/evaluate.js';
import type { ChannelMixture, Histogram, LayerPicture } from '../run/metrics.js';

/** Test images looked at. */
const IMAGES = 64;
const CHANNELS_SHOWN = 4;
const BINS = 60;

/** Pictures of all mixture normalization layers, in evaluation mode on the first test batch. */
export async function pictureLayers(network: Module, { test, statistics }: RunData): Promise<LayerPicture[]> {
  const layers = network
    .namedModules()
    .filter((entry): entry is [string, MixtureNorm2d] => entry[1] instanceof MixtureNorm2d);
  if (layers.length === 0) return [];
  const [batch] = batches(test, { batchSize: IMAGES, statistics });
  const inputs = captureInputs(network.eval(), new Map(layers), () => imagesOf(batch));
  const pictures: LayerPicture[] = [];
  for (const [name, layer] of layers) pictures.push(await pictureLayer(name, layer, inputs[name]));
  return pictures;
}

/** Runs the network once and returns what went into the given modules, by name. */
function captureInputs(
  network: Module,
  modules: Map<string, Module>,
  images: () => Tensor,
): Record<string, Tensor> {
  return noGrad(() => {
    const inputs: Record<string, Tensor> = {};
    const ends = [...modules].map(([name, module]) =>
      watchInput(module, (x) => {
        inputs[name] = x;
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

/** Calls `note` with what goes into a module in each forward pass; returns what ends that. */
function watchInput(module: Module, note: (x: Tensor) => void): () => void {
  return module.registerForwardHook((_module, [x]) => {
    note(x);
    return undefined;
  });
}

async function pictureLayer(name: string, layer: MixtureNorm2d, x: Tensor): Promise<LayerPicture> {
  const { logLikelihoods } = await layer.report(x);
  const { weights, means, variances } = layer.running;
  const [w, m, v] = [await weights.data(), await means.data(), await variances.data()];
  const C = layer.numFeatures;
  const K = layer.components;
  const mixtureOf = (c: number): ChannelMixture => {
    const each = Array.from({ length: K }, (_, k) => k);
    return {
      weights: each.map((k) => (w.length === K ? w[k] : w[k * C + c])),
      means: each.map((k) => m[k * C + c]),
      deviations: each.map((k) => Math.sqrt(v[k * C + c])),
    };
  };
  const mixtures = Array.from({ length: C }, (_, c) => ({ channel: c, mixture: mixtureOf(c) }));
  const shown = mixtures
    .sort((a, b) => separation(b.mixture) - separation(a.mixture))
    .slice(0, CHANNELS_SHOWN);
  const values = await x.data();
  const channels = shown.map((entry) => ({
    ...entry,
    histogram: histogramOf(values, x.shape, entry.channel),
  }));
  return { name, components: K, logLikelihoods, channels };
}

/** Variance between the components' means, by the variance within them. */
function separation({ weights, means, deviations }: ChannelMixture): number {
  const sum = (term: (k: number) => number) => weights.reduce((total, _, k) => total + term(k), 0);
  const mean = sum((k) => weights[k] * means[k]);
  const between = sum((k) => weights[k] * (means[k] - mean) ** 2);
  return between / (sum((k) => weights[k] * deviations[k] ** 2) + Number.EPSILON);
}

/** The histogram of channel c of values [N, C, …]. */
function histogramOf(values: ArrayLike<number>, shape: readonly number[], c: number): Histogram {
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
    borders: Array.from({ length: BINS + 1 }, (_, i) => low + i * width),
    densities: counts.map((n) => n / (samples.length * width)),
  };
}
