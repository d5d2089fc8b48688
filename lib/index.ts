// The public entry of mixgrad.
import './methods.js';

export { kernel } from '../kernels/checked-kernel.js';
export type { Device, DeviceMemory } from '../kernels/devices/device.js';
export {
  type Convolution,
  convolutions,
  type DeviceName,
  deviceNames,
  openDevice,
  type WasmOptions,
} from '../kernels/devices/index.js';
export { type KernelName, kernels } from '../kernels/index.js';
export { elementwise, type Flat, type Kernel, type Plan, type Thread } from '../kernels/spec.js';
export { DataLoader, type DataLoaderOptions, type DataSource } from './data/loader.js';
export * from './errors.js';
export {
  type FisherInformationOptions,
  type FisherParts,
  fisherInformation,
  fisherVector,
  mixtureLogProb,
  mixtureScore,
} from './fisher.js';
export {
  GradcheckError,
  type GradcheckOptions,
  type GradcheckResult,
  gradcheck,
  gradgradcheck,
} from './gradcheck.js';
export { type CheckpointParts, type HasState, loadCheckpoint, saveCheckpoint } from './io/checkpoint.js';
export { loadNpy, type NpyOptions, saveNpy } from './io/npy.js';
export { exportOnnx, type OnnxOptions } from './io/onnx.js';
export { loadSafetensors, type Safetensors, saveSafetensors } from './io/safetensors.js';
export * from './nn/index.js';
export * from './ops/index.js';
export * from './optim/index.js';
export { createRandom, defaultRandom, manualSeed, type Random, type RandomState } from './random.js';
export type { Shape } from './shape.js';
export { detectAnomaly } from './tape/anomaly.js';
export { type BackwardOptions, backward } from './tape/backward.js';
export { run } from './tape/checked-run.js';
export { type GradOptions, grad, type Tensors } from './tape/grad.js';
export { Tape, type TapeLine, tape } from './tape/listing.js';
export { defineOp, type OpDefinition, type Result, type RuleContext, type Rules } from './tape/op.js';
export { hessianVectorProduct, jvp } from './tape/products.js';
export { isGradEnabled, noGrad } from './tape/scope.js';
export { full, type NestedNumbers, ones, type TensorOptions, tensor, zeros } from './tensor/create.js';
export { currentDevice, setDevice } from './tensor/device.js';
export { type GradientHook, Tensor } from './tensor/tensor.js';
