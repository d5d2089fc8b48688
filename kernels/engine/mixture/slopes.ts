// What posteriors have for a gradient: for each component a polynomial of g and x, added up channel by channel.
import { bytes, load4, madd, store4 } from '../memory';
import { fillRows, posteriorRow } from './posterior';
import { imagesTogether } from './rows';

/**
 * out [k,n,ct,s] = start [k,ct] + Σ_c (p·g + q + u·d)·d with d = x − μ, for the images from `from` on; the sum runs only when
 * ct = 1. p, q and u are [k,c], as is μ, at the beginning of `moments`.
 */
export function mixtureNormGradPosterior(
  out: usize, g: usize, x: usize, moments: usize, p: usize, q: usize, u: usize, start: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32, from: i32, images: i32,
): void {
  fillRows(out, start, n, s, k, ct, from, images);
  const next = bytes(c * s), nextOut = bytes(ct * s), together = imagesTogether(s);
  for (let i = from, to = from + images; i < to; i += together) {
    for (let channel = 0; channel < c; channel++) {
      const skipped = bytes((i * c + channel) * s), count = min(together, to - i);
      for (let j = 0; j < k; j++) {
        const at = bytes(j * c + channel), row = posteriorRow(out, j, i, channel, n, ct, s);
        addSlopes(row, g + skipped, x + skipped, moments + at, p + at, q + at, u + at, s, count, next, nextOut);
      }
    }
  }
}

/** out += (p·g + q + u·d)·d for one channel's rows of some images, `next` bytes apart (`nextOut` in out). */
function addSlopes(
  out: usize, g: usize, x: usize, mean: usize, first: usize, second: usize, third: usize, s: i32,
  images: i32, next: usize, nextOut: usize,
): void {
  const m = v128.load32_splat(mean), p = v128.load32_splat(first);
  const q = v128.load32_splat(second), u = v128.load32_splat(third);
  for (; images > 0; images--, out += nextOut, g += next, x += next) {
    let y = out, w = g, v = x, left = s;
    for (; left >= 4; left -= 4, y += 16, w += 16, v += 16) addSlopes4(y, w, v, m, p, q, u, 4);
    if (left > 0) addSlopes4(y, w, v, m, p, q, u, left);
  }
}

// @ts-ignore: decorator
@inline
function addSlopes4(out: usize, g: usize, x: usize, m: v128, p: v128, q: v128, u: v128, left: i32): void {
  const d = f32x4.sub(load4(x, left), m);
  store4(out, madd(madd(p, load4(g, left), madd(u, d, q)), d, load4(out, left)), left);
}
