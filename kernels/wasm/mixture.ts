// Fitting a mixture of diagonal Gaussians to x [n, c, s]: the E-step and the M-step of EM.
// Posteriors are [k, n, ct, s]: ct = 1 when all channels share one (joint), c when each has its own (channel).
import { exp4, splat } from './math';
import { aligned, bytes, get, load4, madd, put, store4 } from './memory';
import { rowProduct, rowSum, rowWeightedSquares } from './rows';

const LOG_2_PI: f64 = 1.8378770664093453;

/** Scratch bytes of every mixture kernel that takes scratch: four floats or two doubles for each (k, c). */
export function mixtureScratch(k: i32, c: i32): usize {
  return aligned(bytes(4 * k * c)) + aligned(bytes(2 * k * c));
}

/** Address of row [j, i, channel·(ct > 1)] of an array [k, n, ct, s]. */
// @ts-ignore: decorator
@inline
export function posteriorRow(tau: usize, j: i32, i: i32, channel: i32, n: i32, ct: i32, s: i32): usize {
  return tau + bytes(((j * n + i) * ct + (ct > 1 ? channel : 0)) * s);
}

/** out [k,ct] = log λ − ½ Σ_c (log v + log 2π) with v = variance + regCovar; the sum runs over c only when ct = 1. */
export function mixtureLogScale(
  out: usize, lambda: usize, moments: usize, c: i32, k: i32, ct: i32, regCovar: f64,
): void {
  const perPosterior = c / ct;
  let variance = moments + bytes(k * c);
  for (let at = 0; at < k * ct; at++) {
    let level = Math.log(<f64>get(lambda, at));
    for (let i = 0; i < perPosterior; i++, variance += 4) {
      level -= 0.5 * (Math.log(<f64>load<f32>(variance) + regCovar) + LOG_2_PI);
    }
    put(out, at, <f32>level);
  }
}

/**
 * out [k,n,ct,s] = logScale − ½ Σ_c (x − m)² / v with v = variance + regCovar, for the images from `from` on; the
 * sum runs only when ct = 1.
 */
