// The shapes that all devices are checked on: sizes of 1, odd ones, none a multiple of 4 where it can be,
// strides, padding.
import type { StridedCopyAttrs } from '../../kernels/movement.js';
import type { Shape } from '../../kernels/spec.js';
import { type Margin, margins, type Resampling, resamplings } from './movement-shapes.js';

/**
 * What fills an input: normal draws, the same about a number, draws from [0.5, 2), integers below n, or where the
 * maxima of a plane's windows are, for normal draws of the given shape.
 */
export type Fill = 'normal' | 'positive' | { about: number } | { below: number } | { maximaOf: Shape };

/** One call: input shapes, attributes, and how the inputs are filled. */
export interface Row<A> {
  shapes: Shape[];
  attrs: A;
  /** For all inputs, or for some by their position. @default 'normal' */
  fill?: Fill | Record<number, Fill>;
}

export const unit = { strideH: 1, strideW: 1, padH: 0, padW: 0, dilationH: 1, dilationW: 1, groups: 1 };
export interface Convolution {
  x: Shape;
  w: Shape;
  y: Shape;
  attrs: typeof unit;
}

/** From which the rows of all kernels are made (cases.ts). */
export interface Shapes {
  /** Of elementwise kernels. */
  sizes: Shape[];
  /** Two operands that broadcast. */
  broadcast: [Shape, Shape][];
  /** [outer, size, inner] of reductions. */
  axes: Shape[];
  /** x, and how it is copied. */
  copies: { x: Shape; attrs: StridedCopyAttrs }[];
  margins: Margin[];
  /** Up to six arrays [outer, size, inner] to join. */
  parts: Shape[][];
  /** batch, m, k, n of matrix products, each with both factors read plainly and transposed. */
  products: [batch: number, m: number, k: number, n: number][];
  convolutions: Convolution[];
  windows: { x: Shape; y: Shape; attrs: Window }[];
  resamplings: Resampling[];
  /** x [N, C, S] of normalizations. */
  batches: Shape[];
  /** Rows [N, R, S] to standardize besides batches, how many weights, how many neighbours share one. */
  rows: { x: Shape; count: number; inner: number }[];
  /** Channels of running averages. */
  channels: number[];
  mixtures: Mixture[];
}

/** How windows slide in a pooling. */
type Steps = Record<'KH' | 'KW' | 'strideH' | 'strideW' | 'padH' | 'padW', number>;
export type Window = Steps & { OH: number; OW: number };
/** A mixture's sizes: x [N, C, S], components, posteriors a pixel (1, or one for each channel). */
export interface Mixture {
  x: Shape;
  K: number;
  T: number;
}

/** A pooling of x to OH rows and OW columns. */
export const pooling = (x: Shape, [OH, OW]: readonly number[], steps: Steps) => ({
  x,
  y: [x[0], x[1], OH, OW],
  attrs: { ...steps, OH, OW },
});

/** Mixtures over x: joint ones and ones of each channel. */
export const bothPosteriors = (x: Shape, K: number): Mixture[] =>
  [...new Set([1, x[1]])].map((T) => ({ x, K, T }));

/** Layer normalization of one row after the other: a weight for each position. */
export const layer = (x: Shape) => ({ x, count: x[2], inner: 1 });

const batches: Shape[] = [
  [2, 1, 1],
  [3, 4, 5],
  [6, 5, 1],
  [1, 3, 7],
  [5, 7, 33],
];

