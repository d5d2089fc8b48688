// Images that are kept from training where a data set has no test images of its own.
import { DataError } from '../lib/errors.js';
import { type Dataset, IMAGE_SIZE, type Split } from './dataset.js';

/** One image of so many is a test image. */
export const PARTS = 5;

/** Whether the n-th image of a class, from 0, is a test image: every fifth is. */
export const isHeldOut = (n: number): boolean => n % PARTS === PARTS - 1;

/**
 * Both parts of a data set: every fifth image of each class is a test image.
 * @throws DataError where no class has as many
 */
export function holdOut(dataset: Dataset): Record<Split, Dataset> {
  const seen = new Array<number>(dataset.classes).fill(0);
  const places: Record<Split, number[]> = { train: [], test: [] };
  for (const [n, label] of dataset.labels.entries())
    places[isHeldOut(seen[label]++) ? 'test' : 'train'].push(n);
  if (places.test.length === 0)
    throw new DataError(`${dataset.name}: no class has ${PARTS} images, one of which could be a test image`);
  const part = (split: Split) => ({ ...pick(dataset, places[split]), split });
  return { train: part('train'), test: part('test') };
}

/** The images at these places, in memory of their own. */
export function pick(dataset: Dataset, places: readonly number[]): Dataset {
  const images = new Uint8Array(places.length * IMAGE_SIZE);
  for (const [i, n] of places.entries())
    images.set(dataset.images.subarray(n * IMAGE_SIZE, (n + 1) * IMAGE_SIZE), i * IMAGE_SIZE);
  const labels = Uint8Array.from(places, (n) => dataset.labels[n]);
  return { ...dataset, length: places.length, images, labels };
}
