// The engine's exports: every kernel reads flat f32 arrays and writes one.
export { heapBase } from './memory';
export { matmul, matmulScratch } from './matmul';
export { conv2d, conv2dGradInput, conv2dGradInputScratch, conv2dScratch } from './conv';
export { conv2dGradWeight, conv2dGradWeightScratch } from './conv_weight';
export { add, affine, div, exp, log, mul, relu, reluGrad, sqrt, sub } from './elementwise';
export { part, stack, stridedCopy } from './movement';
export { argMax, sum } from './reduce';
export { gather, gatherGrad, logSumExp } from './loss';
export { avgPool2d, avgPool2dGrad, maxPool2d, maxPool2dGrad, maxPool2dIndex } from './pool';
export { batchNorm, batchNormGradInput, batchNormGradSums, batchNormScratch } from './normalization';
export { channelMoments, runningAverage } from './normalization';
export { floorWeights, mixtureLogProb, mixtureLogScale, mixtureMoments, mixturePosterior } from './mixture';
export { mixtureScratch, mixtureWeights } from './mixture';
export { mixtureNorm, mixtureNormGradInput, mixtureNormGradSums } from './mixture_norm';
export { adamMean, adamSquare, adamUpdate, sgdMomentum, sgdUpdate } from './optim';
