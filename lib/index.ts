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
export { detectAnomaly } from './anomaly.js';
export { type BackwardOptions, backward } from './backward.js';
export { currentDevice, setDevice } from './device.js';
export * from './errors.js';
export { GradcheckError, type GradcheckOptions, type GradcheckResult, gradcheck } from './gradcheck.js';
export * from './nn/index.js';
export * from './ops/index.js';
export * from './optim/index.js';
export { Tape, type TapeLine, tape } from './print.js';
export { createRandom, type Random, type RandomState, restoreRandom } from './random.js';
export { loadSafetensors, type Safetensors, saveSafetensors } from './serialize.js';
export type { Shape } from './shape.js';
export { isGradEnabled, noGrad } from './tape.js';
export { full, type NestedNumbers, ones, Tensor, type TensorOptions, tensor, zeros } from './tensor.js';
