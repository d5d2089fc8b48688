// Sums and places of maxima over the middle axis of x [outer, size, inner].
import { bytes, get, load4, put, store4 } from './memory';
import { rowSum } from './rows';

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
    const total = v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
    store4(out + bytes(i), total, left);
  }
}

/** Index of the first maximum of `size` elements that lie `inner` apart; the first NaN counts as the maximum. */
function firstLargest(x: usize, size: i32, inner: i32): i32 {
  let best = get(x, 0);
  let index = 0;
  for (let r = 1; r < size; r++) {
    const value = get(x, r * inner);
    if (best != best) break;
    if (value > best || value != value) {
      best = value;
      index = r;
    }
  }
  return index;
}

/** out[o,i] = the first r with the largest x[o,r,i], as a float. */
export function argMax(out: usize, x: usize, outer: i32, size: i32, inner: i32): void {
  for (let o = 0; o < outer; o++, x += bytes(size * inner), out += bytes(inner)) {
    for (let i = 0; i < inner; i++) put(out, i, <f32>firstLargest(x + bytes(i), size, inner));
  }
}
