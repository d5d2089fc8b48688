// The wasm device's table: which engine function computes a kernel, the numbers it takes, how its work is divided.
import type { KernelName } from '../../index.js';

/** Looks a number of the plan up by name; `length` is the output's number of elements. */
export type Lookup = (name: string) => number;

/** An engine function with the kernel's name: called with the output, the inputs, these numbers and scratch. */
export interface Native {
  /** Names of the plan's whole and real numbers, in order. */
  numbers: readonly string[];
  /** The engine function that tells the bytes of scratch memory, and the numbers it takes. */
  scratch?: { size: string; numbers: readonly string[] };
  /** How threads share the work; without it the call is one job. */
  split?: Split;
}

/**
 * Work that falls into independent units, such as the images of a batch. Either every job gets pointers to its
 * units and their number in place of `over`, or, `ranged`, the engine function takes two more numbers: the first
 * unit and how many.
 */
export type Split =
  | { ranged: false; over: string; moved: readonly number[] }
  | { ranged: true; total: (number: Lookup) => number };

const words = (list: string) => list.split(' ');

/** A native that runs as one job. */
const single = (numbers: string, size?: string, sizeNumbers = numbers): Native => ({
  numbers: words(numbers),
  ...(size && { scratch: { size, numbers: words(sizeNumbers) } }),
});

/** A native whose jobs are shorter arrays: the output and the inputs in `moved` begin further on. */
const moving = (over: string, moved: readonly number[], native: Native): Native => ({
  ...native,
  split: { ranged: false, over, moved },
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

const flat = (inputs: number) => moving('length', [0, 1, 2].slice(0, inputs), single('length'));
const axis = single('outer size inner');
const conv = 'N C H W O KH KW OH OW strideH strideW padH padW dilationH dilationW groups';
const window = 'planes H W OH OW KH KW strideH strideW padH padW';
const mixture = 'N C S K T';
const mixtureScratch = ['mixtureScratch', 'K C'] as const;

/** Every kernel: native, or 'fallback' for the interpreted body. */
export const natives: Readonly<Record<KernelName, Native | 'fallback'>> = {
  ...{ add: flat(2), sub: flat(2), mul: flat(2), div: flat(2), affine: flat(1) },
  ...{ exp: flat(1), log: flat(1), sqrt: flat(1), relu: flat(1), reluGrad: flat(2) },
  ...{ argMax: axis, logSumExp: axis, gather: axis, gatherGrad: axis },
  sum: moving('outer', [0], axis),
  stridedCopy: single('offset n0 n1 n2 n3 n4 n5 s0 s1 s2 s3 s4 s5'),
  matmul: ranged(
    productPanels,
    single('batch m n k aBatch aRow aCol bBatch bRow bCol', 'matmulScratch', 'm n k'),
  ),
  conv2d: moving('N', [0], single(conv, 'conv2dScratch')),
  conv2dGradInput: moving('N', [0], single(conv, 'conv2dGradInputScratch')),
  conv2dGradWeight: ranged(tapPanels, single(conv, 'conv2dGradWeightScratch')),
  addBias: moving('N', [0], single('N C S')),
  maxPool2dIndex: moving('planes', [0], single(window, 'maxPool2dIndexScratch', 'W OW KW strideW padW')),
  maxPool2d: moving('planes', [0, 1], single('planes pixels cells')),
  maxPool2dGrad: moving('planes', [0, 1], single('planes pixels cells')),
  avgPool2d: moving('planes', [0], single(`${window} countPad`)),
  avgPool2dGrad: moving('planes', [0], single(`${window} countPad`)),
  channelMoments: ranged('C', single('N C S')),
  batchNorm: moving('N', [0], single('N C S eps')),
  batchNormGradSums: ranged('C', single('N C S eps', 'batchNormScratch', 'C')),
  batchNormGradInput: ranged('N', single('N C S eps training')),
  runningAverage: single('length offset'),
  stack: single('size'),
  part: single('length offset'),
  mixtureLogScale: single('C K T regCovar'),
  mixtureLogProb: ranged('N', single(`${mixture} regCovar`)),
  mixturePosterior: ranged('size', single('K size')),
  mixtureWeights: single('N S K T'),
  floorWeights: single('K T floor'),
  mixtureMoments: ranged('C', single(mixture, ...mixtureScratch)),
  mixtureNorm: ranged('N', single(`${mixture} eps fisher`, ...mixtureScratch)),
  mixtureNormGradSums: ranged('C', single(`${mixture} eps fisher`, ...mixtureScratch)),
  mixtureNormGradInput: ranged('N', single(`${mixture} eps fisher training`, ...mixtureScratch)),
  ...{
    sgdMomentum: flat(3),
    sgdUpdate: flat(3),
    adamMean: flat(2),
    adamSquare: flat(2),
    adamUpdate: flat(3),
  },
};
