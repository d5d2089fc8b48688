// Sample grids: generated images side by side in one PNG file.
import { encode } from 'fast-png';
import { CHANNELS, type Dataset, IMAGE_SIZE, PLANE, SIDE } from '../../datasets/dataset.js';
import type { Statistics } from '../run/metrics.js';

/** Images along one side of a grid. */
const ROW = 8;
/** Images in a grid. */
export const GRID = ROW * ROW;
/** Pixels between two images. */
const GAP = 2;

/** Where the grid of a step is, in the run folder. */
export function gridFile(step: number, statistics: Statistics): string {
  return `samples/${String(step).padStart(7, '0')}-${statistics}.png`;
}

/** The first images as a PNG file, row by row, on white. */
export function gridOf({ images, length }: Dataset): Uint8Array {
  const side = ROW * (SIDE + GAP) + GAP;
  const data = new Uint8Array(side * side * CHANNELS).fill(255);
  for (let n = 0; n < Math.min(GRID, length); n++) {
    const [top, left] = [Math.floor(n / ROW), n % ROW].map((place) => GAP + place * (SIDE + GAP));
    for (let i = 0; i < IMAGE_SIZE; i++) {
      const [c, y, x] = [Math.floor(i / PLANE), Math.floor((i % PLANE) / SIDE), i % SIDE];
      data[((top + y) * side + left + x) * CHANNELS + c] = images[n * IMAGE_SIZE + i];
    }
  }
  return encode({ width: side, height: side, data, channels: CHANNELS, depth: 8 });
}
