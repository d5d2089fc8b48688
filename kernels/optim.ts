// Optimizer steps, one output each. Learning rates are call arguments, so that schedules do not recompile.
import { elementwise, type Flat, type KernelSpec, type Thread } from './spec.js';

/** v' = momentum·v + (1 − dampening)·(g + decay·w) */
function sgdMomentum(this: Thread, v: Flat, g: Flat, w: Flat, momentum: number, gain: number, decay: number) {
  return momentum * v[this.thread.x] + gain * (g[this.thread.x] + decay * w[this.thread.x]);
}

/** w' = w − lr·(step·v + gain·(g + decay·w)): step = 1, gain = 0 is momentum; nesterov has gain 1. */
function sgdUpdate(
  this: Thread,
  w: Flat,
  v: Flat,
  g: Flat,
  lr: number,
  step: number,
  gain: number,
  decay: number,
) {
  return (
    w[this.thread.x] - lr * (step * v[this.thread.x] + gain * (g[this.thread.x] + decay * w[this.thread.x]))
  );
}

/** m' = β₁ m + (1 − β₁) g */
function adamMean(this: Thread, m: Flat, g: Flat, beta: number) {
  return beta * m[this.thread.x] + (1 - beta) * g[this.thread.x];
}

/** v' = β₂ v + (1 − β₂) g² */
function adamSquare(this: Thread, v: Flat, g: Flat, beta: number) {
  return beta * v[this.thread.x] + (1 - beta) * g[this.thread.x] * g[this.thread.x];
}

/** w' = (1 − shrink)·w − rate·m / (√v·scale + eps), rate = lr/(1 − β₁ᵗ), scale = 1/√(1 − β₂ᵗ) */
function adamUpdate(
  this: Thread,
  w: Flat,
  m: Flat,
  v: Flat,
  rate: number,
  scale: number,
  shrink: number,
  eps: number,
) {
  return (
    (1 - shrink) * w[this.thread.x] - (rate * m[this.thread.x]) / (Math.sqrt(v[this.thread.x]) * scale + eps)
  );
}

export const optimKernels = {
  sgdMomentum: {
    body: sgdMomentum,
    plan: ([v], { momentum, gain, decay }) => ({ shape: v, scalars: [momentum, gain, decay] }),
  },
  sgdUpdate: {
    body: sgdUpdate,
    plan: ([w], { lr, step, gain, decay }) => ({ shape: w, scalars: [lr, step, gain, decay] }),
  },
  adamMean: { body: adamMean, plan: (s, { beta }) => ({ ...elementwise(s), scalars: [beta] }) },
  adamSquare: { body: adamSquare, plan: (s, { beta }) => ({ ...elementwise(s), scalars: [beta] }) },
  adamUpdate: {
    body: adamUpdate,
    plan: (s, { rate, scale, shrink, eps }) => ({
      ...elementwise(s),
      scalars: [rate, scale, shrink, eps],
    }),
  },
} satisfies Record<string, KernelSpec>;
