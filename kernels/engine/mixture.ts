// Fitting a mixture of diagonal Gaussians to x [n, c, s] by EM: log probabilities for the E-step, and the M-step.
import { bytes, get, put } from './memory';
import { imagesTogether } from './mixture/rows';
import { addSquares } from './mixture/squares';
import { countsOf, firstSum, secondSum, weigh, weighScratch } from './mixture/sums';
import { fillRows, posteriorRow } from './mixture/posterior';

const LOG_2_PI: f64 = 1.8378770664093453;
/** At most so many images, evenly spread, tell the provisional centres. */
const SAMPLES: i32 = 4;
/** Largest squared distance of a provisional centre from the mean, in variances: sums about it lose two bits. */
const FAR: f64 = 4;

/** Scratch bytes of every mixture kernel that takes scratch; at least four floats for each (k, c). */
export function mixtureScratch(k: i32, c: i32): usize {
  return weighScratch(k, c);
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
  fillRows(out, logScale, n, s, k, ct, from, images);
  const step = bytes(n * ct * s), next = bytes(c * s), nextOut = bytes(ct * s), together = imagesTogether(s);
  for (let i = from, to = from + images; i < to; i += together) {
    for (let channel = 0; channel < c; channel++) {
      const row = posteriorRow(out, 0, i, channel, n, ct, s), values = x + bytes((i * c + channel) * s);
      const means = moments + bytes(channel), variances = means + bytes(k * c), count = min(together, to - i);
      addSquares(row, values, step, means, variances, k, c, regCovar, s, count, next, nextOut);
    }
  }
}

/**
 * out [2,k,c]: means μ = Σ τx / n_k and variances Σ τ(x − μ)² / n_k about them, for the channels from `from` on; n_k
 * is at least 1e-12. One pass about provisional centres, the means over a few images.
 */
export function mixtureMoments(
  out: usize, x: usize, tau: usize, n: i32, c: i32, s: i32, k: i32, ct: i32,
  from: i32, channels: i32, scratch: usize,
): void {
  const to = from + channels;
  for (let j = 0; j < k; j++) memory.fill(out + bytes(j * c + from), 0, bytes(channels));
  weigh(scratch, out, 0, x, tau, n, c, s, k, ct, from, to, (n + SAMPLES - 1) / SAMPLES);
  for (let channel = from; channel < to; channel++) {
    putMoments(out, scratch, c, k, channel);
    // about a centre that is not finite nothing would be
    for (let j = 0; j < k; j++) {
      const place = j * c + channel;
      if (!isFinite(get(out, place))) put(out, place, 0);
    }
  }
  weigh(scratch, out, 0, x, tau, n, c, s, k, ct, from, to, 1);
  for (let channel = from; channel < to; channel++) {
    if (putMoments(out, scratch, c, k, channel)) continue;
    weigh(scratch, out, 0, x, tau, n, c, s, k, ct, channel, channel + 1, 1);
    putMoments(out, scratch, c, k, channel);
  }
}

/**
 * Moments of one channel from sums about a, which stands in the place of the means: Στx = Στ(x − a) + aΣτ and
 * Στ(x − μ)² = Στ(x − a)² − 2(μ − a)Στ(x − a) + (μ − a)²Στ. Returns whether every a is near enough to its mean.
 */
function putMoments(out: usize, sums: usize, c: i32, k: i32, channel: i32): bool {
  const counts = countsOf(sums, k, c);
  let near = true;
  for (let j = 0; j < k; j++) {
    const at = channel * k + j, place = j * c + channel, centre = <f64>get(out, place);
    const total = load<f64>(counts + 8 * at), weight = max(total, 1e-12), share = total / weight;
    const first = firstSum(sums, at) / weight, shift = first - centre * (1 - share);
    const variance = secondSum(sums, at) / weight - shift * (2 * first - shift * share);
    put(out, place, <f32>(centre + shift));
    put(out, k * c + place, <f32>max(0, variance));
    if (shift * shift > FAR * variance) near = false;
  }
  return near;
}
