// Layers and how they are put together.
export { Flatten, ReLU } from './activations.js';
export { BatchNorm1d, BatchNorm2d, type BatchNormLayerOptions } from './batch-norm.js';
export { Sequential } from './containers.js';
export { Conv2d, type Conv2dLayerOptions, type Size2d } from './conv.js';
export * as init from './init.js';
export { Linear, type LinearOptions } from './linear.js';
export {
  MixtureNorm1d,
  MixtureNorm2d,
  type MixtureNormLayerOptions,
  type MixtureReport,
} from './mixture-norm.js';
export { type AnyModule, type ForwardHook, Module } from './module.js';
export { buffer, type LayerOptions, parameter } from './parameters.js';
export { AvgPool2d, MaxPool2d } from './pool.js';
export { AdaptiveAvgPool2d, Upsample } from './resample.js';
export type { KeyReport, StateDict, StateEntry } from './state-dict.js';
