// Opens devices by name, and chooses one where the user did not.
import { DeviceError, describe, optionsOf } from '../errors.js';
import type { Device } from './device.js';
import { hasHardwareWebgpu } from './gpu-adapter.js';
import { openReference } from './reference.js';
import type { WasmOptions } from './wasm/device.js';
import { openWasm, openWasmSync } from './wasm/open.js';
import { completeOptions } from './wasm/options.js';

export type { WasmOptions } from './wasm/device.js';
export { type Convolution, convolutions } from './wasm/jobs/winograd.js';

/**
 * The names that openDevice takes.
 *
 * @example
 * ```js
 * import { deviceNames } from 'mixgrad';
 *
 * console.log(deviceNames.join(' '));
 * ```
 * ```text
 * auto wasm reference gpujs-cpu gpujs-webasm gpujs-webgpu
 * ```
 */
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
type ChosenDevice = Device & { readonly reason: string };

/** How each device is opened. What runs on GPU.js is loaded here, by who opens it, and by nobody else. */
const openers: Record<Exclude<DeviceName, 'auto'>, (options: WasmOptions) => Device | Promise<Device>> = {
  wasm: openWasm,
  reference: openReference,
  'gpujs-cpu': async () => (await import('./gpujs.js')).openGpujs('cpu'),
  'gpujs-webasm': async () => (await import('./gpujs.js')).openGpujs('webasm'),
  'gpujs-webgpu': async () => (await import('./webgpu.js')).openWebgpu(),
};

/**
 * Opens a device, which tells in `reason` why it is this one. 'auto' takes WebGPU where a GPU answers, else wasm, else
 * GPU.js in JavaScript. Only wasm has options; 'auto' passes them on where it takes wasm.
 * @default name 'auto'
 * @throws DeviceError where there is no such device, or where it is unavailable, saying why
 * @throws OptionError for an option that the device does not have, or a value out of its range
 *
 * @example
 * ```js
 * import { openDevice, tensor } from 'mixgrad';
 *
 * const device = await openDevice('gpujs-cpu');
 * console.log(device.name, device.reason, await tensor([1, 2], { device }).mul(2).data());
 * ```
 * ```text
 * gpujs-cpu asked for Float32Array(2) [ 2, 4 ]
 * ```
 */
export async function openDevice(
  name: DeviceName = 'auto',
  options: WasmOptions = {},
): Promise<ChosenDevice> {
  if (!deviceNames.includes(name)) {
    throw new DeviceError(`openDevice: name is ${describe(name)}, expected one of ${deviceNames.join(', ')}`);
  }
  if (name === 'auto' || name === 'wasm') completeOptions(options);
  else optionsOf(name, options, []);
  if (name === 'auto') return choose(options);
  return opened(await openers[name](options), 'asked for');
}

/** The device with its reason. */
function opened(device: Device, reason: string): ChosenDevice {
  return Object.assign(closable(device), { reason });
}

/** A device that computes nothing more once it is closed. There is one reference device in a process: it stays open. */
function closable(device: Device): Device {
  if (device.name === 'reference') return device;
  const { close } = device;
  const refuse = () => {
    throw new DeviceError(`${device.name}: the device is closed, expected an open one`);
  };
  return Object.assign(device, {
    close() {
      close.call(device);
      Object.assign(device, { isClosed: true, run: refuse, upload: refuse });
    },
  });
}

/** The device that 'auto' takes. */
async function choose(options: WasmOptions): Promise<ChosenDevice> {
  const because = async (name: Exclude<DeviceName, 'auto'>, reason: string) =>
    opened(await openers[name](options), reason);
  if (await hasHardwareWebgpu()) return because('gpujs-webgpu', 'a GPU answers through WebGPU');
  try {
    return await because('wasm', 'no GPU answers through WebGPU');
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return because('gpujs-cpu', error.message);
  }
}

/** The device of new tensors before any is chosen: the one that opens without waiting. */
export function defaultDevice(): Device {
  return closable(openWasmSync());
}
