// Positions are float32 on most devices: beyond 2²⁴ there is an error, or the result is right.
import t from 'tap';
import {
  argMax,
  DeviceError,
  gather,
  kernels,
  max,
  maxPool2d,
  openDevice,
  run,
  sum,
  tensor,
} from '../../lib/index.js';

const SIZE = 2 ** 24 + 3;
const device = await openDevice('wasm', { threads: 1 });
t.teardown(() => device.close());

/** Zeros with 1 at an odd place beyond 2²⁴, which no float32 names. */
function beyond(): Float32Array {
  const values = new Float32Array(SIZE);
  values[SIZE - 2] = 1;
  return values;
}

const refused = (kernel: string, positions: number) =>
  new DeviceError(
    `${kernel}: there are ${positions} positions, expected at most 2^24 = 16777216 on wasm, whose numbers are float32`,
  );

t.test('argMax and gather refuse more', async (t) => {
  const x = tensor(beyond(), { device });
  t.throws(() => argMax(x, 0), refused('argMax', SIZE));
  t.throws(() => gather(x, 0, [SIZE - 2]), refused('gather', SIZE));
  const g = tensor([1], { shape: [1, 1, 1], device });
  t.throws(() => run(kernels.scatterSum, [g, g], { size: SIZE }), refused('scatterSum', SIZE));
});

t.test('argMax names the last place of 2²⁴', async (t) => {
  const values = new Float32Array(2 ** 24);
  values[2 ** 24 - 1] = 1;
  t.equal(await argMax(tensor(values, { device }), 0).item(), 2 ** 24 - 1);
});

t.test('max looks at more in pieces, forward and backward', async (t) => {
  const x = tensor(beyond(), { device, requiresGrad: true });
  const y = max(x);
  t.equal(await y.item(), 1);
  y.backward();
  const gradient = await x.grad!.data();
  t.equal(gradient[SIZE - 2], 1);
  t.equal(await sum(x.grad!).item(), 1);
});

t.test('maxPool2d refuses larger planes', async (t) => {
  const x = tensor(new Float32Array(4097 * 4096), { shape: [1, 1, 4097, 4096], device });
  t.throws(() => maxPool2d(x, 2), refused('maxPool2dIndex', 4097 * 4096));
});

t.test('maxPool2d of a plane of 2²⁴ pixels is right at its end', async (t) => {
  const values = new Float32Array(2 ** 24);
  values[2 ** 24 - 1] = 1;
  const x = tensor(values, { shape: [1, 1, 4096, 4096], device, requiresGrad: true });
  const y = maxPool2d(x, 2);
  t.equal((await y.data())[2048 * 2048 - 1], 1);
  sum(y).backward();
  t.equal((await x.grad!.data())[2 ** 24 - 1], 1);
});
