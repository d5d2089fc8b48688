// Which device new tensors are made on.

import type { Device } from '../../kernels/devices/device.js';
import { defaultDevice } from '../../kernels/devices/index.js';

let current: Device | null = null;

/** The device of new tensors: what setDevice chose, else the fastest that opens at once. */
export function currentDevice(): Device {
  current ??= defaultDevice();
  return current;
}

/** Makes new tensors appear on this device; returns it. */
export function setDevice(device: Device): Device {
  current = device;
  return device;
}
