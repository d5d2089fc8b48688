// What happens to a mixture component that dies: it starts again at a random pixel.
import type { Floats } from '../../../kernels/devices/device.js';
import * as k from '../../../kernels/normalization.js';
import type { Random } from '../../random.js';
import { run } from '../../tape/run.js';
import { tensor } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { channelRows } from '../normalization.js';
import type { Mixture } from './mixture.js';

/** A component that was re-seeded; `channel` is null where all channels share their weights. */
export interface Reseeded {
  component: number;
  channel: number | null;
}

/** The places in the weights [K] or [K, C] of components that a batch left at the floor. Reads data: synchronous devices only. */
export function deadIn(batch: Mixture, minWeight: number): number[] {
  const weights = batch.weights.storage.peek();
  return [...weights.keys()].filter((i) => weights[i] <= minWeight);
}

/** The places in the weights [K] or [K, C] of components that are not finite. Reads data as well. */
export function notFiniteIn({ weights, means, variances }: Mixture): number[] {
  const [lambda, mu, sigma] = [weights, means, variances].map((t) => t.storage.peek());
  const size = mu.length / lambda.length;
  const finite = (values: Floats, i: number) =>
    values.subarray(i * size, (i + 1) * size).every(Number.isFinite);
  const whole = (i: number) => Number.isFinite(lambda[i]) && finite(mu, i) && finite(sigma, i);
  return [...lambda.keys()].filter((i) => !whole(i));
}

/**
 * Moves components, given by their places in the weights, onto random pixels of x in the running mixture, with the
 * overall variance of x and weight 1/K. Reads data: synchronous devices only.
 * @returns the components moved
 */
export function reseed(running: Mixture, dead: readonly number[], x: Tensor, random: Random): Reseeded[] {
  const [K, C] = running.means.shape;
  if (dead.length === 0) return [];
  const fresh = {
    weights: copy(running.weights),
    means: copy(running.means),
    variances: copy(running.variances),
  };
  const perComponent = fresh.weights.length / K;
  const overall = overallVariance(x);
  const moved = dead.map((i) => {
    const component = Math.floor(i / perComponent);
    const channel = perComponent > 1 ? i % perComponent : null;
    const pixel = randomPixel(x, random);
    for (let c = channel ?? 0; c < (channel === null ? C : channel + 1); c++) {
      fresh.means[component * C + c] = pixel[c];
      fresh.variances[component * C + c] = overall[c];
    }
    fresh.weights[i] = 1 / K;
    return { component, channel };
  });
  normalizeWeights(fresh.weights, K);
  for (const key of keys) {
    const { shape, device } = running[key];
    const values = tensor(fresh[key], { shape, device });
    running[key].assign(values);
    values.dispose();
  }
  return moved;
}

const keys = ['weights', 'means', 'variances'] as const;

function copy(t: Tensor): Floats {
  return t.storage.peek().slice();
}

function randomPixel(x: Tensor, random: Random): Float64Array {
  const values = x.storage.peek();
  const [N, C] = x.shape;
  const spatial = x.size / (N * C);
  const start = random.integer(N) * C * spatial + random.integer(spatial);
  return Float64Array.from({ length: C }, (_, c) => values[start + c * spatial]);
}

/** The variance of every channel. */
function overallVariance(x: Tensor): Floats {
  const moments = run(k.rowMoments, [channelRows(x)]);
  const variance = copy(moments).subarray(x.shape[1]);
  moments.dispose();
  return variance;
}

/** Makes Σ_k λ_k = 1 in every column of [K, T]. */
function normalizeWeights(weights: Floats, K: number): void {
  const T = weights.length / K;
  for (let t = 0; t < T; t++) {
    let total = 0;
    for (let j = 0; j < K; j++) total += weights[j * T + t];
    for (let j = 0; j < K; j++) weights[j * T + t] /= total;
  }
}
