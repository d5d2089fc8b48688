// Mode normalization: one mode is batch normalization, gates are learned and recomputed, and no mode divides by nothing.
import t from 'tap';
import {
  batchNorm,
  createRandom,
  type Device,
  ModeNorm1d,
  ModeNorm2d,
  modeNorm,
  SGD,
  slice,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';

const SHAPE = [6, 3, 4, 2];
const make = (shape: number[], seed: string, device: Device) => leaf(normal(shape, seed), shape, device);
const allFinite = async (x: Tensor) => Array.from(await x.data()).every(Number.isFinite);
const difference = async (a: Tensor, b: Tensor) =>
  worstDifference(await a.data(), await b.data(), a.shape).error;

everyDevice('one mode is batch normalization, its gradients included', async (t, device) => {
  const gradient = tensor(normal(SHAPE, 'g'), { shape: SHAPE, device });
  const results: Tensor[][] = [];
  for (const norm of ['batch', 'mode']) {
    const [x, weight, bias] = [make(SHAPE, 'x', device), make([3], 'w', device), make([3], 'b', device)];
    const gates = { gateWeight: make([1, 3], 'gw', device), gateBias: make([1], 'gb', device) };
    const options = { weight, bias, training: true };
    const y = norm === 'batch' ? batchNorm(x, options) : modeNorm(x, { ...gates, ...options });
    y.backward({ gradient });
    results.push([y, x.grad!, weight.grad!, bias.grad!]);
    if (norm === 'mode') t.same([...(await gates.gateWeight.grad!.data())].map(Math.abs), [0, 0, 0]);
  }
  const bound = device.dtype === 'float64' ? 1e-12 : 5e-6;
  for (const [i, name] of ['y', 'dx', 'dα', 'dβ'].entries()) {
    const error = await difference(results[0][i], results[1][i]);
    t.ok(error <= bound, `${name} differs by ${error}`);
  }
});

everyDevice(
  'a mode that no image belongs to leaves all finite, and the others as they are',
  async (t, device) => {
    const x = make(SHAPE, 'x', device);
    const gateWeight = tensor([0, 0, 0, 0, 0, 0], { shape: [2, 3], device, requiresGrad: true });
    for (const nobody of [-200, -1e4, -1e30]) {
      const gateBias = tensor([0, nobody], { device, requiresGrad: true });
      const running = { runningMeans: make([2, 3], 'm', device), runningSquares: make([2, 3], 's', device) };
      const y = modeNorm(x, { gateWeight, gateBias, ...running, training: true });
      const error = await difference(y, batchNorm(x, { training: true }));
      t.ok(error < 1e-5, `bias ${nobody}: off batch normalization by ${error}`);
      y.backward({ gradient: tensor(normal(SHAPE, 'g'), { shape: SHAPE, device }) });
      for (const result of [y, x.grad!, gateWeight.grad!, gateBias.grad!, ...Object.values(running)])
        t.ok(await allFinite(result), `bias ${nobody}`);
      x.grad = null;
      gateWeight.grad = null;
    }
  },
);

everyDevice('gates so far apart that exp would overflow share images between modes', async (t, device) => {
  // images about −3 and about 5, of one channel
  const x = tensor(
    normal([8, 1, 3, 3], 'x').map((v, i) => v + (Math.floor(i / 9) % 2 ? 5 : -3)),
    { shape: [8, 1, 3, 3], device },
  );
  const gates = { gateWeight: tensor([[-1e6], [1e6]], { device }), gateBias: tensor([0, 0], { device }) };
  const y = await modeNorm(x, { ...gates, training: true }).data();
  for (const mode of [0, 1]) {
    const own = Array.from(y).filter((_, i) => Math.floor(i / 9) % 2 === mode);
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    const variance = own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length;
    t.ok(Math.abs(mean) < 1e-5 && Math.abs(variance - 1) < 1e-4, `mode ${mode}: ${mean}, ${variance}`);
  }
});

everyDevice('evaluation takes the running means, and the gates of the image alone', async (t, device) => {
  const random = createRandom('evaluation');
  const layer = new ModeNorm2d(3, { momentum: 1, random, device });
  const x = tensor(normal(SHAPE, 'x'), { shape: SHAPE, device });
  const trained = layer.forward(x);
  const evaluated = layer.eval().forward(x);
  t.ok((await difference(trained, evaluated)) < 1e-4, 'a momentum of 1 leaves the statistics of the batch');
  const alone = layer.forward(slice(x, 0, 2, 3));
  t.same([...(await alone.data())], [...(await slice(evaluated, 0, 2, 3).data())], 'to the bit');
  t.same(await layer.numBatchesTracked.item(), 1);
});

everyDevice('numbers about 1e4 keep their digits', async (t, device) => {
  const spread = normal([16, 2, 8, 8], 'x');
  const at = (offset: number) =>
    tensor(
      spread.map((v) => Math.fround(offset + v)),
      { shape: [16, 2, 8, 8], device },
    );
  // gates that an offset of all does not move
  const gates = {
    gateWeight: tensor(
      [
        [2, -2],
        [0, 0],
      ],
      { device },
    ),
    gateBias: tensor([0, 0], { device }),
  };
  const [far, near] = [1e4, 0].map((offset) => modeNorm(at(offset), { ...gates, training: true }));
  const error = await difference(far, near);
  // 1e4 + v is rounded to 5e-4, and so are the means that the gates see
  t.ok(error < 3e-3, `off by ${error}`);
});

t.test(
  'weights of the gates start about 1/K, their bias as a linear layer’s, the running means at 0',
  async (t) => {
    const layer = new ModeNorm2d(400, { components: 4, random: createRandom(1) });
    const weights = Array.from(await layer.gateWeight.data());
    const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
    const deviation = Math.sqrt(weights.reduce((a, b) => a + (b - mean) ** 2, 0) / weights.length);
    t.ok(Math.abs(mean - 0.25) < 1e-3 && Math.abs(deviation - 0.01) < 1e-3, `${mean}, ${deviation}`);
    t.ok((await layer.gateBias.data()).every((v) => Math.abs(v) <= 1 / 20));
    t.ok((await layer.runningMeans.data()).every((v) => v === 0));
    t.ok((await layer.runningSquares.data()).every((v) => v === 0));
    t.same([layer.components, layer.eps, layer.momentum, new ModeNorm1d(1).components], [4, 1e-5, 0.1, 2]);
  },
);

t.test('a state dictionary takes gates, running means and count along', async (t) => {
  const [a, b] = [1, 2].map((seed) => new ModeNorm1d(3, { random: createRandom(seed) }));
  const x = tensor(normal([8, 3], 'x'), { shape: [8, 3] });
  a.forward(x);
  b.loadStateDict(await a.stateDict());
  t.same([...(await b.eval().forward(x).data())], [...(await a.eval().forward(x).data())]);
  t.equal((await b.stateDict()).num_batches_tracked.data[0], 1);
});

t.test('the gates are learned: two populations part', async (t) => {
  const layer = new ModeNorm1d(1, { random: createRandom(3) });
  const values = normal([64, 1], 'x').map((v, i) => 0.3 * v + (i % 2 ? 2 : -2));
  const x = tensor(values, { shape: [64, 1] });
  // what is left of the difference between the two populations
  const sign = tensor(
    values.map((_, i) => (i % 2 ? 1 : -1)),
    { shape: [64, 1] },
  );
  const optimizer = new SGD(
    layer.parameters().filter((p) => p !== layer.weight && p !== layer.bias),
    { lr: 1 },
  );
  const losses: number[] = [];
  for (let step = 0; step < 60; step++) {
    optimizer.zeroGrad();
    const loss = layer.forward(x).mul(sign).mean();
    losses.push(await loss.item());
    loss.backward();
    optimizer.step();
  }
  t.ok(losses[0] > 0.9 && losses.at(-1)! < 0.3, `${losses[0]} falls to ${losses.at(-1)}`);
});
