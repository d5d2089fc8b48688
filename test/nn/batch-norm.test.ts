// BatchNorm layers: running statistics, evaluation, rejected inputs.
import t from 'tap';
import {
  BatchNorm1d,
  BatchNorm2d,
  OptionError,
  openDevice,
  ShapeError,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';

everyDevice('running statistics approach those of the data, and evaluation uses them', async (t, device) => {
  const layer = new BatchNorm1d(2, { momentum: 0.5, device });
  const x = tensor(
    [
      [0, 10],
      [2, 30],
    ],
    { device },
  );
  for (let i = 0; i < 30; i++) layer.forward(x);
  t.match(await near(layer.runningMean), [1, 20]);
  t.match(await near(layer.runningVar), [2, 200]);
  t.same([...(await layer.numBatchesTracked.data())], [30]);
  const y = await layer
    .eval()
    .forward(tensor([[1, 20]], { device }))
    .data();
  t.ok(
    y.every((value) => Math.abs(value) < 1e-5),
    `${y}`,
  );
  t.same([...(await layer.numBatchesTracked.data())], [30]);

  async function near(of: { data(): Promise<ArrayLike<number>> }) {
    return Array.from(await of.data(), (value) => Math.round(value * 1e4) / 1e4);
  }
});

everyDevice('without momentum the running statistics are the mean of all batches', async (t, device) => {
  const layer = new BatchNorm1d(1, { momentum: null, device });
  const batches = [
    [1, 3],
    [4, 8],
    [-6, 0],
  ];
  for (const [i, [a, b]] of batches.entries()) {
    layer.forward(tensor([[a], [b]], { device }));
    if (i === 1) layer.loadStateDict(await layer.stateDict()); // it goes on counting
  }
  t.ok(Math.abs((await layer.runningMean.item()) - (2 + 6 - 3) / 3) < 1e-6);
  t.ok(Math.abs((await layer.runningVar.item()) - (2 + 8 + 18) / 3) < 1e-5, 'as torch: unbiased');
  t.match(String(layer), 'momentum=null');
});

t.test('a NaN spoils running statistics, as in PyTorch, but not the next batch', async (t) => {
  // Not on WebGPU: WGSL promises nothing for NaN.
  for (const name of ['reference', 'wasm', 'gpujs-cpu', 'gpujs-webasm'] as const) {
    const device = await openDevice(name);
    const layer = new BatchNorm1d(2, { device });
    const batch = (value: number) => tensor([value, 1, 3, 4, -2, 0], { shape: [3, 2], device });
    const finite = async (x: Tensor) => Array.from(await x.data(), Number.isFinite);
    layer.forward(batch(Number.NaN));
    t.same(await finite(layer.runningMean), [false, true], `${name}: the channel with the NaN`);
    t.same(await finite(layer.runningVar), [false, true]);
    const next = await finite(layer.forward(batch(5)));
    t.ok(next.every(Boolean), `${name}: the next batch`);
    const evaluated = await finite(layer.eval().forward(batch(5)));
    t.same(evaluated, [false, true, false, true, false, true], `${name}: evaluation`);
  }
});

t.test('a momentum that is no share is refused', async (t) => {
  for (const momentum of [2, -0.1, Number.NaN, '0.1', true]) {
    const what = typeof momentum === 'string' ? `'${momentum}'` : momentum;
    t.throws(
      () => new BatchNorm2d(3, { momentum: momentum as number }),
      new OptionError(`BatchNorm2d: momentum is ${what}, expected a number of at least 0 and at most 1`),
    );
  }
});

t.test('batch normalization layers reject other shapes', async (t) => {
  const x = tensor(normal([2, 3, 4], 0), { shape: [2, 3, 4] });
  t.throws(
    () => new BatchNorm2d(3).forward(x),
    new ShapeError('BatchNorm2d: x has shape [2, 3, 4], expected [N, 3, H, W]'),
  );
  t.throws(
    () => new BatchNorm1d(4).forward(x),
    new ShapeError('BatchNorm1d: x has shape [2, 3, 4], expected [N, 4] or [N, 4, L]'),
  );
});
