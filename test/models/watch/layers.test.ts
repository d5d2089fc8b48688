// What is measured of normalization layers in an update: against sums made by hand, and without a trace in the update.
import { createHash } from 'node:crypto';
import t from 'tap';
import {
  createRandom,
  crossEntropy,
  currentDevice,
  emFit,
  type Mixture,
  MixtureNorm2d,
  type Module,
  noGrad,
  type Tensor,
  tensor,
} from '../../../lib/index.js';
import { makeModel } from '../../../models/networks/index.js';
import { type NormSettings, normNames } from '../../../models/networks/norms.js';
import type { LayerNumbers } from '../../../models/run/metrics.js';
import { normsOf, watchLayers } from '../../../models/watch/layers.js';
import { placeShare } from '../../../models/watch/mixtures.js';
import { normal } from '../../values.js';

const SHAPE = [4, 3, 32, 32];
const LABELS = [0, 1, 2, 3];
const batch = (name: string) => tensor(normal(SHAPE, name), { shape: SHAPE });
const networkWith = (norms: NormSettings) =>
  makeModel('cifar-cnn', norms, { classes: 4, width: 4, random: createRandom(1) });

/** Forward and backward; the gradients are the parameters'. */
function pass(network: Module, images: Tensor): Tensor {
  for (const param of network.parameters()) param.grad = null;
  const loss = crossEntropy(network.forward(images), LABELS);
  loss.backward();
  return loss;
}

/** Loss, gradients and state, as bits: a checksum each, since many numbers that differ take long to print. */
async function allOf(network: Module, loss: Tensor): Promise<string[]> {
  const gradients = await Promise.all(network.parameters().map((param) => param.grad!.data()));
  const state = Object.values(await network.stateDict()).map(({ data }) => data);
  return [[await loss.data()], gradients, state].map((lists) => {
    const hash = createHash('sha256');
    for (const values of lists)
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return hash.digest('hex');
  });
}

const near = (t: Tap, found: number | undefined, wanted: number, what: string) =>
  t.ok(Math.abs(found! - wanted) <= 1e-5 * Math.abs(wanted) + 1e-9, `${what}: ${found}, expected ${wanted}`);
type Tap = Pick<typeof t, 'ok'>;

const arms: NormSettings[] = [
  ...normNames.filter((norm) => norm !== 'none').map((norm) => ({ norm, virtualBatchSize: 2 })),
  { norm: 'mn', gradient: 'unrolled', scale: 'unit', iterations: 1 },
  { norm: 'mn', posterior: 'channel', components: 2 },
  { norm: 'mn', normAt: ['conv3'] },
  { norm: 'mn', seeding: 'kmeans', gradient: 'posterior' },
  { norm: 'mn', shufflePosteriors: true },
];

for (const norms of arms) {
  t.test(`${JSON.stringify(norms)}: an update that is watched is the one that is not`, async (t) => {
    const [plain, watched] = [networkWith(norms), networkWith(norms)];
    for (const name of ['first', 'second']) {
      const expected = await allOf(plain, pass(plain, batch(name)));
      const watch = await watchLayers(watched);
      const loss = pass(watched, batch(name));
      watch.stop();
      const numbers = await watch.numbers();
      t.strictSame(await allOf(watched, loss), expected, `${name}: loss, gradients and state`);
      t.strictSame(Object.keys(numbers), ['norm1', 'norm2', 'norm3', 'norm4']);
      for (const { weights = [], ...rest } of Object.values(numbers))
        for (const value of [...weights, ...Object.values(rest).flat()])
          t.ok(Number.isFinite(value), `${name}: ${value}`);
    }
    t.notOk(
      watched.namedModules().some(([, module]) => Object.hasOwn(module, 'forward')),
      'no hook is left',
    );
  });
}

t.test('a network without norms has no numbers', async (t) => {
  const network = networkWith({ norm: 'none' });
  const watch = await watchLayers(network);
  pass(network, batch('first'));
  watch.stop();
  t.strictSame(await watch.numbers(), {});
});

/** What goes into each norm and comes out of it, and the gradient that comes back. */
async function seen(network: Module, images: Tensor) {
  const found = new Map<string, { x: Tensor; y: Tensor; g?: Tensor }>();
  const ends = normsOf(network).map(([name, layer]) =>
    (layer as Module).registerForwardHook((_layer, [x], y) => {
      found.set(name, { x: x.keep(), y: y.keep() });
      x.registerHook((g) => {
        found.get(name)!.g = g.keep();
      });
    }),
  );
  pass(network, images);
  for (const end of ends) end();
  return found;
}

