// Squared distances from the components' means, added up channel by channel: the sum inside a Gaussian's logarithm.
import { bytes, load4, loadAt, madd, store4, storeAt } from '../memory';
import { splat } from '../math';

/**
 * out_k += (x − m_k)²·(−½ / (variance_k + regCovar)) for one channel's row of x in some images, `next` bytes apart
 * (`nextOut` in out); the components' rows of out lie `step` bytes apart, means and variances [k,c] begin at theirs.
 */
export function addSquares(
  out: usize, x: usize, step: usize, means: usize, variances: usize, k: i32, c: i32, regCovar: f64, s: i32,
  images: i32, next: usize, nextOut: usize,
): void {
  for (; k > 4; k -= 4, out += 4 * step, means += bytes(4 * c), variances += bytes(4 * c)) {
    squares(4, out, x, step, means, variances, c, regCovar, s, images, next, nextOut);
  }
  if (k == 1) squares(1, out, x, step, means, variances, c, regCovar, s, images, next, nextOut);
  else if (k == 2) squares(2, out, x, step, means, variances, c, regCovar, s, images, next, nextOut);
  else if (k == 3) squares(3, out, x, step, means, variances, c, regCovar, s, images, next, nextOut);
  else squares(4, out, x, step, means, variances, c, regCovar, s, images, next, nextOut);
}

/** Up to four components; a break on a negative length is never taken, it ends a basic block (see mixture_rows). */
// @ts-ignore: decorator
@inline
function squares(
  k: i32, out: usize, x: usize, step: usize, means: usize, variances: usize, c: i32, regCovar: f64, s: i32,
  images: i32, next: usize, nextOut: usize,
): void {
  const c1 = k > 1 ? bytes(c) : 0, c2 = k > 2 ? bytes(2 * c) : 0, c3 = k > 3 ? bytes(3 * c) : 0;
  const m0 = v128.load32_splat(means), m1 = v128.load32_splat(means + c1);
  const m2 = v128.load32_splat(means + c2), m3 = v128.load32_splat(means + c3);
  const f0 = factor(variances, regCovar), f1 = k > 1 ? factor(variances + c1, regCovar) : f0;
  const f2 = k > 2 ? factor(variances + c2, regCovar) : f0, f3 = k > 3 ? factor(variances + c3, regCovar) : f0;
  for (; images > 0; images--, out += nextOut, x += next) {
    let v = x, y0 = out, y1 = out + step, y2 = y1 + step, y3 = y2 + step, left = s;
    for (; left >= 16; left -= 16, v += 64, y0 += 64, y1 += 64, y2 += 64, y3 += 64) {
      four(k, 0, v, y0, y1, y2, y3, m0, f0, m1, f1, m2, f2, m3, f3); if (left == -1) break;
      four(k, 16, v, y0, y1, y2, y3, m0, f0, m1, f1, m2, f2, m3, f3); if (left == -2) break;
      four(k, 32, v, y0, y1, y2, y3, m0, f0, m1, f1, m2, f2, m3, f3); if (left == -3) break;
      four(k, 48, v, y0, y1, y2, y3, m0, f0, m1, f1, m2, f2, m3, f3);
    }
    for (; left > 0; left -= 4, v += 16, y0 += 16, y1 += 16, y2 += 16, y3 += 16) {
      const value = load4(v, left);
      store4(y0, plus(load4(y0, left), value, m0, f0), left);
      if (k > 1) store4(y1, plus(load4(y1, left), value, m1, f1), left);
      if (k > 2) store4(y2, plus(load4(y2, left), value, m2, f2), left);
      if (k > 3) store4(y3, plus(load4(y3, left), value, m3, f3), left);
    }
  }
}

// @ts-ignore: decorator
@inline
function factor(variance: usize, regCovar: f64): v128 {
  return splat(-0.5 / (<f64>load<f32>(variance) + regCovar));
}

/** Four elements, `at` bytes on. */
// @ts-ignore: decorator
@inline
function four(
  k: i32, at: i32, x: usize, y0: usize, y1: usize, y2: usize, y3: usize,
  m0: v128, f0: v128, m1: v128, f1: v128, m2: v128, f2: v128, m3: v128, f3: v128,
): void {
  const v = loadAt(x, at);
  storeAt(y0, plus(loadAt(y0, at), v, m0, f0), at);
  if (k > 1) storeAt(y1, plus(loadAt(y1, at), v, m1, f1), at);
  if (k > 2) storeAt(y2, plus(loadAt(y2, at), v, m2, f2), at);
  if (k > 3) storeAt(y3, plus(loadAt(y3, at), v, m3, f3), at);
}

/** y + factor·(x − mean)² */
// @ts-ignore: decorator
@inline
function plus(y: v128, x: v128, mean: v128, factor: v128): v128 {
  const d = f32x4.sub(x, mean);
  return madd(f32x4.mul(d, d), factor, y);
}
