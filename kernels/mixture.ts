// A Gaussian mixture over the pixels of x [N, C, S]: the E-step and the M-step.
// After Kalayeh & Shah, "Training Faster by Separating Modes of Variation in Batch-normalized Models",
// arXiv 1806.02892. Posteriors τ are [K, N, T, S] and weights λ [K, T]: T = 1 where a sample is a whole
// pixel (joint), T = C where every channel has its own mixture. Moments are [2, K, C]: means, variances.
import { mixtureSizes } from './geometry.js';
import { type Flat, kernel, type Thread } from './spec.js';

/** Added to variances before they divide. */
export interface Regularized {
  regCovar: number;
}

/** log λ_k − ½ Σ_c (log v_kc + log 2π), Σ over the channels of one posterior. Inputs λ, moments. */
export const mixtureLogScale = kernel(
  'mixtureLogScale',
  function (this: Thread<'K' | 'T' | 'C' | 'L', 'regCovar'>, weights: Flat, moments: Flat) {
    const { K, T, C, L, regCovar } = this.constants;
    const { x: t, y: k } = this.thread;
    let total = 0;
    for (let j = 0; j < L; j++) {
      total += Math.log(moments[(K + k) * C + t * L + j] + regCovar) + 1.8378770664093453;
    }
    return Math.log(weights[k * T + t]) - total / 2;
  },
  ([[K, T], [, , C]], { regCovar }: Regularized) => ({
    shape: [K, T],
    threads: [T, K],
    ints: { K, T, C, L: C / T },
    reals: { regCovar },
  }),
);

/** log λ_k N(x | m_k, v_k) = logScale_k − ½ Σ_c (x_c − m_kc)² / v_kc. Inputs x, logScale, moments. */
export const mixtureLogProb = kernel(
  'mixtureLogProb',
  function (
    this: Thread<'N' | 'C' | 'S' | 'K' | 'T' | 'L', 'regCovar'>,
    x: Flat,
    logScale: Flat,
    moments: Flat,
  ) {
    const { N, C, S, K, T, L, regCovar } = this.constants;
    const { x: s, y: t, z } = this.thread;
    const k = Math.floor(z / N);
    const n = z - k * N;
    let total = 0;
    for (let j = 0; j < L; j++) {
      const c = t * L + j;
      const d = x[(n * C + c) * S + s] - moments[k * C + c];
      total += (d * d) / (moments[(K + k) * C + c] + regCovar);
    }
    return logScale[k * T + t] - total / 2;
  },
  ([x, [K, T]], { regCovar }: Regularized) => {
    const ints = mixtureSizes(x, K, T);
    const { N, S } = ints;
    return { shape: [K, N, T, S], threads: [S, T, K * N], ints, reals: { regCovar } };
  },
);

/** τ_k = exp(l_k − max l) / Σ_j exp(l_j − max l) */
export const mixturePosterior = kernel(
  'mixturePosterior',
  function (this: Thread<'K' | 'size'>, logProb: Flat) {
    const { K, size } = this.constants;
    const { x: i, y: own } = this.thread;
    let largest = logProb[i];
    for (let k = 0; k < K; k++) largest = Math.max(largest, logProb[k * size + i]);
    let total = 0;
    for (let j = 0; j < K; j++) total += Math.exp(logProb[j * size + i] - largest);
    return Math.exp(logProb[own * size + i] - largest) / total;
  },
  ([[K, N, T, S]]) => ({
    shape: [K, N, T, S],
    threads: [N * T * S, K],
    ints: { K, size: N * T * S },
  }),
);

/** n_k / M with n_k = Σ_i τ_ik */
export const mixtureWeights = kernel(
  'mixtureWeights',
  function (this: Thread<'N' | 'T' | 'S'>, tau: Flat) {
    const { N, T, S } = this.constants;
    const { x: t, y: k } = this.thread;
    let total = 0;
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let s = 0; s < S; s++) sum += tau[((k * N + n) * T + t) * S + s];
      total += sum;
    }
    return total / (N * S);
  },
  ([[K, N, T, S]]) => ({ shape: [K, T], threads: [T, K], ints: { K, N, T, S } }),
);

/** max(λ_k, floor) / Σ_j max(λ_j, floor) */
export const floorWeights = kernel(
  'floorWeights',
  function (this: Thread<'K' | 'T', 'floor'>, weights: Flat) {
    const { K, T, floor } = this.constants;
    const { x: t, y: own } = this.thread;
    let total = 0;
    for (let k = 0; k < K; k++) total += Math.max(weights[k * T + t], floor);
    return Math.max(weights[own * T + t], floor) / total;
  },
  ([[K, T]], { floor }: { floor: number }) => ({
    shape: [K, T],
    threads: [T, K],
    ints: { K, T },
    reals: { floor },
  }),
);

/**
 * Part 0: μ_kc = Σ_i τ_ik x_ic / n_k. Part 1: σ²_kc = Σ_i τ_ik (x_ic − μ_kc)² / n_k. Inputs x, τ. Both by way of a rough
 * mean, as in rowMoments; n_k is at least 1e-12.
 */
export const mixtureMoments = kernel(
  'mixtureMoments',
  function (this: Thread<'N' | 'C' | 'S' | 'T' | 'perChannel'>, x: Flat, tau: Flat) {
    const { N, C, S, T, perChannel } = this.constants;
    const { x: c, y: k, z: part } = this.thread;
    const t = c * perChannel;
    let total = 0;
    let rough = 0;
    for (let n = 0; n < N; n++) {
      let sum = 0;
      let product = 0;
      for (let s = 0; s < S; s++) {
        const p = tau[((k * N + n) * T + t) * S + s];
        sum += p;
        product += p * x[(n * C + c) * S + s];
      }
      total += sum;
      rough += product;
    }
    const count = Math.max(total, 1e-12);
    rough = rough / count;
    let linear = 0;
    let squares = 0;
    for (let a = 0; a < N; a++) {
      let first = 0;
      let second = 0;
      for (let b = 0; b < S; b++) {
        const d = x[(a * C + c) * S + b] - rough;
        const pd = tau[((k * N + a) * T + t) * S + b] * d;
        first += pd;
        second += pd * d;
      }
      linear += first;
      squares += second;
    }
    const share = total / count;
    linear = linear / count;
    const shift = linear - rough * (1 - share);
    if (part === 0 && shift - shift !== 0) return rough;
    if (part === 0) return rough + shift;
    return Math.max(0, squares / count - shift * (2 * linear - shift * share));
  },
  ([x, [K, , T]]) => {
    const ints = mixtureSizes(x, K, T);
    return { shape: [2, K, ints.C], threads: [ints.C, K, 2], ints };
  },
);
