// Shapes for the engine alone: calls that are divided into jobs (more than 16,384 elements), long rows, many
// channels, the edges of panels and blocks, every way in which a vector can end.
import { engineMargins, engineResamplings } from './movement-shapes.js';
import { bothPosteriors, layer, pooling, type Shapes, unit } from './shapes.js';

const square = (K: number, stride: number, pad: number) => ({
  KH: K,
  KW: K,
  strideH: stride,
  strideW: stride,
  padH: pad,
  padW: pad,
});
const padded = (pad: number) => ({ ...unit, padH: pad, padW: pad });

export const engineShapes: Shapes = {
  sizes: [[2], [3], [4], [5], [6], [1003], [20011], [16385]],
  broadcast: [
    [
      [130, 1],
      [1, 141],
    ],
    [
      [7, 1, 50, 1],
      [1, 9, 1, 11],
    ],
    [[20001], []],
    [
      [3, 1, 61],
      [3, 100, 1],
    ],
    [
      [5, 1300, 3],
      [5, 1, 3],
    ],
  ],
  axes: [
    [3, 5, 1],
    [2, 1, 7],
    [2, 9, 6],
    [1, 2500, 1],
    [64, 10, 1],
    [1, 100, 33],
    [201, 101, 1],
    [41, 3, 202],
    [9, 4, 513],
  ],
  copies: [
    { x: [3, 7], attrs: { sizes: [1, 1, 1, 1, 3, 7], steps: [0, 0, 0, 0, 7, 1], offset: 0 } },
    { x: [2, 6, 9], attrs: { sizes: [2, 9, 6], steps: [54, 1, 9], offset: 0 } }, // transposes: odd sizes
    { x: [2, 5, 7], attrs: { sizes: [2, 7, 5], steps: [35, 1, 7], offset: 0 } }, // three rows left
    { x: [7, 6], attrs: { sizes: [6, 7], steps: [1, 6], offset: 0 } }, // three columns
    { x: [12, 8], attrs: { sizes: [8, 12], steps: [1, 8], offset: 0 } }, // whole tiles
    { x: [5, 3], attrs: { sizes: [3, 5], steps: [1, 3], offset: 0 } }, // too thin for tiles
    { x: [3, 5], attrs: { sizes: [5, 3], steps: [1, 5], offset: 0 } },
    { x: [2, 3, 2, 2, 3, 2], attrs: { sizes: [2, 3, 2, 2, 3, 2], steps: [1, 2, 6, 12, 24, 72], offset: 0 } },
    { x: [2], attrs: { sizes: [2, 3, 4, 5], steps: [1, 0, 0, 0], offset: 0 } },
    { x: [9], attrs: { sizes: [9], steps: [-1], offset: 8 } }, // a flip
    { x: [200, 101], attrs: { sizes: [200, 101], steps: [101, -1], offset: 100 } },
    { x: [40, 9, 150], attrs: { sizes: [40, 5, 75], steps: [1350, 300, 2], offset: 0 } }, // halves
    { x: [33, 40, 20], attrs: { sizes: [33, 20, 40], steps: [800, 1, 20], offset: 0 } },
    { x: [131, 150], attrs: { sizes: [150, 131], steps: [1, 150], offset: 0 } },
  ],
  margins: engineMargins,
  parts: [
    [
      [1, 7, 1],
      [1, 7, 1],
    ],
    [
      [2, 1, 3],
      [2, 2, 3],
      [2, 1, 3],
      [2, 3, 3],
      [2, 1, 3],
    ],
    [
      [3, 2, 512],
      [3, 3, 341],
      [3, 1, 1],
    ].map(([outer, size, inner]) => [outer, size * inner, 1]), // rows of 1024 and 1023
    [
      [5, 41, 50],
      [5, 33, 50],
      [5, 60, 50],
    ],
  ],
  products: [
    [1, 6, 4, 8],
    [2, 7, 5, 9],
    [3, 5, 3, 17],
    [1, 13, 70, 1],
    [1, 1, 11, 30],
    [1, 64, 256, 10],
    [1, 100, 801, 33],
    [1, 300, 2, 9],
    [1, 253, 5, 260],
    [1, 260, 5, 253],
    [5, 9, 385, 30],
    [5, 30, 385, 9],
  ],
  convolutions: [
    { x: [3, 5, 7, 5], w: [9, 5, 1, 1], y: [3, 9, 7, 5], attrs: unit },
    { x: [2, 7, 16, 16], w: [13, 7, 5, 5], y: [2, 13, 16, 16], attrs: padded(2) },
    { x: [37, 6, 4, 4], w: [8, 6, 3, 3], y: [37, 8, 4, 4], attrs: padded(1) }, // images share a pass
    { x: [11, 3, 7, 7], w: [6, 3, 3, 3], y: [11, 6, 7, 7], attrs: padded(1) },
    { x: [2, 20, 8, 8], w: [7, 20, 5, 5], y: [2, 7, 8, 8], attrs: padded(2) }, // more terms than one block
    { x: [2, 2, 24, 30], w: [3, 2, 3, 3], y: [2, 3, 24, 30], attrs: padded(1) }, // more pixels than one block
    { x: [3, 4, 9, 8], w: [5, 4, 3, 3], y: [3, 5, 5, 4], attrs: { ...padded(1), strideH: 2, strideW: 2 } },
    { x: [2, 3, 10, 11], w: [4, 3, 2, 1], y: [2, 4, 3, 3], attrs: { ...unit, strideH: 3, strideW: 4 } },
    {
      x: [2, 3, 12, 13],
      w: [4, 3, 3, 2],
      y: [2, 4, 6, 4],
      attrs: { strideH: 2, strideW: 3, padH: 2, padW: 1, dilationH: 2, dilationW: 3, groups: 1 },
    },
    {
      x: [2, 3, 9, 9],
      w: [4, 3, 3, 3],
      y: [2, 4, 9, 9],
      attrs: { ...padded(2), dilationH: 2, dilationW: 2 },
    },
    { x: [2, 2, 3, 3], w: [3, 2, 2, 2], y: [2, 3, 8, 6], attrs: { ...unit, padH: 3, padW: 2 } },
    { x: [3, 6, 6, 5], w: [9, 2, 3, 3], y: [3, 9, 6, 5], attrs: { ...padded(1), groups: 3 } },
    {
      x: [2, 8, 8, 8],
      w: [8, 1, 3, 3],
      y: [2, 8, 4, 4],
      attrs: { ...padded(1), strideH: 2, strideW: 2, groups: 8 },
    },
    { x: [20, 8, 3, 3], w: [4, 4, 1, 1], y: [20, 4, 3, 3], attrs: { ...unit, groups: 2 } },
    { x: [5, 4, 4, 4], w: [10, 4, 4, 4], y: [5, 10, 1, 1], attrs: unit }, // the kernel covers the image
    // filters too large for partial sums
    { x: [9, 130, 2, 2], w: [131, 130, 4, 4], y: [9, 131, 1, 1], attrs: padded(1) },
    {
      x: [17, 16, 9, 9],
      w: [24, 8, 3, 3],
      y: [17, 24, 5, 5],
      attrs: { ...padded(1), strideH: 2, strideW: 2, groups: 2 },
    },
  ],
  windows: [
    pooling([1, 3, 16, 16], [8, 8], square(3, 2, 1)),
    pooling([2, 1, 32, 32], [16, 16], square(3, 2, 1)),
    pooling([1, 2, 9, 11], [4, 5], { ...square(2, 2, 0), KW: 3 }),
    pooling([1, 2, 7, 13], [7, 13], square(3, 1, 1)),
    pooling([2, 1, 11, 14], [6, 7], square(5, 2, 2)),
    pooling([1, 1, 9, 10], [3, 7], { ...square(7, 1, 0), KW: 4 }),
    pooling([1, 2, 10, 11], [4, 4], { ...square(3, 3, 0), KW: 2, padH: 1 }),
    pooling([2, 1, 6, 6], [3, 3], square(3, 2, 0)), // the last windows hang over the edge
    pooling([5, 1, 4, 4], [1, 1], square(4, 4, 0)), // one window for all
    pooling([5, 7, 24, 25], [12, 13], square(3, 2, 1)),
  ],
  resamplings: engineResamplings,
  batches: [
    [5, 3, 1],
    [2, 3, 7],
    [3, 2, 16],
    [2, 5, 1027],
    [9, 21, 100],
    [3, 1, 7001],
  ],
  rows: [
    ...[
      [1, 2, 1030],
      [1, 130, 150],
      [1, 3, 6001],
    ].map(layer),
    { x: [1, 60, 300], count: 12, inner: 100 }, // group: 15 samples of 4 groups of 3 channels of 100 pixels
    { x: [1, 42, 401], count: 7, inner: 401 }, // instance: 6 samples of 7 channels
    { x: [1, 5, 4000], count: 40, inner: 100 }, // layer over pixels that share a weight
  ],
  channels: [2, 3, 4, 7, 16, 1003],
  mixtures: (
    [
      [[1, 1, 1], 1],
      [[5, 3, 1], 2],
      [[2, 3, 7], 3],
      [[3, 2, 16], 5],
      [[2, 5, 1030], 3],
      [[70, 3, 20], 4],
      [[9, 2, 33], 6],
      [[19, 9, 101], 3],
    ] as const
  ).flatMap(([x, K]) => bothPosteriors([...x], K)),
};
