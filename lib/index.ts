// The public entry of mixgrad.
import './methods.js';

export type { Device, DeviceMemory } from '../kernels/devices/device.js';
export {
  type Convolution,
  chooseDevice,
  convolutions,
  type DeviceChoice,
  type DeviceName,
  deviceNames,
  openDevice,
  type WasmOptions,
} from '../kernels/devices/index.js';
export * from './errors.js';
export { GradcheckError, type GradcheckOptions, type GradcheckResult, gradcheck } from './gradcheck.js';
export { loadSafetensors, type Safetensors, saveSafetensors } from './io/safetensors.js';
export * from './nn/index.js';
export * from './ops/index.js';
export * from './optim/index.js';
export { createRandom, type Random, type RandomState, restoreRandom } from './random.js';
export type { Shape } from './shape.js';
export { detectAnomaly } from './tape/anomaly.js';
export { type BackwardOptions, backward } from './tape/backward.js';
export { Tape, type TapeLine, tape } from './tape/listing.js';
export { isGradEnabled, noGrad } from './tape/tape.js';
export { currentDevice, setDevice } from './tensor/device.js';
export {
  full,
  type NestedNumbers,
  ones,
  Tensor,
  type TensorOptions,
  tensor,
  zeros,
} from './tensor/tensor.js';
