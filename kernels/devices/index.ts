// Opens devices by name, and chooses one where the user did not.
import { DeviceError } from '../errors.js';
import type { Device } from './device.js';
import { openGpujs } from './gpujs.js';
import { openReference } from './reference.js';
import type { WasmOptions } from './wasm/device.js';
import { openWasm, openWasmSync } from './wasm/open.js';
import { hasHardwareWebgpu, openWebgpu } from './webgpu.js';

export type { WasmOptions } from './wasm/device.js';
export { type Convolution, convolutions } from './wasm/jobs/winograd.js';

/** What openDevice and chooseDevice take. */
export const deviceNames = [
  'auto',
  'wasm',
  'reference',
  'gpujs-cpu',
  'gpujs-webasm',
  'gpujs-webgpu',
] as const;
export type DeviceName = (typeof deviceNames)[number];

/** A device, and why it is this one. */
export interface DeviceChoice {
  device: Device;
  reason: string;
}

/** Opens the named device; 'auto' takes WebGPU where a GPU answers, else wasm, else GPU.js in JavaScript. */
export async function chooseDevice(
  name: DeviceName = 'auto',
  options: WasmOptions = {},
): Promise<DeviceChoice> {
  if (name !== 'auto') return { device: await openDevice(name, options), reason: 'asked for' };
  if (await hasHardwareWebgpu())
    return { device: await openWebgpu(), reason: 'a GPU answers through WebGPU' };
  try {
    return { device: await openWasm(options), reason: 'no GPU answers through WebGPU' };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return { device: openGpujs('cpu'), reason: error.message };
  }
}

/** Opens a device by name; the options are the wasm device's. @throws DeviceError where it is not to be had, saying why. */
export async function openDevice(name: DeviceName, options: WasmOptions = {}): Promise<Device> {
  switch (name) {
    case 'auto':
      return (await chooseDevice('auto', options)).device;
    case 'wasm':
      return openWasm(options);
    case 'reference':
      return openReference();
    case 'gpujs-cpu':
      return openGpujs('cpu');
    case 'gpujs-webasm':
      return openGpujs('webasm');
    case 'gpujs-webgpu':
      return openWebgpu();
    default:
      throw new DeviceError(`no device named '${name}', expected one of ${deviceNames.join(', ')}`);
  }
}

/** The device of new tensors before any is chosen: the one that opens without waiting. */
export function defaultDevice(): Device {
  return openWasmSync();
}
