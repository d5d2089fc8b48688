// Every operation. A family whose file exports nothing else is passed on whole.
export * from './axes.js';
export { type Axes, expand, type ReduceOptions, sum } from './broadcast.js';
export {
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  conv2d,
  convTranspose2d,
  type Pair,
} from './conv.js';
export * from './elementwise.js';
export * from './indexing.js';
export * from './joining.js';
export * from './loss.js';
export * from './matmul.js';
export { type EmOptions, type EmResult, emFit } from './mixture/em.js';
export type { Mixture, Posterior } from './mixture/mixture.js';
export { MIXTURE_DEFAULTS, type MixtureNormOptions, mixtureNorm } from './mixture/norm.js';
export * from './movement.js';
export {
  type BatchNormOptions,
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  type NormOptions,
} from './normalization.js';
export * from './pad.js';
export { type AvgPool2dOptions, avgPool2d, maxPool2d, type Pool2dOptions } from './pool.js';
export * from './reduce.js';
export * from './resample.js';
