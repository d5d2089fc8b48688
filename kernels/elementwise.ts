// Elementwise kernels: arithmetic with broadcasting, and the unary functions with their gradients.
import { broadcast, type Strides } from './broadcast.js';
import { elementwise, type Flat, kernel, type Thread } from './spec.js';

/** a + b */
export const add = kernel(
  'add',
  function (this: Thread<Strides>, a: Flat, b: Flat) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    return a[l * a0 + k * a1 + j * a2 + i * a3] + b[l * b0 + k * b1 + j * b2 + i * b3];
  },
  broadcast,
);

/** a − b */
export const sub = kernel(
  'sub',
  function (this: Thread<Strides>, a: Flat, b: Flat) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    return a[l * a0 + k * a1 + j * a2 + i * a3] - b[l * b0 + k * b1 + j * b2 + i * b3];
  },
  broadcast,
);

/** a · b */
export const mul = kernel(
  'mul',
  function (this: Thread<Strides>, a: Flat, b: Flat) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    return a[l * a0 + k * a1 + j * a2 + i * a3] * b[l * b0 + k * b1 + j * b2 + i * b3];
  },
  broadcast,
);

/** a / b */
export const div = kernel(
  'div',
  function (this: Thread<Strides>, a: Flat, b: Flat) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    return a[l * a0 + k * a1 + j * a2 + i * a3] / b[l * b0 + k * b1 + j * b2 + i * b3];
  },
  broadcast,
);

/** a^b, as in C: 1 to any power is 1, and −1 to an infinite one. GPUs take no negative base. */
export const pow = kernel(
  'pow',
  function (this: Thread<Strides>, a: Flat, b: Flat) {
    const { n, a0, a1, a2, a3, b0, b1, b2, b3 } = this.constants;
    const { x: i, y: j, z } = this.thread;
    const l = Math.floor(z / n);
    const k = z - l * n;
    const p = a[l * a0 + k * a1 + j * a2 + i * a3];
    const q = b[l * b0 + k * b1 + j * b2 + i * b3];
    const rest = q - 2 * Math.floor(q / 2);
    let y = p ** q;
    if (p < 0 && rest === 0) y = (-p) ** q;
    if (p < 0 && rest === 1) y = -((-p) ** q);
    if (p === 1 || (p === -1 && Math.abs(q) > 1e38)) y = 1;
    return y;
  },
  broadcast,
);

/** y = scale·x + shift */
export const affine = kernel(
  'affine',
  function (this: Thread, x: Flat, scale: number, shift: number) {
    return x[this.thread.x] * scale + shift;
  },
  ([x], { scale, shift }: { scale: number; shift: number }) => ({ shape: x, scalars: [scale, shift] }),
);

export const exp = kernel(
  'exp',
  function (this: Thread, x: Flat) {
    return Math.exp(x[this.thread.x]);
  },
  elementwise,
);

export const log = kernel(
  'log',
  function (this: Thread, x: Flat) {
    return Math.log(x[this.thread.x]);
  },
  elementwise,
);

export const sqrt = kernel(
  'sqrt',
  function (this: Thread, x: Flat) {
    return Math.sqrt(x[this.thread.x]);
  },
  elementwise,
);

/** y = max(x, 0), written so that NaN stays NaN. */
export const relu = kernel(
  'relu',
  function (this: Thread, x: Flat) {
    if (x[this.thread.x] < 0) return 0;
    return x[this.thread.x];
  },
  elementwise,
);

/** dx = g, but 0 where y ≤ 0: it passes a NaN, as PyTorch's does. */
export const reluGrad = kernel(
  'reluGrad',
  function (this: Thread, g: Flat, y: Flat) {
    if (y[this.thread.x] <= 0) return 0;
    return g[this.thread.x];
  },
  elementwise,
);
