// What happens to a mixture component that dies: it starts again at a random pixel.
import type { Floats } from '../../../kernels/devices/device.js';
import type { Random } from '../../random.js';
import { tensor } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Mixture } from './em.js';

/** A component that was re-seeded; `channel` is null where all channels share their weights. */
export interface Reseeded {
  component: number;
  channel: number | null;
}

/**
 * Moves every component whose weight in this batch fell to the floor onto a random pixel of x, with the batch's
 * overall variance and weight 1/K, in the running mixture. Reads data: synchronous devices only.
 * @returns the components moved
 */
export function reseedDead(
  running: Mixture,
  batch: Mixture,
  x: Tensor,
  minWeight: number,
  random: Random,
): Reseeded[] {
  const [K, C] = batch.means.shape;
  const weights = read(batch.weights);
  const perComponent = weights.length / K;
  const dead = [...weights.keys()].filter((i) => weights[i] <= minWeight);
  if (dead.length === 0 || K === 1) return [];
  const fresh = {
    weights: read(running.weights),
    means: read(running.means),
    variances: read(running.variances),
  };
  const overall = overallVariance(weights, read(batch.means), read(batch.variances), K);
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
  for (const key of ['weights', 'means', 'variances'] as const) {
    const { shape, device } = running[key];
    const values = tensor(fresh[key], { shape, device });
    running[key].assign(values);
    values.dispose();
  }
  return moved;
}

function read(t: Tensor): Floats {
  return t.storage.peek().slice();
}

function randomPixel(x: Tensor, random: Random): Float64Array {
  const values = x.storage.peek();
  const [N, C] = x.shape;
  const spatial = x.size / (N * C);
  const start = random.integer(N) * C * spatial + random.integer(spatial);
  return Float64Array.from({ length: C }, (_, c) => values[start + c * spatial]);
}

/** σ²_c = Σ_k λ_k (σ²_kc + (μ_kc − μ_c)²) */
function overallVariance(weights: Floats, means: Floats, variances: Floats, K: number): Float64Array {
  const C = means.length / K;
  const perComponent = weights.length / K;
  return Float64Array.from({ length: C }, (_, c) => {
    const share = (k: number) => weights[k * perComponent + (perComponent > 1 ? c : 0)];
    let mean = 0;
    for (let k = 0; k < K; k++) mean += share(k) * means[k * C + c];
    let variance = 0;
    for (let k = 0; k < K; k++) {
      variance += share(k) * (variances[k * C + c] + (means[k * C + c] - mean) ** 2);
    }
    return variance;
  });
}

/** Makes Σ_k λ_k = 1 in every column of [K, T]. */
function normalizeWeights(weights: Floats, K: number): void {
  const T = weights.length / K;
  for (let t = 0; t < T; t++) {
    let total = 0;
    for (let k = 0; k < K; k++) total += weights[k * T + t];
    for (let k = 0; k < K; k++) weights[k * T + t] /= total;
  }
}