export const shapes: Shapes = {
  sizes: [[1], [7], [3, 5], [16], [1025]],
  // along each axis, along several, from either side, with rows of every length
  broadcast: [
    [[], [5]],
    [[7], []],
    [
      [2, 5, 9],
      [5, 1],
    ],
    [
      [5, 1],
      [2, 5, 9],
    ],
    [
      [6, 1],
      [1, 5],
    ],
    [[3, 4, 17], [17]],
    [
      [1, 4, 1],
      [3, 1, 33],
    ],
    [
      [2, 1, 3, 1],
      [1, 4, 1, 5],
    ],
    [
      [4, 1, 1, 3],
      [2, 5, 1],
    ],
    [
      [33, 3],
      [33, 1],
    ],
    [
      [19, 2, 1],
      [2, 2],
    ],
    [
      [40, 30, 15],
      [30, 1],
    ],
  ],
  // the reduced axis last, first, in the middle, and of size 1
  axes: [
    [1, 1, 1],
    [5, 7, 1],
    [1, 9, 6],
    [2, 3, 5],
    [3, 1, 4],
    [33, 130, 1],
    [2, 65, 19],
  ],
  copies: [
    { x: [1], attrs: { sizes: [], steps: [], offset: 0 } },
    { x: [2, 3, 4], attrs: { sizes: [4, 3, 2], steps: [1, 4, 12], offset: 0 } },
    { x: [5], attrs: { sizes: [2, 3, 5], steps: [0, 0, 1], offset: 0 } },
    { x: [2, 3, 2, 3, 2, 3], attrs: { sizes: [3, 2, 2, 2, 3, 3], steps: [1, 3, 18, 108, 36, 6], offset: 0 } },
    { x: [7, 9], attrs: { sizes: [3, 5], steps: [9, 1], offset: 20 } },
    { x: [33, 65], attrs: { sizes: [65, 33], steps: [1, 65], offset: 0 } },
    { x: [3, 4, 5], attrs: { sizes: [3, 4, 5], steps: [-20, 5, -1], offset: 44 } }, // a flip
    { x: [60], attrs: { sizes: [3, 3], steps: [20, 3], offset: 11 } }, // a slice with steps
  ],
  margins,
  parts: [
    [[1, 1, 1]],
    [
      [1, 3, 5],
      [1, 1, 5],
    ],
    [
      [4, 2, 1],
      [4, 5, 1],
      [4, 1, 1],
    ],
    [
      [3, 1, 7],
      [3, 2, 7],
      [3, 1, 7],
      [3, 4, 7],
      [3, 1, 7],
      [3, 9, 7],
    ],
    [
      [2, 33, 17],
      [2, 30, 17],
      [2, 1, 17],
      [2, 3, 17],
    ],
  ],
  products: [
    [1, 1, 1, 1],
    [2, 3, 5, 4],
    [1, 5, 1, 7],
    [3, 1, 9, 1],
    [1, 33, 17, 65],
    [2, 16, 16, 16],
    [1, 200, 33, 150],
    [1, 150, 33, 200],
    [3, 70, 40, 80],
  ],
  convolutions: [
    { x: [1, 1, 1, 1], w: [1, 1, 1, 1], y: [1, 1, 1, 1], attrs: unit },
    { x: [2, 3, 5, 7], w: [5, 3, 3, 3], y: [2, 5, 5, 7], attrs: { ...unit, padH: 1, padW: 1 } },
    { x: [1, 5, 6, 6], w: [3, 5, 1, 1], y: [1, 3, 6, 6], attrs: unit },
    { x: [2, 3, 9, 11], w: [6, 3, 5, 5], y: [2, 6, 9, 11], attrs: { ...unit, padH: 2, padW: 2 } },
    {
      x: [2, 4, 7, 6],
      w: [6, 2, 3, 2],
      y: [2, 6, 4, 8],
      attrs: { strideH: 2, strideW: 1, padH: 1, padW: 2, dilationH: 1, dilationW: 2, groups: 2 },
    },
    { x: [1, 5, 4, 5], w: [5, 1, 3, 3], y: [1, 5, 4, 5], attrs: { ...unit, padH: 1, padW: 1, groups: 5 } },
    {
      x: [3, 2, 8, 8],
      w: [4, 2, 3, 3],
      y: [3, 4, 3, 3],
      attrs: { ...unit, strideH: 3, strideW: 3, padH: 1, padW: 1 },
    },
    { x: [1, 2, 2, 2], w: [3, 2, 3, 3], y: [1, 3, 6, 6], attrs: { ...unit, padH: 3, padW: 3 } },
    { x: [1, 17, 9, 9], w: [19, 17, 3, 3], y: [1, 19, 7, 7], attrs: unit },
    {
      x: [3, 4, 18, 20],
      w: [6, 2, 3, 3],
      y: [3, 6, 18, 20],
      attrs: { ...unit, padH: 1, padW: 1, groups: 2 },
    },
    { x: [3, 5, 4, 3], w: [7, 5, 4, 3], y: [3, 7, 1, 1], attrs: unit },
    { x: [5, 6, 1, 1], w: [4, 6, 1, 1], y: [5, 4, 1, 1], attrs: { ...unit, strideH: 2 } },
    { x: [9, 4, 24, 32], w: [6, 4, 5, 5], y: [9, 6, 24, 32], attrs: { ...unit, padH: 2, padW: 2 } },
    {
      x: [5, 6, 33, 30],
      w: [4, 3, 2, 3],
      y: [5, 4, 17, 30],
      attrs: { ...unit, strideH: 2, padH: 1, padW: 1, groups: 2 },
    },
  ],
  windows: [
    pooling([1, 1, 1, 1], [1, 1], { KH: 1, KW: 1, strideH: 1, strideW: 1, padH: 0, padW: 0 }),
    pooling([2, 3, 6, 4], [3, 2], { KH: 2, KW: 2, strideH: 2, strideW: 2, padH: 0, padW: 0 }),
    pooling([2, 3, 7, 5], [4, 6], { KH: 3, KW: 2, strideH: 2, strideW: 1, padH: 1, padW: 1 }),
    pooling([1, 2, 8, 9], [4, 5], { KH: 3, KW: 3, strideH: 2, strideW: 2, padH: 1, padW: 1 }),
    pooling([1, 2, 6, 6], [3, 3], { KH: 3, KW: 3, strideH: 2, strideW: 2, padH: 0, padW: 0 }),
    pooling([1, 1, 9, 9], [3, 3], { KH: 2, KW: 2, strideH: 4, strideW: 4, padH: 0, padW: 0 }),
  ],
  resamplings,
  batches,
  rows: [
    ...[
      [1, 3, 5],
      [1, 7, 1],
      [1, 33, 130],
      [1, 2, 16],
    ].map(layer),
    { x: [1, 6, 10], count: 4, inner: 5 }, // group: 3 samples of 2 groups of 2 channels of 5 pixels
    { x: [1, 2, 18], count: 6, inner: 3 }, // group: one sample
    { x: [1, 10, 33], count: 5, inner: 33 }, // instance: 2 samples of 5 channels
    { x: [1, 4, 12], count: 4, inner: 3 }, // layer over pixels that share a weight
  ],
  channels: [1, 5],
  mixtures: batches.flatMap((x) => [1, 3].flatMap((K) => bothPosteriors(x, K))),
};
