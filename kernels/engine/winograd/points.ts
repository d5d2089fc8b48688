// One-dimensional Cook–Toom transforms on four lanes: 8 points (0, ±1, ±2, ±½, ∞) or 6 (0, ±√½, ±√2, ∞).
import { madd } from '../memory';

// y[k] = Σ_i x[k+i]·w[i] is the transpose of a product of polynomials: evaluate w at the points, multiply point by
// point with a transform of x, and interpolate. The points ±a share the even and the odd part of every sum. The points
// are those with the least rounding error: Σ_a |a^k|²·|row of x|²·|row of w|² is 4 times smaller with ±√½, ±√2 than
// with ±1, ±2, and 2 times smaller with ±½, ±1, ±2 than with ±√½, ±1, ±√2.

// Constants in the order of their use; loaded, because V8 rebuilds a vector constant at every use.
const INPUT8: usize = memory.data<f32>([5.25, -4.25, 0.25, -1.25, 0.5, -2.5, 4, -5], 16);
const INPUT6: usize = memory.data<f32>([-2.5, -2, 0.7071067811865476, -0.5, 1.4142135623730951], 16);
/** f·a^k, with f = 1 / Π(a − b) over the other points b as the rows of the input are scaled: −2/9, 1/90, 32/45. */
const FILTER8: usize = memory.data<f32>([
  -0.2222222222222222, 0.011111111111111112, 0.044444444444444446, 0.17777777777777778, 0.022222222222222223,
  0.08888888888888889, 0.7111111111111111, 0.17777777777777778, 0.044444444444444446, 0.35555555555555557,
  0.08888888888888889,
], 16);
/** The same with f = −2/3 and 1/6. */
const FILTER6: usize = memory.data<f32>([
  -0.6666666666666666, -0.3333333333333333, -0.4714045207910317, -0.23570226039551584,
  0.16666666666666666, 0.3333333333333333, 0.23570226039551584, 0.4714045207910317,
], 16);
/** a^k for k > 0. */
const OUTPUT8: usize = memory.data<f32>([2, 0.5, 4, 0.25, 8, 0.125, 16, 0.0625], 16);
const OUTPUT6: usize = memory.data<f32>([
  0.7071067811865476, 1.4142135623730951, 0.5, 2, 0.3535533905932738, 2.8284271247461903,
], 16);

// @ts-ignore: decorator
@inline
function k(table: usize, i: usize): v128 {
  return v128.load32_splat(table + (i << 2));
}

