// A process at its training steps until it is ended: what --beside measures beside. Its argument is JSON settings.
import { openFor } from '../run/device.js';
import type { BenchSettings } from './flags.js';
import { Subject } from './step.js';

const settings = JSON.parse(process.argv[2]) as BenchSettings;
const { device, threads } = await openFor(settings);
const subject = new Subject(settings, device, threads);
await subject.measure();
console.log('ready');
for (;;) await subject.trainStep();
