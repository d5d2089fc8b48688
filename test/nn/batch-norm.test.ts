// BatchNorm layers: running statistics, evaluation, rejected inputs.
import t from 'tap';
import { BatchNorm1d, BatchNorm2d, ShapeError, tensor } from '../../lib/index.js';
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
