// Mixture normalization over x [N, C, S]: the E-step, the M-step, the normalization and its gradients.
// After Kalayeh & Shah, "Training Faster by Separating Modes of Variation in Batch-normalized Models",
// arXiv 1806.02892. Posteriors τ are [K, N, T, S] and weights λ [K, T]: T = 1 where a sample is a whole
// pixel (joint), T = C where every channel has its own mixture. Moments are [2, K, C]: means, variances.
import type { Attrs, Flat, KernelSpec, Plan, Shape, Thread } from './spec.js';

/** log λ_k − ½ Σ_c (log v_kc + log 2π), Σ over the channels of one posterior */
function mixtureLogScale(this: Thread, weights: Flat, moments: Flat) {
  let total = 0;
  for (let j = 0; j < this.constants.L; j++) {
    const v =
      moments[(this.constants.K + this.thread.y) * this.constants.C + this.thread.x * this.constants.L + j];
    total += Math.log(v + this.constants.regCovar) + 1.8378770664093453;
  }
  return Math.log(weights[this.thread.y * this.constants.T + this.thread.x]) - total / 2;
}

/** log λ_k N(x | m_k, v_k) = logScale_k − ½ Σ_c (x_c − m_kc)² / v_kc */
function mixtureLogProb(this: Thread, x: Flat, logScale: Flat, moments: Flat) {
  const k = Math.floor(this.thread.z / this.constants.N);
  const n = this.thread.z - k * this.constants.N;
  let total = 0;
  for (let j = 0; j < this.constants.L; j++) {
    const c = this.thread.y * this.constants.L + j;
    const d =
      x[(n * this.constants.C + c) * this.constants.S + this.thread.x] - moments[k * this.constants.C + c];
    total += (d * d) / (moments[(this.constants.K + k) * this.constants.C + c] + this.constants.regCovar);
  }
  return logScale[k * this.constants.T + this.thread.y] - total / 2;
}

/** τ_k = exp(l_k − max l) / Σ_j exp(l_j − max l) */
function mixturePosterior(this: Thread, logProb: Flat) {
  let largest = logProb[this.thread.x];
  for (let k = 0; k < this.constants.K; k++) {
    largest = Math.max(largest, logProb[k * this.constants.size + this.thread.x]);
  }
  let total = 0;
  for (let j = 0; j < this.constants.K; j++) {
    total += Math.exp(logProb[j * this.constants.size + this.thread.x] - largest);
  }
  return Math.exp(logProb[this.thread.y * this.constants.size + this.thread.x] - largest) / total;
}

/** n_k / M with n_k = Σ_i τ_ik */
function mixtureWeights(this: Thread, tau: Flat) {
  let total = 0;
  for (let n = 0; n < this.constants.N; n++) {
    for (let s = 0; s < this.constants.S; s++) {
      total +=
        tau[
          ((this.thread.y * this.constants.N + n) * this.constants.T + this.thread.x) * this.constants.S + s
        ];
    }
  }
  return total / (this.constants.N * this.constants.S);
}

/** max(λ_k, floor) / Σ_j max(λ_j, floor) */
function floorWeights(this: Thread, weights: Flat) {
  let total = 0;
  for (let k = 0; k < this.constants.K; k++) {
    total += Math.max(weights[k * this.constants.T + this.thread.x], this.constants.floor);
  }
  return Math.max(weights[this.thread.y * this.constants.T + this.thread.x], this.constants.floor) / total;
}

