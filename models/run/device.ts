// Opens the device that a program's flags ask for.
import { type Convolution, type Device, type DeviceName, openDevice, setDevice } from '../../lib/index.js';
import { UsageError } from './errors.js';

/** A device that tensors now appear on, why it is this one, and its threads. */
export interface OpenedDevice {
  device: Device;
  reason: string;
  threads: number;
}

/** Builds of the wasm device: with relaxed SIMD where it validates, always, or never. */
export const builds = ['auto', 'relaxed', 'plain'] as const;
export type Build = (typeof builds)[number];

/** What the flags say about the device. */
export interface DeviceSettings {
  device: DeviceName;
  /** Of the wasm device; null takes one for each core. */
  threads: number | null;
  /** How the wasm device convolves. */
  conv: Convolution;
}

/** Opens the device. @throws DeviceError where it is unavailable, UsageError where a flag is not for it */
export async function openFor({
  device: name,
  threads,
  conv,
  build = 'auto',
}: DeviceSettings & { build?: Build }): Promise<OpenedDevice> {
  const options = {
    convolution: conv,
    ...(threads !== null && { threads }),
    ...(build !== 'auto' && { relaxed: build === 'relaxed' }),
  };
  // Other devices have no options: what the flags ask of them in vain is told below.
  const device = await openDevice(name, name === 'auto' || name === 'wasm' ? options : {});
  const has = device.threads ?? 1;
  const wrong = wrongFlag({ threads: threads ?? has, conv, build }, { name: device.name, threads: has });
  if (wrong) {
    device.close();
    throw new UsageError(wrong);
  }
  setDevice(device);
  return { device, reason: device.reason, threads: has };
}

/** What is wrong with the flags for the device that was opened; null where nothing is. */
function wrongFlag(
  { threads, conv, build }: { threads: number; conv: string; build: string },
  device: { name: string; threads: number },
): string | null {
  if (threads !== device.threads)
    return `--threads ${threads}: device ${device.name} runs on ${device.threads}`;
  if (device.name === 'wasm') return null;
  for (const [flag, value] of Object.entries({ conv, build })) {
    if (value !== 'auto') return `--${flag} ${value}: only for device wasm, this one is ${device.name}`;
  }
  return null;
}
