// Every operation.
export { type Conv2dOptions, conv2d } from './conv.js';
export { type ConvTranspose2dOptions, convTranspose2d } from './conv-transpose.js';
export { add, div, exp, log, mul, neg, type Operand, relu, sqrt, sub } from './elementwise.js';
export { type CrossEntropyOptions, crossEntropy, type Reduction } from './loss.js';
export { matmul } from './matmul.js';
export {
  type EmOptions,
  type EmResult,
  emFit,
  type Mixture,
  type MixtureNormOptions,
  mixtureNorm,
  type Posterior,
} from './mixture/norm.js';
export { expand, permute, reshape } from './movement.js';
export { type BatchNormOptions, batchNorm } from './normalization.js';
export { type AvgPool2dOptions, avgPool2d, maxPool2d, type Pool2dOptions } from './pool.js';
export { argMax, logSoftmax, logSumExp, max, mean, type ReduceOptions, sum, take } from './reduce.js';