// @ts-ignore: decorator
@inline
function plus(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function minus(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

/** Four lanes at `low`, or two there and two at `high`, where the panels of A end. */
// @ts-ignore: decorator
@inline
function emit(low: usize, high: usize, whole: bool, v: v128): void {
  if (whole) {
    v128.store(low, v);
  } else {
    v128.store64_lane(low, v, 0);
    v128.store64_lane(high, v, 1);
  }
}

/** The transform of x, 8 points: Bᵀ·d with rows of coefficients of Π(t − b) over the other points b. */
// @ts-ignore: decorator
@inline
export function input8(
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, d6: v128, d7: v128, out: usize, step: usize,
): void {
  v128.store(out, madd(k(INPUT8, 0), minus(d4, d2), minus(d0, d6))); out += step;
  let e = madd(k(INPUT8, 1), d4, plus(d2, d6)), o = madd(k(INPUT8, 1), d3, plus(d1, d5));
  v128.store(out, plus(e, o)); out += step;
  v128.store(out, minus(e, o)); out += step;
  e = madd(k(INPUT8, 3), d4, madd(k(INPUT8, 2), d2, d6)); o = madd(k(INPUT8, 5), d3, madd(k(INPUT8, 4), d1, plus(d5, d5)));
  v128.store(out, plus(e, o)); out += step;
  v128.store(out, minus(e, o)); out += step;
  e = madd(k(INPUT8, 7), d4, madd(k(INPUT8, 6), d2, d6)); o = madd(k(INPUT8, 5), d3, madd(k(INPUT8, 4), d5, plus(d1, d1)));
  v128.store(out, plus(e, o)); out += step;
  v128.store(out, minus(e, o)); out += step;
  v128.store(out, madd(k(INPUT8, 0), minus(d3, d5), minus(d7, d1)));
}

/** The same for 6 points. */
// @ts-ignore: decorator
@inline
export function input6(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, out: usize, step: usize): void {
  v128.store(out, madd(k(INPUT6, 0), d2, plus(d0, d4))); out += step;
  let e = madd(k(INPUT6, 1), d2, d4), o = f32x4.mul(k(INPUT6, 2), madd(k(INPUT6, 1), d1, d3));
  v128.store(out, plus(e, o)); out += step;
  v128.store(out, minus(e, o)); out += step;
  e = madd(k(INPUT6, 3), d2, d4); o = f32x4.mul(k(INPUT6, 4), madd(k(INPUT6, 3), d1, d3));
  v128.store(out, plus(e, o)); out += step;
  v128.store(out, minus(e, o)); out += step;
  v128.store(out, madd(k(INPUT6, 0), d3, plus(d1, d5)));
}

/** Values of the polynomial w0 + w1·t + … of `taps` = 3, 4 or 5 terms at the 8 points, divided as TABLE says. */
// @ts-ignore: decorator
@inline
export function filter8(
  taps: i32, w0: v128, w1: v128, w2: v128, w3: v128, w4: v128, low: usize, high: usize, step: usize, whole: bool,
): void {
  emit(low, high, whole, w0); low += step; high += step;
  let e = plus(w0, w2), o = w1;
  if (taps > 3) o = plus(o, w3);
  if (taps > 4) e = plus(e, w4);
  e = f32x4.mul(k(FILTER8, 0), e); o = f32x4.mul(k(FILTER8, 0), o);
  emit(low, high, whole, plus(e, o)); low += step; high += step;
  emit(low, high, whole, minus(e, o)); low += step; high += step;
  e = madd(k(FILTER8, 2), w2, f32x4.mul(k(FILTER8, 1), w0)); o = f32x4.mul(k(FILTER8, 4), w1);
  if (taps > 3) o = madd(k(FILTER8, 5), w3, o);
  if (taps > 4) e = madd(k(FILTER8, 3), w4, e);
  emit(low, high, whole, plus(e, o)); low += step; high += step;
  emit(low, high, whole, minus(e, o)); low += step; high += step;
  e = madd(k(FILTER8, 7), w2, f32x4.mul(k(FILTER8, 6), w0)); o = f32x4.mul(k(FILTER8, 9), w1);
  if (taps > 3) o = madd(k(FILTER8, 10), w3, o);
  if (taps > 4) e = madd(k(FILTER8, 8), w4, e);
  emit(low, high, whole, plus(e, o)); low += step; high += step;
  emit(low, high, whole, minus(e, o)); low += step; high += step;
  emit(low, high, whole, taps > 4 ? w4 : taps > 3 ? w3 : w2);
}

/** The same at the 6 points, for 3 or 4 terms. */
// @ts-ignore: decorator
@inline
export function filter6(
  taps: i32, w0: v128, w1: v128, w2: v128, w3: v128, low: usize, high: usize, step: usize, whole: bool,
): void {
  emit(low, high, whole, w0); low += step; high += step;
  let e = madd(k(FILTER6, 1), w2, f32x4.mul(k(FILTER6, 0), w0)), o = f32x4.mul(k(FILTER6, 2), w1);
  if (taps > 3) o = madd(k(FILTER6, 3), w3, o);
  emit(low, high, whole, plus(e, o)); low += step; high += step;
  emit(low, high, whole, minus(e, o)); low += step; high += step;
  e = madd(k(FILTER6, 5), w2, f32x4.mul(k(FILTER6, 4), w0)); o = f32x4.mul(k(FILTER6, 6), w1);
  if (taps > 3) o = madd(k(FILTER6, 7), w3, o);
  emit(low, high, whole, plus(e, o)); low += step; high += step;
  emit(low, high, whole, minus(e, o)); low += step; high += step;
  emit(low, high, whole, taps > 3 ? w3 : w2);
}

/** Four vectors to four places, as they are or with lanes and vectors exchanged. */
// @ts-ignore: decorator
@inline
function emit4(
  a: v128, b: v128, c: v128, d: v128, p: usize, q: usize, r: usize, s: usize, transposed: bool,
): void {
  if (transposed) {
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(p, v128.shuffle<f64>(ab0, cd0, 0, 2));
    v128.store(q, v128.shuffle<f64>(ab0, cd0, 1, 3));
    v128.store(r, v128.shuffle<f64>(ab1, cd1, 0, 2));
    v128.store(s, v128.shuffle<f64>(ab1, cd1, 1, 3));
  } else {
    v128.store(p, a);
    v128.store(q, b);
    v128.store(r, c);
    v128.store(s, d);
  }
}

/** Four outputs from 8 points: y[k] = Σ_a a^k·x_a, and x_∞ in the last. */
// @ts-ignore: decorator
@inline
export function output4of8(
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
  p: usize, q: usize, r: usize, s: usize, transposed: bool,
): void {
  const e1 = plus(x1, x2), o1 = minus(x1, x2), e2 = plus(x3, x4), o2 = minus(x3, x4);
  const e3 = plus(x5, x6), o3 = minus(x5, x6);
  emit4(
    plus(plus(x0, e1), plus(e2, e3)), madd(k(OUTPUT8, 1), o3, madd(k(OUTPUT8, 0), o2, o1)),
    madd(k(OUTPUT8, 3), e3, madd(k(OUTPUT8, 2), e2, e1)), plus(x7, madd(k(OUTPUT8, 5), o3, madd(k(OUTPUT8, 4), o2, o1))),
    p, q, r, s, transposed,
  );
}

/** Four outputs from 6 points. */
// @ts-ignore: decorator
@inline
export function output4of6(
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128,
  p: usize, q: usize, r: usize, s: usize, transposed: bool,
): void {
  const e1 = plus(x1, x2), o1 = minus(x1, x2), e2 = plus(x3, x4), o2 = minus(x3, x4);
  emit4(
    plus(x0, plus(e1, e2)), madd(k(OUTPUT6, 1), o2, f32x4.mul(k(OUTPUT6, 0), o1)),
    madd(k(OUTPUT6, 3), e2, f32x4.mul(k(OUTPUT6, 2), e1)), madd(k(OUTPUT6, 5), o2, madd(k(OUTPUT6, 4), o1, x5)),
    p, q, r, s, transposed,
  );
}

/** Five outputs from 8 points. */
// @ts-ignore: decorator
@inline
export function output5of8(
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128, out: usize, step: usize,
): void {
  const e1 = plus(x1, x2), o1 = minus(x1, x2), e2 = plus(x3, x4), o2 = minus(x3, x4);
  const e3 = plus(x5, x6), o3 = minus(x5, x6);
  v128.store(out, plus(plus(x0, e1), plus(e2, e3))); out += step;
  v128.store(out, madd(k(OUTPUT8, 1), o3, madd(k(OUTPUT8, 0), o2, o1))); out += step;
  v128.store(out, madd(k(OUTPUT8, 3), e3, madd(k(OUTPUT8, 2), e2, e1))); out += step;
  v128.store(out, madd(k(OUTPUT8, 5), o3, madd(k(OUTPUT8, 4), o2, o1))); out += step;
  v128.store(out, plus(x7, madd(k(OUTPUT8, 7), e3, madd(k(OUTPUT8, 6), e2, e1))));
}

/** Three outputs from 6 points. */
// @ts-ignore: decorator
@inline
export function output3of6(
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, out: usize, step: usize,
): void {
  const e1 = plus(x1, x2), e2 = plus(x3, x4);
  v128.store(out, plus(x0, plus(e1, e2))); out += step;
  v128.store(out, madd(k(OUTPUT6, 1), minus(x3, x4), f32x4.mul(k(OUTPUT6, 0), minus(x1, x2)))); out += step;
  v128.store(out, madd(k(OUTPUT6, 3), e2, madd(k(OUTPUT6, 2), e1, x5)));
}
