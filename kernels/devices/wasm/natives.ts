// The wasm device's table: which engine function computes a kernel, the constants it takes, how its work is divided.
import type { KernelName } from '../../index.js';
import { type AnyKernel, isOurs } from '../../spec.js';

/** Looks a constant of the plan up by name; `length` is the output's number of elements. */
export type Lookup = (name: string) => number;

/** An engine function with the kernel's name: called with the output, the inputs, these constants and scratch. */
export interface Native {
  /** Names of the plan's constants, integers and real numbers, in order. */
  constants: readonly string[];
  /** The engine function that tells the bytes of scratch memory, and the constants it takes. */
  scratch?: { size: string; constants: readonly string[] };
  /** How threads share the work; without it the call is one job. */
  split?: Split;
}

/**
 * Work that falls into independent units, such as the images of a batch. Either it is sliced: every job gets pointers into
 * the output and into the inputs listed in `sliced`, and the number of its units in place of `over`. Or, `ranged`, the
 * engine function takes two more arguments: the first unit and how many.
 */
export type Split =
  | { ranged: false; over: string; sliced: readonly number[] }
  | { ranged: true; total: (number: Lookup) => number };

const words = (list: string) => list.split(' ');

/** A native that runs as one job. */
const whole = (constants: string, size?: string, sizeConstants = constants): Native => ({
  constants: words(constants),
  ...(size && { scratch: { size, constants: words(sizeConstants) } }),
});

/** A native that is split by slicing the output and some inputs. */
const sliced = (over: string, inputs: readonly number[], native: Native): Native => ({
  ...native,
  split: { ranged: false, over, sliced: inputs },
});

/** A native that takes the range of its job. */
const ranged = (total: string | ((number: Lookup) => number), native: Native): Native => ({
  ...native,
  split: { ranged: true, total: typeof total === 'string' ? (number) => number(total) : total },
});

/** Panels of eight taps. */
const tapPanels = (number: Lookup) => Math.ceil((number('CG') * number('KH') * number('KW')) / 8);

/** Panels of six rows of every product of a batch, or of eight columns where it is wider than high. */
const productPanels = (number: Lookup) => {
  const [batch, m, n] = [number('batch'), number('m'), number('n')];
  return batch * (m >= n ? Math.ceil(m / 6) : Math.ceil(n / 8));
};

/** Rows of a strided copy. */
const rowsOfCopy = (number: Lookup) =>
  ['n0', 'n1', 'n2', 'n3', 'n4'].reduce((rows, name) => rows * number(name), 1);

/** Rows of all planes with their margins. */
const rowsOfPlanes = (number: Lookup) => number('outer') * number('height');

const unary = sliced('length', [0], whole('length'));
const flat = (inputs: number) => sliced('length', [0, 1, 2, 3, 4].slice(0, inputs), whole('length'));
const operands = 'columns rows n a0 a1 a2 a3 b0 b1 b2 b3';
const binary = ranged('length', whole(operands));
const choose = ranged('length', whole(operands, 'chooseScratch', 'columns'));
const choose3 = ranged('length', whole(`${operands} c0 c1 c2 c3`, 'chooseScratch', 'columns'));
const axis = whole('outer size inner');
const conv = 'N C H W O KH KW OH OW strideH strideW padH padW dilationH dilationW groups';
const window = 'planes H W OH OW KH KW strideH strideW padH padW';
const resampled = 'planes H W OH OW ratioH perH ratioW perW nearest';
const rows = 'N R S count inner eps';
const rowsOfMemory = (number: Lookup) => number('N') * number('R');
const mixture = 'N C S K T';
const mixtureScratch = ['mixtureScratch', 'K C'] as const;

