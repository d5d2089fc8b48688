// Pictures as pixels: filters, images, and which component each pixel of an image belongs to.
import { CHANNELS, type Dataset, IMAGE_SIZE, PLANE, SIDE } from '../../datasets/dataset.js';
import type { Filters, PosteriorMap } from './session.js';

/** Red, green, blue and opacity of each pixel, row by row, as a canvas takes them. */
export interface Pixels {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** Where a colour of 0 … 255 is for a weight of 0. */
const GREY = 127.5;

const blank = (width: number, height: number): Pixels => {
  return { data: new Uint8ClampedArray(4 * width * height), width, height };
};

/** The largest absolute value; 0 of none. */
export const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Filters [F, 3, H, W] side by side in `columns`, a clear pixel between them. Grey is 0, and a channel's colour goes from none at
 * −most to all at most.
 */
export function filterPixels({ shape, values }: Filters, most: number, columns: number): Pixels {
  const [count, , height, width] = shape;
  const rows = Math.ceil(count / columns);
  const pixels = blank(columns * (width + 1) - 1, rows * (height + 1) - 1);
  for (let f = 0; f < count; f++) {
    const [top, left] = [Math.floor(f / columns) * (height + 1), (f % columns) * (width + 1)];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const at = 4 * ((top + y) * pixels.width + left + x);
        for (let c = 0; c < CHANNELS; c++) {
          const value = values[((f * CHANNELS + c) * height + y) * width + x];
          pixels.data[at + c] = GREY + (GREY * value) / (most || 1);
        }
        pixels.data[at + CHANNELS] = 255;
      }
  }
  return pixels;
}

/** An image of a data set. */
export function imagePixels({ images }: Pick<Dataset, 'images'>, image: number): Pixels {
  const pixels = blank(SIDE, SIDE);
  for (let i = 0; i < PLANE; i++) {
    for (let c = 0; c < CHANNELS; c++) pixels.data[4 * i + c] = images[image * IMAGE_SIZE + c * PLANE + i];
    pixels.data[4 * i + CHANNELS] = 255;
  }
  return pixels;
}

/** The colours of the components, mixed in each pixel by its posteriors. */
export function mapPixels(map: PosteriorMap, colours: readonly Colour[]): Pixels {
  const { posteriors, components: K, width, height } = map;
  const pixels = blank(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < CHANNELS; c++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += posteriors[i * K + k] * colours[k % colours.length][c];
      pixels.data[4 * i + c] = sum;
    }
    pixels.data[4 * i + CHANNELS] = 255;
  }
  return pixels;
}

/** The share of an image's pixels that each component has: the means of the posteriors. */
export function sharesOf({ posteriors, components: K, width, height }: PosteriorMap): number[] {
  const shares = new Array<number>(K).fill(0);
  for (let i = 0; i < posteriors.length; i++) shares[i % K] += posteriors[i] / (width * height);
  return shares;
}
