// Posteriors τ [k, n, ct, s]: their place in memory, the softmax that makes them, and the weights that are their means.
// ct = 1 when all channels share one (joint), c when each has its own (channel).
import { exp4 } from '../math';
import { bytes, get, load4, put, store4 } from '../memory';
import { rowSum } from '../rows';

/** Address of row [j, i, channel·(ct > 1)] of an array [k, n, ct, s]. */
// @ts-ignore: decorator
@inline
export function posteriorRow(tau: usize, j: i32, i: i32, channel: i32, n: i32, ct: i32, s: i32): usize {
  return tau + bytes(((j * n + i) * ct + (ct > 1 ? channel : 0)) * s);
}

/** Fills the rows of out [k,n,ct,s] with their numbers in `values` [k,ct], for the images from `from` on. */
export function fillRows(out: usize, values: usize, n: i32, s: i32, k: i32, ct: i32, from: i32, images: i32): void {
  for (let j = 0; j < k; j++) {
    for (let i = from; i < from + images; i++) {
      for (let t = 0; t < ct; t++) {
        const value = f32x4.splat(get(values, j * ct + t));
        for (let place = posteriorRow(out, j, i, t, n, ct, s), left = s; left > 0; left -= 4, place += 16) {
          store4(place, value, left);
        }
      }
    }
  }
}

/** Softmax over the k components of logProb [k, size], for `count` columns from `from` on. */
export function mixturePosterior(out: usize, logProb: usize, k: i32, size: i32, from: i32, count: i32): void {
  const step = bytes(size);
  out += bytes(from);
  logProb += bytes(from);
  for (; count >= 4; count -= 4, out += 16, logProb += 16) softmax(out, logProb, k, step, 4);
  if (count > 0) softmax(out, logProb, k, step, count);
}

/**
 * 0 where a posterior is below 2⁻¹⁰⁰ of the largest: too little for any sum, and numbers near the end of float32's range cost some
 * processors a hundred times as much. NaN stays.
 */
// @ts-ignore: decorator
@inline
function withoutTraces(value: v128): v128 {
  return v128.andnot(value, f32x4.lt(value, f32x4.splat(f32(7.888609052210118e-31))));
}

/** Softmax of four columns whose k rows lie `step` bytes apart. */
// @ts-ignore: decorator
@inline
function softmax(out: usize, x: usize, k: i32, step: usize, left: i32): void {
  const end = x + <usize>k * step;
  let largest = load4(x, left);
  for (let row = x + step; row < end; row += step) largest = f32x4.pmax(largest, load4(row, left));
  let sum = f32x4.splat(0);
  for (let row = x, place = out; row < end; row += step, place += step) {
    const value = withoutTraces(exp4(f32x4.sub(load4(row, left), largest)));
    sum = f32x4.add(sum, value);
    store4(place, value, left);
  }
  const scale = f32x4.div(f32x4.splat(1), sum);
  for (let place = out; place < out + <usize>k * step; place += step) {
    store4(place, f32x4.mul(load4(place, left), scale), left);
  }
}

/** λ [k,ct] = n_k / M with n_k = Σ_i τ_ik and M = n·s */
export function mixtureWeights(out: usize, tau: usize, n: i32, s: i32, k: i32, ct: i32): void {
  const count = <f64>n * <f64>s;
  for (let j = 0; j < k; j++) {
    for (let t = 0; t < ct; t++) {
      let sum: f64 = 0;
      for (let i = 0; i < n; i++) sum += rowSum(posteriorRow(tau, j, i, t, n, ct, s), s);
      put(out, j * ct + t, <f32>(sum / count));
    }
  }
}

/** out [k,ct] = max(λ_k, floor) / Σ_j max(λ_j, floor) */
export function floorWeights(out: usize, lambda: usize, k: i32, ct: i32, floor: f64): void {
  for (let t = 0; t < ct; t++) {
    let sum: f64 = 0;
    for (let j = 0; j < k; j++) sum += max(<f64>get(lambda, j * ct + t), floor);
    for (let j = 0; j < k; j++) put(out, j * ct + t, <f32>(max(<f64>get(lambda, j * ct + t), floor) / sum));
  }
}
