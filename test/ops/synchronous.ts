// The devices whose results are there at once, opened for one test file.
import type { Test } from 'tap';
import { type Device, openDevice } from '../../lib/index.js';

const names = ['reference', 'wasm', 'gpujs-cpu', 'gpujs-webasm'] as const;

/** Opens some of them, the reference first; they close when the file's tests are done. */
export async function synchronous(
  t: Test,
  wanted: readonly (typeof names)[number][] = names,
): Promise<Device[]> {
  const devices = await Promise.all(wanted.map((name) => openDevice(name)));
  t.teardown(() => {
    for (const device of devices) device.close();
  });
  return devices;
}