/** The numbers of a layer by loops. */
async function byHand(x: Tensor, y: Tensor, g: Tensor, gamma: ArrayLike<number>, beta: ArrayLike<number>) {
  const [N, C, H, W] = y.shape;
  const values = await y.data();
  const raw = Array.from(values, (value, i) => {
    const c = Math.floor(i / (H * W)) % C;
    return (value - beta[c]) / gamma[c];
  });
  const mean = raw.reduce((a, b) => a + b) / (N * C * H * W);
  const outputDeviation = Math.sqrt(raw.reduce((sum, v) => sum + (v - mean) ** 2, 0) / raw.length);
  const gradNorm = Math.hypot(...(await g.data()));
  return { outputDeviation, gradNorm, shape: x.shape };
}

t.test('gradient and output are those of loops, γ and β taken away', async (t) => {
  for (const norms of arms.slice(0, 4)) {
    const network = networkWith(norms);
    for (const [name, { weight, bias }] of normsOf(network)) {
      const C = weight!.size;
      const draws = { weight: normal([C], `γ ${name}`), bias: normal([C], `β ${name}`) };
      for (let c = 0; c < C; c++) {
        weight!.ndarray().set(c, 1 + 0.3 * draws.weight[c]);
        bias!.ndarray().set(c, draws.bias[c]);
      }
    }
    const state = await network.stateDict();
    const found = await seen(network, batch('first'));
    network.loadStateDict(state);
    const watch = await watchLayers(network);
    pass(network, batch('first'));
    watch.stop();
    const numbers = await watch.numbers();
    for (const [name, { weight, bias }] of normsOf(network)) {
      const { x, y, g } = found.get(name)!;
      const wanted = await byHand(x, y, g!, await weight!.data(), await bias!.data());
      near(t, numbers[name].gradNorm, wanted.gradNorm, `${norms.norm} ${name}: gradient`);
      near(t, numbers[name].outputDeviation, wanted.outputDeviation, `${norms.norm} ${name}: output`);
    }
  }
});

/** The numbers of EM from `start` by loops over its posteriors. */
async function mixtureByHand(layer: MixtureNorm2d, start: Mixture, x: Tensor): Promise<LayerNumbers> {
  const { components: K, iterations, posterior, regCovar, minWeight } = layer;
  const init = noGrad(() => ({ ...start, variances: start.variances.add(regCovar) }));
  const { posteriors, logLikelihoods } = emFit(x, { init, iterations, posterior, regCovar, minWeight });
  const tau = await posteriors.data();
  const T = posterior === 'joint' ? 1 : layer.numFeatures;
  const M = tau.length / (K * T);
  const weights = new Array<number>(K).fill(0);
  let [entropy, dead] = [0, 0];
  for (let c = 0; c < T; c++) {
    const shares = weights.map((_, k) => {
      let sum = 0;
      for (let m = 0; m < M; m++) {
        const p = tau[(m * K + k) * T + c];
        sum += p / M;
        if (p > 0) entropy -= (p * Math.log(p)) / (M * T);
      }
      return Math.max(sum, minWeight);
    });
    const total = shares.reduce((a, b) => a + b);
    for (const [k, share] of shares.entries()) {
      weights[k] += share / total / T;
      if (share / total <= minWeight) dead += 1 / T;
    }
  }
  const likelihoods = await Promise.all(logLikelihoods.map((value) => value.item()));
  const place = placeByHand((m, k, c) => tau[(m * K + k) * T + c], { N: x.shape[0], M, K, T });
  return { gradNorm: 0, outputDeviation: 0, weights, entropy, place, dead, logLikelihoods: likelihoods };
}

/** The mutual information of component and place, Σ p(s, k) ln p(s, k) / (p(s) p(k)), as a share of the entropy of the components. */
function placeByHand(
  tau: (m: number, k: number, c: number) => number,
  { N, M, K, T }: { N: number; M: number; K: number; T: number },
): number {
  const S = M / N;
  let total = 0;
  for (let c = 0; c < T; c++) {
    let [information, entropy] = [0, 0];
    for (let k = 0; k < K; k++) {
      const at = Array.from({ length: S }, (_, s) => {
        let sum = 0;
        for (let n = 0; n < N; n++) sum += tau(n * S + s, k, c) / N;
        return sum;
      });
      const all = at.reduce((a, b) => a + b) / S;
      if (all > 0) entropy -= all * Math.log(all);
      for (const p of at) if (p > 0) information += (p / S) * Math.log(p / all);
    }
    total += entropy > 0 ? information / entropy : 0;
  }
  return total / T;
}

