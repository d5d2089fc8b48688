// Variants of the MixtureNorm layers that a study compares: shuffled posteriors, and k-means++ on every batch.
import t from 'tap';
import {
  createRandom,
  emFit,
  MixtureNorm1d,
  MixtureNorm2d,
  type MixtureNormLayerOptions,
  OptionError,
  openDevice,
  setDevice,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { matchMixture } from '../../lib/ops/mixture/matching.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';

/** Pixels [N, C, S] as rows of channels, by position n·S + s. */
function pixelsOf(values: ArrayLike<number>, [N, C, S]: readonly number[]): number[][] {
  return Array.from({ length: N * S }, (_, i) =>
    Array.from({ length: C }, (_, c) => values[(Math.floor(i / S) * C + c) * S + (i % S)]),
  );
}

/** x̂ of pixels [M][C] by posteriors tau(i, k, c), with their statistics; plain sums. */
function normalizeBy(
  pixels: readonly number[][],
  tau: (i: number, k: number, c: number) => number,
  { K, fisher }: { K: number; fisher: boolean },
): number[][] {
  const M = pixels.length;
  return pixels.map((pixel, i) =>
    pixel.map((value, c) => {
      let total = 0;
      for (let k = 0; k < K; k++) {
        const n = pixels.reduce((sum, _, j) => sum + tau(j, k, c), 0);
        const mean = pixels.reduce((sum, p, j) => sum + tau(j, k, c) * p[c], 0) / n;
        const variance = pixels.reduce((sum, p, j) => sum + tau(j, k, c) * (p[c] - mean) ** 2, 0) / n;
        const share = fisher ? tau(i, k, c) / Math.sqrt(n / M) : tau(i, k, c);
        total += (share * (value - mean)) / Math.sqrt(variance + 1e-5);
      }
      return total;
    }),
  );
}

const near = (a: ArrayLike<number>, b: ArrayLike<number>, bound: number) =>
  a.length === b.length && Array.from(a).every((value, i) => Math.abs(value - b[i]) <= bound);

const SHAPE = [6, 2, 5];
/** Two blobs, one with a third of the pixels. */
const batch = (seed: string, shape = SHAPE) => normal(shape, seed).map((v, i) => (i % 3 === 0 ? 5 : -2) + v);

/** A layer of two components for SHAPE, and its generator. */
function make(options: MixtureNormLayerOptions) {
  const random = createRandom('arms');
  return {
    layer: new MixtureNorm1d(2, { components: 2, momentum: 1, minWeight: 0, random, ...options }),
    random,
  };
}

everyDevice(
  'shuffled posteriors are those of other pixels; the running mixture is that of EM',
  async (t, device) => {
    const bound = device.dtype === 'float64' ? 1e-9 : 1e-3;
    const [first, second] = ['first', 'second'].map((seed) => batch(seed));
    for (const posterior of ['joint', 'channel'] as const) {
      for (const scale of ['fisher', 'unit'] as const) {
        const { layer: plain } = make({ posterior, scale, device });
        const { layer, random } = make({ posterior, scale, device, shuffle: true });
        for (const each of [plain, layer]) each.forward(tensor(first, { shape: SHAPE, device }));
        const { weights, means, variances } = plain.running;
        const init = { weights, means, variances: variances.add(plain.regCovar) };
        const x = tensor(second, { shape: SHAPE, device });
        const fit = emFit(x, { init, iterations: 2, posterior, regCovar: plain.regCovar });
        const tau = await fit.posteriors.data();
        const twin = createRandom(0);
        twin.load(random.state());
        const order = twin.permutation(30);
        const of = (i: number, k: number, c: number) =>
          posterior === 'joint' ? tau[order[i] * 2 + k] : tau[(order[i] * 2 + k) * 2 + c];
        const expected = normalizeBy(pixelsOf(second, SHAPE), of, { K: 2, fisher: scale === 'fisher' });
        const y = pixelsOf(await layer.forward(x).data(), SHAPE);
        t.ok(near(y.flat(), expected.flat(), bound), `${posterior}, ${scale}`);
        plain.forward(x);
        for (const key of ['weights', 'means', 'variances'] as const)
          t.ok(near(await layer.running[key].data(), await plain.running[key].data(), bound), key);
      }
    }
  },
);

everyDevice(
  'evaluation of shuffled posteriors is BN, times Σ √λ where posteriors have 1/√λ',
  async (t, device) => {
    const bound = device.dtype === 'float64' ? 1e-9 : 1e-4;
    const values = batch('evaluated');
    for (const posterior of ['joint', 'channel'] as const) {
      for (const scale of ['fisher', 'unit'] as const) {
        const { layer } = make({ posterior, scale, device, shuffle: true });
        layer.forward(tensor(batch('first'), { shape: SHAPE, device }));
        const before = await layer.stateDict();
        const x = leaf(values, SHAPE, device);
        const y = layer.eval().forward(x);
        y.sum().backward();
        const [found, gradient] = [await y.data(), await x.grad!.data()];
        t.strictSame(await layer.stateDict(), before, 'nothing is drawn and nothing moves');
        const [weights, means, variances] = await Promise.all(
          Object.values(layer.running).map((values) => values.data()),
        );
        const weight = (k: number, c: number) => weights[posterior === 'joint' ? k : k * 2 + c];
        const over = (c: number, of: (k: number) => number) => weight(0, c) * of(0) + weight(1, c) * of(1);
        const [expected, slopes] = [[], []] as [number[], number[]];
        for (const [i, value] of values.entries()) {
          const c = Math.floor(i / 5) % 2;
          const mean = over(c, (k) => means[k * 2 + c]);
          const variance = over(c, (k) => variances[k * 2 + c] + (means[k * 2 + c] - mean) ** 2);
          const gain = scale === 'fisher' ? Math.sqrt(weight(0, c)) + Math.sqrt(weight(1, c)) : 1;
          slopes.push(gain / Math.sqrt(variance + 1e-5));
          expected.push(slopes[i] * (value - mean));
        }
        t.ok(near(found, expected, bound), `${posterior}, ${scale}`);
        t.ok(near(gradient, slopes, bound), `${posterior}, ${scale}: the gradient`);
      }
    }
  },
);

t.test('shuffling gives the gradient of constant posteriors, and is refused with another', async (t) => {
  const device = await openDevice('reference');
  const values = batch('x');
  const cotangent = normal(SHAPE, 'g');
  const total = async (moved: Float64Array, order: Int32Array, tau: ArrayLike<number>) => {
    const of = (i: number, k: number) => tau[order[i] * 2 + k];
    const y = normalizeBy(pixelsOf(moved, SHAPE), of, { K: 2, fisher: false }).flat();
    const g = pixelsOf(cotangent, SHAPE).flat();
    return y.reduce((sum, value, i) => sum + value * g[i], 0);
  };
  const { layer, random } = make({ device, shuffle: true });
  layer.forward(tensor(batch('first'), { shape: SHAPE, device }));
  const init = { ...layer.running, variances: layer.runningVariances.add(layer.regCovar) };
  const x = leaf(values, SHAPE, device);
  const fit = emFit(x, { init, iterations: 2, regCovar: layer.regCovar });
  const tau = await fit.posteriors.data();
  const twin = createRandom(0);
  twin.load(random.state());
  const order = twin.permutation(30);
  layer.forward(x).backward({ gradient: tensor(cotangent, { shape: SHAPE, device }) });
  const gradient = await x.grad!.data();
  for (const at of [0, 17, 59]) {
    const [up, down] = await Promise.all(
      [1e-5, -1e-5].map((step) =>
        total(
          values.map((v, i) => (i === at ? v + step : v)),
          order,
          tau,
        ),
      ),
    );
    t.ok(Math.abs((up - down) / 2e-5 - gradient[at]) < 1e-7, `entry ${at}`);
  }
  for (const gradient of ['posterior', 'unrolled'] as const) {
    const message = `MixtureNorm2d: shuffle is true, expected false where gradient is '${gradient}'`;
    t.throws(() => new MixtureNorm2d(2, { shuffle: true, gradient }), new OptionError(message));
  }
  t.match(String(layer), /, shuffle=true\)$/);
});

