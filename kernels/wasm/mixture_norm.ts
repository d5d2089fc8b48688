// Mixture normalization of x [n, c, s] with given posteriors, weights and moments: forward and detached gradient.
// a_ik = τ_ik / √λ_k ("fisher" 1, as in Kalayeh & Shah, arXiv 1806.02892) or τ_ik (0); r = 1 / √(σ² + eps).
import { bytes, get, load4, madd, put, store4 } from './memory';
import { posteriorRow, posteriorSum } from './mixture';
import { inverseDeviation } from './normalization';
import { rowCentredTriple, rowProduct } from './rows';

/** a_ik / τ_ik */
// @ts-ignore: decorator
@inline
function posteriorScale(lambda: f32, fisher: i32): f64 {
  return fisher ? 1 / Math.sqrt(<f64>lambda) : 1;
}

// @ts-ignore: decorator
@inline
function weightOf(lambda: usize, j: i32, channel: i32, ct: i32): f32 {
  return get(lambda, ct > 1 ? j * ct + channel : j);
}

/** y_ic = γ_c Σ_k a_ik·(x_ic − μ_kc)·r_kc + β_c, for the images from `from` on */
export function mixtureNorm(
  out: usize, x: usize, tau: usize, lambda: usize, moments: usize, weight: usize, bias: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32, eps: f64, fisher: i32, from: i32, images: i32, scratch: usize,
): void {
  // scratch [c,k,2]: μ and γ·r·a/τ
  for (let channel = 0; channel < c; channel++) {
    for (let j = 0; j < k; j++) {
      const scale = posteriorScale(weightOf(lambda, j, channel, ct), fisher) * <f64>get(weight, channel);
      const at = 2 * (channel * k + j);
      put(scratch, at, get(moments, j * c + channel));
      put(scratch, at + 1, <f32>(scale * inverseDeviation(get(moments, (k + j) * c + channel), eps)));
    }
  }
  const step = bytes(n * ct * s), skipped = bytes(from * c * s);
  out += skipped;
  x += skipped;
  for (let i = from; i < from + images; i++) {
    for (let channel = 0; channel < c; channel++, out += bytes(s), x += bytes(s)) {
      const row = posteriorRow(tau, 0, i, channel, n, ct, s);
      forwardRow(out, x, row, step, scratch + bytes(2 * channel * k), k, f32x4.splat(get(bias, channel)), s);
    }
  }
}

/** offset + Σ_k τ_k·(x − μ_k)·q_k; the rows of τ lie `step` bytes apart, `table` holds μ and q. */
function forwardRow(out: usize, x: usize, tau: usize, step: usize, table: usize, k: i32, offset: v128, s: i32): void {
  const end = table + bytes(2 * k);
  for (; s >= 8; s -= 8, out += 32, x += 32, tau += 32) {
    const left = v128.load(x), right = v128.load(x, 16);
    let y = offset, z = offset;
    for (let entry = table, t = tau; entry < end; entry += 8, t += step) {
      const mean = v128.load32_splat(entry), scale = v128.load32_splat(entry, 4);
      y = madd(f32x4.mul(f32x4.sub(left, mean), v128.load(t)), scale, y);
      z = madd(f32x4.mul(f32x4.sub(right, mean), v128.load(t, 16)), scale, z);
    }
    v128.store(out, y);
    v128.store(out, z, 16);
  }
  for (; s > 0; s -= 4, out += 16, x += 16, tau += 16) {
    let y = offset;
    for (let entry = table, t = tau; entry < end; entry += 8, t += step) {
      const d = f32x4.sub(load4(x, s), v128.load32_splat(entry));
      y = madd(f32x4.mul(d, load4(t, s)), v128.load32_splat(entry, 4), y);
    }
    store4(out, y, s);
  }
}

/**
 * out [3,k,c]: A = Σ_i a·g, B = Σ_i a·g·(x − μ)·r (summed over k: the gradient of γ), n_k = Σ_i τ, for the
 * channels from `from` on.
 */
export function mixtureNormGradSums(
  out: usize, g: usize, x: usize, tau: usize, lambda: usize, moments: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32, eps: f64, fisher: i32, from: i32, channels: i32, scratch: usize,
): void {
  const size = k * c, to = from + channels;
  memory.fill(scratch, 0, 16 * size);
  for (let i = 0; i < n; i++) {
    for (let channel = from; channel < to; channel++) {
      const skipped = bytes((i * c + channel) * s);
      for (let j = 0; j < k; j++) {
        const at = j * c + channel, sum = scratch + 16 * at;
        const row = posteriorRow(tau, j, i, channel, n, ct, s);
        store<f64>(sum, load<f64>(sum) + rowProduct(row, g + skipped, s));
        const triple = rowCentredTriple(row, g + skipped, x + skipped, get(moments, at), s);
        store<f64>(sum + 8, load<f64>(sum + 8) + triple);
      }
    }
  }
  for (let j = 0; j < k; j++) {
    for (let channel = from; channel < to; channel++) {
      const at = j * c + channel, scale = posteriorScale(weightOf(lambda, j, channel, ct), fisher);
      put(out, at, <f32>(scale * load<f64>(scratch + 16 * at)));
      const r = inverseDeviation(get(moments, size + at), eps);
      put(out, size + at, <f32>(scale * r * load<f64>(scratch + 16 * at + 8)));
    }
  }
  putCounts(out + bytes(2 * size), tau, n, c, s, k, ct, from, to);
}

