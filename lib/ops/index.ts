// Every operation. A family whose file exports nothing else is passed on whole.
export {
  type EluOptions,
  elu,
  type GeluOptions,
  gelu,
  type LeakyReluOptions,
  leakyRelu,
  type SoftplusOptions,
  sigmoid,
  silu,
  softplus,
  tanh,
} from './activations.js';
export * from './axes.js';
export { type BatchNormOptions, batchNorm, ghostBatchNorm } from './batch-norm.js';
export { type Axes, expand, type ReduceOptions, sum } from './broadcast.js';
export * from './compare.js';
export {
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  conv2d,
  convTranspose2d,
  type Pair,
} from './conv.js';
export { type DropoutOptions, dropout, dropout2d } from './dropout.js';
export * from './elementwise.js';
export * from './indexing.js';
export * from './joining.js';
export * from './loss.js';
export * from './matmul.js';
export { type EmOptions, type EmResult, emFit } from './mixture/em.js';
export type { Mixture, Posterior } from './mixture/mixture.js';
export {
  MIXTURE_DEFAULTS,
  type MixtureGradient,
  type MixtureNormOptions,
  mixtureNorm,
} from './mixture/norm.js';
export { type ModeNormOptions, modeNorm } from './mode-norm.js';
export * from './movement.js';
export { groupNorm, instanceNorm, layerNorm, type NormOptions } from './normalization.js';
export type { Operand } from './operands.js';
export * from './pad.js';
export * from './pointwise-loss.js';
export { type AvgPool2dOptions, avgPool2d, maxPool2d, type Pool2dOptions } from './pool.js';
export * from './power.js';
export * from './reduce.js';
export type { LossOptions, Reduction } from './reduction.js';
export { adaptiveAvgPool2d, globalAvgPool2d, type UpsampleOptions, upsample } from './resample.js';