for (const posterior of ['joint', 'channel'] as const) {
  t.test(`${posterior} mixtures are those of emFit, from the running one before the update`, async (t) => {
    const network = networkWith({ norm: 'mn', components: 4, posterior });
    pass(network, batch('first'));
    const start = new Map<string, Mixture>();
    for (const [name, layer] of normsOf(network)) {
      if (!(layer instanceof MixtureNorm2d)) continue;
      const { weights, means, variances } = layer.running;
      // A component that no sample belongs to.
      for (let c = 0; c < layer.numFeatures; c++) means.ndarray().set(0, c, 1e4);
      start.set(name, { weights: weights.detach(), means: means.detach(), variances: variances.detach() });
    }
    const state = await network.stateDict();
    const found = await seen(network, batch('second'));
    network.loadStateDict(state);
    const watch = await watchLayers(network);
    pass(network, batch('second'));
    watch.stop();
    const numbers = await watch.numbers();
    let anyDead = false;
    for (const [name, layer] of normsOf(network)) {
      const wanted = await mixtureByHand(layer as MixtureNorm2d, start.get(name)!, found.get(name)!.x);
      const { weights, entropy, place, dead, logLikelihoods } = numbers[name];
      near(t, entropy, wanted.entropy!, `${name}: entropy`);
      near(t, place, wanted.place!, `${name}: place`);
      near(t, dead, wanted.dead!, `${name}: dead`);
      anyDead ||= dead! > 0;
      for (const [k, weight] of wanted.weights!.entries()) near(t, weights![k], weight, `${name}: λ ${k}`);
      for (const [i, value] of wanted.logLikelihoods!.entries())
        near(t, logLikelihoods![i], value, `${name}: likelihood ${i}`);
    }
    t.ok(anyDead, 'some component is dead');
  });
}

t.test('the place explains all, nothing, or half of the components', async (t) => {
  const share = (at: number[], K = 2, T = 1) => placeShare(at, K, T);
  t.equal(share([1, 0, 0, 1]), 1, 'each place its own');
  t.equal(share([0.3, 0.7, 0.3, 0.7]), 0, 'all places alike');
  t.equal(share([1, 0, 1, 0]), 0, 'one component has all');
  t.ok(Math.abs(share([1, 0, 0, 1, 0.5, 0.5, 0.5, 0.5]) - 0.5) < 1e-12, 'half of the places');
  t.equal(share([1, 0.3, 0, 0.7, 0, 0.3, 1, 0.7], 2, 2), 0.5, 'one channel of two');
  t.end();
});

t.test('mixtures that are seeded by every batch are not guessed at', async (t) => {
  const network = networkWith({ norm: 'mn', seeding: 'kmeans' });
  pass(network, batch('first'));
  const watch = await watchLayers(network);
  pass(network, batch('second'));
  watch.stop();
  t.strictSame(Object.keys((await watch.numbers()).norm1), ['gradNorm', 'outputDeviation']);
});

t.test('parts of a batch: the gradient of the whole, and the mean of all else', async (t) => {
  const norms: NormSettings = { norm: 'mn', components: 2 };
  const network = networkWith(norms);
  pass(network, batch('first'));
  const state = await network.stateDict();
  const watch = await watchLayers(network);
  for (const name of ['second', 'third']) pass(network, batch(name));
  watch.stop();
  const both = await watch.numbers();
  network.loadStateDict(state);
  const each: Record<string, LayerNumbers>[] = [];
  for (const name of ['second', 'third']) {
    const watch = await watchLayers(network);
    pass(network, batch(name));
    watch.stop();
    each.push(await watch.numbers());
  }
  for (const [name, { gradNorm, outputDeviation, entropy, weights }] of Object.entries(both)) {
    const [a, b] = each.map((numbers) => numbers[name]);
    near(t, gradNorm, Math.hypot(a.gradNorm, b.gradNorm), `${name}: gradient`);
    near(t, outputDeviation, (a.outputDeviation + b.outputDeviation) / 2, `${name}: output`);
    near(t, entropy, (a.entropy! + b.entropy!) / 2, `${name}: entropy`);
    near(t, weights![0], (a.weights![0] + b.weights![0]) / 2, `${name}: λ`);
  }
});

t.test('a channel of which γ has left nothing does not count', async (t) => {
  const network = networkWith({ norm: 'bn' });
  const [[, { weight, bias }]] = normsOf(network);
  weight!.ndarray().set(1, 0);
  bias!.ndarray().set(1, 3);
  const watch = await watchLayers(network);
  pass(network, batch('first'));
  watch.stop();
  const { norm1 } = await watch.numbers();
  t.ok(Math.abs(norm1.outputDeviation - 1) < 1e-3, `${norm1.outputDeviation}`);
});

t.test('nothing stays on the device', async (t) => {
  const network = networkWith({ norm: 'mn', components: 2 });
  const buffers: number[] = [];
  for (let step = 0; step < 12; step++) {
    const watch = await watchLayers(network);
    pass(network, batch('first'));
    watch.stop();
    await watch.numbers();
    buffers.push(currentDevice().memory().buffers);
  }
  t.ok(buffers[11] <= buffers[7], `${buffers}`);
});