/** Part 0: μ_kc = Σ_i τ_ik x_ic / n_k. Part 1: σ²_kc = Σ_i τ_ik (x_ic − μ_kc)² / n_k. */
function mixtureMoments(this: Thread, x: Flat, tau: Flat) {
  const t = this.thread.x * this.constants.perChannel;
  let count = 0;
  let total = 0;
  for (let n = 0; n < this.constants.N; n++) {
    for (let s = 0; s < this.constants.S; s++) {
      const p = tau[((this.thread.y * this.constants.N + n) * this.constants.T + t) * this.constants.S + s];
      count += p;
      total += p * x[(n * this.constants.C + this.thread.x) * this.constants.S + s];
    }
  }
  count = Math.max(count, 1e-12);
  const mean = total / count;
  if (this.thread.z === 0) return mean;
  let squares = 0;
  for (let a = 0; a < this.constants.N; a++) {
    for (let b = 0; b < this.constants.S; b++) {
      const d = x[(a * this.constants.C + this.thread.x) * this.constants.S + b] - mean;
      squares +=
        tau[((this.thread.y * this.constants.N + a) * this.constants.T + t) * this.constants.S + b] * d * d;
    }
  }
  return squares / count;
}

/** y = γ Σ_k a_k (x − μ_k) / √(σ²_k + eps) + β, a_k = τ_k / √λ_k (fisher) or τ_k (unit) */
function mixtureNorm(
  this: Thread,
  x: Flat,
  tau: Flat,
  weights: Flat,
  moments: Flat,
  weight: Flat,
  bias: Flat,
) {
  const t = this.thread.y * this.constants.perChannel;
  const value = x[(this.thread.z * this.constants.C + this.thread.y) * this.constants.S + this.thread.x];
  let total = 0;
  for (let k = 0; k < this.constants.K; k++) {
    const p =
      tau[((k * this.constants.N + this.thread.z) * this.constants.T + t) * this.constants.S + this.thread.x];
    const centred = value - moments[k * this.constants.C + this.thread.y];
    const scale =
      1 / Math.sqrt(moments[(this.constants.K + k) * this.constants.C + this.thread.y] + this.constants.eps);
    let a = p;
    if (this.constants.fisher === 1) {
      a = p / Math.sqrt(weights[k * this.constants.T + t]);
    }
    total += a * centred * scale;
  }
  return weight[this.thread.y] * total + bias[this.thread.y];
}

/** Part 0: A_kc = Σ_i a_ik g_ic. Part 1: B_kc = Σ_i a_ik g_ic (x_ic − μ_kc) r_kc. Part 2: n_k. Part 3: Σ_i τ_ik g_ic. */
function mixtureNormGradSums(this: Thread, g: Flat, x: Flat, tau: Flat, weights: Flat, moments: Flat) {
  const t = this.thread.x * this.constants.perChannel;
  const mean = moments[this.thread.y * this.constants.C + this.thread.x];
  const variance = moments[(this.constants.K + this.thread.y) * this.constants.C + this.thread.x];
  let total = 0;
  for (let n = 0; n < this.constants.N; n++) {
    for (let s = 0; s < this.constants.S; s++) {
      const at = (n * this.constants.C + this.thread.x) * this.constants.S + s;
      const p = tau[((this.thread.y * this.constants.N + n) * this.constants.T + t) * this.constants.S + s];
      if (this.thread.z === 2) {
        total += p;
      } else {
        if (this.thread.z === 1) {
          total += p * g[at] * (x[at] - mean);
        } else {
          total += p * g[at];
        }
      }
    }
  }
  if (this.thread.z >= 2) return total;
  if (this.thread.z === 1) total = total / Math.sqrt(variance + this.constants.eps);
  if (this.constants.fisher === 1) {
    total = total / Math.sqrt(weights[this.thread.y * this.constants.T + t]);
  }
  return total;
}

