// The GPU.js devices refuse what GPU.js would compute wrongly without a word.
import t from 'tap';
import { checkMode, type GpuKernel } from '../../../kernels/devices/gpujs.js';
import { DeviceError, kernels, openDevice } from '../../../lib/index.js';
import { everyDevice } from '../../devices.js';

t.test('a tensor beyond 2^24 elements is refused: float32 indices would skip some', async (t) => {
  const device = await openDevice('gpujs-cpu');
  const shape = [2 ** 24 + 1];
  const buffer = device.upload(new Float32Array(shape[0]));
  t.throws(
    () => device.run(kernels.relu, [buffer], { shape }),
    new DeviceError(
      'relu: a tensor of 16777217 elements on gpujs-cpu, which indexes exactly only up to 2^24 = 16777216; ' +
        'use a smaller batch or the wasm device',
    ),
  );
  device.free(buffer);
  device.close();
});

t.test('a tensor without elements is refused', async (t) => {
  const device = await openDevice('gpujs-webasm');
  t.throws(
    () => device.run(kernels.relu, [device.upload([])], { shape: [0] }),
    new DeviceError('relu: a tensor without elements on gpujs-webasm, which cannot hold one'),
  );
  device.close();
});

t.test('a kernel that GPU.js ran in another mode is an error, with its reason', async (t) => {
  const kernel = (mode: string, fallbackReason: string | null) =>
    ({ kernel: { constructor: { mode }, fallbackReason } }) as unknown as GpuKernel;
  t.throws(
    () => checkMode('relu', kernel('cpu', 'maps are not supported'), 'webasm'),
    new DeviceError('relu: GPU.js ran it in mode cpu, asked for webasm: maps are not supported'),
  );
  t.throws(
    () => checkMode('relu', kernel('cpu', null), 'webgpu'),
    new DeviceError('relu: GPU.js ran it in mode cpu, asked for webgpu: no reason given'),
  );
  t.doesNotThrow(() => checkMode('relu', kernel('webasm', null), 'webasm'));
});

everyDevice('arrays beyond 2^16 elements reach every thread', async (t, device) => {
  const values = Float32Array.from({ length: 70_001 }, (_, i) => (i % 7) - 3);
  const buffer = device.upload(values);
  const out = device.run(kernels.affine, [buffer], { shape: [values.length], scalars: [2, 1] });
  const got = await device.read(out);
  t.equal(
    got.findIndex((value, i) => value !== 2 * values[i] + 1),
    -1,
  );
  device.free(buffer);
  device.free(out);
});
