// The engine's exports: every kernel reads flat f32 arrays and writes one. A family whose file exports nothing else is
// passed on whole.
export { heapBase } from './memory';
export { matmul, matmulScratch } from './matmul';
export { conv2d, conv2dGradInput, conv2dGradInputScratch, conv2dScratch } from './conv';
export { conv2dGradWeight, conv2dGradWeightImages, conv2dGradWeightScratch } from './conv/weight';
export * from './elementwise';
export * from './choose';
export * from './activations';
export * from './movement';
export * from './reduce';
export { areFinite } from './rows';
export * from './indexing';
export * from './pool';
export * from './resample';
export { rowMoments, runningAverage, standardize } from './normalization';
export { standardizeGradAffine, standardizeScratch } from './normalization/affine';
export { standardizeGradInput, standardizeGradRows } from './normalization/gradient';
export { mixtureLogProb, mixtureLogScale, mixtureMoments, mixtureScratch } from './mixture';
export { floorWeights, mixturePosterior, mixtureWeights } from './mixture/posterior';
export { mixtureNorm, mixtureNormGradInput, mixtureNormGradSums } from './mixture/norm';
export { mixtureNormGradPosterior } from './mixture/slopes';
export * from './optim';
export { winogradBlocks } from './winograd/blocks';
export { winogradWeightRows, winogradWeightSums, winogradWeightTiles } from './winograd/weight';
export { winogradFilters } from './winograd/filters';
export { winogradFits, winogradGroups, winogradJobs, winogradScratch, winogradShared } from './winograd/jobs';
