// Opening devices, choosing one, and what each says of itself.
import t from 'tap';
import {
  chooseDevice,
  currentDevice,
  type DeviceName,
  mul,
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
    message: /^no device named 'cuda', expected one of auto, wasm, reference/,
  });
});

t.test('a choice comes with its reason', async (t) => {
  const asked = await chooseDevice('reference');
  t.equal(asked.device.name, 'reference');
  t.equal(asked.reason, 'asked for');
  const { device, reason } = await chooseDevice();
  t.match(device.name, /^(wasm|gpujs-webgpu)$/);
  t.match(reason, /GPU/);
  device.close();
});

t.test('new tensors are made on the device that was set', async (t) => {
  const before = currentDevice();
  t.teardown(() => setDevice(before));
  const device = setDevice(await openDevice('gpujs-cpu'));
  const x = mul(tensor([1, 2]), 2);
  t.equal(x.device, device);
  t.same([...(await x.data())], [2, 4]);
});