everyDevice('with k-means++ on every batch components keep their identity', async (t, device) => {
  for (const posterior of ['joint', 'channel'] as const) {
    const layer = new MixtureNorm1d(2, {
      ...{ components: 3, posterior, seeding: 'kmeans', iterations: 25, momentum: 0.5, device },
      random: createRandom('seeds'),
    });
    // Three blobs on a line in the first channel; in the second the order of blobs is another one.
    const at = [
      [-8, 0, 8],
      [8, -8, 0],
    ];
    const blobs = (seed: string) =>
      tensor(
        normal([300, 2], seed).map((v, i) => 0.5 * v + at[i % 2][Math.floor(i / 2) % 3]),
        { shape: [300, 2], device },
      );
    layer.forward(blobs('first'));
    const first = Array.from(await layer.runningMeans.data(), (v) => Math.round(v) + 0);
    t.strictSame(
      [...first].sort((a, b) => a - b),
      [-8, -8, 0, 0, 8, 8],
      `${posterior}: the blobs are found`,
    );
    for (let step = 0; step < 4; step++) {
      layer.forward(blobs(`later ${step}`));
      t.strictSame(
        Array.from(await layer.runningMeans.data(), (v) => Math.round(v) + 0),
        first,
        `${posterior}, step ${step}`,
      );
      const variances = await layer.runningVariances.data();
      t.ok(
        variances.every((variance) => variance < 1),
        'averages are of the same blob',
      );
    }
  }
});

