// Layers of ghost, layer, group and instance normalization: what they have, keep and count. PyTorch's values are in
// test/io/pytorch-norms.test.ts, those of the operators in their rows.
import t from 'tap';
import {
  BatchNorm2d,
  concat,
  GhostBatchNorm2d,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  LayerNorm,
  ShapeError,
  slice,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';

const SHAPE = [6, 2, 3, 3];

everyDevice('the parts of a batch are normalized as batches of their own', async (t, device) => {
  const x = tensor(
    normal(SHAPE, 'x').map((v, i) => v + (Math.floor(i / 18) % 3)),
    { shape: SHAPE, device },
  );
  const ghost = new GhostBatchNorm2d(2, { virtualBatchSize: 2, device });
  const y = ghost.forward(x);
  const averages = [0, 0];
  for (let part = 0; part < 3; part++) {
    const rows = (of: typeof x) => concat([slice(of, 0, part, part + 1), slice(of, 0, part + 3, part + 4)]);
    const batch = new BatchNorm2d(2, { device });
    const expected = batch.forward(rows(x));
    const error = worstDifference(await rows(y).data(), await expected.data(), expected.shape).error;
    t.ok(error < 2e-6, `part ${part}`);
    averages[0] += (await batch.runningMean.data())[1] / 3;
    averages[1] += (await batch.runningVar.data())[1] / 3;
  }
  t.ok(
    Math.abs((await ghost.runningMean.data())[1] - averages[0]) < 1e-6,
    'the mean over the parts of their means',
  );
  t.ok(Math.abs((await ghost.runningVar.data())[1] - averages[1]) < 1e-6, 'and of their unbiased variances');
  t.equal(await ghost.numBatchesTracked.item(), 1, 'which are one batch');
});

everyDevice('in evaluation a batch of any size is normalized as by BatchNorm2d', async (t, device) => {
  const [ghost, batch] = [
    new GhostBatchNorm2d(2, { virtualBatchSize: 3, device }),
    new BatchNorm2d(2, { device }),
  ];
  ghost.forward(tensor(normal(SHAPE, 'x'), { shape: SHAPE, device }));
  batch.loadStateDict(await ghost.stateDict());
  const x = tensor(normal([5, 2, 2, 2], 'next'), { shape: [5, 2, 2, 2], device });
  t.same([...(await ghost.eval().forward(x).data())], [...(await batch.eval().forward(x).data())]);
});

everyDevice('a number of parts: as even as they can be, the statistics moving once', async (t, device) => {
  // 8 samples in 3 parts: the first 6 are two of 3 samples, the others one of 2
  const shape = [8, 2, 3, 2];
  const x = tensor(
    normal(shape, 'x').map((v, i) => v + i / 12),
    { shape, device },
  );
  const layer = new GhostBatchNorm2d(2, { groups: 3, momentum: 0.3, device });
  const y = layer.forward(x);
  const averages = { mean: [0, 0], variance: [0, 0] };
  for (const samples of [
    [0, 2, 4],
    [1, 3, 5],
    [6, 7],
  ]) {
    const rows = (of: typeof x) => concat(samples.map((n) => slice(of, 0, n, n + 1)));
    const batch = new BatchNorm2d(2, { momentum: 0.3, device });
    const expected = batch.forward(rows(x));
    const error = worstDifference(await rows(y).data(), await expected.data(), expected.shape).error;
    t.ok(error < 2e-6, `samples ${samples}`);
    const [mean, variance] = [await batch.runningMean.data(), await batch.runningVar.data()];
    for (const c of [0, 1]) {
      averages.mean[c] += mean[c] / 3;
      averages.variance[c] += variance[c] / 3;
    }
  }
  for (const [found, wanted] of [
    [layer.runningMean, averages.mean],
    [layer.runningVar, averages.variance],
  ] as const) {
    const values = await found.data();
    t.ok(
      wanted.every((value, c) => Math.abs(value - values[c]) < 1e-5),
      `${values} is ${wanted}`,
    );
  }
  t.equal(await layer.numBatchesTracked.item(), 1);
  const even = new GhostBatchNorm2d(2, { groups: 4, device });
  const same = new GhostBatchNorm2d(2, { virtualBatchSize: 2, device });
  t.same(
    [...(await even.forward(x).data())],
    [...(await same.forward(x).data())],
    'parts that divide a batch',
  );
  const evaluated = even.eval().forward(slice(x, 0, 0, 3));
  t.same(
    [...(await evaluated.data())],
    [
      ...(await same
        .eval()
        .forward(slice(x, 0, 0, 3))
        .data()),
    ],
    'evaluation',
  );
});

t.test('a part of one value is refused before statistics move', async (t) => {
  const layer = new GhostBatchNorm2d(1, { groups: 2 });
  const before = await layer.stateDict();
  t.throws(() => layer.forward(tensor([1, 2, 3], { shape: [3, 1, 1, 1] })), ShapeError);
  t.same(await layer.stateDict(), before);
});

t.test('one part is the whole batch, to the bit', async (t) => {
  const x = () => tensor(normal(SHAPE, 'x'), { shape: SHAPE, requiresGrad: true });
  const results = [new GhostBatchNorm2d(2, { virtualBatchSize: 6 }), new BatchNorm2d(2)].map((layer) => {
    const input = x();
    const y = layer.forward(input);
    y.backward({ gradient: tensor(normal(SHAPE, 'g'), { shape: SHAPE }) });
    return [y, input.grad!, layer.weight!.grad!, layer.bias!.grad!, layer.runningMean, layer.runningVar];
  });
  for (const [i, ghost] of results[0].entries())
    t.same([...(await ghost.data())], [...(await results[1][i].data())], `result ${i}`);
});

t.test('a batch that does not divide is refused, and leaves statistics and count as they are', async (t) => {
  const layer = new GhostBatchNorm2d(2, { virtualBatchSize: 4 });
  const before = await layer.stateDict();
  t.throws(
    () => layer.forward(tensor(normal(SHAPE, 'x'), { shape: SHAPE })),
    new ShapeError('ghostBatchNorm: x has 6 samples, expected a multiple of virtualBatchSize 4'),
  );
  t.same(await layer.stateDict(), before);
});

t.test('without momentum ghost statistics are the mean of all batches', async (t) => {
  const layer = new GhostBatchNorm2d(1, { virtualBatchSize: 1, momentum: null });
  for (const [a, b] of [
    [0, 2],
    [4, 8],
  ])
    layer.forward(tensor([a, b, a + 10, b + 10], { shape: [2, 1, 1, 2] }));
  t.ok(Math.abs((await layer.runningMean.item()) - (6 + 11) / 2) < 1e-6);
  t.ok(Math.abs((await layer.runningVar.item()) - (2 + 8) / 2) < 1e-6);
});

t.test('options can be read from the layers, and what there is of parameters and buffers', async (t) => {
  const keys = async (layer: { stateDict(): Promise<object> }) =>
    Object.keys(await layer.stateDict()).join(' ');
  t.equal(await keys(new LayerNorm([2, 3])), 'weight bias');
  t.equal(await keys(new LayerNorm(2, { bias: false })), 'weight');
  t.equal(await keys(new LayerNorm(2, { elementwiseAffine: false })), '');
  t.equal(await keys(new GroupNorm(1, 2)), 'weight bias');
  t.equal(await keys(new GroupNorm(1, 2, { affine: false })), '');
  t.equal(await keys(new InstanceNorm1d(2)), '', "PyTorch's default");
  t.equal(await keys(new InstanceNorm2d(2, { affine: true })), 'weight bias');
  const tracked = new InstanceNorm2d(2, { trackRunningStats: true, momentum: 0.5, eps: 1 });
  t.equal(await keys(tracked), 'running_mean running_var num_batches_tracked');
  t.same([tracked.trackRunningStats, tracked.affine, tracked.momentum, tracked.eps], [true, false, 0.5, 1]);
  const { normalizedShape, eps } = new LayerNorm([2, 3], { eps: 2 });
  t.same([normalizedShape, eps, new LayerNorm(4).normalizedShape], [[2, 3], 2, [4]]);
  const group = new GroupNorm(2, 6);
  t.same([group.numGroups, group.numChannels, group.eps], [2, 6, 1e-5]);
  t.equal(new GhostBatchNorm2d(3, { virtualBatchSize: 8 }).virtualBatchSize, 8);
  t.equal(
    `${new GhostBatchNorm2d(3, { virtualBatchSize: 8 })}`,
    'GhostBatchNorm2d(3, eps=0.00001, momentum=0.1, affine=true, virtualBatchSize=8)',
  );
  t.equal(
    `${new GhostBatchNorm2d(3, { groups: 5 })}`,
    'GhostBatchNorm2d(3, eps=0.00001, momentum=0.1, affine=true, groups=5)',
  );
});

t.test(
  'the entries of a state dictionary stand in the order of PyTorch, the count of batches last',
  async (t) => {
    const entries = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];
    for (const layer of [
      new BatchNorm2d(2),
      new GhostBatchNorm2d(2, { virtualBatchSize: 1 }),
      new InstanceNorm2d(2, { affine: true, trackRunningStats: true }),
    ]) {
      t.same(Object.keys(await layer.stateDict()), entries, String(layer));
    }
  },
);
