// Mixture normalization of x [N, C, S] by given posteriors, weights and moments (see mixture.ts), and its gradients.
import { mixtureSizes } from './geometry.js';
import { type Flat, kernel, type Shape, type Thread } from './spec.js';

type Sizes = 'N' | 'C' | 'S' | 'K' | 'T' | 'perChannel' | 'fisher';

export interface NormAttrs {
  eps: number;
  /** Whether a posterior counts as τ_k / √λ_k; else as τ_k. */
  fisher: boolean;
}

/** A plan over all elements of x. */
function whole(x: Shape, [K, , T]: Shape, { eps, fisher }: NormAttrs, training = 0) {
  const ints = { ...mixtureSizes(x, K, T), fisher: Number(fisher), training };
  return { shape: x, threads: [x[2], x[1], x[0]], ints, reals: { eps } };
}

/** y = γ Σ_k a_k (x − μ_k) / √(σ²_k + eps) + β, a_k = τ_k / √λ_k (fisher) or τ_k. Inputs x, τ, λ, moments, γ, β. */
export const mixtureNorm = kernel(
  'mixtureNorm',
  function (
    this: Thread<Sizes, 'eps'>,
    x: Flat,
    tau: Flat,
    weights: Flat,
    moments: Flat,
    weight: Flat,
    bias: Flat,
  ) {
    const { N, C, S, K, T, perChannel, fisher, eps } = this.constants;
    const { x: s, y: c, z: n } = this.thread;
    const t = c * perChannel;
    const value = x[(n * C + c) * S + s];
    let total = 0;
    for (let k = 0; k < K; k++) {
      const p = tau[((k * N + n) * T + t) * S + s];
      const centred = value - moments[k * C + c];
      const scale = 1 / Math.sqrt(moments[(K + k) * C + c] + eps);
      let a = p;
      if (fisher === 1) a = p / Math.sqrt(Math.max(weights[k * T + t], 1e-30));
      total += a * centred * scale;
    }
    return weight[c] * total + bias[c];
  },
  ([x, tau], attrs: NormAttrs) => whole(x, tau, attrs),
);

/**
 * Part 0: A_kc = Σ_i a_ik g_ic. Part 1: B_kc = Σ_i a_ik g_ic (x_ic − μ_kc) r_kc. Part 2: n_k. Part 3: Σ_i τ_ik g_ic.
 * Inputs g, x, τ, λ, moments.
 */
export const mixtureNormGradSums = kernel(
  'mixtureNormGradSums',
  function (this: Thread<Sizes, 'eps'>, g: Flat, x: Flat, tau: Flat, weights: Flat, moments: Flat) {
    const { N, C, S, K, T, perChannel, fisher, eps } = this.constants;
    const { x: c, y: k, z: part } = this.thread;
    const t = c * perChannel;
    const mean = moments[k * C + c];
    const variance = moments[(K + k) * C + c];
    let total = 0;
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let s = 0; s < S; s++) {
        const at = (n * C + c) * S + s;
        const p = tau[((k * N + n) * T + t) * S + s];
        if (part === 2) {
          sum += p;
        } else {
          if (part === 1) {
            sum += p * g[at] * (x[at] - mean);
          } else {
            sum += p * g[at];
          }
        }
      }
      total += sum;
    }
    if (part >= 2) return total;
    if (part === 1) total = total / Math.sqrt(variance + eps);
    if (fisher === 1) total = total / Math.sqrt(Math.max(weights[k * T + t], 1e-30));
    return total;
  },
  ([, x, [K, , T]], { eps, fisher }: NormAttrs) => {
    const ints = { ...mixtureSizes(x, K, T), fisher: Number(fisher) };
    return { shape: [4, K, ints.C], threads: [ints.C, K, 4], ints, reals: { eps } };
  },
);

/**
 * dx = γ Σ_k r_k [a_k g − τ_k (A_k + (x − μ_k) r_k B_k) / n_k]; with constant moments dx = γ Σ_k r_k a_k g.
 * Inputs g, x, τ, λ, moments, γ, and the sums of mixtureNormGradSums.
 */
export const mixtureNormGradInput = kernel(
  'mixtureNormGradInput',
  function (
    this: Thread<Sizes | 'training', 'eps'>,
    g: Flat,
    x: Flat,
    tau: Flat,
    weights: Flat,
    moments: Flat,
    weight: Flat,
    sums: Flat,
  ) {
    const { N, C, S, K, T, perChannel, fisher, training, eps } = this.constants;
    const { x: s, y: c, z: n } = this.thread;
    const t = c * perChannel;
    const at = (n * C + c) * S + s;
    let total = 0;
    for (let k = 0; k < K; k++) {
      const kc = k * C + c;
      const p = tau[((k * N + n) * T + t) * S + s];
      const scale = 1 / Math.sqrt(moments[K * C + kc] + eps);
      let a = p;
      if (fisher === 1) a = p / Math.sqrt(Math.max(weights[k * T + t], 1e-30));
      total += scale * a * g[at];
      if (training === 1) {
        const normalized = (x[at] - moments[kc]) * scale;
        const count = Math.max(sums[2 * K * C + kc], 1e-12);
        total -= (scale * p * (sums[kc] + normalized * sums[K * C + kc])) / count;
      }
    }
    return weight[c] * total;
  },
  ([, x, tau], attrs: NormAttrs & { training: boolean }) => whole(x, tau, attrs, Number(attrs.training)),
);

/**
 * What is linear in the posteriors: h_k = start_k + Σ_c (p_kc g + q_kc + u_kc d) d, d = x − μ_kc. Inputs g, x, moments,
 * p, q and u [K, C], and start [K, T].
 */
export const mixtureNormGradPosterior = kernel(
  'mixtureNormGradPosterior',
  function (
    this: Thread<'N' | 'C' | 'S' | 'T' | 'L'>,
    g: Flat,
    x: Flat,
    moments: Flat,
    p: Flat,
    q: Flat,
    u: Flat,
    start: Flat,
  ) {
    const { N, C, S, T, L } = this.constants;
    const { x: s, y: t, z } = this.thread;
    const k = Math.floor(z / N);
    const n = z - k * N;
    let total = start[k * T + t];
    for (let j = 0; j < L; j++) {
      const c = t * L + j;
      const kc = k * C + c;
      const at = (n * C + c) * S + s;
      const d = x[at] - moments[kc];
      total += (p[kc] * g[at] + q[kc] + u[kc] * d) * d;
    }
    return total;
  },
  ([, x, , , , , [K, T]]) => {
    const ints = mixtureSizes(x, K, T);
    const { N, S } = ints;
    return { shape: [K, N, T, S], threads: [S, T, K * N], ints };
  },
);