everyDevice('components are matched by the order of least distance', async (t, device) => {
  const of = (rows: readonly number[][]) => tensor(rows, { device });
  const [means, variances] = [
    of([
      [1, 90],
      [5, 10],
      [9, 50],
    ]),
    of([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
  ];
  const other = {
    weights: tensor([0.2, 0.3, 0.5], { device }),
    means: of([
      [8, 52],
      [1, 88],
      [4, 12],
    ]),
    variances,
  };
  const scale = of([
    [1, 100],
    [1, 100],
    [1, 100],
  ]);
  const joint = matchMixture(
    { weights: tensor([0.5, 0.3, 0.2], { device }), means, variances },
    other,
    scale,
  );
  const near = async (values: Tensor) => Array.from(await values.data(), (v) => Math.round(v * 10) / 10);
  t.strictSame(await near(joint.weights), [0.2, 0.5, 0.3]);
  t.strictSame(await near(joint.means), [9, 50, 1, 90, 5, 10]);
  t.strictSame(await near(joint.variances), [5, 6, 1, 2, 3, 4]);
  // By the sum the pair (0, 1), although 0 lies nearest to both: each channel for itself.
  const weights = of([
    [0.6, 0.1],
    [0.4, 0.9],
  ]);
  const pair = {
    weights,
    means: of([
      [0, 3],
      [10, 1],
    ]),
    variances: of([
      [1, 2],
      [3, 4],
    ]),
  };
  const running = {
    ...pair,
    means: of([
      [4, 1],
      [5, 2],
    ]),
  };
  const each = matchMixture(
    pair,
    running,
    of([
      [1, 1],
      [1, 1],
    ]),
  );
  t.strictSame(await near(each.weights), [0.6, 0.9, 0.4, 0.1]);
  t.strictSame(await near(each.means), [0, 1, 10, 3]);
  t.strictSame(await near(each.variances), [1, 4, 3, 2]);
});

t.test('the order of least distance is that of a search', async (t) => {
  const device = setDevice(await openDevice('reference'));
  const orders = (rest: number[]): number[][] =>
    rest.length === 0 ? [[]] : rest.flatMap((k) => orders(rest.filter((j) => j !== k)).map((o) => [k, ...o]));
  for (const K of [1, 2, 4, 6]) {
    const [a, b, v] = ['a', 'b', 'v'].map((seed) =>
      normal([K, 2], `${K} ${seed}`).map((x) => x + (seed === 'v' ? 9 : 0)),
    );
    const cost = (order: number[]) =>
      order.reduce(
        (sum, k, j) => sum + [0, 1].reduce((s, c) => s + (a[2 * k + c] - b[2 * j + c]) ** 2 / v[c], 0),
        0,
      );
    const best = orders([...Array(K).keys()]).reduce((x, y) => (cost(y) < cost(x) ? y : x));
    const of = (values: Float64Array) => tensor(values, { shape: [K, 2], device });
    const mixture = { weights: tensor(Array(K).fill(1 / K)), means: of(a), variances: of(a) };
    const scale = of(a.map((_, i) => v[i % 2]));
    const found = await matchMixture(mixture, { ...mixture, means: of(b) }, scale).means.data();
    t.strictSame(
      [...found],
      best.flatMap((k) => [a[2 * k], a[2 * k + 1]]),
      `${K} components`,
    );
  }
});

t.test(
  'k-means++ on every batch draws anew, and is refused for more components than can be matched',
  async (t) => {
    const device = await openDevice('reference');
    const { layer, random } = make({ device, seeding: 'kmeans' });
    const x = tensor(batch('x'), { shape: SHAPE, device });
    layer.forward(x);
    const before = JSON.stringify(random.state());
    layer.forward(x);
    t.not(JSON.stringify(random.state()), before);
    t.match(String(layer), /, seeding=kmeans\)$/);
    const message = "MixtureNorm2d: components is 7, expected at most 6 where seeding is 'kmeans'";
    t.throws(() => new MixtureNorm2d(2, { components: 7, seeding: 'kmeans' }), new OptionError(message));
    t.ok(new MixtureNorm2d(2, { components: 6, seeding: 'kmeans' }));
  },
);
