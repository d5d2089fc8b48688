// The lines of metrics.jsonl.

/** One update. Loss and accuracy are the batch's, before the update. */
export interface TrainMetric {
  kind: 'train';
  /** Updates so far, from 1. */
  step: number;
  /** From 1. */
  epoch: number;
  loss: number;
  /** 0 … 1 */
  accuracy: number;
  lr: number;
  images_per_s: number;
  elapsed_s: number;
}

/**
 * What the norms of a network evaluate by: the running averages of training, or statistics of training batches
 * taken with the weights as they are.
 */
export type Statistics = 'running' | 'precise';

/** One evaluation on the test set. */
export interface EvalMetric {
  kind: 'eval';
  step: number;
  epoch: number;
  split: 'test';
  statistics: Statistics;
  loss: number;
  /** 0 … 1 */
  accuracy: number;
  elapsed_s: number;
}

/** Bins over the range of a channel's activations: their borders, and the density in them. */
export interface Histogram {
  borders: number[];
  densities: number[];
}

/** The mixture of one channel: weights, means and standard deviations by component. */
export interface ChannelMixture {
  weights: number[];
  means: number[];
  deviations: number[];
}

/** One channel of a layer's input, with the mixture that normalizes it in evaluation: of one component with batch normalization. */
export interface ChannelPicture {
  channel: number;
  histogram: Histogram;
  mixture: ChannelMixture;
}

/** A mixture or batch normalization layer on one test batch. */
export interface LayerPicture {
  /** Dotted name in the network. */
  name: string;
  components: number;
  /** Mean log-likelihood of the batch before each EM round and after the last; with batch normalization there is no round. */
  logLikelihoods: number[];
  /** Some channels, evenly spaced: the same over a run. */
  channels: ChannelPicture[];
}

/**
 * What is measured of a normalization layer in an update. With parts of a batch the gradient is that of the whole, and all
 * else the mean over the parts.
 */
export interface LayerNumbers {
  /** The norm of the loss's gradient with respect to the layer's input. */
  gradNorm: number;
  /** The standard deviation of its output before γ and β, over all of the batch. */
  outputDeviation: number;
  /** λ of the mixture that EM makes of the batch, or mean gates; means over the channels where each has its own. */
  weights?: number[];
  /** The mean entropy of the posteriors or gates, in nats. */
  entropy?: number;
  /**
   * The share of the entropy of the components that a pixel's place explains, 0 … 1: 0 where every place of the batch's images has the
   * same mean posteriors, 1 where the place decides.
   */
  place?: number;
  /** Components at the floor of their weight. */
  dead?: number;
  /** Mean log-likelihood before each EM round and after the last. */
  logLikelihoods?: number[];
}

/** The normalization layers in an update, by dotted name. */
export interface LayersMetric {
  kind: 'layers';
  step: number;
  epoch: number;
  layers: Record<string, LayerNumbers>;
}

/**
 * The batch's loss, and how far its gradient is from that before the update, at points along the update's direction: at `rate` 0
 * before it, at 1 where it led.
 */
export interface DescentMetric {
  kind: 'descent';
  step: number;
  epoch: number;
  points: { rate: number; loss: number; gradientDistance: number }[];
}

/** Histograms of layers' inputs with their mixtures, at an evaluation. */
export interface PicturesMetric {
  kind: 'pictures';
  step: number;
  epoch: number;
  layers: LayerPicture[];
}

/** One update of both networks of a GAN. All is of the batch, before the update of the network it is about. */
export interface GanMetric {
  kind: 'gan';
  step: number;
  epoch: number;
  /** Of the discriminator, on real and on generated images together. */
  lossD: number;
  lossG: number;
  /** D(x), the mean share of truth that the discriminator sees in real images. */
  real: number;
  /** D(G(z)), in generated ones. */
  fake: number;
  /** D(G(z)) after the discriminator's update, which the generator learns from. */
  fooled: number;
  images_per_s: number;
  elapsed_s: number;
}

/** Distances of two sets of images, on the features of a classifier. */
export interface DistanceNumbers {
  frechet: number;
  /** The kernel distance: mean over subsets, and standard deviation of one. */
  kid: number;
  kidDeviation: number;
}

/** Distances of generated images from training images. */
export interface DistanceMetric extends DistanceNumbers {
  kind: 'distance';
  step: number;
  epoch: number;
  statistics: Statistics;
  /** Images of each set. */
  samples: number;
  /** Distances of test images from the same training images. */
  floor: DistanceNumbers;
  elapsed_s: number;
}

/** A picture of generated images, always of the same numbers z. */
export interface SamplesMetric {
  kind: 'samples';
  step: number;
  epoch: number;
  statistics: Statistics;
  /** In the run folder. */
  file: string;
}

/** A line of metrics.jsonl. A number that is not finite is null there. */
export type Metric =
  | TrainMetric
  | EvalMetric
  | LayersMetric
  | DescentMetric
  | PicturesMetric
  | GanMetric
  | DistanceMetric
  | SamplesMetric;

/** What a line may be. */
export const kinds: readonly Metric['kind'][] = [
  'train',
  'eval',
  'layers',
  'descent',
  'pictures',
  'gan',
  'distance',
  'samples',
];

/** Whether the network was evaluated at this step. All of an evaluation is recorded together. */
export function isEvaluated(metrics: readonly Metric[], step: number): boolean {
  return metrics.findLast(({ kind }) => kind === 'eval')?.step === step;
}

/** The last evaluation by these statistics. */
export function lastScore(metrics: readonly Metric[], statistics: Statistics): EvalMetric | undefined {
  return metrics
    .filter((metric) => metric.kind === 'eval')
    .findLast((metric) => metric.statistics === statistics);
}
