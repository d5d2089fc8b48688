// A procedural data set: ten figures, drawn in several colour schemes, finishes, grounds and sizes.
import { anything, choice, integer, readOptions } from '../lib/options.js';
import { createRandom, type Random } from '../lib/random.js';
import { CHANNELS, type Dataset, IMAGE_SIZE, PLANE, SIDE, type Split } from './dataset.js';

/** Options of {@link synthetic}. */
export interface SyntheticOptions {
  /** Seed of every draw. @default 0 */
  seed?: number | string;
  /** Which split; `train` and `test` are disjoint draws. @default 'train' */
  split?: Split;
  /** Number of images. @default 2000 to train, 500 to test */
  count?: number;
}

const schema = {
  seed: anything<number | string>(0),
  split: choice<Split>('train', ['train', 'test']),
  count: integer<number | null>(null, { least: 1 }),
};

type Rgb = readonly [number, number, number];
/** Brightness added at pixel (x, y), −2 … 2 before it is scaled. */
type Shade = (x: number, y: number) => number;
/** Whether the point (u, v) lies inside a figure that fills about the unit disc. */
type Figure = (u: number, v: number) => boolean;

// Arithmetic is limited to + − · / and comparisons, which IEEE 754 rounds alike on every machine.
const radius2 = (u: number, v: number) => u * u + v * v;
const reach = (u: number, v: number) => Math.max(Math.abs(u), Math.abs(v));
const cell = (u: number, cells: number) => Math.floor(((u + 0.9) / 1.8) * cells);
const inCell = (u: number, cells: number) => ((u + 0.9) / 1.8) * cells - cell(u, cells) - 0.5;

/** The ten classes. */
const FIGURES: Record<string, Figure> = {
  disc: (u, v) => radius2(u, v) < 0.9,
  ring: (u, v) => radius2(u, v) < 1 && radius2(u, v) > 0.4,
  hourglass: (u, v) => reach(u, v) < 0.9 && Math.abs(u) < Math.abs(v) + 0.1,
  window: (u, v) => reach(u, v) < 0.95 && (reach(u, v) > 0.65 || Math.min(Math.abs(u), Math.abs(v)) < 0.17),
  triangle: (u, v) => v < 0.7 && 1.7 * Math.abs(u) < v + 1,
  plus: (u, v) => reach(u, v) < 1 && Math.min(Math.abs(u), Math.abs(v)) < 0.3,
  bars: (u, v) => reach(u, v) < 0.9 && cell(u, 5) % 2 === 0,
  checks: (u, v) => reach(u, v) < 0.9 && (cell(u, 4) + cell(v, 4)) % 2 === 0,
  dots: (u, v) => reach(u, v) < 0.9 && radius2(inCell(u, 3), inCell(v, 3)) < 0.17,
  crescent: (u, v) => radius2(u, v) < 1 && radius2(u - 0.5, v) > 0.65,
};
const CLASS_NAMES = Object.keys(FIGURES);

/** Colour schemes: a figure's colour and its ground's. */
const SCHEMES: readonly { figure: Rgb; ground: Rgb }[] = [
  { figure: [50, 50, 60], ground: [190, 185, 175] },
  { figure: [215, 210, 190], ground: [55, 60, 70] },
  { figure: [205, 85, 60], ground: [65, 120, 130] },
  { figure: [70, 90, 190], ground: [200, 170, 90] },
];

/** Grounds: plain, a ramp from one side to the other, clouds. */
const GROUNDS: readonly ((random: Random) => Shade)[] = [() => () => 0, ramp, clouds];
/** Finishes of a figure: solid, hatched, mottled. */
const FINISHES: readonly ((random: Random) => Shade)[] = [() => () => 0, hatching, clouds];
/** Radii of small and large figures, in pixels: from, to. */
const SIZES = [
  [8, 10],
  [11, 13],
] as const;

/**
 * Draws a data set of ten classes, the same for the same seed on every machine. The class is the figure's
 * shape; its colours, finish, ground, size, place and rotation vary. Every ten images in turn hold each
 * class once, and a smaller count is the beginning of a larger one.
 * @throws OptionError where count is not a positive integer or the split is unknown
 */
export function synthetic(options: SyntheticOptions = {}): Dataset {
  const { seed, split, count } = readOptions('synthetic', options, schema);
  const length = count ?? (split === 'train' ? 2000 : 500);
  const random = createRandom(seed).fork(`synthetic ${split}`);
  const labels = drawLabels(length, random.fork('labels'));
  const grain = drawGrain(random.fork('grain'));
  const scenes = random.fork('scenes');
  const images = new Uint8Array(length * IMAGE_SIZE);
  for (let n = 0; n < length; n++) {
    const image = images.subarray(n * IMAGE_SIZE, (n + 1) * IMAGE_SIZE);
    paint(image, drawScene(FIGURES[CLASS_NAMES[labels[n]]], scenes), grain);
  }
  return {
    name: 'synthetic',
    split,
    length,
    images,
    labels,
    classes: CLASS_NAMES.length,
    classNames: CLASS_NAMES,
  };
}

