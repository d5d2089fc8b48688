// For every kernel the shapes, options and kinds of input on which all devices must agree: sizes of 1, odd ones,
// none a multiple of 4 where it can be, strides, padding.
import type { KernelName } from '../../kernels/index.js';
import type { Attrs, Shape } from '../../kernels/spec.js';

/**
 * What fills an input: normal draws, draws from [0.5, 2), whole numbers below n, or what a kernel makes of normal
 * draws of the given shapes.
 */
export type Fill = 'normal' | 'positive' | { below: number } | { from: KernelName; shapes: Shape[] };

/** One call: input shapes, options, and how the inputs are filled ('normal' where nothing is said). */
export interface Row {
  shapes: Shape[];
  attrs?: Attrs;
  fill?: Fill | Record<number, Fill>;
}

const row = (shapes: Shape[], attrs?: Attrs, fill?: Row['fill']): Row => ({ shapes, attrs, fill });

const sizes: Shape[] = [[1], [7], [3, 5], [16], [1025]];
const unary = sizes.map((shape) => row([shape]));
const unaryPositive = sizes.map((shape) => row([shape], {}, 'positive'));
const binary = sizes.map((shape) => row([shape, shape]));
const threefold = (attrs: Attrs, fill?: Row['fill']) =>
  sizes.map((shape) => row([shape, shape, shape], attrs, fill));

/** [outer, size, inner]: the reduced axis last, first, in the middle, and of size 1. */
const axes: Shape[] = [
  [1, 1, 1],
  [5, 7, 1],
  [1, 9, 6],
  [2, 3, 5],
  [3, 1, 4],
  [33, 130, 1],
  [2, 65, 19],
];
const reduced = axes.map((shape) => row([shape]));
const gathered = axes.map((shape) => {
  const index = [shape[0], shape[2]];
  return { shape, index };
});

const strided = (n: number[], s: number[], offset = 0): Attrs => ({
  ...Object.fromEntries(n.map((size, axis) => [`n${axis}`, size])),
  ...Object.fromEntries(s.map((step, axis) => [`s${axis}`, step])),
  offset,
});

const unit = { strideH: 1, strideW: 1, padH: 0, padW: 0, dilationH: 1, dilationW: 1, groups: 1 };

/** A convolution's shapes: x, w, y. */
const convolutions: { x: Shape; w: Shape; y: Shape; attrs: Attrs }[] = [
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
  { x: [3, 4, 18, 20], w: [6, 2, 3, 3], y: [3, 6, 18, 20], attrs: { ...unit, padH: 1, padW: 1, groups: 2 } },
  { x: [3, 5, 4, 3], w: [7, 5, 4, 3], y: [3, 7, 1, 1], attrs: unit },
  { x: [5, 6, 1, 1], w: [4, 6, 1, 1], y: [5, 4, 1, 1], attrs: { ...unit, strideH: 2 } },
  { x: [9, 4, 24, 32], w: [6, 4, 5, 5], y: [9, 6, 24, 32], attrs: { ...unit, padH: 2, padW: 2 } },
  {
    x: [5, 6, 33, 30],
    w: [4, 3, 2, 3],
    y: [5, 4, 17, 30],
    attrs: { ...unit, strideH: 2, padH: 1, padW: 1, groups: 2 },
  },
];

/** A pooling's shapes: x, y. */
const windows: { x: Shape; y: Shape; attrs: Attrs }[] = (
  [
    [[1, 1, 1, 1], [1, 1], { KH: 1, KW: 1, strideH: 1, strideW: 1, padH: 0, padW: 0 }],
    [[2, 3, 6, 4], [3, 2], { KH: 2, KW: 2, strideH: 2, strideW: 2, padH: 0, padW: 0 }],
    [[2, 3, 7, 5], [4, 6], { KH: 3, KW: 2, strideH: 2, strideW: 1, padH: 1, padW: 1 }],
    [[1, 2, 8, 9], [4, 5], { KH: 3, KW: 3, strideH: 2, strideW: 2, padH: 1, padW: 1 }],
    [[1, 2, 6, 6], [3, 3], { KH: 3, KW: 3, strideH: 2, strideW: 2, padH: 0, padW: 0 }],
    [[1, 1, 9, 9], [3, 3], { KH: 2, KW: 2, strideH: 4, strideW: 4, padH: 0, padW: 0 }],
  ] as [Shape, Shape, Attrs][]
).map(([x, [OH, OW], attrs]) => ({ x, y: [x[0], x[1], OH, OW], attrs: { ...attrs, OH, OW } }));
/** Where some image has its maxima: each inside its window. */
const positions = (x: Shape): Fill => ({ from: 'maxPool2dIndex', shapes: [x] });
const pooled = windows.map(({ x, attrs }) => row([x], attrs));
const averaged = windows.flatMap(({ x, attrs }) =>
  [1, 0].map((countPad) => row([x], { ...attrs, countPad })),
);
const spread = windows.flatMap(({ x, y, attrs }) =>
  [1, 0].map((countPad) => row([y], { ...attrs, H: x[2], W: x[3], countPad })),
);

