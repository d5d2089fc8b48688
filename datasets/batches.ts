// Mini-batches: a seeded order, crop and flip augmentation, and standardization per channel.
import { OptionError } from '../lib/errors.js';
import { anything, checkRecord, describe, flag, integer, type Read, readOptions } from '../lib/options.js';
import { createRandom } from '../lib/random.js';
import { CHANNELS, type Dataset, IMAGE_SIZE, PLANE, SIDE } from './dataset.js';

/** One mini-batch, in memory of its own. */
export interface Batch {
  /** Standardized pixels [size, 3, 32, 32]. */
  images: Float32Array;
  /** Labels [size]. */
  labels: Int32Array;
  /** Number of images. */
  size: number;
}

/** Mean and standard deviation of each channel, of pixels scaled to 0 … 1. */
export interface ChannelStatistics {
  mean: readonly number[];
  std: readonly number[];
}

/** Options of {@link batches}. */
export interface BatchOptions {
  /** Images in a batch. @default 64 */
  batchSize?: number;
  /** Draws the order anew every epoch. @default false */
  shuffle?: boolean;
  /** Crops and flips at random. @default false */
  augment?: boolean;
  /** Leaves out a last batch smaller than the others. @default false */
  dropLast?: boolean;
  /** Seed of order and augmentation. @default 0 */
  seed?: number | string;
  /** Epoch, from 0: with the seed it alone decides order and augmentation. */
  epoch?: number;
  /** Batches of the epoch to pass over, so that an interrupted epoch can be resumed. @default 0 */
  skip?: number;
  /** What to standardize by; test data need the training set's. @default the data set's own statistics */
  statistics?: ChannelStatistics;
}

const schema = {
  batchSize: integer(64, { least: 1 }),
  shuffle: flag(false),
  augment: flag(false),
  dropLast: flag(false),
  seed: anything<number | string>(0),
  epoch: integer(0, { least: 0 }),
  skip: integer(0, { least: 0 }),
  statistics: anything<ChannelStatistics | null>(null),
};

/** Pixels of padding on every side before a random crop. */
const PAD = 4;
/** Places a crop can start at along one axis. */
const CROPS = 2 * PAD + 1;

/**
 * Mean and standard deviation of each channel over all pixels, scaled to 0 … 1. A constant channel is
 * given the deviation 1, so that standardizing by it is defined.
 */
export function channelStatistics(dataset: Dataset): ChannelStatistics {
  const mean: number[] = [];
  const std: number[] = [];
  const total = dataset.length * PLANE;
  for (let c = 0; c < CHANNELS; c++) {
    const counts = countValues(dataset, c);
    const m = counts.reduce((sum, n, value) => sum + n * value, 0) / total;
    const variance = counts.reduce((sum, n, value) => sum + n * (value - m) ** 2, 0) / total;
    mean.push(m / 255);
    std.push(variance > 0 ? Math.sqrt(variance) / 255 : 1);
  }
  return { mean, std };
}

/** How often each of the 256 pixel values occurs in a channel: exact, whatever the data set's size. */
function countValues({ images, length }: Dataset, channel: number): Float64Array {
  const counts = new Float64Array(256);
  for (let n = 0; n < length; n++) {
    const start = n * IMAGE_SIZE + channel * PLANE;
    for (let i = start; i < start + PLANE; i++) counts[images[i]]++;
  }
  return counts;
}

/**
 * Number of batches in one epoch.
 * @throws OptionError where batchSize is not a positive integer
 */
export function batchCount(
  dataset: Dataset,
  options: Pick<BatchOptions, 'batchSize' | 'dropLast'> = {},
): number {
  const { batchSize, dropLast } = readOptions('batches', options, schema);
  return dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize);
}

/**
 * The batches of one epoch. Each is new memory: a batch may be kept. An augmented image is padded by four
 * pixels of the mean colour, cropped to 32×32 at random, and mirrored left to right with probability ½.
 * @throws OptionError on a count that is not an integer in range, or a deviation that is not positive
 */
