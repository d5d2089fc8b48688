// Opens the device that a program's flags ask for.
import { chooseDevice, type DeviceChoice, setDevice, type WasmOptions } from '../lib/index.js';
import { UsageError } from './flags.js';
import type { Settings } from './settings.js';

/** A device that tensors now appear on, why it is this one, and its threads. */
export interface OpenedDevice extends DeviceChoice {
  threads: number;
}

/** Opens the device. @throws DeviceError where it is not to be had, UsageError where it has not that many threads */
export async function openFor(
  { device: name, threads }: Pick<Settings, 'device' | 'threads'>,
  options: WasmOptions = {},
): Promise<OpenedDevice> {
  const { device, reason } = await chooseDevice(name, threads === null ? options : { ...options, threads });
  const has = device.threads ?? 1;
  if (threads !== null && has !== threads) {
    device.close();
    throw new UsageError(`--threads ${threads}: device ${device.name} runs on ${has}`);
  }
  setDevice(device);
  return { device, reason, threads: has };
}
