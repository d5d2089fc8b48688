// What cross-entropy is made of, over the middle axis of x [outer, size, inner]: log Σ exp, gather, scatter.
import { exp4, log4 } from './math';
import { bytes, get, load4, put, store4 } from './memory';

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
  let sum = f32x4.splat(0);
  for (let r = 0; r < size; r++) {
    sum = f32x4.add(sum, exp4(f32x4.sub(load4(x + bytes(r * inner), left), largest)));
  }
  store4(out, f32x4.add(largest, log4(sum)), left);
}

/** out[o,i] = x[o, index[o,i], i] */
export function gather(out: usize, x: usize, index: usize, outer: i32, size: i32, inner: i32): void {
  for (let o = 0; o < outer; o++, x += bytes(size * inner)) {
    for (let i = 0; i < inner; i++, out += 4, index += 4) {
      store<f32>(out, get(x, i32(load<f32>(index)) * inner + i));
    }
  }
}

/** dx[o, index[o,i], i] = g[o,i], 0 elsewhere */
export function gatherGrad(out: usize, g: usize, index: usize, outer: i32, size: i32, inner: i32): void {
  memory.fill(out, 0, bytes(outer * size * inner));
  for (let o = 0; o < outer; o++, out += bytes(size * inner)) {
    for (let i = 0; i < inner; i++, g += 4, index += 4) put(out, i32(load<f32>(index)) * inner + i, load<f32>(g));
  }
}
