// Positions along the middle axis of x [outer, size, inner]: of the maximum, gather, scatter.
import { bytes, get, put } from './memory';

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

/** out[o,j,i] = x[o, index[o,j,i], i] with index and out [outer, m, inner] */
export function gather(
  out: usize, x: usize, index: usize, outer: i32, size: i32, m: i32, inner: i32,
): void {
  for (let o = 0; o < outer; o++, x += bytes(size * inner)) {
    for (let j = 0; j < m; j++) {
      for (let i = 0; i < inner; i++, out += 4, index += 4) {
        store<f32>(out, get(x, i32(load<f32>(index)) * inner + i));
      }
    }
  }
}

/** out[o,r,i] = Σ g[o,j,i] over all j with index[o,j,i] = r */
export function scatterSum(
  out: usize, g: usize, index: usize, outer: i32, size: i32, m: i32, inner: i32,
): void {
  memory.fill(out, 0, bytes(outer * size * inner));
  for (let o = 0; o < outer; o++, out += bytes(size * inner)) {
    for (let j = 0; j < m; j++) {
      for (let i = 0; i < inner; i++, g += 4, index += 4) {
        const place = i32(load<f32>(index)) * inner + i;
        put(out, place, get(out, place) + load<f32>(g));
      }
    }
  }
}
