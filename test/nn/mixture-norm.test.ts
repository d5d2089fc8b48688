// MixtureNorm layers: warm start, running mixture, re-seeding, reports, and K = 1 as batch normalization.
import t from 'tap';
import {
  BatchNorm2d,
  createRandom,
  type Device,
  MixtureNorm1d,
  MixtureNorm2d,
  OptionError,
  openDevice,
  ShapeError,
  setDevice,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';

/** Two well separated blobs in two channels: around (−4, 4) and, a third as often, around (4, −4). */
function blobs(count: number, seed: string): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: 2 * count }, (_, i) => {
    const side = Math.floor(i / 2) % 4 === 0 ? 1 : -1;
    return (i % 2 === 0 ? 4 : -4) * side + 0.5 * random.normal();
  });
}

everyDevice(
  'finds two blobs from the first batch on, and normalizes each by its own statistics',
  async (t, device) => {
    const layer = new MixtureNorm1d(2, { components: 2, device, random: createRandom('blobs') });
    let y = new Float64Array();
    for (let step = 0; step < 3; step++) {
      const x = tensor(blobs(400, `blobs ${step}`), { shape: [400, 2], device });
      y = Float64Array.from(await layer.forward(x).data());
    }
    const weights = Array.from(await layer.runningWeights.data()).sort();
    t.ok(Math.abs(weights[0] - 0.25) < 0.01 && Math.abs(weights[1] - 0.75) < 0.01, `${weights}`);
    const means = Array.from(await layer.runningMeans.data(), Math.round).sort((a, b) => a - b);
    t.same(means, [-4, -4, 4, 4]);
    // Every blob is centred: Σ over all samples vanishes, and the variance is Σ_k λ_k = 1.
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    const variance = y.reduce((sum, value) => sum + value * value, 0) / y.length;
    t.ok(Math.abs(mean) < 1e-2, `mean ${mean}`);
    t.ok(Math.abs(variance - 1) < 1e-2, `variance ${variance}`);
  },
);

everyDevice('evaluation uses the running mixture and leaves it alone', async (t, device) => {
  const layer = new MixtureNorm1d(2, { components: 2, momentum: 1, device, random: createRandom('blobs') });
  const x = tensor(blobs(400, 'blobs'), { shape: [400, 2], device });
  layer.forward(x);
  const trained = Float64Array.from(await layer.forward(x).data());
  const before = await layer.stateDict();
  const evaluated = Float64Array.from(await layer.eval().forward(x).data());
  const worst = evaluated.reduce((most, value, i) => Math.max(most, Math.abs(value - trained[i])), 0);
  t.ok(worst < 1e-3, `with momentum 1 evaluation repeats the last batch: off by ${worst}`);
  t.same(await layer.stateDict(), before);
});

t.test(
  'with one component it is batch normalization, forward, backward and in its running mean',
  async (t) => {
    const device = setDevice(await openDevice('reference'));
    const shape = [4, 3, 5, 2];
    const [x, u] = ['x', 'x'].map((seed) => tensor(normal(shape, seed), { shape, requiresGrad: true }));
    const gradient = tensor(normal(shape, 'g'), { shape });
    const mn = new MixtureNorm2d(3, { components: 1, momentum: 1, device });
    const bn = new BatchNorm2d(3, { momentum: 1, device });
    const [y, v] = [mn.forward(x), bn.forward(u)];
    y.backward({ gradient });
    v.backward({ gradient });
    const pairs = [
      ['y', y, v],
      ['dx', x.grad!, u.grad!],
      ['dγ', mn.weight!.grad!, bn.weight!.grad!],
      ['dβ', mn.bias!.grad!, bn.bias!.grad!],
    ] as const;
    for (const [name, a, b] of pairs) {
      const [p, q] = [Array.from(await a.data()), await b.data()];
      const worst = p.reduce((most, value, i) => Math.max(most, Math.abs(value - q[i])), 0);
      t.ok(worst < 1e-13, `${name} is off by ${worst}`);
    }
    t.same(await mn.runningMeans.data(), await bn.runningMean.data(), 'the means agree bit for bit');
  },
);

