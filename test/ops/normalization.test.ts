// Batch, layer, group and instance normalization.
import {
  add,
  batchNorm,
  div,
  groupNorm,
  instanceNorm,
  layerNorm,
  mean,
  mul,
  openDevice,
  reshape,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';

/** The same, of plain operations. */
function composed(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  const over = [[0, 2, 3], { keepDims: true }] as const;
  const centred = sub(x, mean(x, ...over));
  const variance = mean(mul(centred, centred), ...over);
  const normalized = div(centred, sqrt(add(variance, eps)));
  return add(mul(normalized, reshape(weight, [-1, 1, 1])), reshape(bias, [-1, 1, 1]));
}

everyDevice(
  'the fused batchNorm equals its composition of plain operations, forward and backward',
  async (t, device) => {
    const shapes = [[3, 4, 5, 3], [4], [4]];
    const make = () => shapes.map((shape, i) => leaf(normal(shape, i), shape, device));
    const [fused, plain] = [make(), make()];
    const cotangent = tensor(normal(shapes[0], 'g'), { shape: shapes[0], device });
    const [x, weight, bias] = fused;
    const out = batchNorm(x, { weight, bias, training: true });
    const expected = composed(plain[0], plain[1], plain[2], 1e-5);
    const bound = device.dtype === 'float64' ? 1e-12 : 2e-5;
    t.ok(worstDifference(await out.data(), await expected.data(), out.shape).error <= bound);
    sum(mul(out, cotangent)).backward();
    sum(mul(expected, cotangent)).backward();
    for (const [i, { grad }] of fused.entries()) {
      const found = worstDifference(await grad!.data(), await plain[i].grad!.data(), shapes[i]);
      t.ok(found.error <= bound, `gradient ${i}`, { found });
    }
  },
);

everyDevice('training moves the running moments by `momentum`, the variance unbiased', async (t, device) => {
  const x = tensor(
    [
      [1, 10],
      [3, 30],
    ],
    { device },
  );
  const runningMean = tensor([0, 0], { device });
  const runningVar = tensor([1, 1], { device });
  batchNorm(x, { runningMean, runningVar, training: true, momentum: 0.25 });
  const near = (got: ArrayLike<number>, expected: number[]) =>
    worstDifference(got, expected, [2]).error < 1e-6;
  t.ok(near(await runningMean.data(), [0.25 * 2, 0.25 * 20]));
  t.ok(near(await runningVar.data(), [0.75 + 0.25 * 2, 0.75 + 0.25 * 200]));
});

everyDevice('a batch that is refused leaves the running moments as they are', async (t, device) => {
  const elsewhere = await openDevice(device.name === 'reference' ? 'gpujs-cpu' : 'reference');
  const x = tensor([1, 10, 3, 30], { shape: [2, 2], device });
  const running = () => tensor([0.5, 2], { device });
  const other = tensor([1, 1], { device: elsewhere });
  const released = tensor([1, 1], { device });
  released.dispose();
  for (const [wrong, name] of [
    [{ weight: other }, 'DeviceError'],
    [{ runningVar: other }, 'DeviceError'],
    [{ bias: released }, 'TapeError'],
  ] as const) {
    const moments = { runningMean: running(), runningVar: running() };
    t.throws(() => batchNorm(x, { ...moments, ...wrong, training: true }), { name });
    for (const moment of Object.values(moments)) t.same([...(await moment.data())], [0.5, 2]);
  }
});

everyDevice('evaluation leaves the running moments as they are', async (t, device) => {
  const runningMean = tensor([0.5, -0.5], { device });
  const runningVar = tensor([1.5, 2.5], { device });
  batchNorm(
    tensor(
      [
        [1, 10],
        [3, 30],
      ],
      { device },
    ),
    { runningMean, runningVar },
  );
  t.same([...(await runningMean.data())], [0.5, -0.5]);
  t.same([...(await runningVar.data())], [1.5, 2.5]);
});

everyDevice('each channel of a training batch comes out with mean 0 and variance 1', async (t, device) => {
  const x = tensor(
    normal([64, 3], 0).map((value, i) => 100 * (i % 3) + 3 * value),
    { shape: [64, 3], device },
  );
  const y = await batchNorm(x, { training: true }).data();
  for (let c = 0; c < 3; c++) {
    const column = Array.from(y).filter((_, i) => i % 3 === c);
    const average = column.reduce((a, b) => a + b, 0) / 64;
    const variance = column.reduce((a, b) => a + (b - average) ** 2, 0) / 64;
    t.ok(Math.abs(average) < 1e-5, `mean ${average}`);
    t.ok(Math.abs(variance - 1) < 1e-4, `variance ${variance}`);
  }
});

everyDevice('each sample, group or channel comes out with mean 0 and variance 1', async (t, device) => {
  const shape = [2, 6, 5, 3];
  const x = tensor(
    normal(shape, 0).map((value, i) => 10 * (i % 7) + 3 * value),
    { shape, device },
  );
  for (const [name, y, size] of [
    ['layerNorm', layerNorm(x, [6, 5, 3]), 90],
    ['layerNorm over the last axis', layerNorm(x, 3), 3],
    ['groupNorm', groupNorm(x, 3), 30],
    ['instanceNorm', instanceNorm(x), 15],
  ] as const) {
    const values = Array.from(await y.data());
    for (let start = 0; start < values.length; start += size) {
      const row = values.slice(start, start + size);
      const average = row.reduce((a, b) => a + b, 0) / size;
      const variance = row.reduce((a, b) => a + (b - average) ** 2, 0) / size;
      if (Math.abs(average) < 1e-5 && Math.abs(variance - 1) < 1e-3) continue;
      t.fail(`${name}: the row from ${start} on has mean ${average} and variance ${variance}`);
    }
    t.pass(name);
  }
});

everyDevice('a group of all channels is a layer, a channel a group an instance', async (t, device) => {
  const x = tensor(normal([2, 4, 3, 5], 0), { shape: [2, 4, 3, 5], device });
  const near = async (a: Tensor, b: Tensor) =>
    worstDifference(await a.data(), await b.data(), x.shape).error < 1e-5;
  t.ok(await near(groupNorm(x, 1), layerNorm(x, [4, 3, 5])));
  t.ok(await near(groupNorm(x, 4), instanceNorm(x)));
  t.notOk(await near(groupNorm(x, 2), instanceNorm(x)), 'which another number of groups is not');
});
