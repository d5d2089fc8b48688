// What every data set looks like: images as bytes, one label an image, the names of the classes.
import { integer, required } from '../lib/options.js';

/** Pixels along one side of an image. */
export const SIDE = 32;
/** Colour channels of an image: red, green, blue. */
export const CHANNELS = 3;
/** Values of one channel of an image: 32·32. */
export const PLANE = SIDE * SIDE;
/** Values of one image: 3·32·32. */
export const IMAGE_SIZE = CHANNELS * PLANE;

/** Which of a data set's two disjoint parts. */
export type Split = 'train' | 'test';

/** Labelled 32×32 colour images, in memory. */
export interface Dataset {
  /** The data set's short name, such as `cifar10`. */
  readonly name: string;
  readonly split: Split;
  /** Number of images, N. */
  readonly length: number;
  /** Pixels [N, 3, 32, 32], row by row, 0 … 255; channels red, green, blue. */
  readonly images: Uint8Array;
  /** Labels [N], 0 … classes − 1. */
  readonly labels: Uint8Array;
  /** Number of classes. */
  readonly classes: number;
  /** Names of the classes, in the order of the labels. */
  readonly classNames: readonly string[];
}

/**
 * The first `n` images of a data set, or all of it where it has no more. Shares the data set's memory.
 * @throws OptionError where `n` is not a positive integer
 */
export function limit(dataset: Dataset, n: number): Dataset {
  required('limit', 'n', n, integer(1, { least: 1 }));
  const length = Math.min(n, dataset.length);
  const images = dataset.images.subarray(0, length * IMAGE_SIZE);
  return { ...dataset, length, images, labels: dataset.labels.subarray(0, length) };
}
