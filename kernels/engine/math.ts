// Exponential and logarithm of four lanes at once, after Cephes (expf, logf): relative error below 2e-7. The tail of the
// normal distribution, after Hart.
import { madd } from './memory';

/** One lane's value in all four. */
// @ts-ignore: decorator
@inline
export function splat(value: f64): v128 {
  return f32x4.splat(<f32>value);
}

/** All bits of all lanes where a factor is not 0: what it is to multiply passes, and is 0 elsewhere. */
// @ts-ignore: decorator
@inline
export function unlessZero(factor: f64): v128 {
  return i32x4.splat(factor == 0 ? 0 : -1);
}

/** The constants of exp4. V8 builds vector constants anew in every turn of a loop; loading them is twice as fast. */
const EXP = memory.data<f32>([
  -104, 89, 1.44269504, 12582912, -0.693359375, 2.12194440e-4,
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1,
]);

// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load32_splat(EXP + 4 * i);
}

/** eˣ; overflows to ∞, underflows to 0. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  return exponential(x, false);
}

/** eˣ − 1 for x ≤ 0, as right near 0 as elsewhere. */
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  return exponential(x, true);
}

/** eˣ = 2ⁿ·eʳ with n = round(x / ln 2) and a polynomial for eʳ, |r| ≤ ½ ln 2. Less 1: 2ⁿ·(eʳ − 1) + (2ⁿ − 1). */
// @ts-ignore: decorator
@inline
function exponential(x: v128, lessOne: bool): v128 {
  // pmin and pmax keep a NaN in x
  x = f32x4.pmin(f32x4.pmax(x, constant(0)), constant(1));
  // adding 1.5·2²³ rounds to an integer, which then stands in the low bits
  const shifted = madd(x, constant(2), constant(3));
  const n = f32x4.sub(shifted, constant(3));
  // ln 2 in two parts, the first exact in n·0.693359375
  const r = madd(n, constant(5), madd(n, constant(4), x));
  let p = madd(constant(6), r, constant(7));
  p = madd(p, r, constant(8));
  p = madd(p, r, constant(9));
  p = madd(p, r, constant(10));
  p = madd(p, r, constant(11));
  const y = madd(f32x4.mul(r, r), p, r);
  // 2ⁿ in two factors, so that results below 2⁻¹²⁶ are still right
  const whole = i32x4.sub(shifted, constant(3));
  const half = i32x4.shr_s(whole, 1);
  const first = power2(half), second = power2(i32x4.sub(whole, half));
  if (!lessOne) return f32x4.mul(f32x4.mul(f32x4.add(y, constant(12)), first), second);
  const scale = f32x4.mul(first, second);
  return madd(y, scale, f32x4.sub(scale, constant(12)));
}

/** 2ⁿ for −126 ≤ n ≤ 127, by its bit pattern. */
// @ts-ignore: decorator
@inline
function power2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** ln x = n·ln 2 + ln(1 + f) with √½ ≤ 1 + f < √2 and a polynomial for ln(1 + f); ln 0 = −∞, NaN below 0. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  const bits = i32x4.sub(scaled, i32x4.splat(0x3f3504f3));
  const exponent = i32x4.shr_s(bits, 23);
  const f = f32x4.sub(i32x4.sub(scaled, i32x4.shl(exponent, 23)), f32x4.splat(1));
  const n = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(tiny, f32x4.splat(23)));
  let p = f32x4.splat(7.0376836292e-2);
  p = madd(p, f, f32x4.splat(-1.1514610310e-1));
  p = madd(p, f, f32x4.splat(1.1676998740e-1));
  p = madd(p, f, f32x4.splat(-1.2420140846e-1));
  p = madd(p, f, f32x4.splat(1.4249322787e-1));
  p = madd(p, f, f32x4.splat(-1.6668057665e-1));
  p = madd(p, f, f32x4.splat(2.0000714765e-1));
  p = madd(p, f, f32x4.splat(-2.4999993993e-1));
  p = madd(p, f, f32x4.splat(3.3333331174e-1));
  const square = f32x4.mul(f, f);
  let y = f32x4.mul(f32x4.mul(p, f), square);
  y = madd(n, f32x4.splat(-2.12194440e-4), y);
  y = madd(square, f32x4.splat(-0.5), y);
  y = madd(n, f32x4.splat(0.693359375), f32x4.add(f, y));
  return logSpecials(x, y);
}

/** −∞ at 0, NaN below, ∞ and NaN unchanged. */
// @ts-ignore: decorator
@inline
function logSpecials(x: v128, y: v128): v128 {
  const zero = f32x4.splat(0);
  y = v128.bitselect(y, x, f32x4.lt(x, f32x4.splat(Infinity)));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, zero));
  return v128.bitselect(f32x4.splat(NaN), y, f32x4.lt(x, zero));
}

/** Two polynomials of normalTail4, from the highest power down, and 1/13, 1/11, …, 1 of log1p4. */
const SERIES = memory.data<f32>([
  0.0352624966, 0.700383064, 6.37396220, 33.9128661, 112.079291, 221.213596, 220.206868,
  0.0883883476, 1.75566716, 16.0641776, 86.7807322, 296.56425, 637.333634, 793.826513, 440.413736,
  0.0769230769, 0.0909090909, 0.111111111, 0.142857143, 0.2, 0.333333333, 1,
]);

/** The polynomial of seven coefficients from place i of SERIES on. */
// @ts-ignore: decorator
@inline
function polynomial(i: usize, x: v128): v128 {
  const at = SERIES + 4 * i;
  let p = madd(v128.load32_splat(at), x, v128.load32_splat(at, 4));
  p = madd(p, x, v128.load32_splat(at, 8));
  p = madd(p, x, v128.load32_splat(at, 12));
  p = madd(p, x, v128.load32_splat(at, 16));
  p = madd(p, x, v128.load32_splat(at, 20));
  return madd(p, x, v128.load32_splat(at, 24));
}

/** Φ(−a)·e^(a²/2) for 0 ≤ a ≤ 40: a ratio of polynomials, all of whose terms are positive. */
// @ts-ignore: decorator
@inline
export function normalTail4(a: v128): v128 {
  const last = v128.load32_splat(SERIES, 56);
  return f32x4.div(polynomial(0, a), madd(polynomial(7, a), a, last));
}

/** log(1 + u) for 0 ≤ u ≤ 1, as 2·artanh s = 2·(s + s³/3 + s⁵/5 + …) with s = u / (2 + u) ≤ 1/3. */
// @ts-ignore: decorator
@inline
export function log1p4(u: v128): v128 {
  const s = f32x4.div(u, f32x4.add(u, f32x4.splat(2)));
  return f32x4.mul(f32x4.add(s, s), polynomial(15, f32x4.mul(s, s)));
}
