// Elementwise kernels: arithmetic on equal shapes, and the unary functions with their gradients.
import { elementwise, type Flat, type KernelSpec, type Thread } from './spec.js';

function add(this: Thread, a: Flat, b: Flat) {
  return a[this.thread.x] + b[this.thread.x];
}

function sub(this: Thread, a: Flat, b: Flat) {
  return a[this.thread.x] - b[this.thread.x];
}

function mul(this: Thread, a: Flat, b: Flat) {
  return a[this.thread.x] * b[this.thread.x];
}

function div(this: Thread, a: Flat, b: Flat) {
  return a[this.thread.x] / b[this.thread.x];
}

/** y = scale·x + shift */
function affine(this: Thread, x: Flat, scale: number, shift: number) {
  return x[this.thread.x] * scale + shift;
}

function exp(this: Thread, x: Flat) {
  return Math.exp(x[this.thread.x]);
}

function log(this: Thread, x: Flat) {
  return Math.log(x[this.thread.x]);
}

function sqrt(this: Thread, x: Flat) {
  return Math.sqrt(x[this.thread.x]);
}

/** y = max(x, 0), written so that NaN stays NaN. */
function relu(this: Thread, x: Flat) {
  if (x[this.thread.x] < 0) return 0;
  return x[this.thread.x];
}

/** dx = g where y > 0; at the kink, 0. */
function reluGrad(this: Thread, g: Flat, y: Flat) {
  if (y[this.thread.x] > 0) return g[this.thread.x];
  return 0;
}

export const elementwiseKernels = {
  add: { body: add, plan: elementwise },
  sub: { body: sub, plan: elementwise },
  mul: { body: mul, plan: elementwise },
  div: { body: div, plan: elementwise },
  affine: { body: affine, plan: ([x], { scale, shift }) => ({ shape: x, scalars: [scale, shift] }) },
  exp: { body: exp, plan: elementwise },
  log: { body: log, plan: elementwise },
  sqrt: { body: sqrt, plan: elementwise },
  relu: { body: relu, plan: elementwise },
  reluGrad: { body: reluGrad, plan: elementwise },
} satisfies Record<string, KernelSpec>;