export function batches(dataset: Dataset, options: BatchOptions = {}): Generator<Batch, void, undefined> {
  const { statistics, ...read } = readOptions('batches', options, schema);
  const table = standardizationTable(statistics ?? channelStatistics(dataset));
  return generate(dataset, read, batchCount(dataset, options), table);
}

type Filled = Omit<Read<typeof schema>, 'statistics'>;

function* generate(
  dataset: Dataset,
  options: Filled,
  count: number,
  table: Float32Array,
): Generator<Batch, void> {
  const { batchSize, skip } = options;
  const { order, crops } = drawEpoch(dataset.length, options);
  for (let b = skip; b < count; b++) {
    const size = Math.min(batchSize, dataset.length - b * batchSize);
    const images = new Float32Array(size * IMAGE_SIZE);
    const labels = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const n = order[b * batchSize + i];
      labels[i] = dataset.labels[n];
      const pixels = dataset.images.subarray(n * IMAGE_SIZE, (n + 1) * IMAGE_SIZE);
      copyImage(pixels, images.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE), table, crops?.[n]);
    }
    yield { images, labels, size };
  }
}

/** All random draws of one epoch: the images' order, and for every image its crop and flip in one number. */
export function drawEpoch(
  length: number,
  { seed, epoch, shuffle, augment }: Pick<Filled, 'seed' | 'epoch' | 'shuffle' | 'augment'>,
) {
  const random = createRandom(seed).fork(`epoch ${epoch}`);
  const order = shuffle ? random.fork('order').permutation(length) : Int32Array.from({ length }, (_, i) => i);
  const augmentation = random.fork('augmentation');
  const draw = () => augmentation.integer(CROPS * CROPS * 2);
  return { order, crops: augment ? Uint8Array.from({ length }, draw) : undefined };
}

/** Copies one image, standardized by table; a crop is (2·9·row + 2·column + flip), the padding stays zero. */
function copyImage(pixels: Uint8Array, out: Float32Array, table: Float32Array, crop = centredCrop): void {
  const flip = crop & 1;
  const dx = ((crop >> 1) % CROPS) - PAD;
  const dy = Math.floor(crop / (2 * CROPS)) - PAD;
  const firstRow = Math.max(0, -dy);
  const lastRow = Math.min(SIDE, SIDE - dy);
  const firstColumn = Math.max(0, -dx);
  const lastColumn = Math.min(SIDE, SIDE - dx);
  const step = flip ? -1 : 1;
  for (let c = 0; c < CHANNELS; c++) {
    for (let y = firstRow; y < lastRow; y++) {
      const row = c * PLANE + y * SIDE;
      const from = row + dy * SIDE + dx;
      let to = row + (flip ? SIDE - 1 - firstColumn : firstColumn);
      for (let x = firstColumn; x < lastColumn; x++, to += step) out[to] = table[c * 256 + pixels[from + x]];
    }
  }
}

/** The crop that leaves an image as it is. */
const centredCrop = 2 * CROPS * PAD + 2 * PAD;

/** The standardized value of every pixel value of every channel: (v/255 − mean) / std. */
function standardizationTable(statistics: ChannelStatistics): Float32Array {
  const { mean, std } = checkRecord(
    'batches',
    'statistics',
    statistics,
    '{ mean, std }',
  ) as unknown as ChannelStatistics;
  if (mean?.length !== CHANNELS || std?.length !== CHANNELS) {
    const got = `${mean?.length ?? 0} means and ${std?.length ?? 0} deviations`;
    throw new OptionError(`batches: statistics has ${got}, expected ${CHANNELS} of each`);
  }
  const check = (
    name: string,
    list: readonly number[],
    expected: string,
    holds: (value: number) => boolean,
  ) => {
    const bad = list.findIndex((value) => !Number.isFinite(value) || !holds(value));
    if (bad < 0) return;
    throw new OptionError(`batches: statistics.${name} has ${describe(list[bad])}, expected ${expected}`);
  };
  check('mean', mean, 'numbers', () => true);
  check('std', std, 'positive numbers', (value) => value > 0);
  return Float32Array.from({ length: CHANNELS * 256 }, (_, i) => {
    const c = i >> 8;
    return ((i & 255) / 255 - mean[c]) / std[c];
  });
}
