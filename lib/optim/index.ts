// The optimizers, clipping, and schedules of learning rates.
export { Adam, type AdamOptions, AdamW, type AdamWOptions } from './adam.js';
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from './clip.js';
export type { ParamGroup, ParamGroupOptions, Params } from './groups.js';
export { OneCycleLR, type OneCycleLROptions } from './one-cycle.js';
export { Optimizer } from './optimizer.js';
export { RMSprop, type RMSpropOptions } from './rmsprop.js';
export { LRScheduler, type SchedulerState } from './scheduler.js';
export {
  CosineAnnealingLR,
  type CosineAnnealingLROptions,
  LinearLR,
  type LinearLROptions,
  MultiStepLR,
  type MultiStepLROptions,
  StepLR,
  type StepLROptions,
} from './schedules.js';
export { SequentialLR, type SequentialLROptions } from './sequential.js';
export { SGD, type SGDOptions } from './sgd.js';
export type { OptimizerState, SavedSlots } from './state.js';
