// Windows far larger than the image: at once right, or an error that says so; on no device a wrong number, or a loop without end.
import t from 'tap';
import {
  avgPool2d,
  conv2d,
  convTranspose2d,
  type Device,
  DeviceError,
  maxPool2d,
  openDevice,
  type Tensor,
  tensor,
} from '../../lib/index.js';

const HUGE = 2 ** 30 - 1;
const options = { padding: 2 ** 29 - 1, stride: 1 };

/** Values and gradients of a pooling of [[1, 2], [4, 3]]. */
async function pooled(device: Device, fn: (x: Tensor) => Tensor): Promise<number[][]> {
  const x = tensor([1, 2, 4, 3], { shape: [1, 1, 2, 2], device, requiresGrad: true });
  const y = fn(x);
  y.sum().backward();
  return [[...(await y.data())], [...(await x.grad!.data())]];
}

for (const name of ['reference', 'wasm'] as const) {
  t.test(`${name}: windows of 2³⁰ cells a side`, async (t) => {
    const device = await openDevice(name);
    const most = await pooled(device, (x) => maxPool2d(x, HUGE, options));
    t.same(most, [
      [4, 4, 4, 4],
      [0, 0, 4, 0],
    ]);
    const mean = await pooled(device, (x) => avgPool2d(x, HUGE, { ...options, countIncludePad: false }));
    t.same(mean, [
      [2.5, 2.5, 2.5, 2.5],
      [1, 1, 1, 1],
    ]);
    const [values] = await pooled(device, (x) => avgPool2d(x, HUGE, options));
    for (const value of values) t.ok(Math.abs(value * HUGE ** 2 - 10) < 1e-5, `${value} is 10 / ${HUGE}²`);
  });

  t.test(`${name}: an average over 50,000 × 50,000 cells`, async (t) => {
    const device = await openDevice(name);
    const [values, gradient] = await pooled(device, (x) =>
      avgPool2d(x, 50_000, { padding: 24_999, stride: 1 }),
    );
    for (const value of values) t.ok(Math.abs(value * 2.5e9 - 10) < 1e-5);
    for (const value of gradient) t.ok(Math.abs(value * 2.5e9 - 1) < 1e-5);
  });
}

for (const name of ['gpujs-cpu', 'gpujs-webasm'] as const) {
  t.test(`${name}: windows of 2²² cells a side; more are refused`, async (t) => {
    const device = await openDevice(name);
    t.teardown(() => device.close());
    const size = 2 ** 22 - 1;
    const found = await pooled(device, (x) => maxPool2d(x, size, { padding: 2 ** 21 - 1, stride: 1 }));
    t.same(found, [
      [4, 4, 4, 4],
      [0, 0, 4, 0],
    ]);
    t.throws(
      () => maxPool2d(tensor([1], { shape: [1, 1, 1, 1], device }), HUGE, options),
      new DeviceError(
        `maxPool2dIndex: KH is ${HUGE} on ${name}, which counts exactly only up to 2^24 = 16777216`,
      ),
    );
  });
}

t.test('wasm: a convolution whose margins no memory holds is refused, or right', async (t) => {
  const device = await openDevice('wasm');
  const x = tensor([3], { shape: [1, 1, 1, 1], device, requiresGrad: true });
  const weight = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], { shape: [1, 1, 3, 3], device });
  for (const reach of [2 ** 15, 2 ** 25, 2 ** 30 - 1, 2 ** 30]) {
    const geometry = { padding: reach, dilation: reach };
    for (const fn of [conv2d, convTranspose2d]) {
      t.throws(() => fn(x, weight, null, geometry), DeviceError, `${fn.name} ${reach}`);
    }
  }
  const thin = tensor([1, 2, 3], { shape: [1, 1, 3, 1], device });
  const y = conv2d(x, thin, null, { padding: [2 ** 20, 0], dilation: [2 ** 20, 1] });
  t.same([...(await y.data())], [6]);
});

t.test('wasm: the gradient of a convolution with the largest stride', async (t) => {
  const device = await openDevice('wasm');
  const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], { shape: [1, 1, 3, 3], device, requiresGrad: true });
  const weight = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], { shape: [1, 1, 3, 3], device, requiresGrad: true });
  conv2d(x, weight, null, { stride: 2 ** 31 - 1 })
    .sum()
    .backward();
  t.same([...(await x.grad!.data())], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  t.same([...(await weight.grad!.data())], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
