// Activations and their gradients, and what costs as little as a copy: of n elements, with two attributes at most.
import { exp4, expm14, log1p4, normalTail4, splat } from './math';
import { load4, madd, store4 } from './memory';

const enum Light { Abs, Clamp, ClampGrad, LeakyRelu, SigmoidGrad }
const enum Heavy {
  Tanh, Sigmoid, Elu, Gate, Gelu, Softplus, // of x
  EluGrad, GateGrad, GeluGrad, SoftplusGrad, // of g and x
}

// @ts-ignore: decorator
@inline
function light(op: i32, g: v128, x: v128, p: v128, q: v128): v128 {
  if (op == Light.Abs) return f32x4.abs(x);
  if (op == Light.Clamp) return f32x4.pmin(f32x4.pmax(x, p), q);
  if (op == Light.ClampGrad) return v128.and(g, v128.and(f32x4.ge(x, p), f32x4.le(x, q)));
  if (op == Light.SigmoidGrad) return f32x4.mul(f32x4.mul(g, f32x4.sub(x, p)), f32x4.sub(f32x4.splat(1), x));
  return v128.bitselect(g, f32x4.mul(g, p), f32x4.gt(x, f32x4.splat(0)));
}

/** Of g and x; a function of x alone takes it twice. */
// @ts-ignore: decorator
@inline
function lightly(op: i32, out: usize, g: usize, x: usize, n: i32, first: f64, second: f64): void {
  const p = splat(first), q = splat(second);
  for (; n >= 4; n -= 4, out += 16, g += 16, x += 16) store4(out, light(op, load4(g, 4), load4(x, 4), p, q), 4);
  if (n > 0) store4(out, light(op, load4(g, n), load4(x, n), p, q), n);
}

/** tanh |x| = −m / (2 + m) with m = e^(−2|x|) − 1, and the sign of x. */
function tanh4(x: v128): v128 {
  const m = expm14(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)));
  const y = f32x4.div(f32x4.abs(m), f32x4.add(m, f32x4.splat(2)));
  return v128.or(y, v128.and(x, i32x4.splat(0x80000000)));
}

/** y / (1 + e^−z) */
function gated(y: v128, z: v128): v128 {
  return f32x4.div(y, f32x4.add(f32x4.splat(1), exp4(f32x4.neg(z))));
}

function elu4(x: v128, alpha: v128): v128 {
  return v128.bitselect(x, f32x4.mul(alpha, expm14(x)), f32x4.gt(x, f32x4.splat(0)));
}

function eluSlope(g: v128, x: v128, alpha: v128): v128 {
  return v128.bitselect(f32x4.mul(f32x4.mul(g, alpha), exp4(x)), g, f32x4.le(x, f32x4.splat(0)));
}

function softplus4(x: v128, beta: v128, threshold: v128): v128 {
  const z = f32x4.mul(x, beta);
  const tail = log1p4(exp4(f32x4.neg(f32x4.abs(z))));
  const y = f32x4.div(f32x4.add(f32x4.pmax(z, f32x4.splat(0)), tail), beta);
  return v128.bitselect(x, y, f32x4.gt(z, threshold));
}

/** x between ±10¹⁰, whose third power is finite; NaN stays. */
// @ts-ignore: decorator
@inline
function within(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(-1e10)), f32x4.splat(1e10));
}

/** g·(σ(z) + x·σ′(z)·z′) with z = linear·x + cubic·x³ */
function gateSlope(g: v128, x: v128, linear: v128, cubic: v128): v128 {
  const v = within(x), square = f32x4.mul(f32x4.mul(v, v), cubic);
  const z = f32x4.mul(v, f32x4.add(linear, square));
  const e = exp4(f32x4.neg(f32x4.abs(z)));
  const larger = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), e)), smaller = f32x4.mul(e, larger);
  const y = v128.bitselect(smaller, larger, f32x4.lt(z, f32x4.splat(0)));
  const dz = madd(f32x4.splat(3), square, linear);
  return f32x4.mul(g, madd(f32x4.mul(x, f32x4.mul(smaller, larger)), dz, y));
}

/** y·(Φ(x) + by·e^(−x²/2)) */
function normalShare(y: v128, x: v128, by: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(40));
  const e = exp4(f32x4.mul(f32x4.mul(a, a), f32x4.splat(-0.5)));
  const tail = f32x4.mul(e, normalTail4(a));
  const share = v128.bitselect(f32x4.sub(f32x4.splat(1), tail), tail, f32x4.gt(x, f32x4.splat(0)));
  return f32x4.mul(y, madd(by, e, share));
}

