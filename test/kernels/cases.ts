// For every kernel the calls on which all devices must agree, made of shapes.
import type { KernelName, kernels } from '../../kernels/index.js';
import type { AttrsOf, Shape } from '../../kernels/spec.js';
import { engineShapes } from './engine-shapes.js';
import { type Convolution, type Mixture, type Row, type Shapes, shapes } from './shapes.js';

type None = Record<never, never>;
const row = <A>(shapes: Shape[], attrs: A, fill?: Row<A>['fill']): Row<A> => ({ shapes, attrs, fill });
/** A call without attributes. */
const plain = (shapes: Shape[], fill?: Row<None>['fill']): Row<None> => ({ shapes, attrs: {}, fill });

const bool = [true, false];
const eps = 1e-5;
const far = { about: 25 };
const tau = ({ x: [N, , S], K, T }: Mixture): Shape => [K, N, T, S];

/** Six shapes, the last repeated: what concat takes. */
const sixOf = (shapes: Shape[]): Shape[] =>
  Array.from({ length: 6 }, (_, i) => shapes[Math.min(i, shapes.length - 1)]);

/** The operands in both orders beside one without axes, and one of them twice. */
const threeOf = ([a, b]: Shape[]): Row<None>[] => [plain([a, b, []]), plain([b, [], a]), plain([b, a, b])];

/** A convolution and its gradients. */
export const passesOf = ({ x, w, y, attrs }: Convolution) => ({
  conv2d: row([x, w], attrs),
  conv2dGradInput: row([y, w], { ...attrs, H: x[2], W: x[3] }),
  conv2dGradWeight: row([y, x], { ...attrs, KH: w[2], KW: w[3] }),
});

/** The rows of each kernel; the compiler demands them all, with the attributes that the kernel takes. */
type Cases = { [Name in KernelName]: readonly Row<AttrsOf<(typeof kernels)[Name]>>[] };

