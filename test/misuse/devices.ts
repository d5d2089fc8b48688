// Opening and choosing devices.
import { DeviceError, OptionError } from '../../lib/index.js';
import { closed, M, type Misuses, other } from './given.js';

export const devices: Misuses = {
  openDevice: {
    'a name there is not': [
      () => M.openDevice('cuda'),
      DeviceError,
      "openDevice: name is 'cuda', expected one of auto, wasm, reference, gpujs-cpu, gpujs-webasm, gpujs-webgpu",
    ],
    'a number': [
      () => M.openDevice(0),
      DeviceError,
      'openDevice: name is 0, expected one of auto, wasm, reference, gpujs-cpu, gpujs-webasm, gpujs-webgpu',
    ],
    'no threads': [
      () => M.openDevice('wasm', { threads: 0 }),
      OptionError,
      'wasm: threads is 0, expected an integer from 1 to 64',
    ],
    'half a thread': [
      () => M.openDevice('wasm', { threads: 1.5 }),
      OptionError,
      'wasm: threads is 1.5, expected an integer from 1 to 64',
    ],
    'a convolution there is not': [
      () => M.openDevice('wasm', { convolution: 'fft' }),
      OptionError,
      "wasm: convolution is 'fft', expected 'auto' or 'winograd' or 'direct'",
    ],
    'an option of another device': [
      () => M.openDevice('reference', { threads: 1 }),
      OptionError,
      "reference: no option 'threads'; it has none",
    ],
    'threads in place of options': [
      () => M.openDevice('wasm', 2),
      OptionError,
      'wasm: its options are 2, expected an object such as { name: value }',
    ],
  },
  setDevice: {
    'a name': [
      () => M.setDevice('wasm'),
      DeviceError,
      "setDevice: device is 'wasm', expected an open device: await openDevice('wasm')",
    ],
    'an unawaited device': [
      () => M.setDevice(Promise.resolve(other)),
      DeviceError,
      'setDevice: device is a Promise, expected an open device: it lacks an await, as in await openDevice()',
    ],
    nothing: [
      () => M.setDevice(),
      DeviceError,
      'setDevice: device is undefined, expected an open device, such as await openDevice() gives',
    ],
    'a closed device': [
      () => M.setDevice(closed),
      DeviceError,
      'setDevice: device is the closed gpujs-cpu, expected an open device',
    ],
    'an object that is none': [
      () => M.setDevice({ name: 'wasm' }),
      DeviceError,
      'setDevice: device is an object, expected an open device, such as await openDevice() gives',
    ],
  },
};