/** Labels in which every ten in turn hold each class once. */
function drawLabels(length: number, random: Random): Uint8Array {
  const classes = CLASS_NAMES.length;
  const rounds = Array.from({ length: Math.ceil(length / classes) }, () => [...random.permutation(classes)]);
  return Uint8Array.from(rounds.flat().slice(0, length));
}

/** All that decides one image. */
interface Scene {
  /** Whether a point, in pixels, lies inside the figure. */
  inside: (x: number, y: number) => boolean;
  figure: Rgb;
  ground: Rgb;
  finish: Shade;
  groundShade: Shade;
  /** Where in the common table the image's grain begins, and its strength. */
  grainStart: number;
  grainLevel: number;
}

function drawScene(shape: Figure, random: Random): Scene {
  const scheme = pick(SCHEMES, random);
  return {
    inside: placeFigure(shape, random),
    figure: vary(scheme.figure, random),
    ground: vary(scheme.ground, random),
    finish: pick(FINISHES, random)(random),
    groundShade: pick(GROUNDS, random)(random),
    grainStart: random.integer(GRAIN_SIZE - IMAGE_SIZE),
    grainLevel: between(3, 15, random),
  };
}

/** Puts a figure somewhere on the image, scaled and rotated. */
function placeFigure(shape: Figure, random: Random): (x: number, y: number) => boolean {
  const [smallest, largest] = pick(SIZES, random);
  const radius = between(smallest, largest, random);
  const room = SIDE / 2 - radius;
  const centreX = SIDE / 2 + between(-room, room, random);
  const centreY = SIDE / 2 + between(-room, room, random);
  // (1 − t², 2t) / (1 + t²) is a point on the unit circle: a rotation without sine and cosine.
  const t = between(-0.2, 0.2, random);
  let cos = (1 - t * t) / (1 + t * t) / radius;
  let sin = (2 * t) / (1 + t * t) / radius;
  for (let turns = random.integer(4); turns > 0; turns--) [cos, sin] = [-sin, cos];
  return (x, y) => {
    const dx = x - centreX;
    const dy = y - centreY;
    return shape(cos * dx + sin * dy, cos * dy - sin * dx);
  };
}

function paint(image: Uint8Array, scene: Scene, grain: Float32Array): void {
  const { inside, figure, ground, finish, groundShade, grainStart, grainLevel } = scene;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const i = y * SIDE + x;
      const share = coverage(inside, x, y);
      const lit = 22 * finish(x, y);
      const groundLit = 32 * groundShade(x, y);
      for (let c = 0; c < CHANNELS; c++) {
        const speck = grainLevel * grain[grainStart + c * PLANE + i];
        const value = share * (figure[c] + lit) + (1 - share) * (ground[c] + groundLit) + speck;
        image[c * PLANE + i] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
}

/** The share of pixel (x, y) inside a figure, judged by four points. */
function coverage(inside: Scene['inside'], x: number, y: number): number {
  const upper = Number(inside(x + 0.25, y + 0.25)) + Number(inside(x + 0.75, y + 0.25));
  const lower = Number(inside(x + 0.25, y + 0.75)) + Number(inside(x + 0.75, y + 0.75));
  return (upper + lower) / 4;
}

/** A ramp of brightness across the image, its two slopes drawn at random. */
function ramp(random: Random): Shade {
  const slopeX = between(-2, 2, random) / SIDE;
  const slopeY = between(-2, 2, random) / SIDE;
  return (x, y) => slopeX * (x - SIDE / 2) + slopeY * (y - SIDE / 2);
}

/** Diagonal hatching, two pixels light and two dark. */
function hatching(random: Random): Shade {
  const direction = random.integer(2) * 2 - 1;
  const phase = random.integer(4);
  return (x, y) => ((x + direction * y + phase) & 2) - 1;
}

/** Values drawn on a lattice of 8 pixels, interpolated linearly between. */
function clouds(random: Random): Shade {
  const points = SIDE / 8 + 1;
  const lattice = Float64Array.from({ length: points * points }, () => between(-1, 1, random));
  return (x, y) => {
    const corner = (y >> 3) * points + (x >> 3);
    const right = (x & 7) / 8;
    const down = (y & 7) / 8;
    const upper = lattice[corner] + right * (lattice[corner + 1] - lattice[corner]);
    const lower =
      lattice[corner + points] + right * (lattice[corner + points + 1] - lattice[corner + points]);
    return upper + down * (lower - upper);
  };
}

/** Length of the common table of grain, of which every image takes a stretch. */
const GRAIN_SIZE = 1 << 16;

function drawGrain(random: Random): Float32Array {
  return Float32Array.from({ length: GRAIN_SIZE }, () => between(-1, 1, random));
}

/** A colour near the given one: up to 20 lighter or darker in each channel. */
function vary(colour: Rgb, random: Random): Rgb {
  const near = (value: number) => value + between(-20, 20, random);
  return [near(colour[0]), near(colour[1]), near(colour[2])];
}

function between(least: number, most: number, random: Random): number {
  return least + (most - least) * random.uniform();
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[random.integer(values.length)];
}