/** The kernels that the engine computes. Of every other kernel the body is interpreted, many times slower. */
export const natives: Readonly<Partial<Record<KernelName, Native>>> = {
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  affine: unary,
  exp: unary,
  log: unary,
  sqrt: unary,
  relu: unary,
  reluGrad: flat(2),
  pow: choose,
  compare: choose,
  maximum: choose,
  minimum: choose,
  maximumGrad: choose3,
  where: choose3,
  abs: unary,
  clamp: unary,
  clampGrad: flat(2),
  tanh: unary,
  sigmoid: unary,
  sigmoidGrad: flat(2),
  leakyRelu: unary,
  leakyReluGrad: flat(2),
  elu: unary,
  eluGrad: flat(2),
  sigmoidGate: unary,
  sigmoidGateGrad: flat(2),
  gelu: unary,
  geluGrad: flat(2),
  softplus: unary,
  softplusGrad: flat(2),
  sum: sliced('outer', [0], axis),
  logSumExp: axis,
  argMax: axis,
  gather: sliced('outer', [0, 1], whole('outer size count inner')),
  scatterSum: sliced('outer', [0, 1], whole('outer size count inner')),
  stridedCopy: ranged(rowsOfCopy, whole('offset n1 n2 n3 n4 n5 s0 s1 s2 s3 s4 s5')),
  pad: ranged(rowsOfPlanes, whole('rows columns height width top left')),
  concat: whole('outer inner n0 n1 n2 n3 n4 n5'),
  matmul: ranged(
    productPanels,
    whole('batch m n k aBatch aRow aCol bBatch bRow bCol', 'matmulScratch', 'm n k'),
  ),
  conv2d: sliced('N', [0], whole(conv, 'conv2dScratch')),
  conv2dGradInput: sliced('N', [0], whole(conv, 'conv2dGradInputScratch')),
  conv2dGradWeight: ranged(tapPanels, whole(conv, 'conv2dGradWeightScratch')),
  maxPool2dIndex: sliced('planes', [0], whole(window, 'maxPool2dIndexScratch', 'W OW KW strideW padW')),
  maxPool2d: sliced('planes', [0, 1], whole('planes pixels cells')),
  maxPool2dGrad: sliced('planes', [0, 1], whole('planes pixels cells')),
  avgPool2d: sliced('planes', [0], whole(`${window} countPad`)),
  avgPool2dGrad: sliced('planes', [0], whole(`${window} countPad`)),
  resample2d: sliced('planes', [0], whole(resampled)),
  resample2dGrad: sliced('planes', [0], whole(resampled)),
  rowMoments: ranged('R', whole('N R S')),
  standardize: ranged(rowsOfMemory, whole(rows)),
  standardizeGradAffine: ranged('count', whole(rows, 'standardizeScratch', 'count')),
  standardizeGradRows: ranged('R', whole(rows)),
  standardizeGradInput: ranged(rowsOfMemory, whole(`${rows} training perRow`)),
  runningAverage: whole('length offset'),
  mixtureLogScale: whole('C K T regCovar'),
  mixtureLogProb: ranged('N', whole(`${mixture} regCovar`)),
  mixturePosterior: ranged('size', whole('K size')),
  mixtureWeights: whole('N S K T'),
  floorWeights: whole('K T floor'),
  mixtureMoments: ranged('C', whole(mixture, ...mixtureScratch)),
  mixtureNorm: ranged('N', whole(`${mixture} eps fisher`, ...mixtureScratch)),
  mixtureNormGradSums: ranged('C', whole(`${mixture} eps fisher`, ...mixtureScratch)),
  mixtureNormGradInput: ranged('N', whole(`${mixture} eps fisher training`, ...mixtureScratch)),
  mixtureNormGradPosterior: ranged('N', whole(mixture)),
  movingMean: flat(3),
  movingSquare: flat(3),
  sgdUpdate: flat(3),
  adamUpdate: flat(3),
  rmspropMomentum: flat(5),
  absPower: unary,
  clipValue: unary,
};

/** The native of a kernel; undefined for one whose body is interpreted, which every kernel made elsewhere is. */
export function nativeOf(kernel: AnyKernel): Native | undefined {
  return isOurs(kernel) ? natives[kernel.name as KernelName] : undefined;
}

/** The names of the engine functions that the table calls. */
export function nativeNames(): string[] {
  return Object.entries(natives).flatMap(([name, { scratch }]) => (scratch ? [name, scratch.size] : [name]));
}