/** x [N, C, S] of normalizations. */
const batches: Shape[] = [
  [2, 1, 1],
  [3, 4, 5],
  [6, 5, 1],
  [1, 3, 7],
  [5, 7, 33],
];
const eps = 1e-5;

/** A mixture's sizes: x [N, C, S], components, posteriors a pixel (1, or one for each channel). */
const mixtures = batches.flatMap((x) => [1, 3].flatMap((K) => [1, x[1]].map((T) => ({ x, K, T }))));
const distinct = [...new Map(mixtures.map((m) => [JSON.stringify(m), m])).values()];
const tau = ({ x: [N, , S], K, T }: { x: Shape; K: number; T: number }): Shape => [K, N, T, S];

export const table: Record<KernelName, Row[]> = {
  ...{ add: binary, sub: binary, mul: binary, exp: unary, relu: unary, reluGrad: binary },
  ...{ log: unaryPositive, sqrt: unaryPositive },
  div: sizes.map((shape) => row([shape, shape], {}, { 1: 'positive' })),
  affine: sizes.map((shape) => row([shape], { scale: -2.5, shift: 0.75 })),
  ...{ sum: reduced, argMax: reduced, logSumExp: reduced },
  gather: gathered.map(({ shape, index }) => row([shape, index], {}, { 1: { below: shape[1] } })),
  gatherGrad: gathered.map(({ shape: [, size], index }) =>
    row([index, index], { size }, { 1: { below: size } }),
  ),
  stridedCopy: [
    row([[1]], strided([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0])),
    row([[2, 3, 4]], strided([1, 1, 1, 4, 3, 2], [0, 0, 0, 1, 4, 12])),
    row([[5]], strided([1, 1, 1, 2, 3, 5], [0, 0, 0, 0, 0, 1])),
    row([[2, 3, 2, 3, 2, 3]], strided([3, 2, 2, 2, 3, 3], [1, 3, 18, 108, 36, 6])),
    row([[7, 9]], strided([1, 1, 1, 1, 3, 5], [0, 0, 0, 0, 9, 1], 20)),
    row([[33, 65]], strided([1, 1, 1, 1, 65, 33], [0, 0, 0, 0, 1, 65])),
  ],
  matmul: [
    [1, 1, 1, 1],
    [2, 3, 5, 4],
    [1, 5, 1, 7],
    [3, 1, 9, 1],
    [1, 33, 17, 65],
    [2, 16, 16, 16],
    [1, 200, 33, 150],
    [1, 150, 33, 200],
    [3, 70, 40, 80],
  ].flatMap(([batch, m, k, n]) =>
    [0, 1].flatMap((transA) =>
      [0, 1].map((transB) =>
        row([transA ? [batch, k, m] : [batch, m, k], transB ? [batch, n, k] : [batch, k, n]], {
          transA,
          transB,
        }),
      ),
    ),
  ),
  conv2d: convolutions.map(({ x, w, attrs }) => row([x, w], attrs)),
  conv2dGradInput: convolutions.map(({ x, w, y, attrs }) => row([y, w], { ...attrs, H: x[2], W: x[3] })),
  conv2dGradWeight: convolutions.map(({ x, w, y, attrs }) => row([y, x], { ...attrs, KH: w[2], KW: w[3] })),
  addBias: batches.map((x) => row([x, [x[1]]])),
  maxPool2dIndex: pooled,
  maxPool2d: windows.map(({ x, y, attrs }) => row([x, y], attrs, { 1: positions(x) })),
  maxPool2dGrad: windows.map(({ x, y, attrs }) =>
    row([y, y], { ...attrs, H: x[2], W: x[3] }, { 1: positions(x) }),
  ),
  avgPool2d: averaged,
  avgPool2dGrad: spread,
  channelMoments: batches.map((x) => row([x])),
  batchNorm: batches.map((x) => row([x, [2, x[1]], [x[1]], [x[1]]], { eps }, { 1: 'positive' })),
  batchNormGradSums: batches.map((x) => row([x, x, [2, x[1]]], { eps }, { 2: 'positive' })),
  batchNormGradInput: batches.flatMap((x) =>
    [0, 1].map((training) => row([x, x, [2, x[1]], [x[1]], [2, x[1]]], { eps, training }, { 2: 'positive' })),
  ),
  runningAverage: [1, 5].flatMap((C) =>
    [0, C].map((offset) => row([[C], [2, C]], { offset, momentum: 0.1, factor: 1.25 })),
  ),
  stack: [[1], [5], [3, 7]].map((shape) => row([shape, shape])),
  part: [row([[2, 4]], { index: 1 }), row([[3, 1, 5]], { index: 2 }), row([[1, 1]], { index: 0 })],
  mixtureLogScale: distinct.map(({ x, K, T }) =>
    row(
      [
        [K, T],
        [2, K, x[1]],
      ],
      { regCovar: 1e-4 },
      'positive',
    ),
  ),
  mixtureLogProb: distinct.map(({ x, K, T }) =>
    row([x, [K, T], [2, K, x[1]]], { regCovar: 1e-4 }, { 2: 'positive' }),
  ),
  mixturePosterior: distinct.map((m) => row([tau(m)])),
  mixtureWeights: distinct.map((m) => row([tau(m)], {}, 'positive')),
  floorWeights: distinct.map(({ K, T }) => row([[K, T]], { floor: 0.9 }, 'positive')),
  mixtureMoments: distinct.map((m) => row([m.x, tau(m)], {}, { 1: 'positive' })),
  mixtureNorm: distinct.flatMap((m) =>
    [0, 1].map((fisher) =>
      row(
        [m.x, tau(m), [m.K, m.T], [2, m.K, m.x[1]], [m.x[1]], [m.x[1]]],
        { eps, fisher },
        {
          ...{ 1: 'positive', 2: 'positive', 3: 'positive' },
        },
      ),
    ),
  ),
  mixtureNormGradSums: distinct.flatMap((m) =>
    [0, 1].map((fisher) =>
      row(
        [m.x, m.x, tau(m), [m.K, m.T], [2, m.K, m.x[1]]],
        { eps, fisher },
        {
          ...{ 2: 'positive', 3: 'positive', 4: 'positive' },
        },
      ),
    ),
  ),
  mixtureNormGradInput: distinct.flatMap((m) =>
    [0, 1].flatMap((fisher) =>
      [0, 1].map((training) =>
        row(
          [m.x, m.x, tau(m), [m.K, m.T], [2, m.K, m.x[1]], [m.x[1]], [4, m.K, m.x[1]]],
          { eps, fisher, training },
          { 2: 'positive', 3: 'positive', 4: 'positive', 6: 'positive' },
        ),
      ),
    ),
  ),
  sgdMomentum: threefold({ momentum: 0.9, gain: 0.75, decay: 0.1 }),
  sgdUpdate: [
    ...threefold({ lr: 0.1, step: 1, gain: 0, decay: 0 }),
    ...threefold({ lr: 0.1, step: 0.9, gain: 1, decay: 0.01 }),
  ],
  adamMean: binary.map(({ shapes }) => row(shapes, { beta: 0.9 })),
  adamSquare: binary.map(({ shapes }) => row(shapes, { beta: 0.999 }, { 0: 'positive' })),
  adamUpdate: threefold({ rate: 0.1, scale: 1.1, shrink: 0.01, eps: 1e-8 }, { 2: 'positive' }),
};

/** Names that the table leaves out, or has without a row. */
export function withoutRows(names: readonly string[], rows: Record<string, readonly unknown[]>): string[] {
  return names.filter((name) => !rows[name]?.length);
}
