// Opens the device that a program's flags ask for.
import { chooseDevice, type DeviceChoice, setDevice } from '../../lib/index.js';
import { UsageError } from '../train/flags.js';
import type { Settings } from './settings.js';

/** A device that tensors now appear on, why it is this one, and its threads. */
export interface OpenedDevice extends DeviceChoice {
  threads: number;
}

/** Builds of the wasm device: with relaxed SIMD where it validates, always, or never. */
export const builds = ['auto', 'relaxed', 'plain'] as const;

/** What the flags say about the device. */
type Wanted = Pick<Settings, 'device' | 'threads' | 'conv'> & { build?: (typeof builds)[number] };

/** Opens the device. @throws DeviceError where it is not to be had, UsageError where a flag is not for it */
export async function openFor({
  device: name,
  threads,
  conv,
  build = 'auto',
}: Wanted): Promise<OpenedDevice> {
  const { device, reason } = await chooseDevice(name, {
    convolution: conv,
    ...(threads !== null && { threads }),
    ...(build !== 'auto' && { relaxed: build === 'relaxed' }),
  });
  const has = device.threads ?? 1;
  const wrong = wrongFlag({ threads: threads ?? has, conv, build }, { name: device.name, threads: has });
  if (wrong) {
    device.close();
    throw new UsageError(wrong);
  }
  setDevice(device);
  return { device, reason, threads: has };
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
