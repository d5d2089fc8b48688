// Memory that is full, and shapes that no memory holds: typed errors, after which the program goes on.
import t from 'tap';
import { hostArray } from '../../kernels/devices/host.js';
import { Arena } from '../../kernels/devices/wasm/arena.js';
import { createWasmDevice } from '../../kernels/devices/wasm/device.js';
import {
  avgPool2d,
  concat,
  conv2d,
  convTranspose2d,
  type Device,
  full,
  init,
  Linear,
  MixgradError,
  noGrad,
  ones,
  type Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { compileEngine } from '../kernels/guarded.js';
import { leaf } from '../values.js';

/** A wasm device of 64 MiB. */
const small = () =>
  createWasmDevice(
    compileEngine(false, false),
    false,
    1,
    'auto',
    (memory, top) => new Arena(memory, top, 1024),
  );
const MIB = 2 ** 18;
const filled = (mib: number, value: number, device: Device) => full([mib * MIB], value, { device }).add(0);

t.test('a graph that is larger than the device moves to ordinary memory and back', async (t) => {
  const device = small();
  const x = leaf(new Float32Array(8 * MIB).fill(1), [8 * MIB], device);
  let y: Tensor = x;
  for (let i = 0; i < 12; i++) y = y.mul(y);
  y.sum().backward();
  t.equal((await x.grad!.data())[8 * MIB - 1], 2 ** 12);
});

t.test('tensors that are kept may be more than the device holds', async (t) => {
  const device = small();
  const kept = Array.from({ length: 12 }, (_, i) => filled(8, i, device).keep());
  for (const [i, y] of kept.entries()) t.equal(y.add(1).ndarray().get(5), i + 1);
});

t.test('a call that cannot have its room names itself, and nothing is lost', async (t) => {
  const device = small();
  const x = filled(20, 3, device);
  const y = filled(20, 4, device);
  const error = /^add: no room for 31457280 bytes on wasm, with \d+ bytes in use of at most \d+;/;
  const z = zeros([30 * MIB], { device });
  t.throws(() => z.add(z.mul(1)), { name: 'DeviceError', message: error });
  t.same([x.ndarray().get(1), y.ndarray().get(1)], [3, 4]);
  z.dispose();
  const sum = x.add(y);
  t.equal(sum.ndarray().get(20 * MIB - 1), 7);
});

t.test('what is freed in small pieces serves a large one', async (t) => {
  const device = small();
  const pieces = Array.from({ length: 40 }, (_, i) => filled(1, i, device));
  for (const piece of pieces) piece.dispose();
  t.equal(filled(30, 2, device).ndarray().get(0), 2);
  t.ok(device.memory().pooled < 64 * 4 * MIB);
});

t.test('one noGrad around a long loop holds flat memory', async (t) => {
  const device = small();
  const w = leaf(new Float32Array(MIB).fill(2), [MIB], device);
  const total = noGrad(() => {
    let seen = 0;
    for (let i = 0; i < 200; i++)
      seen += w
        .mul(full([MIB], i, { device }))
        .ndarray()
        .get(7);
    return seen;
  });
  t.equal(total, 2 * 199 * 100);
});

/** Calls that ask for more than anything has, and how their errors begin. */
const impossible: Record<string, (device: Device) => unknown> = {
  'zeros: shape [1000000, 1000000] has 1000000000000 elements': (device) => zeros([1e6, 1e6], { device }),
  'full: shape [2147483648] has': (device) => full([2 ** 31], 1, { device }),
  'zeros: shape is [9007199254740992], expected': (device) => zeros([2 ** 53], { device }),
  'zeros: shape is [NaN], expected': (device) => zeros([Number.NaN], { device }),
  'ones: shape is [-1], expected': (device) => ones([-1], { device }),
  'ones: shape is [1.5], expected': (device) => ones([1.5], { device }),
  'tensor: shape [1099511627776] has': (device) => tensor([1], { shape: [2 ** 40], device }),
  'expand: shape [1000000, 1000000] has': (device) => ones([1], { device }).expand([1e6, 1e6]),
  'expand: shape is [9007199254740992], expected': (device) => ones([1], { device }).expand([2 ** 53]),
  'matmul: shape [1, 60000, 60000] has': (device) =>
    ones([60000, 1], { device }).matmul(ones([1, 60000], { device })),
  'add: shape [131072, 131072] has': (device) =>
    ones([2 ** 17, 1], { device }).add(ones([1, 2 ** 17], { device })),
  'concat: shape [4294967296] has': (device) => {
    const part = ones([2 ** 16], { device });
    return concat(Array(2 ** 16).fill(part));
  },
  'conv2d: shape [1, 1, 2000001, 2000001] has': (device) =>
    conv2d(image(device), image(device), null, { padding: 1e6 }),
  'conv2d: stride is 1099511627776, expected at most': (device) =>
    conv2d(image(device), image(device), null, { padding: 2 ** 40, stride: 2 ** 40 }),
  'convTranspose2d: shape [1, 1, 3000004, 3000004] has': (device) =>
    convTranspose2d(image(device), image(device), null, { stride: 1e6 }),
  'avgPool2d: stride is 1099511627776, expected at most': (device) =>
    avgPool2d(image(device), 2, { stride: 2 ** 40 }),
  'normal: shape [1099511627776] has': (device) => init.normal([2 ** 40], { device }),
  'uniform: shape [4503599627370496, 4503599627370496] has': (device) =>
    new Linear(2 ** 52, 2 ** 52, { device }),
};
const image = (device: Device) => ones([1, 1, 4, 4], { device });

everyDevice('gigantic sizes are refused by name', async (t, device) => {
  for (const [message, call] of Object.entries(impossible)) {
    try {
      call(device);
      t.fail(`nothing was thrown in place of ${message}`);
    } catch (error) {
      t.ok(error instanceof MixgradError, message);
      t.ok(
        (error as Error).message.startsWith(message),
        `${(error as Error).message} begins with ${message}`,
      );
    }
  }
});

everyDevice('more bytes than the device has are refused before they are asked for', async (t, device) => {
  if (device.limit >= 4 * (2 ** 31 - 1)) {
    t.pass(`${device.name} may have as much as any tensor needs`);
    return;
  }
  t.throws(() => zeros([2 ** 31 - 1], { device }), {
    name: 'DeviceError',
    message: /^zeros: shape \[2147483647\] takes \d+ bytes, more than the \d+ bytes of /,
  });
});

everyDevice('more than ordinary memory has is told as such', async (t, device) => {
  t.throws(() => hostArray('zeros', device, 2 ** 40), {
    name: 'DeviceError',
    message: new RegExp(
      `^zeros: no room for .* on ${device.name}, in ordinary memory, with \\d+ bytes in use`,
    ),
  });
});
