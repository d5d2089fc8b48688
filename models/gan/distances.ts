// Distances of generated images from real ones, on the features of a frozen classifier.
import { type ChannelStatistics, channelStatistics } from '../../datasets/batches.js';
import { type Dataset, IMAGE_SIZE } from '../../datasets/dataset.js';
import { createRandom } from '../../lib/index.js';
import { type Classifier, type Features, featuresOf } from '../features/classifier.js';
import { frechetDistance } from '../features/frechet.js';
import { kernelDistance } from '../features/kid.js';
import { type Moments, momentsOf } from '../features/moments.js';
import { loadSplit, type RunData } from '../run/data.js';
import { UsageError } from '../run/errors.js';
import type { DistanceNumbers } from '../run/metrics.js';
import { MOST_SAMPLES } from './flags.js';
import type { Settings } from './settings.js';

/** The distances of images, and those of test images beside them. */
export interface Measured extends DistanceNumbers {
  samples: number;
  floor: DistanceNumbers;
}

/** Features of images, with their moments. */
interface Seen {
  features: Features;
  moments: Moments;
}

/** Training images as they are seen, and how far test images are from them. */
interface Real {
  train: Seen;
  floor: DistanceNumbers;
}

/**
 * Measures images against training images. Which of these are taken, and which test images, no seed of a run decides, so that all
 * runs have the same.
 */
export class Measure {
  /** What features are computed from first: they are the same at every measurement. */
  private real: Real | null = null;

  private constructor(
    private readonly classifier: Classifier,
    private readonly data: RunData,
    /** By which the classifier's pixels are standardized: those of what it was trained on. */
    readonly statistics: ChannelStatistics,
    /** Images of each set. */
    readonly samples: number,
  ) {}

  /** @throws UsageError where the classifier was trained on other data, or there are too few images */
  static async open(classifier: Classifier, settings: Settings, data: RunData): Promise<Measure> {
    const { dataset, features } = settings;
    if (classifier.dataset !== dataset) {
      const words = `its network was trained on ${classifier.dataset}, this run has ${dataset}`;
      throw new UsageError(`--features ${features}: ${words}`);
    }
    const samples = countSamples(settings, data, classifier.dimension);
    const trained = await loadSplit(settings, 'train', classifier.limitTrain);
    return new Measure(classifier, data, channelStatistics(trained), samples);
  }

  /** The distances of as many images as there are real ones. @throws what `stop` throws once it is aborted */
  async distances(images: Dataset, stop?: AbortSignal): Promise<Measured> {
    this.real ??= await this.seeReal(stop);
    const { train, floor } = this.real;
    return { samples: this.samples, ...distancesOf(await this.see(images, stop), train), floor };
  }

  private async seeReal(stop?: AbortSignal): Promise<Real> {
    const { data, samples } = this;
    const train = await this.see(drawn(data.train, samples), stop);
    const test = await this.see(drawn(data.test, samples), stop);
    return { train, floor: distancesOf(test, train) };
  }

  private async see(images: Dataset, stop?: AbortSignal): Promise<Seen> {
    const features = await featuresOf(this.classifier, images, this.statistics, stop);
    return { features, moments: momentsOf(features) };
  }
}

/** @throws UsageError where there are too few images for what is asked, or for the features */
function countSamples(
  { distanceSamples, features }: Settings,
  { train, test }: RunData,
  dimension: number,
): number {
  const there = Math.min(train.length, test.length);
  const samples = distanceSamples ?? Math.min(MOST_SAMPLES, there);
  if (samples > there) {
    const words = `there are ${train.length} training and ${test.length} test images`;
    throw new UsageError(`--distance-samples ${samples}: ${words}`);
  }
  if (samples > dimension) return samples;
  if (distanceSamples === null) {
    const words = `has ${dimension} features, for which more images are needed than there are`;
    throw new UsageError(`--features ${features}: its network ${words}: ${samples} of a set`);
  }
  const words = `expected more than ${dimension}, for so many features the network of --features has`;
  throw new UsageError(`--distance-samples ${samples}: ${words}`);
}

/** Images of a data set, drawn without their order's help: it may be by class. */
function drawn({ images, labels, ...dataset }: Dataset, count: number): Dataset {
  const order = createRandom('real images').permutation(dataset.length).subarray(0, count);
  const taken = new Uint8Array(count * IMAGE_SIZE);
  for (const [i, n] of order.entries())
    taken.set(images.subarray(n * IMAGE_SIZE, (n + 1) * IMAGE_SIZE), i * IMAGE_SIZE);
  return { ...dataset, images: taken, labels: Uint8Array.from(order, (n) => labels[n]), length: count };
}

function distancesOf(one: Seen, other: Seen): DistanceNumbers {
  const frechet = frechetDistance(one.moments, other.moments);
  const subsets = createRandom('subsets');
  const { kid, deviation } = kernelDistance(one.features, other.features, subsets);
  return { frechet, kid, kidDeviation: deviation };
}
