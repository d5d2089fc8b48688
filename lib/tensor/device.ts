// Which device new tensors are made on.
import type { Device } from '../../kernels/devices/device.js';
import { defaultDevice } from '../../kernels/devices/index.js';
import { DeviceError } from '../errors.js';
import { describe } from '../options.js';
import { state, withState } from './state.js';

/**
 * The device of new tensors: what setDevice chose, else the fastest that opens at once.
 *
 * @example
 * ```js
 * import { currentDevice, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3]);
 * console.log(x.device === currentDevice(), currentDevice().name);
 * ```
 * ```text
 * true wasm
 * ```
 */
export function currentDevice(): Device {
  state.device ??= defaultDevice();
  return state.device;
}

/**
 * Makes new tensors appear on this device; returns it.
 * @throws DeviceError where it is no open device
 *
 * @example
 * ```js
 * import { openDevice, setDevice, tensor } from 'mixgrad';
 *
 * setDevice(await openDevice('reference')); // plain loops in float64
 * console.log(await tensor([0.1]).data());
 * ```
 * ```text
 * Float64Array(1) [ 0.1 ]
 * ```
 */
export function setDevice<D extends Device>(device: D): D {
  checkDevice('setDevice', device);
  state.device = device;
  return device;
}

/** @throws DeviceError where a value is no open device, with what to write instead */
export function checkDevice(op: string, value: unknown): asserts value is Device {
  const { run, upload, then, isClosed, name } = (value ?? {}) as Partial<Device & Promise<Device>>;
  if (typeof run === 'function' && typeof upload === 'function') {
    if (!isClosed) return;
    throw new DeviceError(`${op}: device is the closed ${name}, expected an open device`);
  }
  const got = `${op}: device is ${describe(value)}, expected an open device`;
  if (typeof value === 'string') throw new DeviceError(`${got}: await openDevice('${value}')`);
  if (typeof then === 'function')
    throw new DeviceError(`${got}: it lacks an await, as in await openDevice()`);
  throw new DeviceError(`${got}, such as await openDevice() gives`);
}

/** Runs fn while new tensors appear on this device. */
export function withDevice<T>(device: Device, fn: () => T): T {
  return withState({ device }, fn);
}
