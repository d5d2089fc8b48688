// Opens devices by name, and chooses one where the user did not.
import { DeviceError } from '../../lib/errors.js';
import type { Device } from './device.js';
import { openGpujs } from './gpujs.js';
import { openReference } from './reference.js';
import { hasHardwareWebgpu, openWebgpu } from './webgpu.js';

/** The devices there are, and 'auto'. */
export const deviceNames = ['auto', 'wasm', 'reference', 'gpujs-cpu', 'gpujs-webasm', 'gpujs-webgpu'] as const;
export type DeviceName = (typeof deviceNames)[number];

export { hasHardwareWebgpu };

/** Opens a device. @throws DeviceError where it is not to be had, saying why. */
export async function openDevice(name: DeviceName): Promise<Device> {
  switch (name) {
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

/** The device that needs no waiting for. */
export function defaultDevice(): Device {
  return openReference();
}
