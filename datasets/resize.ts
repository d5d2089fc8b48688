// Images of any size to 32×32, as PyTorch's users do it: the middle square, resized with a triangle filter.
import { CHANNELS, IMAGE_SIZE, PLANE, SIDE } from './dataset.js';

/** An image [height, width, 3], 0 … 255. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** Which pixels of a row make one pixel of the result, from `first`, and how much of each. */
interface Taps {
  first: number;
  weights: number[];
}

/**
 * The middle square of a picture as [3, 32, 32]. Where it is larger, the filter covers as many pixels as become one, so
 * that nothing is skipped (PIL's and torchvision's "bilinear, antialiased"); where smaller, it is bilinear.
 */
export function toSquare({ width, height, pixels }: Picture): Uint8Array {
  const side = Math.min(width, height);
  const taps = tapsOf(side);
  const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
  const image = new Uint8Array(IMAGE_SIZE);
  for (let c = 0; c < CHANNELS; c++) {
    const rows = new Float64Array(side * SIDE);
    for (let y = 0; y < side; y++) {
      const at = ((top + y) * width + left) * CHANNELS + c;
      for (let x = 0; x < SIDE; x++) rows[y * SIDE + x] = dot(taps[x], pixels, at, CHANNELS);
    }
    for (let i = 0; i < PLANE; i++)
      image[c * PLANE + i] = Math.round(dot(taps[Math.floor(i / SIDE)], rows, i % SIDE, SIDE));
  }
  return image;
}

function dot({ first, weights }: Taps, values: ArrayLike<number>, at: number, step: number): number {
  return weights.reduce((sum, weight, i) => sum + weight * values[at + (first + i) * step], 0);
}

/** A triangle over each pixel of the result, at least as wide as two pixels on either side of the two images. */
function tapsOf(side: number): Taps[] {
  const scale = side / SIDE;
  const reach = Math.max(1, scale);
  return Array.from({ length: SIDE }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(side, Math.floor(centre + reach + 0.5));
    const raw = Array.from({ length: end - first }, (_, j) =>
      Math.max(0, 1 - Math.abs(first + j + 0.5 - centre) / reach),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}