export function mixtureLogProb(
  out: usize, x: usize, logScale: usize, moments: usize, n: i32, c: i32, s: i32, k: i32, ct: i32, regCovar: f64,
  from: i32, images: i32,
): void {
  for (let j = 0; j < k; j++) {
    for (let i = from; i < from + images; i++) {
      for (let t = 0; t < ct; t++) {
        fillRow(posteriorRow(out, j, i, t, n, ct, s), f32x4.splat(get(logScale, j * ct + t)), s);
      }
    }
  }
  x += bytes(from * c * s);
  for (let i = from; i < from + images; i++) {
    for (let channel = 0; channel < c; channel++, x += bytes(s)) {
      for (let j = 0; j < k; j++) {
        const at = j * c + channel;
        const factor = splat(-0.5 / (<f64>get(moments, k * c + at) + regCovar));
        addSquares(posteriorRow(out, j, i, channel, n, ct, s), x, f32x4.splat(get(moments, at)), factor, s);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function fillRow(out: usize, value: v128, s: i32): void {
  for (let left = s; left > 0; left -= 4, out += 16) store4(out, value, left);
}

/** out += factor·(x − mean)² */
// @ts-ignore: decorator
@inline
function addSquares(out: usize, x: usize, mean: v128, factor: v128, s: i32): void {
  for (; s >= 4; s -= 4, out += 16, x += 16) addSquare(out, x, mean, factor, 4);
  if (s > 0) addSquare(out, x, mean, factor, s);
}

// @ts-ignore: decorator
@inline
function addSquare(out: usize, x: usize, mean: v128, factor: v128, left: i32): void {
  const d = f32x4.sub(load4(x, left), mean);
  store4(out, madd(f32x4.mul(d, d), factor, load4(out, left)), left);
}

/** Softmax over the k components of logProb [k, size], for `count` columns from `from` on. */
export function mixturePosterior(out: usize, logProb: usize, k: i32, size: i32, from: i32, count: i32): void {
  const step = bytes(size);
  out += bytes(from);
  logProb += bytes(from);
  for (; count >= 4; count -= 4, out += 16, logProb += 16) softmax(out, logProb, k, step, 4);
  if (count > 0) softmax(out, logProb, k, step, count);
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
    const value = exp4(f32x4.sub(load4(row, left), largest));
    sum = f32x4.add(sum, value);
    store4(place, value, left);
  }
  const scale = f32x4.div(f32x4.splat(1), sum);
  for (let place = out; place < out + <usize>k * step; place += step) {
    store4(place, f32x4.mul(load4(place, left), scale), left);
  }
}

/** Σ_i τ of one component and one posterior. */
export function posteriorSum(tau: usize, j: i32, t: i32, n: i32, ct: i32, s: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += rowSum(posteriorRow(tau, j, i, t, n, ct, s), s);
  return sum;
}

/** λ [k,ct] = n_k / M with n_k = Σ_i τ_ik and M = n·s */
export function mixtureWeights(out: usize, tau: usize, n: i32, s: i32, k: i32, ct: i32): void {
  const count = <f64>n * <f64>s;
  for (let j = 0; j < k; j++) {
    for (let t = 0; t < ct; t++) put(out, j * ct + t, <f32>(posteriorSum(tau, j, t, n, ct, s) / count));
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

/**
 * out [2,k,c]: means Σ τx / n_k and variances Σ τ(x − μ)² / n_k about them, for the channels from `from` on; n_k is
 * at least 1e-12.
 */
export function mixtureMoments(
  out: usize, x: usize, tau: usize, n: i32, c: i32, s: i32, k: i32, ct: i32,
  from: i32, channels: i32, scratch: usize,
): void {
  const sums = scratch, weights = scratch + aligned(bytes(2 * k * c)), to = from + channels;
  for (let j = 0; j < k; j++) {
    for (let t = min(from, ct - 1); t < min(to, ct); t++) {
      store<f64>(weights + 8 * (j * ct + t), posteriorSum(tau, j, t, n, ct, s));
    }
  }
  weighMeans(sums, x, tau, n, c, s, k, ct, from, to);
  for (let j = 0; j < k; j++) {
    for (let channel = from; channel < to; channel++) {
      const at = j * c + channel, weight = weightOf(weights, j, channel, ct);
      const mean = load<f64>(sums + 8 * at) / weight;
      put(out, at, <f32>mean);
      // the squares will be about the rounded mean: Σ τ(x − a)² = Σ τ(x − μ)² + n_k(μ − a)²
      const shift = mean - <f64>get(out, at);
      store<f64>(sums + 8 * at, -weight * shift * shift);
    }
  }
  weighSquares(sums, out, x, tau, n, c, s, k, ct, from, to);
  for (let j = 0; j < k; j++) {
    for (let channel = from; channel < to; channel++) {
      const at = j * c + channel;
      put(out, k * c + at, <f32>max(0, load<f64>(sums + 8 * at) / weightOf(weights, j, channel, ct)));
    }
  }
}

/** n_k, at least 1e-12. */
// @ts-ignore: decorator
@inline
function weightOf(weights: usize, j: i32, channel: i32, ct: i32): f64 {
  return max(load<f64>(weights + 8 * (ct > 1 ? j * ct + channel : j)), 1e-12);
}

/** sums [k,c] = Σ τx; image by image, so that the rows of τ stay in the level-1 cache. */
function weighMeans(
  sums: usize, x: usize, tau: usize, n: i32, c: i32, s: i32, k: i32, ct: i32, from: i32, to: i32,
): void {
  memory.fill(sums, 0, 8 * k * c);
  for (let i = 0; i < n; i++) {
    for (let channel = from; channel < to; channel++) {
      const row = x + bytes((i * c + channel) * s);
      for (let j = 0; j < k; j++) {
        const sum = sums + 8 * (j * c + channel);
        store<f64>(sum, load<f64>(sum) + rowProduct(posteriorRow(tau, j, i, channel, n, ct, s), row, s));
      }
    }
  }
}

/** sums [k,c] += Σ τ(x − mean)² */
function weighSquares(
  sums: usize, means: usize, x: usize, tau: usize, n: i32, c: i32, s: i32, k: i32, ct: i32, from: i32, to: i32,
): void {
  for (let i = 0; i < n; i++) {
    for (let channel = from; channel < to; channel++) {
      const values = x + bytes((i * c + channel) * s);
      for (let j = 0; j < k; j++) {
        const at = j * c + channel, sum = sums + 8 * at;
        const row = posteriorRow(tau, j, i, channel, n, ct, s);
        store<f64>(sum, load<f64>(sum) + rowWeightedSquares(row, values, get(means, at), s));
      }
    }
  }
}
