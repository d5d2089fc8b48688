// Elementwise kernels on n elements; the output may be one of the inputs.
import { exp4, log4, splat } from './math';
import { bytes, get, load4, madd, store4 } from './memory';

const enum Unary { Exp, Log, Sqrt, Relu }
const enum Binary { Add, Subtract, Multiply, Divide, ReluGrad }

// @ts-ignore: decorator
@inline
function unary(op: i32, x: v128): v128 {
  if (op == Unary.Exp) return exp4(x);
  if (op == Unary.Log) return log4(x);
  if (op == Unary.Sqrt) return f32x4.sqrt(x);
  return f32x4.max(x, f32x4.splat(0));
}

// @ts-ignore: decorator
@inline
function binary(op: i32, a: v128, b: v128): v128 {
  if (op == Binary.Add) return f32x4.add(a, b);
  if (op == Binary.Subtract) return f32x4.sub(a, b);
  if (op == Binary.Multiply) return f32x4.mul(a, b);
  if (op == Binary.Divide) return f32x4.div(a, b);
  return v128.and(a, f32x4.gt(b, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function map(op: i32, out: usize, x: usize, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, x += 16) store4(out, unary(op, load4(x, 4)), 4);
  if (n > 0) store4(out, unary(op, load4(x, n)), n);
}

// @ts-ignore: decorator
@inline
function map2(op: i32, out: usize, a: usize, b: usize, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, a += 16, b += 16) store4(out, binary(op, load4(a, 4), load4(b, 4)), 4);
  if (n > 0) store4(out, binary(op, load4(a, n), load4(b, n)), n);
}

export function add(out: usize, a: usize, b: usize, n: i32): void {
  map2(Binary.Add, out, a, b, n);
}

export function sub(out: usize, a: usize, b: usize, n: i32): void {
  map2(Binary.Subtract, out, a, b, n);
}

export function mul(out: usize, a: usize, b: usize, n: i32): void {
  map2(Binary.Multiply, out, a, b, n);
}

export function div(out: usize, a: usize, b: usize, n: i32): void {
  map2(Binary.Divide, out, a, b, n);
}

export function exp(out: usize, x: usize, n: i32): void {
  map(Unary.Exp, out, x, n);
}

export function log(out: usize, x: usize, n: i32): void {
  map(Unary.Log, out, x, n);
}

export function sqrt(out: usize, x: usize, n: i32): void {
  map(Unary.Sqrt, out, x, n);
}

/** max(x, 0); NaN stays NaN. */
export function relu(out: usize, x: usize, n: i32): void {
  map(Unary.Relu, out, x, n);
}

/** g where y > 0, else 0. */
export function reluGrad(out: usize, g: usize, y: usize, n: i32): void {
  map2(Binary.ReluGrad, out, g, y, n);
}

/** y [n,c,s] + bias [c] */
export function addBias(out: usize, y: usize, bias: usize, n: i32, c: i32, s: i32): void {
  for (let i = 0; i < n; i++) {
    for (let channel = 0; channel < c; channel++, out += bytes(s), y += bytes(s)) {
      affine(out, y, s, 1, get(bias, channel));
    }
  }
}

/** scale·x + shift with numbers scale and shift. */
export function affine(out: usize, x: usize, n: i32, scale: f64, shift: f64): void {
  const a = splat(scale), b = splat(shift);
  for (; n >= 4; n -= 4, out += 16, x += 16) store4(out, madd(load4(x, 4), a, b), 4);
  if (n > 0) store4(out, madd(load4(x, n), a, b), n);
}
