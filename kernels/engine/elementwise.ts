// Elementwise kernels: on n elements, where the output may be one of the inputs, and of two arrays read by strides.
import { exp4, log4, splat } from './math';
import { bytes, load4, madd, store4 } from './memory';

const enum Unary { Exp, Log, Sqrt, Relu }
const enum Binary { Add, Subtract, Multiply, Divide, ReluGrad }

// @ts-ignore: decorator
@inline
function unary(op: i32, x: v128): v128 {
  if (op == Unary.Exp) return exp4(x);
  if (op == Unary.Log) return log4(x);
  if (op == Unary.Sqrt) return f32x4.sqrt(x);
  return v128.andnot(x, f32x4.lt(x, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function binary(op: i32, a: v128, b: v128): v128 {
  if (op == Binary.Add) return f32x4.add(a, b);
  if (op == Binary.Subtract) return f32x4.sub(a, b);
  if (op == Binary.Multiply) return f32x4.mul(a, b);
  if (op == Binary.Divide) return f32x4.div(a, b);
  return v128.andnot(a, f32x4.le(b, f32x4.splat(0)));
}

/** The same of one element. */
// @ts-ignore: decorator
@inline
function scalar(op: i32, a: f32, b: f32): f32 {
  if (op == Binary.Add) return a + b;
  if (op == Binary.Subtract) return a - b;
  return op == Binary.Multiply ? a * b : a / b;
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

/** g, but 0 where y ≤ 0; a NaN in y passes g. */
export function reluGrad(out: usize, g: usize, y: usize, n: i32): void {
  map2(Binary.ReluGrad, out, g, y, n);
}

/** scale·x + shift */
export function affine(out: usize, x: usize, n: i32, scale: f64, shift: f64): void {
  const a = splat(scale), b = splat(shift);
  for (; n >= 4; n -= 4, out += 16, x += 16) store4(out, madd(load4(x, 4), a, b), 4);
  if (n > 0) store4(out, madd(load4(x, n), a, b), n);
}

/**
 * y[l,k,j,i] = a[l·a0 + k·a1 + j·a2 + i·a3] op b[l·b0 + k·b1 + j·b2 + i·b3] with sizes x of i, y of j and n of k;
 * strides are in elements, and 0 repeats. Of the contiguous output, which is neither input, `count` elements from `from`
 * on. Fast where a3 and b3 are 1 or 0.
 */
// @ts-ignore: decorator
@inline
function zip(
  op: i32, out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32,
): void {
  // rows of one element become the elements of longer rows; the outermost axis ends with `count`
  for (let outer = 0; outer < 3 && x == 1; outer++) {
    x = y; y = n; n = i32.MAX_VALUE;
    a3 = a2; a2 = a1; a1 = a0;
    b3 = b2; b2 = b1; b1 = b0;
  }
  let i = 0, j = 0, k = 0, l = 0;
  if (from > 0) {
    out += bytes(from);
    i = from % x; from /= x;
    j = from % y; from /= y;
    k = from % n; l = from / n;
  }
  while (count > 0) {
    // what is left of a plane
    const size = <i32>min(<i64>count, <i64>(y - j) * x - i);
    const p = l * a0 + k * a1 + j * a2, q = l * b0 + k * b1 + j * b2;
    if (x < 4 || (a3 | b3) >>> 0 > 1) zipElements(op, out, a + bytes(p), b + bytes(q), x, i, a2, a3, b2, b3, size);
    else zipRows(op, out, a + bytes(p), b + bytes(q), x, i, a2, a3, b2, b3, size);
    out += bytes(size);
    count -= size;
    i = j = 0;
    if (++k == n) {
      k = 0;
      l++;
    }
  }
}

/** `count` elements from place i of a row on, one by one. */
// @ts-ignore: decorator
@inline
function zipElements(
  op: i32, out: usize, a: usize, b: usize, x: i32, i: i32, a2: i32, a3: i32, b2: i32, b3: i32, count: i32,
): void {
  const nextA = bytes(a2 - x * a3), nextB = bytes(b2 - x * b3), end = out + bytes(count);
  a += bytes(i * a3);
  b += bytes(i * b3);
  for (let left = x - i; out < end; out += 4) {
    store<f32>(out, scalar(op, load<f32>(a), load<f32>(b)));
    a += bytes(a3);
    b += bytes(b3);
    if (--left == 0) {
      left = x;
      a += nextA;
      b += nextB;
    }
  }
}

/** The same where steps along a row are 0 or 1. */
// @ts-ignore: decorator
@inline
function zipRows(
  op: i32, out: usize, a: usize, b: usize, x: i32, i: i32, a2: i32, a3: i32, b2: i32, b3: i32, count: i32,
): void {
  for (; count > 0; i = 0, a += bytes(a2), b += bytes(b2)) {
    const length = min(count, x - i), first = a + bytes(i * a3), second = b + bytes(i * b3);
    if (length < 4) zipElements(op, out, first, second, x, 0, a2, a3, b2, b3, length);
    else zipRow(op, out, first, second, a3, b3, length);
    out += bytes(length);
    count -= length;
  }
}

/** Four neighbours or more; the last vector may repeat some of the one before. */
// @ts-ignore: decorator
@inline
function zipRow(op: i32, out: usize, a: usize, b: usize, stepA: i32, stepB: i32, n: i32): void {
  if (stepA & stepB) {
    for (; n > 4; n -= 4, out += 16, a += 16, b += 16) v128.store(out, binary(op, v128.load(a), v128.load(b)));
    const back = bytes(4 - n);
    v128.store(out - back, binary(op, v128.load(a - back), v128.load(b - back)));
  } else if (stepA) {
    const v = v128.load32_splat(b);
    for (; n > 4; n -= 4, out += 16, a += 16) v128.store(out, binary(op, v128.load(a), v));
    const back = bytes(4 - n);
    v128.store(out - back, binary(op, v128.load(a - back), v));
  } else if (stepB) {
    const v = v128.load32_splat(a);
    for (; n > 4; n -= 4, out += 16, b += 16) v128.store(out, binary(op, v, v128.load(b)));
    const back = bytes(4 - n);
    v128.store(out - back, binary(op, v, v128.load(b - back)));
  } else {
    const v = f32x4.splat(scalar(op, load<f32>(a), load<f32>(b)));
    for (; n > 4; n -= 4, out += 16) v128.store(out, v);
    v128.store(out - bytes(4 - n), v);
  }
}

export function add(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32,
): void {
  zip(Binary.Add, out, a, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, from, count);
}

export function sub(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32,
): void {
  zip(Binary.Subtract, out, a, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, from, count);
}

export function mul(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32,
): void {
  zip(Binary.Multiply, out, a, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, from, count);
}

export function div(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32,
): void {
  zip(Binary.Divide, out, a, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, from, count);
}
