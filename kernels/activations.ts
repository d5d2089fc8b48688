// Activations and their gradients. A gradient is by·f′ and takes x, or y where that is shorter.
import { elementwise, type Flat, kernel, type Thread } from './spec.js';

export const tanh = kernel(
  'tanh',
  function (this: Thread, x: Flat) {
    return Math.tanh(x[this.thread.x]);
  },
  elementwise,
);

/** y = 1 / (1 + e^−x) */
export const sigmoid = kernel(
  'sigmoid',
  function (this: Thread, x: Flat) {
    return 1 / (1 + Math.exp(-x[this.thread.x]));
  },
  elementwise,
);

/** dx = g·(y − low)·(1 − y): of sigmoid where low is 0, of tanh where it is −1. */
export const sigmoidGrad = kernel(
  'sigmoidGrad',
  function (this: Thread, g: Flat, y: Flat, low: number) {
    const { x: i } = this.thread;
    return g[i] * (y[i] - low) * (1 - y[i]);
  },
  ([g], { low }: { low: number }) => ({ shape: g, scalars: [low] }),
);

/** y = x where x > 0, else slope·x. */
export const leakyRelu = kernel(
  'leakyRelu',
  function (this: Thread, x: Flat, slope: number) {
    const { x: i } = this.thread;
    if (x[i] > 0) return x[i];
    return x[i] * slope;
  },
  ([x], { negativeSlope }: { negativeSlope: number }) => ({ shape: x, scalars: [negativeSlope] }),
);

/** dx = g where x > 0, else slope·g. */
export const leakyReluGrad = kernel(
  'leakyReluGrad',
  function (this: Thread, g: Flat, x: Flat, slope: number) {
    const { x: i } = this.thread;
    if (x[i] > 0) return g[i];
    return g[i] * slope;
  },
  ([g], { negativeSlope }: { negativeSlope: number }) => ({ shape: g, scalars: [negativeSlope] }),
);

/** y = x where x > 0, else α·(eˣ − 1). */
export const elu = kernel(
  'elu',
  function (this: Thread, x: Flat, alpha: number) {
    const { x: i } = this.thread;
    if (x[i] > 0) return x[i];
    return alpha * Math.expm1(x[i]);
  },
  ([x], { alpha }: { alpha: number }) => ({ shape: x, scalars: [alpha] }),
);

/** dx = α·eˣ·g where x ≤ 0, else g. */
export const eluGrad = kernel(
  'eluGrad',
  function (this: Thread, g: Flat, x: Flat, alpha: number) {
    const { x: i } = this.thread;
    if (x[i] <= 0) return g[i] * alpha * Math.exp(x[i]);
    return g[i];
  },
  ([g], { alpha }: { alpha: number }) => ({ shape: g, scalars: [alpha] }),
);

/** The argument z = linear·x + cubic·x³ of a gate. */
export interface Gate {
  linear: number;
  cubic: number;
}

/** y = x·σ(linear·x + cubic·x³): SiLU, and GELU with tanh. Beyond ±10¹⁰ σ is 0 or 1, and x³ would overflow. */
export const sigmoidGate = kernel(
  'sigmoidGate',
  function (this: Thread, x: Flat, linear: number, cubic: number) {
    const { x: i } = this.thread;
    const v = Math.min(Math.max(x[i], -1e10), 1e10);
    return x[i] / (1 + Math.exp(-v * (linear + cubic * v * v)));
  },
  ([x], { linear, cubic }: Gate) => ({ shape: x, scalars: [linear, cubic] }),
);

/** dx = g·(σ(z) + x·σ′(z)·z′) */
export const sigmoidGateGrad = kernel(
  'sigmoidGateGrad',
  function (this: Thread, g: Flat, x: Flat, linear: number, cubic: number) {
    const { x: i } = this.thread;
    const v = Math.min(Math.max(x[i], -1e10), 1e10);
    const z = v * (linear + cubic * v * v);
    const e = Math.exp(-Math.abs(z));
    const larger = 1 / (1 + e);
    let y = larger;
    if (z < 0) y = e * larger;
    return g[i] * (y + x[i] * e * larger * larger * (linear + 3 * cubic * v * v));
  },
  ([g], { linear, cubic }: Gate) => ({ shape: g, scalars: [linear, cubic] }),
);

/** y = x·Φ(x). The tail Φ(−|x|) is e^(−x²/2) times a ratio of polynomials, right to 1e-15 (Hart 5666, after West). */
export const gelu = kernel(
  'gelu',
  function (this: Thread, x: Flat) {
    const { x: i } = this.thread;
    const a = Math.min(Math.abs(x[i]), 40);
    const e = Math.exp((-a * a) / 2);
    let p = 0.0352624965998911 * a + 0.700383064443688;
    p = (((p * a + 6.37396220353165) * a + 33.912866078383) * a + 112.079291497871) * a;
    p = (p + 221.213596169931) * a + 220.206867912376;
    let q = 0.0883883476483184 * a + 1.75566716318264;
    q = (((q * a + 16.064177579207) * a + 86.7807322029461) * a + 296.564248779674) * a;
    q = ((q + 637.333633378831) * a + 793.826512519948) * a + 440.413735824752;
    let share = (e * p) / q;
    if (x[i] > 0) share = 1 - share;
    return x[i] * share;
  },
  elementwise,
);

/** dx = g·(Φ(x) + x·φ(x)) */
export const geluGrad = kernel(
  'geluGrad',
  function (this: Thread, g: Flat, x: Flat) {
    const { x: i } = this.thread;
    const a = Math.min(Math.abs(x[i]), 40);
    const e = Math.exp((-a * a) / 2);
    let p = 0.0352624965998911 * a + 0.700383064443688;
    p = (((p * a + 6.37396220353165) * a + 33.912866078383) * a + 112.079291497871) * a;
    p = (p + 221.213596169931) * a + 220.206867912376;
    let q = 0.0883883476483184 * a + 1.75566716318264;
    q = (((q * a + 16.064177579207) * a + 86.7807322029461) * a + 296.564248779674) * a;
    q = ((q + 637.333633378831) * a + 793.826512519948) * a + 440.413735824752;
    let share = (e * p) / q;
    if (x[i] > 0) share = 1 - share;
    return g[i] * (share + x[i] * e * 0.3989422804014327);
  },
  elementwise,
);

/** β, and where β·x is large enough for y = x. */
export interface Softness {
  beta: number;
  threshold: number;
}

/** y = log(1 + e^(βx)) / β, written so that nothing overflows; x where β·x > threshold. */
export const softplus = kernel(
  'softplus',
  function (this: Thread, x: Flat, beta: number, threshold: number) {
    const { x: i } = this.thread;
    const z = x[i] * beta;
    if (z > threshold) return x[i];
    // log(1 + u) without the digits that 1 + u loses: a GPU's log1p has lost them
    const u = Math.exp(-Math.abs(z));
    const w = 1 + u;
    let tail = u;
    if (w > 1) tail = (Math.log(w) * u) / (w - 1);
    return (Math.max(z, 0) + tail) / beta;
  },
  ([x], { beta, threshold }: Softness) => ({ shape: x, scalars: [beta, threshold] }),
);

/** dx = g·σ(βx); g where β·x > threshold. */
export const softplusGrad = kernel(
  'softplusGrad',
  function (this: Thread, g: Flat, x: Flat, beta: number, threshold: number) {
    const { x: i } = this.thread;
    const z = x[i] * beta;
    if (z > threshold) return g[i];
    return g[i] / (1 + Math.exp(-z));
  },
  ([g], { beta, threshold }: Softness) => ({ shape: g, scalars: [beta, threshold] }),
);
