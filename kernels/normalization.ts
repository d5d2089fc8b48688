// Standardization of the rows of x [N, R, S], each by its own moments over N and S; batch, layer, group and instance
// normalization are this with different rows. The affine weight and bias of an element have the index
// ⌊position / inner⌋ mod count. Ioffe & Szegedy, "Batch Normalization", arXiv 1502.03167.
import { type Flat, kernel, type Shape, type Thread } from './spec.js';

type Sizes = 'N' | 'R' | 'S';

/**
 * Row 0: μ_r, the mean over N and S. Row 1: σ²_r, the biased variance about that mean. Both by way of a rough mean a:
 * μ = a + δ, σ² = Σ (x − a)² / M − δ² with δ = Σ (x − a) / M, which holds where sums are float32 and |μ| is large.
 */
export const rowMoments = kernel(
  'rowMoments',
  function (this: Thread<Sizes>, x: Flat) {
    const { N, R, S } = this.constants;
    const { x: r, y: part } = this.thread;
    let total = 0;
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let s = 0; s < S; s++) sum += x[(n * R + r) * S + s];
      total += sum;
    }
    const rough = total / (N * S);
    let shift = 0;
    let squares = 0;
    for (let a = 0; a < N; a++) {
      let first = 0;
      let second = 0;
      for (let b = 0; b < S; b++) {
        const d = x[(a * R + r) * S + b] - rough;
        first += d;
        second += d * d;
      }
      shift += first;
      squares += second;
    }
    shift = shift / (N * S);
    // an infinite mean is what it is
    if (part === 0 && shift - shift !== 0) return rough;
    if (part === 0) return rough + shift;
    return Math.max(0, squares / (N * S) - shift * shift);
  },
  ([[N, R, S]]) => ({ shape: [2, R], threads: [R, 2], ints: { N, R, S } }),
);

/** y = γ (x − μ) / √(σ² + eps) + β for inputs x, moments [2, R], γ and β [count] */
export const standardize = kernel(
  'standardize',
  function (
    this: Thread<Sizes | 'count' | 'inner', 'eps'>,
    x: Flat,
    moments: Flat,
    weight: Flat,
    bias: Flat,
  ) {
    const { R, S, count, inner, eps } = this.constants;
    const { x: s, y: r, z: n } = this.thread;
    const c = Math.floor((r * S + s) / inner) % count;
    const scale = 1 / Math.sqrt(moments[R + r] + eps);
    return weight[c] * (x[(n * R + r) * S + s] - moments[r]) * scale + bias[c];
  },
  ([x, , [count]], { inner, eps }: { inner: number; eps: number }) => whole(x, { count, inner }, eps),
);

/** Row 0: Σ g over the elements of one weight. Row 1: Σ g x̂. Inputs g, x, moments: the gradients of β and γ. */
export const standardizeGradAffine = kernel(
  'standardizeGradAffine',
  function (this: Thread<'R' | 'S' | 'count' | 'inner' | 'blocks', 'eps'>, g: Flat, x: Flat, moments: Flat) {
    const { R, S, count, inner, blocks, eps } = this.constants;
    const { x: c, y: part } = this.thread;
    let total = 0;
    for (let b = 0; b < blocks; b++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) {
        const at = (b * count + c) * inner + i;
        if (part === 0) {
          sum += g[at];
        } else {
          const r = Math.floor(at / S) % R;
          sum += (g[at] * (x[at] - moments[r])) / Math.sqrt(moments[R + r] + eps);
        }
      }
      total += sum;
    }
    return total;
  },
  ([, [N, R, S]], { count, inner, eps }: { count: number; inner: number; eps: number }) => ({
    shape: [2, count],
    threads: [count, 2],
    ints: { N, R, S, count, inner, blocks: (N * R * S) / (count * inner) },
    reals: { eps },
  }),
);

/** Row 0: Σ γ g over a row. Row 1: Σ γ g x̂. Inputs g, x, moments, γ. */
export const standardizeGradRows = kernel(
  'standardizeGradRows',
  function (this: Thread<Sizes | 'count' | 'inner', 'eps'>, g: Flat, x: Flat, moments: Flat, weight: Flat) {
    const { N, R, S, count, inner, eps } = this.constants;
    const { x: r, y: part } = this.thread;
    let total = 0;
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let s = 0; s < S; s++) {
        const at = (n * R + r) * S + s;
        const weighted = weight[Math.floor((r * S + s) / inner) % count] * g[at];
        if (part === 0) {
          sum += weighted;
        } else {
          sum += weighted * (x[at] - moments[r]);
        }
      }
      total += sum;
    }
    if (part === 0) return total;
    return total / Math.sqrt(moments[R + r] + eps);
  },
  ([, [N, R, S], , [count]], { inner, eps }: { inner: number; eps: number }) => ({
    shape: [2, R],
    threads: [R, 2],
    ints: { N, R, S, count, inner },
    reals: { eps },
  }),
);

/**
 * dx = ρ (γ g − (Σ γ g + x̂ Σ γ g x̂) / M), ρ = 1/√(σ² + eps), M = N·S; with constant moments dx = γ ρ g. Inputs g, x,
 * moments, γ, sums [2, R]: with perRow those of standardizeGradRows; else γ is one number a row, which the sums leave out.
 */
export const standardizeGradInput = kernel(
  'standardizeGradInput',
  function (
    this: Thread<Sizes | 'count' | 'inner' | 'training' | 'perRow', 'eps'>,
    g: Flat,
    x: Flat,
    moments: Flat,
    weight: Flat,
    sums: Flat,
  ) {
    const { N, R, S, count, inner, training, perRow, eps } = this.constants;
    const { x: s, y: r, z: n } = this.thread;
    const at = (n * R + r) * S + s;
    const gamma = weight[Math.floor((r * S + s) / inner) % count];
    const scale = 1 / Math.sqrt(moments[R + r] + eps);
    if (training === 0) return gamma * scale * g[at];
    const common = (sums[r] + (x[at] - moments[r]) * scale * sums[R + r]) / (N * S);
    if (perRow === 1) return scale * (gamma * g[at] - common);
    return gamma * scale * (g[at] - common);
  },
  (
    [, x, , [count]],
    { inner, eps, training, perRow }: { inner: number; eps: number; training: boolean; perRow: boolean },
  ) => whole(x, { count, inner, training: Number(training), perRow: Number(perRow) }, eps),
);

/** new = (1 − momentum)·old + momentum·factor·batch, the batch's values starting at `offset` */
export const runningAverage = kernel(
  'runningAverage',
  function (this: Thread<'offset'>, old: Flat, batch: Flat, momentum: number, factor: number) {
    const { offset } = this.constants;
    const { x: i } = this.thread;
    return (1 - momentum) * old[i] + momentum * factor * batch[offset + i];
  },
  ([old], { offset, momentum, factor }: { offset: number; momentum: number; factor: number }) => ({
    shape: old,
    ints: { offset },
    scalars: [momentum, factor],
  }),
);

/** A plan over all elements of x [N, R, S]. */
function whole<Ints extends string>([N, R, S]: Shape, ints: Record<Ints, number>, eps: number) {
  return { shape: [N, R, S], threads: [S, R, N], ints: { N, R, S, ...ints }, reals: { eps } };
}