/** Functions of their own are called: in one loop with all of it V8 made softplus three times slower. */
// @ts-ignore: decorator
@inline
function heavy(op: i32, g: v128, x: v128, p: v128, q: v128): v128 {
  if (op == Heavy.Tanh) return tanh4(x);
  if (op == Heavy.Sigmoid) return gated(f32x4.splat(1), x);
  if (op == Heavy.Elu) return elu4(x, p);
  if (op == Heavy.Softplus) return softplus4(x, p, q);
  if (op == Heavy.EluGrad) return eluSlope(g, x, p);
  if (op == Heavy.GateGrad) return gateSlope(g, x, p, q);
  if (op == Heavy.Gelu) return normalShare(x, x, f32x4.splat(0));
  if (op == Heavy.GeluGrad) return normalShare(g, x, f32x4.mul(x, f32x4.splat(0.3989422804)));
  if (op == Heavy.Gate) {
    const v = within(x);
    return gated(x, f32x4.mul(v, madd(f32x4.mul(v, v), q, p)));
  }
  const z = f32x4.mul(x, p);
  return v128.bitselect(g, gated(g, z), f32x4.gt(z, q));
}

// @ts-ignore: decorator
@inline
function heavily(op: i32, out: usize, g: usize, x: usize, n: i32, first: f64, second: f64): void {
  const p = splat(first), q = splat(second), two = op >= Heavy.EluGrad;
  for (; n >= 4; n -= 4, out += 16, x += 16) {
    const v = v128.load(x);
    v128.store(out, heavy(op, two ? v128.load(g) : v, v, p, q));
    if (two) g += 16;
  }
  if (n > 0) store4(out, heavy(op, two ? load4(g, n) : p, load4(x, n), p, q), n);
}

export function abs(out: usize, x: usize, n: i32): void {
  lightly(Light.Abs, out, x, x, n, 0, 0);
}

export function clamp(out: usize, x: usize, n: i32, low: f64, high: f64): void {
  lightly(Light.Clamp, out, x, x, n, low, high);
}

export function clampGrad(out: usize, g: usize, x: usize, n: i32, low: f64, high: f64): void {
  lightly(Light.ClampGrad, out, g, x, n, low, high);
}

/** slope·x where x ≤ 0: the gradient with g = x. */
export function leakyRelu(out: usize, x: usize, n: i32, slope: f64): void {
  leakyReluGrad(out, x, x, n, slope);
}

export function leakyReluGrad(out: usize, g: usize, x: usize, n: i32, slope: f64): void {
  lightly(Light.LeakyRelu, out, g, x, n, slope, 0);
}

export function tanh(out: usize, x: usize, n: i32): void {
  heavily(Heavy.Tanh, out, x, x, n, 0, 0);
}

export function sigmoid(out: usize, x: usize, n: i32): void {
  heavily(Heavy.Sigmoid, out, x, x, n, 0, 0);
}

/** g·(y − low)·(1 − y) */
export function sigmoidGrad(out: usize, g: usize, y: usize, n: i32, low: f64): void {
  lightly(Light.SigmoidGrad, out, g, y, n, low, 0);
}

export function elu(out: usize, x: usize, n: i32, alpha: f64): void {
  heavily(Heavy.Elu, out, x, x, n, alpha, 0);
}

export function eluGrad(out: usize, g: usize, x: usize, n: i32, alpha: f64): void {
  heavily(Heavy.EluGrad, out, g, x, n, alpha, 0);
}

/** x·σ(linear·x + cubic·x³) */
export function sigmoidGate(out: usize, x: usize, n: i32, linear: f64, cubic: f64): void {
  heavily(Heavy.Gate, out, x, x, n, linear, cubic);
}

export function sigmoidGateGrad(out: usize, g: usize, x: usize, n: i32, linear: f64, cubic: f64): void {
  heavily(Heavy.GateGrad, out, g, x, n, linear, cubic);
}

/** x·Φ(x) */
export function gelu(out: usize, x: usize, n: i32): void {
  heavily(Heavy.Gelu, out, x, x, n, 0, 0);
}

export function geluGrad(out: usize, g: usize, x: usize, n: i32): void {
  heavily(Heavy.GeluGrad, out, g, x, n, 0, 0);
}

export function softplus(out: usize, x: usize, n: i32, beta: f64, threshold: f64): void {
  heavily(Heavy.Softplus, out, x, x, n, beta, threshold);
}

export function softplusGrad(out: usize, g: usize, x: usize, n: i32, beta: f64, threshold: f64): void {
  heavily(Heavy.SoftplusGrad, out, g, x, n, beta, threshold);
}
