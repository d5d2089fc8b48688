// Batch normalization over x [N, C, S]: moments, forward, gradient sums and input gradient.
// Ioffe & Szegedy, "Batch Normalization", arXiv 1502.03167.
import { type Attrs, type Flat, type KernelSpec, numel, type Shape, type Thread } from './spec.js';

/** Row 0: μ_c, the mean over N and S. Row 1: σ²_c, the biased variance about that mean. */
function channelMoments(this: Thread, x: Flat) {
  let total = 0;
  for (let n = 0; n < this.constants.N; n++) {
    for (let s = 0; s < this.constants.S; s++) {
      total += x[(n * this.constants.C + this.thread.x) * this.constants.S + s];
    }
  }
  const mean = total / (this.constants.N * this.constants.S);
  if (this.thread.y === 0) return mean;
  let squares = 0;
  for (let a = 0; a < this.constants.N; a++) {
    for (let b = 0; b < this.constants.S; b++) {
      const d = x[(a * this.constants.C + this.thread.x) * this.constants.S + b] - mean;
      squares += d * d;
    }
  }
  return squares / (this.constants.N * this.constants.S);
}

/** y = γ (x − μ) / √(σ² + eps) + β */
function batchNorm(this: Thread, x: Flat, moments: Flat, weight: Flat, bias: Flat) {
  const scale = 1 / Math.sqrt(moments[this.constants.C + this.thread.y] + this.constants.eps);
  const centred =
    x[(this.thread.z * this.constants.C + this.thread.y) * this.constants.S + this.thread.x] -
    moments[this.thread.y];
  return weight[this.thread.y] * centred * scale + bias[this.thread.y];
}

/** Row 0: Σ g. Row 1: Σ g x̂. */
function batchNormGradSums(this: Thread, g: Flat, x: Flat, moments: Flat) {
  const scale = 1 / Math.sqrt(moments[this.constants.C + this.thread.x] + this.constants.eps);
  let total = 0;
  for (let n = 0; n < this.constants.N; n++) {
    for (let s = 0; s < this.constants.S; s++) {
      const at = (n * this.constants.C + this.thread.x) * this.constants.S + s;
      if (this.thread.y === 0) {
        total += g[at];
      } else {
        total += g[at] * (x[at] - moments[this.thread.x]) * scale;
      }
    }
  }
  return total;
}

/** dx = γ r (g − (Σ g + x̂ Σ g x̂) / M), r = 1/√(σ² + eps); with constant moments dx = γ r g */
function batchNormGradInput(this: Thread, g: Flat, x: Flat, moments: Flat, weight: Flat, sums: Flat) {
  const scale = 1 / Math.sqrt(moments[this.constants.C + this.thread.y] + this.constants.eps);
  const at = (this.thread.z * this.constants.C + this.thread.y) * this.constants.S + this.thread.x;
  if (this.constants.training === 0) return weight[this.thread.y] * scale * g[at];
  const normalized = (x[at] - moments[this.thread.y]) * scale;
  const shared =
    (sums[this.thread.y] + normalized * sums[this.constants.C + this.thread.y]) /
    (this.constants.N * this.constants.S);
  return weight[this.thread.y] * scale * (g[at] - shared);
}

/** new = (1 − momentum)·old + momentum·factor·batch, the batch's values starting at `offset` */
function runningAverage(this: Thread, old: Flat, batch: Flat, momentum: number, factor: number) {
  return (
    (1 - momentum) * old[this.thread.x] + momentum * factor * batch[this.constants.offset + this.thread.x]
  );
}

/** The first input, then the second. */
function stack(this: Thread, a: Flat, b: Flat) {
  if (this.thread.y === 0) return a[this.thread.x];
  return b[this.thread.x];
}

/** One of the equal parts of a packed tensor. */
function part(this: Thread, x: Flat) {
  return x[this.constants.offset + this.thread.x];
}

function dims([N, C, S]: Shape) {
  return { N, C, S };
}

const whole = (x: Shape, { eps, ...flags }: Attrs) => ({
  shape: x,
  threads: [x[2], x[1], x[0]],
  ints: { ...dims(x), ...flags },
  reals: { eps },
});

const perChannel = (x: Shape, reals: Attrs) => ({
  shape: [2, x[1]],
  threads: [x[1], 2],
  ints: dims(x),
  reals,
});

export const normalizationKernels = {
  channelMoments: { body: channelMoments, plan: ([x]) => perChannel(x, {}) },
  batchNorm: { body: batchNorm, plan: ([x], attrs) => whole(x, attrs) },
  batchNormGradSums: { body: batchNormGradSums, plan: ([, x], { eps }) => perChannel(x, { eps }) },
  batchNormGradInput: { body: batchNormGradInput, plan: ([, x], attrs) => whole(x, attrs) },
  /** attrs: offset into the batch's values, momentum, factor. */
  runningAverage: {
    body: runningAverage,
    plan: ([old], { offset, momentum, factor }) => ({
      shape: old,
      ints: { offset },
      scalars: [momentum, factor],
    }),
  },
  /** Two inputs [n] become [2, n]. */
  stack: {
    body: stack,
    plan: ([a]) => ({ shape: [2, ...a], threads: [numel(a), 2], ints: { size: numel(a) } }),
  },
  /** attrs: index. Part `index` of x along its first axis. */
  part: {
    body: part,
    plan: ([x], { index }) => ({
      shape: x.slice(1),
      ints: { offset: index * numel(x.slice(1)) },
    }),
  },
} satisfies Record<string, KernelSpec>;
