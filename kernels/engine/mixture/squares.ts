// Squared distances from the components' means, added up channel by channel: the sum inside a Gaussian's logarithm.
import { bytes, load4, madd, store4 } from '../memory';
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

/** Up to four components. */
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
    for (; left >= 4; left -= 4, v += 16, y0 += 16, y1 += 16, y2 += 16, y3 += 16) {
      squares4(k, v, y0, y1, y2, y3, m0, f0, m1, f1, m2, f2, m3, f3, 4);
    }
    if (left > 0) squares4(k, v, y0, y1, y2, y3, m0, f0, m1, f1, m2, f2, m3, f3, left);
  }
}

// @ts-ignore: decorator
@inline
function factor(variance: usize, regCovar: f64): v128 {
  return splat(-0.5 / (<f64>load<f32>(variance) + regCovar));
}

// @ts-ignore: decorator
@inline
function squares4(
  k: i32, x: usize, y0: usize, y1: usize, y2: usize, y3: usize,
  m0: v128, f0: v128, m1: v128, f1: v128, m2: v128, f2: v128, m3: v128, f3: v128, left: i32,
): void {
  const v = load4(x, left);
  store4(y0, plus(load4(y0, left), v, m0, f0), left);
  if (k > 1) store4(y1, plus(load4(y1, left), v, m1, f1), left);
  if (k > 2) store4(y2, plus(load4(y2, left), v, m2, f2), left);
  if (k > 3) store4(y3, plus(load4(y3, left), v, m3, f3), left);
}

/** y + factor·(x − mean)² */
// @ts-ignore: decorator
@inline
function plus(y: v128, x: v128, mean: v128, factor: v128): v128 {
  const d = f32x4.sub(x, mean);
  return madd(f32x4.mul(d, d), factor, y);
}