t.test('a component that dies is re-seeded and the log says so', async (t) => {
  const device = await openDevice('reference');
  const lines: string[] = [];
  const layer = new MixtureNorm1d(2, { components: 2, device, log: (line) => lines.push(line) });
  const x = tensor(normal([200, 2], 'one blob'), { shape: [200, 2], device });
  layer.forward(x);
  const state = await layer.stateDict();
  state.running_means.data.set([0, 0, 1e6, 1e6]);
  layer.loadStateDict(state);
  layer.forward(x);
  t.same(lines, ['MixtureNorm1d: component 1 died and was re-seeded']);
  const means = Array.from(await layer.runningMeans.data());
  t.ok(
    means.slice(2).every((mean) => Math.abs(mean) < 5),
    `on a pixel: ${means}`,
  );
  const total = Array.from(await layer.runningWeights.data()).reduce((sum, weight) => sum + weight, 0);
  t.ok(Math.abs(total - 1) < 1e-12, 'the weights still sum to one');
  layer.forward(x);
  t.equal(lines.length, 1, 'the re-seeded component lives');
});

t.test('with channel posteriors only the channel whose component died is re-seeded', async (t) => {
  const device = await openDevice('reference');
  const lines: string[] = [];
  const layer = new MixtureNorm1d(2, {
    components: 2,
    posterior: 'channel',
    device,
    log: (line) => lines.push(line),
  });
  const x = tensor(normal([200, 2], 'one blob'), { shape: [200, 2], device });
  layer.forward(x);
  const state = await layer.stateDict();
  state.running_means.data[3] = 1e6;
  layer.loadStateDict(state);
  layer.forward(x);
  t.same(lines, ['MixtureNorm1d: component 1 of channel 1 died and was re-seeded']);
});

t.test('a report tells the log-likelihood of every EM round, which never falls', async (t) => {
  const device = await openDevice('reference');
  const layer = new MixtureNorm1d(2, { components: 3, iterations: 8, device });
  const x = tensor(blobs(300, 'report'), { shape: [300, 2], device });
  layer.forward(x);
  const { logLikelihoods, weights, means, variances } = await layer.report(x);
  t.equal(logLikelihoods.length, 9);
  t.ok(
    logLikelihoods.every((value, i) => i === 0 || value >= logLikelihoods[i - 1] - 1e-9),
    `${logLikelihoods}`,
  );
  t.same([weights.length, means.length, variances.length], [3, 6, 6]);
});

/** 100 samples of two channels, with one value set. */
const spoiled = (value: number, seed: string, device: Device) =>
  tensor(
    normal([100, 2], seed).map((v, i) => (i === 5 ? value : v)),
    { shape: [100, 2], device },
  );
const allFinite = async (tensors: readonly Tensor[]) =>
  (await Promise.all(tensors.map((t) => t.data()))).every((values) => values.every(Number.isFinite));
const spoilers = [Number.NaN, Infinity, -Infinity];

everyDevice('a batch that is not finite does not enter the running mixture', async (t, device) => {
  for (const posterior of ['joint', 'channel'] as const) {
    for (const gradient of ['detached', 'posterior', 'unrolled'] as const) {
      const options = { components: 2, posterior, gradient, device, log: () => {} };
      const layer = new MixtureNorm1d(2, { ...options, random: createRandom('spoiled') });
      layer.forward(spoiled(0, 'first', device));
      for (const value of device.sync ? spoilers : [Number.NaN]) {
        layer.train().forward(spoiled(value, 'bad', device));
        const what = `${posterior}, ${gradient}, after ${value}`;
        t.ok(await allFinite(Object.values(layer.running)), `the running mixture, ${what}`);
        t.ok(await allFinite([layer.forward(spoiled(0, 'next', device))]), `the next batch, ${what}`);
        t.ok(await allFinite([layer.eval().forward(spoiled(0, 'last', device))]), `evaluation, ${what}`);
      }
    }
  }
});

t.test('a first batch that is not finite is no first batch', async (t) => {
  const device = await openDevice('wasm');
  for (const value of [...spoilers, 1e30]) {
    const lines: string[] = [];
    const layer = new MixtureNorm1d(2, { components: 2, device, log: (line) => lines.push(line) });
    const before = await layer.stateDict();
    layer.forward(spoiled(value, 'bad', device));
    const { random_state: _, ...after } = await layer.stateDict();
    t.match(before, after, 'nothing changed, the count included');
    t.same(lines, ['MixtureNorm1d: a batch that is not finite was left out of the running mixture']);
    layer.forward(spoiled(0, 'good', device));
    const means = await layer.runningMeans.data();
    t.ok(
      means.every((mean) => mean !== 0 && Math.abs(mean) < 5),
      `seeded by the next one: ${means}`,
    );
    t.same([...(await layer.numBatchesTracked.data())], [1]);
  }
});

