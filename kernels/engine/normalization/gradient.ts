// The gradient of standardize's input; x̂ = (x − μ)·ρ with ρ = 1 / √(σ² + eps).
import { splat } from '../math';
import { bytes, get, load4, madd, put, store4 } from '../memory';
import { block, changing, following, inverseDeviation, segmentLength } from '../normalization';
import { rowCentredProduct, rowProduct, rowSum, rowWeightedProduct } from '../rows';

/** Elements of a piece of a row. */
const PIECE: i32 = 1024;

/** out [2,r]: Σ γ·g and Σ γ·g·x̂ over each row, from row `from` on. */
export function standardizeGradRows(
  out: usize, g: usize, x: usize, moments: usize, weight: usize,
  n: i32, r: i32, s: i32, count: i32, inner: i32, eps: f64, from: i32, rows: i32,
): void {
  const each = changing(s, count, inner), longest = segmentLength(s, count, inner);
  for (let row = from; row < from + rows; row++) {
    const mean = get(moments, row);
    let sum: f64 = 0, product: f64 = 0;
    for (let i = 0; i < n; i++) {
      const first = (i * r + row) * s;
      let place = first % longest, c = first / longest % count, at = bytes(first);
      for (let left = s; left > 0;) {
        // in pieces that stay in the nearest cache, since all but x is read twice
        const length = min(left, min(longest - place, PIECE)), gamma = weight + bytes(each ? place : c);
        if (each) {
          sum += rowProduct(g + at, gamma, length);
          product += rowWeightedProduct(g + at, x + at, gamma, mean, length);
        } else {
          sum += <f64>load<f32>(gamma) * rowSum(g + at, length);
          product += <f64>load<f32>(gamma) * rowCentredProduct(g + at, x + at, mean, length);
        }
        at += bytes(length); left -= length; place += length;
        if (place == longest) {
          place = 0;
          c = following(c, count);
        }
      }
    }
    put(out, row, <f32>sum);
    put(out, r + row, <f32>(inverseDeviation(get(moments, r + row), eps) * product));
  }
}

/**
 * dx = ρ·(γ·g − (Σ₀ + x̂·Σ₁)/(n·s)) with standardizeGradRows' sums [2,r] (perRow 1); dx = γ·ρ·(g − (Σ₀ + x̂·Σ₁)/(n·s))
 * where a row has one γ and the sums are without it (perRow 0); with constant moments (training 0) γ·ρ·g. All are
 * γ·ρ·g + q + u·(x − μ). Of the n·r rows in memory, those from `from` on.
 */
export function standardizeGradInput(
  out: usize, g: usize, x: usize, moments: usize, weight: usize, sums: usize,
  n: i32, r: i32, s: i32, count: i32, inner: i32, eps: f64, training: i32, perRow: i32, from: i32, rows: i32,
): void {
  const share: f64 = -1 / (<f64>n * <f64>s), skipped = bytes(from * s);
  out += skipped;
  g += skipped;
  x += skipped;
  if (!training) scaledGradient(out, g, moments, weight, r, s, count, inner, eps, from, rows);
  else if (s == inner) gradientRuns(out, g, x, moments, weight, sums, r, s, count, eps, share, perRow, from, rows);
  else gradientSegments(out, g, x, moments, weight, sums, r, s, count, inner, eps, share, perRow, from, rows);
}

/** γ·ρ·g, the gradient where moments are constant: x has no part in it, whatever it is. */
function scaledGradient(
  out: usize, g: usize, moments: usize, weight: usize,
  r: i32, s: i32, count: i32, inner: i32, eps: f64, from: i32, rows: i32,
): void {
  const each = changing(s, count, inner), longest = segmentLength(s, count, inner);
  let row = from % r, place = from * s % longest, c = from * s / longest % count;
  for (; rows > 0; rows--, row = following(row, r)) {
    const scale = inverseDeviation(get(moments, r + row), eps);
    for (let left = s; left > 0;) {
      const length = min(left, longest - place), gamma = weight + bytes(each ? place : c);
      if (each) scaleEach(out, g, gamma, splat(scale), length);
      else scaleRun(out, g, splat(<f64>load<f32>(gamma) * scale), length);
      out += bytes(length); g += bytes(length); left -= length; place += length;
      if (place == longest) {
        place = 0;
        c = following(c, count);
      }
    }
  }
}

