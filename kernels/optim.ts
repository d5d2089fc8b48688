// Optimizer steps, one output each. Learning rates are call arguments, so that schedules do not recompile.
import { type Flat, kernel, type Thread } from './spec.js';

// A factor of 0 leaves its term out, as in PyTorch: 0·∞ would be NaN. With a decay of 0, w is not read.

/** m' = keep·m + take·(g + decay·w): SGD's momentum, and the mean gradients of Adam and of centered RMSprop. */
export const movingMean = kernel(
  'movingMean',
  function (this: Thread, m: Flat, g: Flat, w: Flat, keep: number, take: number, decay: number) {
    const { x: i } = this.thread;
    let gradient = g[i];
    if (decay !== 0) gradient = gradient + decay * w[i];
    return keep * m[i] + take * gradient;
  },
  ([m], { keep, take, decay }: { keep: number; take: number; decay: number }) => ({
    shape: m,
    scalars: [keep, take, decay],
  }),
);

/** v' = keep·v + (1 − keep)·(g + decay·w)²: the mean squares of Adam and RMSprop. */
export const movingSquare = kernel(
  'movingSquare',
  function (this: Thread, v: Flat, g: Flat, w: Flat, keep: number, decay: number) {
    const { x: i } = this.thread;
    let gradient = g[i];
    if (decay !== 0) gradient = gradient + decay * w[i];
    return keep * v[i] + (1 - keep) * gradient * gradient;
  },
  ([v], { keep, decay }: { keep: number; decay: number }) => ({ shape: v, scalars: [keep, decay] }),
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

/** b' = momentum·b + (g + decay·w) / (√(v − center·m²) + eps); centered RMSprop has center 1, any other 0. */
export const rmspropMomentum = kernel(
  'rmspropMomentum',
  function (
    this: Thread,
    b: Flat,
    g: Flat,
    w: Flat,
    v: Flat,
    m: Flat,
    momentum: number,
    decay: number,
    center: number,
    eps: number,
  ) {
    const { x: i } = this.thread;
    let gradient = g[i];
    if (decay !== 0) gradient = gradient + decay * w[i];
    let square = v[i];
    if (center !== 0) square = square - center * m[i] * m[i];
    let last = 0;
    if (momentum !== 0) last = momentum * b[i];
    return last + gradient / (Math.sqrt(square) + eps);
  },
  ([b], attrs: { momentum: number; decay: number; center: number; eps: number }) => ({
    shape: b,
    scalars: [attrs.momentum, attrs.decay, attrs.center, attrs.eps],
  }),
);

/** |g|ᵖ, of which a norm is made */
export const absPower = kernel(
  'absPower',
  function (this: Thread, g: Flat, p: number) {
    const a = Math.abs(g[this.thread.x]);
    let y = a;
    if (p === 2) y = a * a;
    else if (p !== 1) y = a ** p;
    return y;
  },
  ([g], { p }: { p: number }) => ({ shape: g, scalars: [p] }),
);

/** g, but −limit below −limit and limit above it */
export const clipValue = kernel(
  'clipValue',
  function (this: Thread, g: Flat, limit: number) {
    let y = g[this.thread.x];
    if (y > limit) y = limit;
    if (y < -limit) y = -limit;
    return y;
  },
  ([g], { limit }: { limit: number }) => ({ shape: g, scalars: [limit] }),
);