t.test('a component of the running mixture that is not finite is dead', async (t) => {
  const device = await openDevice('reference');
  for (const [components, posterior, key, at, dead] of [
    [2, 'joint', 'running_means', 2, 'component 1'],
    [2, 'joint', 'running_weights', 0, 'component 0'],
    [1, 'joint', 'running_variances', 1, 'component 0'],
    [2, 'channel', 'running_variances', 3, 'component 1 of channel 1'],
    [2, 'channel', 'running_weights', 1, 'component 0 of channel 1'],
  ] as const) {
    const lines: string[] = [];
    const layer = new MixtureNorm1d(2, { components, posterior, device, log: (line) => lines.push(line) });
    layer.forward(spoiled(0, 'first', device));
    const state = await layer.stateDict();
    state[key].data[at] = Number.NaN;
    layer.loadStateDict(state);
    t.ok(await allFinite([layer.forward(spoiled(0, 'next', device))]), `${key} ${at}`);
    t.same(lines, [`MixtureNorm1d: ${dead} died and was re-seeded`]);
    t.ok(await allFinite(Object.values(layer.running)));
  }
});

everyDevice('batches that hardly vary do not spoil the mixture', async (t, device) => {
  const batches: Record<string, (value: number, i: number) => number> = {
    'a constant channel': (value, i) => (i % 2 === 0 ? value : 5),
    'a channel of zeros': (value, i) => (i % 2 === 0 ? value : 0),
    'nothing but zeros': () => 0,
    'one value everywhere': () => 7.5,
    'one pixel that differs': (_, i) => (i === 5 ? 1 : 0),
    'tiny values': (value) => value * 1e-30,
  };
  for (const [what, make] of Object.entries(batches)) {
    for (const posterior of ['joint', 'channel'] as const) {
      const layer = new MixtureNorm1d(2, { components: 2, posterior, device, log: () => {} });
      const batch = () => tensor(normal([20, 2], what).map(make), { shape: [20, 2], device });
      const ys = [layer.forward(batch()), layer.forward(batch()), layer.eval().forward(batch())];
      t.ok(await allFinite(ys), `${what}, ${posterior}`);
      t.ok(await allFinite(Object.values(layer.running)));
    }
  }
});

t.test('a state without a count leaves the layer as far as it was', async (t) => {
  const device = await openDevice('reference');
  const layer = new MixtureNorm1d(2, { components: 2, device, random: createRandom('count') });
  layer.forward(tensor(blobs(400, 'count'), { shape: [400, 2], device }));
  const before = await layer.runningMeans.data();
  layer.loadStateDict({}, { strict: false });
  layer.forward(tensor(blobs(400, 'count'), { shape: [400, 2], device }));
  const after = await layer.runningMeans.data();
  t.ok(
    after.every((mean, i) => Math.abs(mean - before[i]) < 1),
    'components keep their identity: the layer is not seeded anew',
  );
});

t.test('mixture normalization layers name what does not fit', async (t) => {
  t.throws(
    () => new MixtureNorm1d(2, { components: 0 }),
    new OptionError('MixtureNorm1d: components is 0, expected an integer of at least 1'),
  );
  t.throws(
    () => new MixtureNorm1d(2, { components: 1000 }),
    new OptionError('MixtureNorm1d: minWeight is 0.001, expected a number of at least 0 and below 1/1000'),
  );
  for (const momentum of [2, -1, Number.NaN, null, '0.1']) {
    const what = typeof momentum === 'string' ? `'${momentum}'` : momentum;
    t.throws(
      () => new MixtureNorm1d(2, { momentum: momentum as number }),
      new OptionError(`MixtureNorm1d: momentum is ${what}, expected a number of at least 0 and at most 1`),
    );
  }
  t.throws(
    () => new MixtureNorm2d(2, { posterior: 'both' as never }),
    new OptionError("MixtureNorm2d: posterior is 'both', expected 'joint' or 'channel'"),
  );
  t.throws(
    () => new MixtureNorm2d(2).forward(tensor([[1, 2]])),
    new ShapeError('MixtureNorm2d: x has shape [1, 2], expected [N, 2, H, W]'),
  );
  t.throws(
    () => new MixtureNorm1d(2).forward(tensor([[1, 2]])),
    new ShapeError('mixtureNorm: x has shape [1, 2], one value a channel: nothing to normalize by'),
  );
});