function casesOf(shapes: Shapes): Cases {
  const { sizes, axes, windows, batches, mixtures } = shapes;
  const unary = sizes.map((shape) => plain([shape]));
  const unaryPositive = sizes.map((shape) => plain([shape], 'positive'));
  const equal = sizes.map((shape) => plain([shape, shape]));
  const threefold = <A>(attrs: A, fill?: Row<A>['fill']) =>
    sizes.map((shape) => row([shape, shape, shape], attrs, fill));
  const binary = [...equal, ...shapes.broadcast.map((operands) => plain(operands))];
  const quotients = binary.map((call) => plain(call.shapes, { 1: 'positive' }));
  const compared = binary.flatMap((call) => [call, plain(call.shapes, { below: 3 })]);
  const chosen = [...threefold({}), ...shapes.broadcast.flatMap(threeOf)];
  const bounds = [
    { min: -0.5, max: 1 },
    { min: 0.25, max: Number.POSITIVE_INFINITY },
    { min: Number.NEGATIVE_INFINITY, max: 0.25 },
  ];
  const gates = [
    { linear: 1, cubic: 0 },
    { linear: 1.6, cubic: 0.07 },
  ];
  const softness = [
    { beta: 1, threshold: 20 },
    { beta: 2.5, threshold: 1 },
  ];
  const reduced = axes.flatMap((shape) => [plain([shape]), plain([shape], far)]);
  // x [outer, size, inner] and how many entries an index takes of it
  const gathered = axes.flatMap((x) => [1, 4].map((count) => ({ x, index: [x[0], count, x[2]] })));
  const batch = batches.map((x) => ({ x, count: x[1], inner: x[2], perRow: false }));
  const standardized = [...batch, ...shapes.rows.map((rows) => ({ ...rows, perRow: true }))];
  const passes = shapes.convolutions.map(passesOf);
  return {
    add: binary,
    sub: binary,
    mul: binary,
    div: quotients,
    exp: unary,
    relu: unary,
    reluGrad: equal,
    abs: unary,
    tanh: unary,
    sigmoid: unary,
    gelu: unary,
    geluGrad: equal,
    clamp: bounds.flatMap((each) => sizes.map((shape) => row([shape], each))),
    clampGrad: bounds.flatMap((each) => equal.map((call) => row(call.shapes, each))),
    sigmoidGrad: [0, -1].flatMap((low) => equal.map((call) => row(call.shapes, { low }))),
    leakyRelu: sizes.map((shape) => row([shape], { negativeSlope: 0.2 })),
    leakyReluGrad: equal.map((call) => row(call.shapes, { negativeSlope: 0.2 })),
    elu: sizes.map((shape) => row([shape], { alpha: 1.5 })),
    eluGrad: equal.map((call) => row(call.shapes, { alpha: 1.5 })),
    sigmoidGate: gates.flatMap((gate) => sizes.map((shape) => row([shape], gate))),
    sigmoidGateGrad: gates.flatMap((gate) => equal.map((call) => row(call.shapes, gate))),
    softplus: softness.flatMap((soft) => sizes.map((shape) => row([shape], soft))),
    softplusGrad: softness.flatMap((soft) => equal.map((call) => row(call.shapes, soft))),
    compare: compared.map((call) =>
      row(call.shapes, { below: 1, equal: -0.5, above: 2, unordered: 7 }, call.fill),
    ),
    maximum: compared,
    minimum: compared,
    maximumGrad: chosen.map((call) => plain(call.shapes, { 1: { below: 3 }, 2: { below: 3 } })),
    where: chosen.map((call) => plain(call.shapes, { 0: { below: 2 } })),
    pow: binary.map((call) => plain(call.shapes, { 0: 'positive' })),
    log: unaryPositive,
    sqrt: unaryPositive,
    affine: sizes.map((shape) => row([shape], { scale: -2.5, shift: 0.75 })),
    sum: reduced,
    argMax: [...reduced, ...axes.map((shape) => plain([shape], { below: 4 }))],
    logSumExp: reduced,
    gather: gathered.map(({ x, index }) => plain([x, index], { 1: { below: x[1] } })),
    scatterSum: gathered.map(({ x: [, size], index }) =>
      row([index, index], { size }, { 1: { below: size } }),
    ),
    stridedCopy: shapes.copies.map(({ x, attrs }) => row([x], attrs)),
    pad: shapes.margins.map(({ x, attrs }) => row([x], attrs)),
    concat: shapes.parts.map((parts) => row(sixOf(parts), { parts: parts.length })),
    matmul: shapes.products.flatMap(([batch, m, k, n]) =>
      bool.flatMap((transA) =>
        bool.map((transB) =>
          row([transA ? [batch, k, m] : [batch, m, k], transB ? [batch, n, k] : [batch, k, n]], {
            transA,
            transB,
          }),
        ),
      ),
    ),
    conv2d: passes.map((pass) => pass.conv2d),
    conv2dGradInput: passes.map((pass) => pass.conv2dGradInput),
    conv2dGradWeight: passes.map((pass) => pass.conv2dGradWeight),
    maxPool2dIndex: windows.flatMap(({ x, attrs }) => [row([x], attrs), row([x], attrs, { below: 20 })]),
    maxPool2d: windows.map(({ x, y, attrs }) => row([x, y], attrs, { 1: { maximaOf: x } })),
    maxPool2dGrad: windows.map(({ x, y, attrs }) =>
      row([y, y], { ...attrs, H: x[2], W: x[3] }, { 1: { maximaOf: x } }),
    ),
    avgPool2d: windows.flatMap(({ x, attrs }) => bool.map((countPad) => row([x], { ...attrs, countPad }))),
    avgPool2dGrad: windows.flatMap(({ x, y, attrs }) =>
      bool.map((countPad) => row([y], { ...attrs, H: x[2], W: x[3], countPad })),
    ),
    resample2d: shapes.resamplings.flatMap(({ x, size: [OH, OW] }) =>
      bool.map((nearest) => row([x], { OH, OW, nearest })),
    ),
    resample2dGrad: shapes.resamplings.flatMap(({ x: [N, C, H, W], size: [OH, OW] }) =>
      bool.map((nearest) => row([[N, C, OH, OW]], { OH, OW, H, W, nearest })),
    ),
    rowMoments: batches.flatMap((x) => [plain([x]), plain([x], far)]),
    standardize: standardized.map(({ x, count, inner }) =>
      row([x, [2, x[1]], [count], [count]], { inner, eps }, { 1: 'positive' }),
    ),
    standardizeGradAffine: standardized.map(({ x, count, inner }) =>
      row([x, x, [2, x[1]]], { count, inner, eps }, { 2: 'positive' }),
    ),
    standardizeGradRows: standardized.map(({ x, count, inner }) =>
      row([x, x, [2, x[1]], [count]], { inner, eps }, { 2: 'positive' }),
    ),
    standardizeGradInput: standardized.flatMap(({ x, count, inner, perRow }) =>
      bool.map((training) =>
        row([x, x, [2, x[1]], [count], [2, x[1]]], { inner, eps, training, perRow }, { 2: 'positive' }),
      ),
    ),
    runningAverage: shapes.channels.flatMap((C) =>
      [0, C].map((offset) => row([[C], [2, C]], { offset, momentum: 0.1, factor: 1.25 })),
    ),
    mixtureLogScale: mixtures.map(({ x, K, T }) =>
      row(
        [
          [K, T],
          [2, K, x[1]],
        ],
        { regCovar: 1e-4 },
        'positive',
      ),
    ),
    mixtureLogProb: mixtures.map(({ x, K, T }) =>
      row([x, [K, T], [2, K, x[1]]], { regCovar: 1e-4 }, { 2: 'positive' }),
    ),
    mixturePosterior: mixtures.map((m) => plain([tau(m)])),
    mixtureWeights: mixtures.map((m) => plain([tau(m)], 'positive')),
    floorWeights: mixtures.map(({ K, T }) => row([[K, T]], { floor: 0.9 }, 'positive')),
    mixtureMoments: mixtures.map((m) => plain([m.x, tau(m)], { 1: 'positive' })),
    mixtureNorm: mixtures.flatMap((m) =>
      bool.map((fisher) =>
        row(
          [m.x, tau(m), [m.K, m.T], [2, m.K, m.x[1]], [m.x[1]], [m.x[1]]],
          { eps, fisher },
          { 1: 'positive', 2: 'positive', 3: 'positive' },
        ),
      ),
    ),
    mixtureNormGradSums: mixtures.flatMap((m) =>
      bool.map((fisher) =>
        row(
          [m.x, m.x, tau(m), [m.K, m.T], [2, m.K, m.x[1]]],
          { eps, fisher },
          { 2: 'positive', 3: 'positive', 4: 'positive' },
        ),
      ),
    ),
    mixtureNormGradInput: mixtures.flatMap((m) =>
      bool.flatMap((fisher) =>
        bool.map((training) =>
          row(
            [m.x, m.x, tau(m), [m.K, m.T], [2, m.K, m.x[1]], [m.x[1]], [4, m.K, m.x[1]]],
            { eps, fisher, training },
            { 2: 'positive', 3: 'positive', 4: 'positive', 6: 'positive' },
          ),
        ),
      ),
    ),
    mixtureNormGradPosterior: mixtures.map(({ x, K, T }) => {
      const each = [K, x[1]];
      return plain([x, x, [2, ...each], each, each, each, [K, T]]);
    }),
    movingMean: [0, 0.1].flatMap((decay) => threefold({ keep: 0.9, take: 0.75, decay })),
    movingSquare: [0, 0.1].flatMap((decay) => threefold({ keep: 0.999, decay }, { 0: 'positive' })),
    sgdUpdate: [
      ...threefold({ lr: 0.1, step: 1, gain: 0, decay: 0 }),
      ...threefold({ lr: 0.1, step: 0.9, gain: 1, decay: 0.01 }),
    ],
    adamUpdate: threefold({ rate: 0.1, scale: 1.1, shrink: 0.01, eps: 1e-8 }, { 2: 'positive' }),
    rmspropMomentum: sizes.flatMap((shape) =>
      [0, 0.9].map((factor) =>
        row(
          [shape, shape, shape, shape, shape],
          { momentum: factor, decay: factor, center: 0.01 * factor, eps: 1e-3 },
          { 3: 'positive' },
        ),
      ),
    ),
    absPower: [1, 2, 3, 0.5].flatMap((p) => sizes.map((shape) => row([shape], { p }))),
    clipValue: sizes.map((shape) => row([shape], { limit: 0.5 })),
  };
}

/** What all devices run. */
export const kernelCases = casesOf(shapes);
/** What the engine runs besides. */
export const engineCases = casesOf(engineShapes);
