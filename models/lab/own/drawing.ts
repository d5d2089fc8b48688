// Drawings as images to learn from: a brush on 32×32 pixels, and shifted copies of what was drawn.
import { CHANNELS, type Dataset, IMAGE_SIZE, PLANE, SIDE } from '../../../datasets/dataset.js';
import { DataError } from '../../../lib/errors.js';
import type { Colour } from '../pixels.js';
import type { Own } from './parts.js';

/** A place in pixels; that of the first pixel's middle is [0.5, 0.5]. */
export type Place = readonly [x: number, y: number];

/** An empty sheet has this colour. */
export const PAPER: Colour = [250, 250, 245];

/** An empty image [3, 32, 32]. */
export function emptySheet(): Uint8Array {
  return Uint8Array.from({ length: IMAGE_SIZE }, (_, i) => PAPER[Math.floor(i / PLANE)]);
}

/** Draws a line with a round brush: every pixel whose middle the brush goes over takes the colour. */
export function stroke(image: Uint8Array, from: Place, to: Place, radius: number, colour: Colour): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const squared = dx * dx + dy * dy;
  for (let i = 0; i < PLANE; i++) {
    const [x, y] = [(i % SIDE) + 0.5 - from[0], Math.floor(i / SIDE) + 0.5 - from[1]];
    const along = squared > 0 ? Math.min(1, Math.max(0, (x * dx + y * dy) / squared)) : 0;
    if ((x - along * dx) ** 2 + (y - along * dy) ** 2 > radius * radius) continue;
    for (let c = 0; c < CHANNELS; c++) image[c * PLANE + i] = colour[c];
  }
}

/** Drawings by the names of their classes. */
export type Drawings = ReadonlyMap<string, readonly Uint8Array[]>;

/** One drawing of so many is a test image, and of each class at least one. */
const PARTS = 5;
/** Pixels that copies are shifted by, along both axes. */
const SHIFTS = [-4, -2, 0, 2, 4];
/** What a page asks of one who draws. */
export const LEAST_CLASSES = 2;
export const LEAST_DRAWINGS = 3;

/**
 * The drawings as a data set. The last fifth of each class, one at least, are test images; every other is there in 25 copies,
 * shifted by up to 4 pixels.
 * @throws DataError saying which class has too few, or that there are too few classes
 */
export function ownDrawings(drawings: Drawings): Own {
  const names = [...drawings.keys()];
  if (names.length < LEAST_CLASSES)
    throw new DataError(`there are drawings of ${names.length} classes, expected ${LEAST_CLASSES} at least`);
  for (const [name, own] of drawings) {
    if (own.length < LEAST_DRAWINGS)
      throw new DataError(`class '${name}' has ${own.length} drawings, expected ${LEAST_DRAWINGS} at least`);
  }
  const held = (own: readonly Uint8Array[]) => Math.ceil(own.length / PARTS);
  const shifted = (image: Uint8Array) => SHIFTS.flatMap((dy) => SHIFTS.map((dx) => shift(image, dx, dy)));
  const all = [...drawings.values()];
  return {
    ...{ kind: 'drawings', title: 'Your drawings' },
    note:
      `Of each class the last fifth of the drawings, at least one, are test images. Every other is there in ` +
      `${SHIFTS.length ** 2} copies, shifted by up to ${Math.max(...SHIFTS)} pixels.`,
    train: datasetOf(
      'train',
      names,
      all.map((own) => own.slice(0, -held(own)).flatMap(shifted)),
    ),
    test: datasetOf(
      'test',
      names,
      all.map((own) => own.slice(-held(own))),
    ),
  };
}

function datasetOf(split: 'train' | 'test', classNames: string[], classes: Uint8Array[][]): Dataset {
  const labels = Uint8Array.from(classes.flatMap((own, label) => own.map(() => label)));
  const images = new Uint8Array(labels.length * IMAGE_SIZE);
  for (const [n, image] of classes.flat().entries()) images.set(image, n * IMAGE_SIZE);
  const { length } = labels;
  return { name: 'drawings', split, length, images, labels, classes: classNames.length, classNames };
}

/** A copy that is moved right and down; what comes in is paper. */
function shift(image: Uint8Array, dx: number, dy: number): Uint8Array {
  const moved = emptySheet();
  for (let i = 0; i < IMAGE_SIZE; i++) {
    const [x, y] = [(i % SIDE) + dx, Math.floor((i % PLANE) / SIDE) + dy];
    if (x < 0 || y < 0 || x >= SIDE || y >= SIDE) continue;
    moved[i + dy * SIDE + dx] = image[i];
  }
  return moved;
}
