// Runs one test on every device. A device that is unavailable on this machine is skipped, visibly.
import t, { type Test } from 'tap';
import type { Device } from '../lib/index.js';
import { type Opened, testedDevices, tryOpen } from './open.js';

/** Every device, opened once for the test file that imports this. */
const opened: Opened[] = [];
for (const name of testedDevices) opened.push(await tryOpen(name));

t.teardown(() => {
  for (const { device } of opened) device?.close();
});

type Body = (t: Test, device: Device) => Promise<void> | void;

/** Registers a test once for every device; where there is none, it is skipped with the reason. */
export function everyDevice(title: string, body: Body): void {
  for (const entry of opened) register(entry, title, body);
}

/** As everyDevice, for what is compared with the reference device. */
export function everyOtherDevice(title: string, body: Body): void {
  for (const entry of opened) if (entry.name !== 'reference') register(entry, title, body);
}

function register(entry: Opened, title: string, body: Body): void {
  const skip = entry.device === null && entry.reason;
  t.test(`${entry.name}: ${title}`, { skip }, async (t) => {
    await body(t, entry.device!);
  });
}
