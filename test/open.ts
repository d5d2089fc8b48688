// The devices under test, and how they are opened.
import { type Device, DeviceError, type DeviceName, openDevice } from '../lib/index.js';

/** The devices under test, the reference first. */
export const testedDevices = [
  'reference',
  'wasm',
  'gpujs-cpu',
  'gpujs-webasm',
  'gpujs-webgpu',
] as const satisfies readonly DeviceName[];

export type TestedDevice = (typeof testedDevices)[number];

/** An open device, or the reason why there is none. */
export type Opened = { name: TestedDevice } & ({ device: Device } | { device: null; reason: string });

/** Opens a device; a missing WebGPU adapter is a reason to go without, every other failure is an error. */
export async function tryOpen(name: TestedDevice): Promise<Opened> {
  try {
    return { name, device: await openDevice(name) };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    if (name === 'gpujs-webgpu')
      return { name, device: null, reason: `no WebGPU adapter: ${firstSentence(error)}` };
    throw error;
  }
}

const firstSentence = ({ message }: Error) => message.split('. ')[0];
