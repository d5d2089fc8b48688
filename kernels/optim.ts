// Optimizer steps, one output each. Learning rates are call arguments, so that schedules do not recompile.
import { type Flat, kernel, type Thread } from './spec.js';

// A factor of 0 leaves its term out, as in PyTorch: 0·∞ would be NaN.

/** v' = momentum·v + gain·(g + decay·w), gain = 1 − dampening */
export const sgdMomentum = kernel(
  'sgdMomentum',
  function (this: Thread, v: Flat, g: Flat, w: Flat, momentum: number, gain: number, decay: number) {
    const { x: i } = this.thread;
    let gradient = g[i];
    if (decay !== 0) gradient = gradient + decay * w[i];
    return momentum * v[i] + gain * gradient;
  },
  ([v], { momentum, gain, decay }: { momentum: number; gain: number; decay: number }) => ({
    shape: v,
    scalars: [momentum, gain, decay],
  }),
);

/** w' = w − lr·(step·v + gain·(g + decay·w)): step = 1, gain = 0 is momentum; nesterov has gain 1. */
export const sgdUpdate = kernel(
  'sgdUpdate',
  function (this: Thread, w: Flat, v: Flat, g: Flat, lr: number, step: number, gain: number, decay: number) {
    const { x: i } = this.thread;
    let gradient = g[i];
    if (decay !== 0) gradient = gradient + decay * w[i];
    let direction = 0;
    if (step !== 0) direction = step * v[i];
    if (gain !== 0) direction = direction + gain * gradient;
    return w[i] - lr * direction;
  },
  ([w], { lr, step, gain, decay }: { lr: number; step: number; gain: number; decay: number }) => ({
    shape: w,
    scalars: [lr, step, gain, decay],
  }),
);

/** m' = β₁ m + (1 − β₁) g */
export const adamMean = kernel(
  'adamMean',
  function (this: Thread, m: Flat, g: Flat, beta: number) {
    const { x: i } = this.thread;
    return beta * m[i] + (1 - beta) * g[i];
  },
  ([m], { beta }: { beta: number }) => ({ shape: m, scalars: [beta] }),
);

/** v' = β₂ v + (1 − β₂) g² */
export const adamSquare = kernel(
  'adamSquare',
  function (this: Thread, v: Flat, g: Flat, beta: number) {
    const { x: i } = this.thread;
    return beta * v[i] + (1 - beta) * g[i] * g[i];
  },
  ([v], { beta }: { beta: number }) => ({ shape: v, scalars: [beta] }),
);

/** w' = (1 − shrink)·w − rate·m / (√v·scale + eps), rate = lr/(1 − β₁ᵗ), scale = 1/√(1 − β₂ᵗ) */
export const adamUpdate = kernel(
  'adamUpdate',
  function (
    this: Thread,
    w: Flat,
    m: Flat,
    v: Flat,
    rate: number,
    scale: number,
    shrink: number,
    eps: number,
  ) {
    const { x: i } = this.thread;
    return (1 - shrink) * w[i] - (rate * m[i]) / (Math.sqrt(v[i]) * scale + eps);
  },
  ([w], attrs: { rate: number; scale: number; shrink: number; eps: number }) => ({
    shape: w,
    scalars: [attrs.rate, attrs.scale, attrs.shrink, attrs.eps],
  }),
);
