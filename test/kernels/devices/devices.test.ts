// Opening devices, choosing one, and what each says of itself.
import t from 'tap';
import {
  currentDevice,
  type Device,
  DeviceError,
  type DeviceName,
  mul,
  OptionError,
  openDevice,
  setDevice,
  tensor,
} from '../../../lib/index.js';
import { everyDevice } from '../../devices.js';

everyDevice('a device knows its name, its number type and its memory', async (t, device) => {
  t.equal(device.dtype, device.name === 'reference' ? 'float64' : 'float32');
  const before = device.memory();
  const buffer = device.upload([1, 2, 3]);
  const bytes = device.dtype === 'float64' ? 24 : 12;
  t.ok(device.memory().live >= before.live + bytes);
  t.equal(device.memory().buffers, before.buffers + 1);
  t.same([...(await device.read(buffer))], [1, 2, 3]);
  device.free(buffer);
  t.same([device.memory().live, device.memory().buffers], [before.live, before.buffers]);
});

everyDevice('what is freed can be used again: a thousand uploads leave nothing in use', async (t, device) => {
  const before = device.memory();
  for (let i = 1; i <= 1000; i++) device.free(device.upload(new Float32Array((i % 50) + 1)));
  t.same([device.memory().live, device.memory().buffers], [before.live, before.buffers]);
});

t.test('an unknown device is refused with the names there are', async (t) => {
  await t.rejects(openDevice('cuda' as DeviceName), {
    name: 'DeviceError',
    message: /^openDevice: name is 'cuda', expected one of auto, wasm, reference/,
  });
  await t.rejects(openDevice({ threads: 2 } as never), {
    name: 'DeviceError',
    message: /^openDevice: name is an object, expected one of auto/,
  });
});

t.test('an option that a device does not have is refused with those it has', async (t) => {
  const wasms = 'relaxed, threads, convolution';
  for (const [name, options, message] of [
    ['wasm', { thread: 2 }, `wasm: no option 'thread'; it has ${wasms}`],
    ['auto', { thread: 2 }, `wasm: no option 'thread'; it has ${wasms}`],
    ['reference', { threads: 2 }, "reference: no option 'threads'; it has none"],
    ['gpujs-cpu', { relaxed: true }, "gpujs-cpu: no option 'relaxed'; it has none"],
    ['gpujs-webgpu', { threads: 1 }, "gpujs-webgpu: no option 'threads'; it has none"],
    ['wasm', 2, 'wasm: its options are 2, expected an object such as { name: value }'],
    ['reference', [], 'reference: its options are [], expected an object such as { name: value }'],
  ] as const) {
    await t.rejects(openDevice(name, options as never), new OptionError(message));
  }
});

t.test('an option with a value that cannot be is refused, whichever device auto would take', async (t) => {
  for (const [options, message] of [
    [{ threads: 0 }, 'wasm: threads is 0, expected an integer from 1 to 64'],
    [{ threads: '2' }, "wasm: threads is '2', expected an integer from 1 to 64"],
    [{ relaxed: 1 }, 'wasm: relaxed is 1, expected true or false'],
    [{ convolution: 'fft' }, "wasm: convolution is 'fft', expected 'auto' or 'winograd' or 'direct'"],
  ] as const) {
    for (const name of ['auto', 'wasm'] as const) {
      await t.rejects(openDevice(name, options as never), new OptionError(message));
    }
  }
});

t.test('a device tells why it is this one', async (t) => {
  for (const name of ['reference', 'wasm', 'gpujs-cpu', 'gpujs-webasm'] as const) {
    const device = await openDevice(name);
    t.same([device.name, device.reason], [name, 'asked for']);
    device.close();
  }
  const device = await openDevice();
  t.match(device.name, /^(wasm|gpujs-webgpu)$/);
  t.match(device.reason, /GPU/);
  device.close();
});

t.test('what is no open device is refused, with what to write instead', async (t) => {
  const before = currentDevice();
  const opening = openDevice('reference');
  for (const [value, message] of [
    ['wasm', "setDevice: device is 'wasm', expected an open device: await openDevice('wasm')"],
    [
      opening,
      'setDevice: device is a Promise, expected an open device: it lacks an await, as in await openDevice()',
    ],
    [undefined, 'setDevice: device is undefined, expected an open device, such as await openDevice() gives'],
    [null, 'setDevice: device is null, expected an open device, such as await openDevice() gives'],
    [{}, 'setDevice: device is an object, expected an open device, such as await openDevice() gives'],
  ] as const) {
    t.throws(() => setDevice(value as unknown as Device), new DeviceError(message));
  }
  await opening;
  t.equal(currentDevice(), before);
});

t.test('new tensors are made on the device that was set', async (t) => {
  const before = currentDevice();
  t.teardown(() => setDevice(before));
  const device = setDevice(await openDevice('gpujs-cpu'));
  const x = mul(tensor([1, 2]), 2);
  t.equal(x.device, device);
  t.same([...(await x.data())], [2, 4]);
});
