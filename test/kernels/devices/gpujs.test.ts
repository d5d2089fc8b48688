// The GPU.js devices refuse what GPU.js would compute wrongly without a word.
import t from 'tap';
import { textOf } from '../../../kernels/devices/bodies.js';
import { checkMode, type GpuKernel } from '../../../kernels/devices/gpujs.js';
import { uniqueNames } from '../../../kernels/devices/unique-names.js';
import {
  DeviceError,
  elementwise,
  type Flat,
  kernel,
  kernels,
  openDevice,
  run,
  type Thread,
  tensor,
} from '../../../lib/index.js';
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

/** Two loops and a block whose variables have the names of others, as minifiers write them. */
const shadowing = kernel(
  'shadowing',
  function (this: Thread<'size'>, x: Flat) {
    const { size: e } = this.constants;
    const { x: n } = this.thread;
    let r = 0;
    for (let n = 0; n < e; n++) r += x[n];
    const o = r / e;
    let s = 0;
    for (let n = 0; n < e; n++) {
      const e = x[n] - o;
      if (e > 0) s += e * e;
      else s -= e;
    }
    if (n > 0) {
      const { size: o } = this.constants;
      s += o;
    }
    return x[n] * s + (n === 0 ? o : 0);
  },
  ([shape]) => ({ shape, ints: { size: shape[0] } }),
);

everyDevice('a variable may have the name of another', async (t, device) => {
  const out = run(shadowing, [tensor([1, 2, 4, 8], { device })]);
  t.same(Array.from(await out.data()), [26.375, 53.25, 106.5, 213]);
});

t.test('a body that GPU.js cannot read or run is a DeviceError', async (t) => {
  const bodies = {
    ofModule: function (this: Thread, x: Flat) {
      return import.meta.url ? x[this.thread.x] : 0;
    },
    loop: function (this: Thread, x: Flat) {
      let i = 0;
      while (i < 3) i++;
      return Array.from(x as never as number[], (v) => v)[i];
    },
  };
  for (const name of ['gpujs-cpu', 'gpujs-webasm'] as const) {
    const device = await openDevice(name);
    const call = (body: (x: Flat) => number) =>
      run(kernel('odd', body as never, elementwise), [tensor([1], { device })]);
    t.throws(() => call(bodies.ofModule), {
      name: 'DeviceError',
      message: /^odd: GPU.js cannot read its body/,
    });
    t.throws(() => call(bodies.loop), { name: 'DeviceError', message: /^odd: GPU.js cannot run its body/ });
    device.close();
  }
});

t.test('a body in which every name is used once is left as it is', async (t) => {
  const text = kernels.sgdUpdate.body.toString();
  t.equal(uniqueNames(text), text);
});

t.test('bodies reach GPU.js as texts of their own, which minifiers leave alone', async (t) => {
  const { relu } = kernels;
  const { body } = relu;
  Object.assign(relu, { body: () => 0 });
  t.teardown(() => Object.assign(relu, { body }));
  t.equal(textOf(relu), uniqueNames(body.toString()), 'whatever became of the function');
  t.equal(textOf({ ...relu }), '() => 0', 'another kernel of the same name');
});
