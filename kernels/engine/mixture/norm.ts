// Mixture normalization of x [n, c, s] with given posteriors, weights and moments: forward and detached gradient.
// a_ik = τ_ik / √λ_k ("fisher" 1, as in Kalayeh & Shah, arXiv 1806.02892) or τ_ik (0); r = 1 / √(σ² + eps).
import { bytes, get, put } from '../memory';
import { forwardRows, gradientRows, imagesTogether } from './rows';
import { countsOf, firstSum, secondSum, weigh } from './sums';
import { inverseDeviation } from '../normalization';
import { posteriorRow } from './posterior';

/** a_ik / τ_ik */
// @ts-ignore: decorator
@inline
function posteriorScale(lambda: f32, fisher: i32): f64 {
  return fisher ? 1 / Math.sqrt(max(<f64>lambda, 1e-30)) : 1;
}

/** y_ic = γ_c Σ_k a_ik·(x_ic − μ_kc)·r_kc + β_c, for the images from `from` on */
export function mixtureNorm(
  out: usize, x: usize, tau: usize, lambda: usize, moments: usize, weight: usize, bias: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32, eps: f64, fisher: i32, from: i32, images: i32, scratch: usize,
): void {
  normalize(out, x, tau, lambda, moments, weight, bias, n, c, s, k, ct, eps, fisher, from, images, scratch);
}

/** mixtureNorm, or where the address of β is 0 without β and μ: y = γ_c Σ_k a_ik·x_ic·r_kc */
function normalize(
  out: usize, x: usize, tau: usize, lambda: usize, moments: usize, weight: usize, bias: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32, eps: f64, fisher: i32, from: i32, images: i32, scratch: usize,
): void {
  // scratch [c,k,2]: μ and γ·r·a/τ
  for (let j = 0; j < k; j++) {
    let scale = posteriorScale(get(lambda, j * ct), fisher);
    for (let channel = 0, place = scratch + bytes(2 * j); channel < c; channel++, place += bytes(2 * k)) {
      if (ct > 1) scale = posteriorScale(get(lambda, j * ct + channel), fisher);
      const r = inverseDeviation(get(moments, (k + j) * c + channel), eps);
      put(place, 0, bias ? get(moments, j * c + channel) : 0);
      put(place, 1, <f32>(scale * <f64>get(weight, channel) * r));
    }
  }
  const step = bytes(n * ct * s), next = bytes(c * s), nextTau = bytes(ct * s), together = imagesTogether(s);
  for (let i = from, to = from + images; i < to; i += together) {
    for (let channel = 0; channel < c; channel++) {
      const skipped = bytes((i * c + channel) * s), row = posteriorRow(tau, 0, i, channel, n, ct, s);
      const table = scratch + bytes(2 * channel * k), offset = bias ? get(bias, channel) : 0, count = min(together, to - i);
      forwardRows(out + skipped, x + skipped, row, step, table, k, offset, s, count, next, nextTau);
    }
  }
}

/**
 * out [4,k,c]: A = Σ_i a·g, B = Σ_i a·g·(x − μ)·r (summed over k: the gradient of γ), n_k = Σ_i τ and Σ_i τ·g (summed
 * over k: the gradient of β), for the channels from `from` on.
 */
export function mixtureNormGradSums(
  out: usize, g: usize, x: usize, tau: usize, lambda: usize, moments: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32, eps: f64, fisher: i32, from: i32, channels: i32, scratch: usize,
): void {
  const size = k * c, counts = countsOf(scratch, k, c);
  weigh(scratch, moments, g, x, tau, n, c, s, k, ct, from, from + channels, 1);
  for (let j = 0; j < k; j++) {
    for (let channel = from; channel < from + channels; channel++) {
      const at = j * c + channel, scale = posteriorScale(get(lambda, ct > 1 ? at : j), fisher);
      const first = firstSum(scratch, channel * k + j);
      put(out, at, <f32>(scale * first));
      const r = inverseDeviation(get(moments, size + at), eps);
      put(out, size + at, <f32>(scale * r * secondSum(scratch, channel * k + j)));
      put(out, 2 * size + at, <f32>load<f64>(counts + 8 * (channel * k + j)));
      put(out, 3 * size + at, <f32>first);
    }
  }
}

/**
 * dx_ic = γ_c Σ_k r_kc·[a_ik·g_ic − (τ_ik/n_k)·(A_kc + (x_ic − μ_kc)·r_kc·B_kc)]; A, B, n are mixtureNormGradSums'.
 * With constant moments (training 0) only the first summand, and x has no part in it. For the images from `from` on.
 */
export function mixtureNormGradInput(
  out: usize, g: usize, x: usize, tau: usize, lambda: usize, moments: usize, weight: usize, sums: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32,
  eps: f64, fisher: i32, training: i32, from: i32, images: i32, scratch: usize,
): void {
  if (!training) {
    normalize(out, g, tau, lambda, moments, weight, 0, n, c, s, k, ct, eps, fisher, from, images, scratch);
    return;
  }
  // scratch [c,k,4]: μ, p = γ·r·a/τ, q = −γ·r·A/n_k, u = −γ·r²·B/n_k
  for (let j = 0; j < k; j++) {
    let scale = posteriorScale(get(lambda, j * ct), fisher);
    for (let channel = 0, place = scratch + bytes(4 * j); channel < c; channel++, place += bytes(4 * k)) {
      if (ct > 1) scale = posteriorScale(get(lambda, j * ct + channel), fisher);
      const at = j * c + channel, r = inverseDeviation(get(moments, k * c + at), eps);
      const scaled = <f64>get(weight, channel) * r;
      const share = -scaled / max(<f64>get(sums, 2 * k * c + at), 1e-12);
      put(place, 0, get(moments, at));
      put(place, 1, <f32>(scaled * scale));
      put(place, 2, <f32>(share * <f64>get(sums, at)));
      put(place, 3, <f32>(share * r * <f64>get(sums, k * c + at)));
    }
  }
  const step = bytes(n * ct * s), next = bytes(c * s), nextTau = bytes(ct * s), together = imagesTogether(s);
  for (let i = from, to = from + images; i < to; i += together) {
    for (let channel = 0; channel < c; channel++) {
      const skipped = bytes((i * c + channel) * s), row = posteriorRow(tau, 0, i, channel, n, ct, s);
      const table = scratch + bytes(4 * channel * k), count = min(together, to - i);
      gradientRows(out + skipped, g + skipped, x + skipped, row, step, table, k, s, count, next, nextTau);
    }
  }
}
