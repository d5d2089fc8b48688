// tensor.ndarray(): a view shows its own tensor for as long as it is held, wherever the values are.

import t from 'tap';
import { createWasmDevice } from '../../kernels/devices/wasm/device.js';
import { type Device, noGrad, OptionError, SGD, TapeError, type Tensor, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { compileEngine } from '../kernels/guarded.js';
import { spawnSync } from '../processes.js';
import { leaf } from '../values.js';

/** Runs a test on every device that shows values without waiting. */
function everySyncDevice(title: string, body: (t: Tap, device: Device) => Promise<void>): void {
  everyDevice(title, async (t, device) => {
    if (device.sync) await body(t, device);
    else
      t.throws(() => tensor([1], { device }).ndarray(), {
        name: 'DeviceError',
        message: /await tensor\.data\(\)/,
      });
  });
}
type Tap = Parameters<Parameters<typeof everyDevice>[1]>[0];

const values = async (x: Tensor) => [...(await x.data())];

/** What leaves the device, and what comes onto it in its place. */
function boundary(device: Device): Tensor {
  noGrad(() => {});
  const other = tensor([7, 8], { device });
  other.add(0);
  return other;
}

everySyncDevice('a view outlives the room that its tensor had on the device', async (t, device) => {
  const x = tensor([1, 2], { device });
  const y = x.mul(2);
  const views = [x.ndarray(), y.ndarray()];
  const other = boundary(device);
  t.same(
    views.map((view) => [...view.data]),
    [
      [1, 2],
      [2, 4],
    ],
  );
  for (const view of views) view.set(0, 99);
  t.same(
    [await values(x), await values(y), await values(other)],
    [
      [99, 2],
      [99, 4],
      [7, 8],
    ],
  );
});

everySyncDevice('what is written is not lost, on the device or off it', async (t, device) => {
  const x = tensor([1, 2], { device });
  const view = x.ndarray();
  view.set(0, 3);
  t.same(await values(x.add(0)), [3, 2], 'before it was on the device');
  view.set(0, 4);
  t.same(
    [await values(x), await values(x.add(0))],
    [
      [4, 2],
      [4, 2],
    ],
    'while it was there',
  );
  noGrad(() => {});
  t.same(
    [await values(x), await values(x.add(0))],
    [
      [4, 2],
      [4, 2],
    ],
    'after it left',
  );
  view.set(1, 5);
  noGrad(() => {});
  t.same(await values(x.add(0)), [4, 5]);
});

everySyncDevice('a view of a parameter shows what a step made of it', async (t, device) => {
  const w = leaf([1, 2], [2], device);
  const view = w.ndarray();
  const before = w.detach();
  w.mul(2).sum().backward();
  new SGD([w], { lr: 1 }).step();
  t.same(
    [[...view.data], await values(before)],
    [
      [-1, 0],
      [1, 2],
    ],
  );
  view.set(0, 5);
  t.same(
    [await values(w), await values(w.mul(1)), await values(before)],
    [
      [5, 0],
      [5, 0],
      [1, 2],
    ],
  );
});

everySyncDevice('tensors that share values share what is written', async (t, device) => {
  const x = tensor([1, 2, 3, 4], { device });
  const shares = [x.detach(), x.reshape([2, 2])];
  x.add(0);
  shares[1].ndarray().set(1, 0, 9);
  t.same(await Promise.all([x, ...shares].map(values)), Array(3).fill([1, 2, 9, 4]));
});

everySyncDevice('a view of a released tensor refuses', async (t, device) => {
  let inner!: Tensor;
  noGrad(() => {
    inner = tensor([1, 2], { device });
  });
  t.throws(() => inner.ndarray(), TapeError);
  const x = tensor([1, 2], { device });
  const view = x.ndarray();
  x.dispose();
  t.throws(() => view.get(0), new TapeError('a tensor of shape [2] was disposed of'));
  t.throws(() => view.set(0, 1), TapeError);
  t.throws(() => [...view.data], TapeError);
});

everySyncDevice(
  'the data of a view has indices, can be iterated, and takes numbers only',
  async (t, device) => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { device },
    );
    const { data } = x.ndarray();
    data[3] = 7;
    t.same([data[0], data[3], data[4], data.length], [1, 7, undefined, 4]);
    t.same(
      [Array.from(data), [...new Float32Array(data)]],
      [
        [1, 2, 3, 7],
        [1, 2, 3, 7],
      ],
    );
    t.throws(() => data.set(0, 1n as never), new OptionError('ndarray: a value is 1n, expected a number'));
    t.same(await values(tensor(x.ndarray().transpose(1, 0))), [1, 3, 2, 7]);
  },
);

t.test('a view outlives the growth of a memory that is not shared', async (t) => {
  const device = createWasmDevice(compileEngine(false, false), false, 1);
  const x = tensor([1, 2], { device });
  const y = x.mul(2).keep();
  const view = y.ndarray();
  t.equal(view.get(1), 4);
  const big = tensor(new Float32Array(2 ** 25), { device }).add(1);
  t.equal(big.ndarray().get(2 ** 25 - 1), 1);
  t.equal(view.get(1), 4);
  view.set(1, 6);
  t.same(
    [await values(y), await values(y.add(0))],
    [
      [2, 6],
      [2, 6],
    ],
  );
});

t.test('where code may not be made while running, ndarray() says so', async (t) => {
  const program = `
    import { tensor } from 'mixgrad';
    try { tensor([1]).ndarray(); } catch ({ name, message }) { console.log(name + ': ' + message); }`;
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', program];
  const { stdout } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  t.match(stdout, /^DeviceError: ndarray: .*'unsafe-eval'; await data\(\)/);
});
