// Layers and how they are put together.
export {
  ELU,
  Flatten,
  GELU,
  Identity,
  LeakyReLU,
  ReLU,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
} from './activations.js';
export {
  BatchNorm1d,
  BatchNorm2d,
  type BatchNormLayerOptions,
} from './batch-norm.js';
export { ModuleList, Sequential } from './containers.js';
export {
  Conv2d,
  type Conv2dLayerOptions,
  ConvTranspose2d,
  type ConvTranspose2dLayerOptions,
  type Size2d,
} from './conv.js';
export { Dropout, Dropout2d, type DropoutLayerOptions } from './dropout.js';
export { GhostBatchNorm2d, type GhostBatchNormOptions } from './ghost-batch-norm.js';
export * as init from './init.js';
export { InstanceNorm1d, InstanceNorm2d, type InstanceNormOptions } from './instance-norm.js';
export { Linear, type LinearOptions } from './linear.js';
export {
  MixtureNorm1d,
  MixtureNorm2d,
  type MixtureReport,
} from './mixture-norm.js';
export type { MixtureNormLayerOptions } from './mixture-options.js';
export { ModeNorm1d, ModeNorm2d, type ModeNormLayerOptions } from './mode-norm.js';
export { type AnyModule, type ForwardHook, Module } from './module.js';
export { buffer, type LayerOptions, parameter } from './parameters.js';
export { AvgPool2d, MaxPool2d } from './pool.js';
export { updateRunningStats } from './precise.js';
export { AdaptiveAvgPool2d, Upsample } from './resample.js';
export { GroupNorm, type GroupNormOptions, LayerNorm, type LayerNormOptions } from './sample-norm.js';
export { Softmax } from './softmax.js';
export type { KeyReport, StateDict, StateEntry } from './state-dict.js';