/** p·g */
// @ts-ignore: decorator
@inline
function scaleRun(out: usize, g: usize, p: v128, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, g += 16) store4(out, f32x4.mul(load4(g, 4), p), 4);
  if (n > 0) store4(out, f32x4.mul(load4(g, n), p), n);
}

/** γ·p·g element by element */
// @ts-ignore: decorator
@inline
function scaleEach(out: usize, g: usize, gamma: usize, p: v128, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, g += 16, gamma += 16) {
    store4(out, f32x4.mul(f32x4.mul(load4(g, 4), load4(gamma, 4)), p), 4);
  }
  if (n > 0) store4(out, f32x4.mul(f32x4.mul(load4(g, n), load4(gamma, n)), p), n);
}

/** Rows with one γ each. */
function gradientRuns(
  out: usize, g: usize, x: usize, moments: usize, weight: usize, sums: usize,
  r: i32, s: i32, count: i32, eps: f64, share: f64, perRow: i32, from: i32, rows: i32,
): void {
  let row = from % r, c = from % count;
  for (; rows > 0; row %= r, c %= count) {
    for (let end = row + block(row, r, c, count, rows); row < end; row++, c++, rows--) {
      const mean = f32x4.splat(get(moments, row)), scale = inverseDeviation(get(moments, r + row), eps);
      const scaled = <f64>get(weight, c) * scale, factor = share * (perRow ? scale : scaled);
      const q = splat(factor * <f64>get(sums, row)), u = splat(factor * scale * <f64>get(sums, r + row));
      gradientRun(out, g, x, mean, splat(scaled), q, u, s);
      out += bytes(s);
      g += bytes(s);
      x += bytes(s);
    }
  }
}

function gradientSegments(
  out: usize, g: usize, x: usize, moments: usize, weight: usize, sums: usize,
  r: i32, s: i32, count: i32, inner: i32, eps: f64, share: f64, perRow: i32, from: i32, rows: i32,
): void {
  const each = changing(s, count, inner), longest = segmentLength(s, count, inner);
  let row = from % r, place = from * s % longest, c = from * s / longest % count;
  for (; rows > 0; rows--, row = following(row, r)) {
    const mean = f32x4.splat(get(moments, row)), scale = inverseDeviation(get(moments, r + row), eps);
    const sum = share * <f64>get(sums, row), product = share * scale * <f64>get(sums, r + row);
    for (let left = s; left > 0;) {
      const length = min(left, longest - place), gamma = weight + bytes(each ? place : c);
      const scaled = <f64>load<f32>(gamma) * scale, factor = perRow ? scale : scaled;
      const q = splat(factor * sum), u = splat(factor * product);
      if (each) gradientEach(out, g, x, mean, gamma, splat(scale), q, u, length);
      else gradientRun(out, g, x, mean, splat(scaled), q, u, length);
      out += bytes(length); g += bytes(length); x += bytes(length); left -= length; place += length;
      if (place == longest) {
        place = 0;
        c = following(c, count);
      }
    }
  }
}

/** p·g + q + u·(x − mean) */
// @ts-ignore: decorator
@inline
function gradientRun(out: usize, g: usize, x: usize, mean: v128, p: v128, q: v128, u: v128, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, g += 16, x += 16) gradient(out, load4(g, 4), x, mean, p, q, u, 4);
  if (n > 0) gradient(out, load4(g, n), x, mean, p, q, u, n);
}

/** γ·p·g + q + u·(x − mean) element by element */
// @ts-ignore: decorator
@inline
function gradientEach(
  out: usize, g: usize, x: usize, mean: v128, gamma: usize, p: v128, q: v128, u: v128, n: i32,
): void {
  for (; n >= 4; n -= 4, out += 16, g += 16, x += 16, gamma += 16) {
    gradient(out, f32x4.mul(load4(g, 4), load4(gamma, 4)), x, mean, p, q, u, 4);
  }
  if (n > 0) gradient(out, f32x4.mul(load4(g, n), load4(gamma, n)), x, mean, p, q, u, n);
}

// @ts-ignore: decorator
@inline
function gradient(out: usize, g: v128, x: usize, mean: v128, p: v128, q: v128, u: v128, left: i32): void {
  store4(out, madd(g, p, madd(f32x4.sub(load4(x, left), mean), u, q)), left);
}