/** dx = γ Σ_k r_k [a_k g − τ_k (A_k + (x − μ_k) r_k B_k) / n_k]; with constant moments dx = γ Σ_k r_k a_k g */
function mixtureNormGradInput(
  this: Thread,
  g: Flat,
  x: Flat,
  tau: Flat,
  weights: Flat,
  moments: Flat,
  weight: Flat,
  sums: Flat,
) {
  const t = this.thread.y * this.constants.perChannel;
  const at = (this.thread.z * this.constants.C + this.thread.y) * this.constants.S + this.thread.x;
  let total = 0;
  for (let k = 0; k < this.constants.K; k++) {
    const kc = k * this.constants.C + this.thread.y;
    const p =
      tau[((k * this.constants.N + this.thread.z) * this.constants.T + t) * this.constants.S + this.thread.x];
    const scale = 1 / Math.sqrt(moments[this.constants.K * this.constants.C + kc] + this.constants.eps);
    let a = p;
    if (this.constants.fisher === 1) {
      a = p / Math.sqrt(weights[k * this.constants.T + t]);
    }
    total += scale * a * g[at];
    if (this.constants.training === 1) {
      const normalized = (x[at] - moments[kc]) * scale;
      const count = Math.max(sums[2 * this.constants.K * this.constants.C + kc], 1e-12);
      total -= (scale * p * (sums[kc] + normalized * sums[this.constants.K * this.constants.C + kc])) / count;
    }
  }
  return weight[this.thread.y] * total;
}

/** Sizes: T posteriors a pixel, each over L of the C channels. */
function dims([N, C, S]: Shape, [K, T]: Shape) {
  return { N, C, S, K, T, L: C / T, perChannel: T === 1 ? 0 : 1 };
}

function ofTau([K, , T]: Shape): Shape {
  return [K, T];
}

/** A plan over [K, C] in `parts` parts. */
function perComponent(parts: number, x: Shape, tau: Shape, flags: Attrs = {}, reals: Attrs = {}): Plan {
  const ints = { ...dims(x, ofTau(tau)), ...flags };
  return { shape: [parts, ints.K, ints.C], threads: [ints.C, ints.K, parts], ints, reals };
}

function whole(x: Shape, tau: Shape, { eps, ...flags }: Attrs): Plan {
  return {
    shape: x,
    threads: [x[2], x[1], x[0]],
    ints: { ...dims(x, ofTau(tau)), ...flags },
    reals: { eps },
  };
}

/** attrs: regCovar (added to the variances), eps, fisher (0 or 1), training (0 or 1), floor. */
export const mixtureKernels = {
  mixtureLogScale: {
    body: mixtureLogScale,
    plan: ([[K, T], [, , C]], { regCovar }) => ({
      shape: [K, T],
      threads: [T, K],
      ints: { K, T, C, L: C / T },
      reals: { regCovar },
    }),
  },
  mixtureLogProb: {
    body: mixtureLogProb,
    plan: ([x, logScale], { regCovar }) => {
      const ints = dims(x, logScale);
      const { N, S, K, T } = ints;
      return { shape: [K, N, T, S], threads: [S, T, K * N], ints, reals: { regCovar } };
    },
  },
  mixturePosterior: {
    body: mixturePosterior,
    plan: ([[K, N, T, S]]) => ({
      shape: [K, N, T, S],
      threads: [N * T * S, K],
      ints: { K, size: N * T * S },
    }),
  },
  mixtureWeights: {
    body: mixtureWeights,
    plan: ([[K, N, T, S]]) => ({ shape: [K, T], threads: [T, K], ints: { K, N, T, S } }),
  },
  floorWeights: {
    body: floorWeights,
    plan: ([[K, T]], { floor }) => ({ shape: [K, T], threads: [T, K], ints: { K, T }, reals: { floor } }),
  },
  mixtureMoments: { body: mixtureMoments, plan: ([x, tau]) => perComponent(2, x, tau) },
  mixtureNorm: { body: mixtureNorm, plan: ([x, tau], attrs) => whole(x, tau, attrs) },
  mixtureNormGradSums: {
    body: mixtureNormGradSums,
    plan: ([, x, tau], { eps, fisher }) => perComponent(4, x, tau, { fisher }, { eps }),
  },
  mixtureNormGradInput: {
    body: mixtureNormGradInput,
    plan: ([, x, tau], attrs) => whole(x, tau, attrs),
  },
} satisfies Record<string, KernelSpec>;
