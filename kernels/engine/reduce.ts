// Sums and log Σ exp over the middle axis of x [outer, size, inner].
import { exp4, log4 } from './math';
import { bytes, load4, put, store4 } from './memory';
import { rowSum } from './rows';

/** Exponentials summed in float32. */
const BLOCK: i32 = 64;

/** out[o,i] = Σ_r x[o,r,i], summed in float64 (rows with inner = 1: see rows.ts). */
export function sum(out: usize, x: usize, outer: i32, size: i32, inner: i32): void {
  for (let o = 0; o < outer; o++, x += bytes(size * inner), out += bytes(inner)) {
    if (inner == 1) put(out, 0, <f32>rowSum(x, size));
    else sumColumns(out, x, size, inner, 0, inner);
  }
}

/** out [length] = Σ_p parts[p] of n parts, part after part, for `count` elements from `from` on. */
export function sumParts(out: usize, parts: usize, length: i32, n: i32, from: i32, count: i32): void {
  sumColumns(out, parts, n, length, from, from + count);
}

/** Sums of columns from … to − 1 of a [size, inner] matrix, four columns at a time. */
function sumColumns(out: usize, x: usize, size: i32, inner: i32, from: i32, to: i32): void {
  for (let i = from; i < to; i += 4) {
    const left = to - i;
    let low = f64x2.splat(0), high = f64x2.splat(0);
    let row = x + bytes(i);
    for (let r = 0; r < size; r++, row += bytes(inner)) {
      const v = load4(row, left);
      low = f64x2.add(low, f64x2.promote_low_f32x4(v));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1)));
    }
    store4(out + bytes(i), narrowed(low, high), left);
  }
}

/** Four doubles as floats. */
// @ts-ignore: decorator
@inline
function narrowed(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** out[o,i] = m + ln Σ_r exp(x[o,r,i] − m) with m = max_r x[o,r,i]. */
export function logSumExp(out: usize, x: usize, outer: i32, size: i32, inner: i32): void {
  for (let o = 0; o < outer; o++, x += bytes(size * inner), out += bytes(inner)) {
    for (let i = 0; i < inner; i += 4) columns(out + bytes(i), x + bytes(i), size, inner, inner - i);
  }
}

/** Four columns at a time. */
function columns(out: usize, x: usize, size: i32, inner: i32, left: i32): void {
  let largest = f32x4.splat(-Infinity);
  for (let r = 0; r < size; r++) largest = f32x4.pmax(largest, load4(x + bytes(r * inner), left));
  // an infinite maximum would give ∞ − ∞
  largest = v128.and(largest, f32x4.lt(f32x4.abs(largest), f32x4.splat(Infinity)));
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (let r = 0; r < size;) {
    let sum = f32x4.splat(0);
    for (const end = min(size, r + BLOCK); r < end; r++) {
      sum = f32x4.add(sum, exp4(f32x4.sub(load4(x + bytes(r * inner), left), largest)));
    }
    low = f64x2.add(low, f64x2.promote_low_f32x4(sum));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(sum, sum, 1, 1)));
  }
  store4(out, f32x4.add(largest, log4(narrowed(low, high))), left);
}
