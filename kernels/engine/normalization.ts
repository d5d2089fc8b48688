// Standardization of the rows of x [n, r, s]: row r by the mean μ_r and the variance σ²_r over n and s, then scaled and
// shifted by γ and β [count], which change every `inner` elements of x: element p takes number ⌊p / inner⌋ mod count.
// Batch, group, instance and layer normalization differ in these sizes alone.
import { splat } from './math';
import { bytes, get, load4, madd, put, store4 } from './memory';
import { rowSquares, rowSum } from './rows';

/** 1 / √(variance + eps) */
// @ts-ignore: decorator
@inline
export function inverseDeviation(variance: f32, eps: f64): f64 {
  return 1 / Math.sqrt(<f64>variance + eps);
}

/** out [2,r]: the mean of the rows from `from` on and the biased variance about it. */
export function rowMoments(out: usize, x: usize, n: i32, r: i32, s: i32, from: i32, rows: i32): void {
  const count = <f64>n * <f64>s;
  for (let row = from; row < from + rows; row++) {
    const first = x + bytes(row * s);
    let sum: f64 = 0;
    for (let i = 0; i < n; i++) sum += rowSum(first + bytes(i * r * s), s);
    const mean = sum / count, rounded = <f32>mean;
    let squares: f64 = 0;
    for (let i = 0; i < n; i++) squares += rowSquares(first + bytes(i * r * s), rounded, s);
    // the squares are about the rounded mean: Σ(x − a)² = Σ(x − μ)² + M(μ − a)²
    const shift = mean - <f64>rounded;
    put(out, row, rounded);
    put(out, r + row, <f32>max(0, squares / count - shift * shift));
  }
}

// Where a row has one γ, all of it is one run. Other rows are walked in segments: where γ changes with every element, a
// segment ends with the list of all γ; elsewhere with the run of elements that share one.

/** Whether γ and β change with every element of a row. */
// @ts-ignore: decorator
@inline
export function changing(s: i32, count: i32, inner: i32): bool {
  return inner == 1 && s > 1 && count > 1;
}

/** Elements after which a segment ends at the latest. */
// @ts-ignore: decorator
@inline
export function segmentLength(s: i32, count: i32, inner: i32): i32 {
  if (changing(s, count, inner)) return count;
  return count == 1 ? i32.MAX_VALUE : inner;
}

/** The number after i of 0 … n − 1, which 0 follows again. */
// @ts-ignore: decorator
@inline
export function following(i: i32, n: i32): i32 {
  return i + 1 == n ? 0 : i + 1;
}

/** Rows until the numbers of rows or those of γ begin anew, at most `rows`. */
// @ts-ignore: decorator
@inline
export function block(row: i32, r: i32, c: i32, count: i32, rows: i32): i32 {
  return min(rows, min(r - row, count - c));
}

/** y = γ·(x − μ) / √(σ² + eps) + β; of the n·r rows in memory, those from `from` on. */
export function standardize(
  out: usize, x: usize, moments: usize, weight: usize, bias: usize,
  n: i32, r: i32, s: i32, count: i32, inner: i32, eps: f64, from: i32, rows: i32,
): void {
  const skipped = bytes(from * s);
  if (s == inner) {
    standardizeRuns(out + skipped, x + skipped, moments, weight, bias, r, s, count, eps, from, rows);
  } else {
    standardizeSegments(out + skipped, x + skipped, moments, weight, bias, r, s, count, inner, eps, from, rows);
  }
}

/** Rows with one γ and β each. */
function standardizeRuns(
  out: usize, x: usize, moments: usize, weight: usize, bias: usize,
  r: i32, s: i32, count: i32, eps: f64, from: i32, rows: i32,
): void {
  let row = from % r, c = from % count;
  for (; rows > 0; row %= r, c %= count) {
    for (let end = row + block(row, r, c, count, rows); row < end; row++, c++, rows--) {
      const mean = f32x4.splat(get(moments, row)), offset = f32x4.splat(get(bias, c));
      const scale = splat(<f64>get(weight, c) * inverseDeviation(get(moments, r + row), eps));
      standardizeRun(out, x, mean, scale, offset, s);
      out += bytes(s);
      x += bytes(s);
    }
  }
}

function standardizeSegments(
  out: usize, x: usize, moments: usize, weight: usize, bias: usize,
  r: i32, s: i32, count: i32, inner: i32, eps: f64, from: i32, rows: i32,
): void {
  const each = changing(s, count, inner), longest = segmentLength(s, count, inner);
  let row = from % r, place = from * s % longest, c = from * s / longest % count;
  for (; rows > 0; rows--, row = following(row, r)) {
    const mean = f32x4.splat(get(moments, row)), scale = inverseDeviation(get(moments, r + row), eps);
    for (let left = s; left > 0;) {
      const length = min(left, longest - place);
      if (each) {
        standardizeEach(out, x, mean, splat(scale), weight + bytes(place), bias + bytes(place), length);
      } else {
        const gamma = splat(<f64>get(weight, c) * scale), beta = f32x4.splat(get(bias, c));
        standardizeRun(out, x, mean, gamma, beta, length);
      }
      out += bytes(length); x += bytes(length); left -= length; place += length;
      if (place == longest) {
        place = 0;
        c = following(c, count);
      }
    }
  }
}

/** (x − mean)·scale + offset */
// @ts-ignore: decorator
@inline
function standardizeRun(out: usize, x: usize, mean: v128, scale: v128, offset: v128, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, x += 16) {
    store4(out, madd(f32x4.sub(load4(x, 4), mean), scale, offset), 4);
  }
  if (n > 0) store4(out, madd(f32x4.sub(load4(x, n), mean), scale, offset), n);
}

/** (x − mean)·scale·γ + β element by element */
// @ts-ignore: decorator
@inline
function standardizeEach(out: usize, x: usize, mean: v128, scale: v128, gamma: usize, beta: usize, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, x += 16, gamma += 16, beta += 16) {
    standardizeFour(out, x, mean, scale, gamma, beta, 4);
  }
  if (n > 0) standardizeFour(out, x, mean, scale, gamma, beta, n);
}

// @ts-ignore: decorator
@inline
function standardizeFour(
  out: usize, x: usize, mean: v128, scale: v128, gamma: usize, beta: usize, left: i32,
): void {
  const normalized = f32x4.mul(f32x4.sub(load4(x, left), mean), scale);
  store4(out, madd(normalized, load4(gamma, left), load4(beta, left)), left);
}

/** (1 − momentum)·old + momentum·factor·batch, the batch's n values from `offset` on */
export function runningAverage(
  out: usize, old: usize, batch: usize, n: i32, offset: i32, momentum: f64, factor: f64,
): void {
  const keep = splat(1 - momentum), take = splat(momentum * factor);
  batch += bytes(offset);
  for (; n > 0; n -= 4, out += 16, old += 16, batch += 16) {
    store4(out, madd(take, load4(batch, n), f32x4.mul(keep, load4(old, n))), n);
  }
}