/** out [k,c]: n_k, the same for all channels when ct = 1. */
function putCounts(
  out: usize, tau: usize, n: i32, c: i32, s: i32, k: i32, ct: i32, from: i32, to: i32,
): void {
  for (let j = 0; j < k; j++) {
    let count = ct > 1 ? 0 : posteriorSum(tau, j, 0, n, ct, s);
    for (let channel = from; channel < to; channel++) {
      if (ct > 1) count = posteriorSum(tau, j, channel, n, ct, s);
      put(out, j * c + channel, <f32>count);
    }
  }
}

/**
 * dx_ic = γ_c Σ_k r_kc·[a_ik·g_ic − (τ_ik/n_k)·(A_kc + (x_ic − μ_kc)·r_kc·B_kc)]; A, B, n are mixtureNormGradSums'.
 * With constant moments (training 0) only the first summand. For the images from `from` on.
 */
export function mixtureNormGradInput(
  out: usize, g: usize, x: usize, tau: usize, lambda: usize, moments: usize, weight: usize, sums: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32,
  eps: f64, fisher: i32, training: i32, from: i32, images: i32, scratch: usize,
): void {
  // scratch [c,k,4]: μ, p = γ·r·a/τ, q = −γ·r·A/n_k, u = −γ·r²·B/n_k
  for (let channel = 0; channel < c; channel++) {
    for (let j = 0; j < k; j++) {
      const at = j * c + channel, place = 4 * (channel * k + j);
      const lambdaHere = weightOf(lambda, j, channel, ct);
      const r = inverseDeviation(get(moments, k * c + at), eps);
      const scale = <f64>get(weight, channel) * r;
      const share: f64 = training ? -scale / max(<f64>get(sums, 2 * k * c + at), 1e-12) : 0;
      put(scratch, place, get(moments, at));
      put(scratch, place + 1, <f32>(scale * posteriorScale(lambdaHere, fisher)));
      put(scratch, place + 2, <f32>(share * <f64>get(sums, at)));
      put(scratch, place + 3, <f32>(share * r * <f64>get(sums, k * c + at)));
    }
  }
  const step = bytes(n * ct * s), skipped = bytes(from * c * s);
  out += skipped;
  g += skipped;
  x += skipped;
  for (let i = from; i < from + images; i++) {
    for (let channel = 0; channel < c; channel++, out += bytes(s), g += bytes(s), x += bytes(s)) {
      const row = posteriorRow(tau, 0, i, channel, n, ct, s);
      gradientRow(out, g, x, row, step, scratch + bytes(4 * channel * k), k, s);
    }
  }
}

/** Σ_k τ_k·(p_k·g + q_k + u_k·(x − μ_k)); the rows of τ lie `step` bytes apart, `table` holds μ, p, q, u. */
function gradientRow(out: usize, g: usize, x: usize, tau: usize, step: usize, table: usize, k: i32, s: i32): void {
  const end = table + bytes(4 * k);
  for (; s >= 8; s -= 8, out += 32, g += 32, x += 32, tau += 32) {
    const left = v128.load(x), right = v128.load(x, 16), gLeft = v128.load(g), gRight = v128.load(g, 16);
    let y = f32x4.splat(0), z = f32x4.splat(0);
    for (let entry = table, t = tau; entry < end; entry += 16, t += step) {
      y = madd(v128.load(t), gradientTerm(gLeft, left, entry), y);
      z = madd(v128.load(t, 16), gradientTerm(gRight, right, entry), z);
    }
    v128.store(out, y);
    v128.store(out, z, 16);
  }
  for (; s > 0; s -= 4, out += 16, g += 16, x += 16, tau += 16) {
    let y = f32x4.splat(0);
    for (let entry = table, t = tau; entry < end; entry += 16, t += step) {
      y = madd(load4(t, s), gradientTerm(load4(g, s), load4(x, s), entry), y);
    }
    store4(out, y, s);
  }
}

/** p·g + q + u·(x − μ) */
// @ts-ignore: decorator
@inline
function gradientTerm(g: v128, x: v128, entry: usize): v128 {
  const d = f32x4.sub(x, v128.load32_splat(entry));
  const pull = madd(d, v128.load32_splat(entry, 12), v128.load32_splat(entry, 8));
  return madd(g, v128.load32_splat(entry, 4), pull);
}
