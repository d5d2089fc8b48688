// Layers and how they are put together.

export { BatchNorm1d, BatchNorm2d, type BatchNormLayerOptions } from './batch-norm.js';
export { AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU } from './layers.js';
export {
  MixtureNorm1d,
  MixtureNorm2d,
  type MixtureNormLayerOptions,
  type MixtureReport,
} from './mixture-norm.js';
export { Module, Sequential, type StateDict, type StateEntry } from './module.js';
export {
  buffer,
  constantParameter,
  defaultBound,
  type LayerOptions,
  uniformParameter,
} from './parameters.js';
