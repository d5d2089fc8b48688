// Sums over a row of neighbouring floats. Plain sums, whose terms may be large and their mean's error small, are float64
// but for eight numbers; sums of products are float32 within 1024 elements, float64 across them.
import { bytes, lanes, load4, madd } from './memory';

const enum Term { Square, Product, CentredProduct, WeightedProduct }

/** Elements summed in float32: 16 lanes of 64 summands each keep the relative error near 1e-7. */
const CHUNK: i32 = 1024;

/** One term of the sum; `m` is the mean that centres a or b. */
// @ts-ignore: decorator
@inline
function term(op: i32, a: v128, b: v128, w: v128, m: v128, sum: v128): v128 {
  if (op == Term.Product) return madd(a, b, sum);
  if (op == Term.CentredProduct) return madd(a, f32x4.sub(b, m), sum);
  if (op == Term.WeightedProduct) return madd(f32x4.mul(w, a), f32x4.sub(b, m), sum);
  const d = f32x4.sub(a, m);
  return madd(d, d, sum);
}

/** The term of four elements, or of `left` < 4; an operation loads only what it takes. */
// @ts-ignore: decorator
@inline
function step(op: i32, a: usize, b: usize, w: usize, m: v128, sum: v128, left: i32): v128 {
  const first = load4(a, left);
  const second = op >= Term.Product ? load4(b, left) : first;
  return term(op, first, second, op == Term.WeightedProduct ? load4(w, left) : first, m, sum);
}

/** Σ of at most CHUNK terms. */
// @ts-ignore: decorator
@inline
function chunk(op: i32, a: usize, b: usize, w: usize, m: v128, n: i32): f64 {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  for (; n >= 16; n -= 16, a += 64) {
    s0 = step(op, a, b, w, m, s0, 4);
    s1 = step(op, a + 16, b + 16, w + 16, m, s1, 4);
    s2 = step(op, a + 32, b + 32, w + 32, m, s2, 4);
    s3 = step(op, a + 48, b + 48, w + 48, m, s3, 4);
    if (op >= Term.Product) b += 64;
    if (op == Term.WeightedProduct) w += 64;
  }
  for (; n >= 4; n -= 4, a += 16) {
    s0 = step(op, a, b, w, m, s0, 4);
    if (op >= Term.Product) b += 16;
    if (op == Term.WeightedProduct) w += 16;
  }
  if (n > 0) {
    const rest = step(op, a, b, w, m, zero, n);
    const valid = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n));
    s1 = f32x4.add(s1, v128.and(rest, valid));
  }
  return lanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
}

// @ts-ignore: decorator
@inline
function total(op: i32, a: usize, b: usize, w: usize, mean: f32, n: i32): f64 {
  const m = f32x4.splat(mean);
  let sum: f64 = 0;
  for (let i = 0; i < n; i += CHUNK) {
    sum += chunk(op, a + bytes(i), b + bytes(i), w + bytes(i), m, min(CHUNK, n - i));
  }
  return sum;
}

/** Sums of four in each lane. */
// @ts-ignore: decorator
@inline
function sixteen(a: usize): v128 {
  const first = f32x4.add(v128.load(a), v128.load(a, 16)), second = f32x4.add(v128.load(a, 32), v128.load(a, 48));
  return f32x4.add(first, second);
}

/** Σ a: four or eight at a time in float32, where sums of equal numbers are exact, the rest in float64. */
export function rowSum(a: usize, n: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (; n >= 16;) {
    let part = sixteen(a);
    if (n >= 32) {
      part = f32x4.add(part, sixteen(a + 64));
      n -= 16; a += 64;
    }
    n -= 16; a += 64;
    low = f64x2.add(low, f64x2.promote_low_f32x4(part));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(part, part, 1, 1)));
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; n > 0; n--, a += 4) sum += <f64>load<f32>(a);
  return sum;
}

/** Whether n floats are finite, and their sums by four as well. */
export function areFinite(a: usize, n: i32): bool {
  // ∞ − ∞ and NaN − NaN are NaN, and every other difference of equals is 0
  let differences = f32x4.splat(0);
  for (; n >= 16; n -= 16, a += 64) {
    const four = sixteen(a);
    differences = f32x4.add(differences, f32x4.sub(four, four));
  }
  for (; n > 0; n -= 4, a += 16) {
    const rest = load4(a, n);
    differences = f32x4.add(differences, f32x4.sub(rest, rest));
  }
  return !v128.any_true(f32x4.ne(differences, differences));
}

/** Σ (a − mean)² */
export function rowSquares(a: usize, mean: f32, n: i32): f64 {
  return total(Term.Square, a, a, a, mean, n);
}

/** Σ a·b */
export function rowProduct(a: usize, b: usize, n: i32): f64 {
  return total(Term.Product, a, b, a, 0, n);
}

/** Σ a·(b − mean) */
export function rowCentredProduct(a: usize, b: usize, mean: f32, n: i32): f64 {
  return total(Term.CentredProduct, a, b, a, mean, n);
}

/** Σ w·a·(b − mean) */
export function rowWeightedProduct(a: usize, b: usize, w: usize, mean: f32, n: i32): f64 {
  return total(Term.WeightedProduct, a, b, w, mean, n);
}
