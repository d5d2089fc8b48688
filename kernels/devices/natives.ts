// The wasm device's table: which engine function computes a kernel, and the numbers it takes.
import type { KernelName } from '../index.js';

/** An engine function with the kernel's name: called with the output, the inputs, these numbers and scratch. */
export interface Native {
  /** Names of the plan's whole and real numbers, in order; `length` is the output's number of elements. */
  numbers: readonly string[];
  /** The engine function that tells the bytes of scratch memory, and the numbers it takes. */
  scratch?: { size: string; numbers: readonly string[] };
}

const words = (list: string) => list.split(' ');

const native = (numbers: string, size?: string, sizeNumbers = numbers): Native => ({
  numbers: words(numbers),
  ...(size && { scratch: { size, numbers: words(sizeNumbers) } }),
});

const flat = native('length');
const axis = native('outer size inner');
const conv = 'N C H W O KH KW OH OW strideH strideW padH padW dilationH dilationW groups';
const window = 'planes H W OH OW KH KW strideH strideW padH padW';
const mixture = 'N C S K T';

/** Every kernel: native, or 'fallback' for the interpreted body. */
export const natives: Readonly<Record<KernelName, Native | 'fallback'>> = {
  ...{ add: flat, sub: flat, mul: flat, div: flat, affine: flat },
  ...{ exp: flat, log: flat, sqrt: flat, relu: flat, reluGrad: flat },
  ...{ sum: axis, argMax: axis, logSumExp: axis, gather: axis, gatherGrad: axis },
  stridedCopy: native('offset n0 n1 n2 n3 n4 n5 s0 s1 s2 s3 s4 s5'),
  matmul: native('batch m n k aBatch aRow aCol bBatch bRow bCol', 'matmulScratch', 'm n k'),
  conv2d: native(conv, 'conv2dScratch'),
  conv2dGradInput: native(conv, 'conv2dGradInputScratch'),
  conv2dGradWeight: native(conv, 'conv2dGradWeightScratch'),
  maxPool2dIndex: native(window),
  maxPool2d: native('planes pixels cells'),
  maxPool2dGrad: native('planes pixels cells'),
  avgPool2d: native(`${window} countPad`),
  avgPool2dGrad: native(`${window} countPad`),
  channelMoments: native('N C S'),
  batchNorm: native('N C S eps'),
  batchNormGradSums: native('N C S eps', 'batchNormScratch', 'C'),
  batchNormGradInput: native('N C S eps training'),
  runningAverage: native('length offset'),
  stack: native('size'),
  part: native('length offset'),
  mixtureLogScale: native('C K T regCovar'),
  mixtureLogProb: native(`${mixture} regCovar`),
  mixturePosterior: native('K size'),
  mixtureWeights: native('N S K T'),
  floorWeights: native('K T floor'),
  mixtureMoments: native(mixture, 'mixtureScratch', 'K C'),
  mixtureNorm: native(`${mixture} eps fisher`, 'mixtureScratch', 'K C'),
  mixtureNormGradSums: native(`${mixture} eps fisher`, 'mixtureScratch', 'K C'),
  mixtureNormGradInput: native(`${mixture} eps fisher training`, 'mixtureScratch', 'K C'),
  ...{ sgdMomentum: flat, sgdUpdate: flat, adamMean: flat, adamSquare: flat, adamUpdate: flat },
};
