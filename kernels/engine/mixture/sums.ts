// Sums over the elements of x [n, c, s] weighted by posteriors: what the M-step and the gradient of mixture
// normalization are made of. Up to three components share a pass over x.
import { aligned, bytes, get, loadAt, madd } from '../memory';
import { posteriorRow } from './posterior';
import { rowSum } from '../rows';

/** Elements summed in float32: four lanes of 128 summands each keep the relative error near 1e-7. */
const CHUNK: i32 = 512;
/** Images of a call at most: column by column through many would leave the level-1 cache. */
const MOST_IMAGES: i32 = 32;
/** Components of a pass at most: with a fourth, sums would spill; four take two passes of two. */
const GROUP: i32 = 3;
/** Bytes of the two sums of a (c, k), each as two doubles that are still to be added. */
const SUMS: usize = 32;

/** Scratch bytes of `weigh`: two sums and a count for each (c, k). */
export function weighScratch(k: i32, c: i32): usize {
  return aligned(SUMS * k * c) + aligned(8 * k * c);
}

/** Σ τ·u for at = channel·k + j. */
// @ts-ignore: decorator
@inline
export function firstSum(sums: usize, at: i32): f64 {
  sums += SUMS * at;
  return load<f64>(sums) + load<f64>(sums, 8);
}

/** Σ τ·u·d */
// @ts-ignore: decorator
@inline
export function secondSum(sums: usize, at: i32): f64 {
  return firstSum(sums + 16, at);
}

/** Address of the counts Σ τ [c,k]. */
// @ts-ignore: decorator
@inline
export function countsOf(sums: usize, k: i32, c: i32): usize {
  return sums + aligned(SUMS * k * c);
}

/**
 * Σ τ·u, Σ τ·u·d and Σ τ with d = x − centre [k,c] and u = g, or d where g is 0; for the channels from `from` on,
 * over every `stride`-th image. Other channels' sums stay, and a channel's do not depend on the range.
 */
export function weigh(
  sums: usize, centres: usize, g: usize, x: usize, tau: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32, from: i32, to: i32, stride: i32,
): void {
  // short rows of several images share a call, and their sums
  const together = min(MOST_IMAGES, max(1, CHUNK / s)), counts = countsOf(sums, k, c);
  const passes = (k + GROUP - 1) / GROUP, group = (k + passes - 1) / passes;
  memory.fill(sums + SUMS * from * k, 0, SUMS * (to - from) * k);
  memory.fill(counts + 8 * from * k, 0, 8 * (to - from) * k);
  for (let i = 0; i < n; i += together * stride) {
    const images = min(together, (n - i + stride - 1) / stride);
    for (let channel = from; channel < to; channel++) {
      for (let done = 0; done < s; done += CHUNK) {
        const skipped = bytes((i * c + channel) * s + done), length = min(CHUNK, s - done);
        for (let j = 0; j < k; j += group) {
          const row = posteriorRow(tau, j, i, channel, n, ct, s) + bytes(done);
          const sum = sums + SUMS * (channel * k + j), centre = centres + bytes(j * c + channel);
          const components = min(group, k - j), u = g ? g + skipped : 0;
          weighRows(sum, centre, u, x + skipped, row, n, c, s, components, ct, length, images, stride);
        }
      }
      if (ct == 1 && channel > from) continue;
      addCounts(counts + 8 * channel * k, tau, n, s, k, ct, i, channel, images, stride);
    }
  }
  if (ct > 1) return;
  for (let at = (from + 1) * k; at < to * k; at++) store<f64>(counts + 8 * at, load<f64>(counts + 8 * (at - k)));
}

/** counts [k] += Σ τ over one channel's rows; they are still in the level-1 cache. */
function addCounts(
  counts: usize, tau: usize, n: i32, s: i32, k: i32, ct: i32, first: i32, channel: i32, images: i32, stride: i32,
): void {
  for (let j = 0; j < k; j++, counts += 8) {
    let sum = load<f64>(counts);
    for (let i = first; i < first + images * stride; i += stride) {
      sum += rowSum(posteriorRow(tau, j, i, channel, n, ct, s), s);
    }
    store<f64>(counts, sum);
  }
}

function weighRows(
  sums: usize, centres: usize, g: usize, x: usize, tau: usize,
  n: i32, c: i32, s: i32, k: i32, ct: i32, length: i32, images: i32, stride: i32,
): void {
  const step = bytes(n * ct * s), nextX = bytes(stride * c * s), nextTau = bytes(stride * ct * s);
  if (g) {
    if (k == 1) rows(1, true, sums, centres, c, g, x, tau, step, length, images, nextX, nextTau);
    if (k == 2) rows(2, true, sums, centres, c, g, x, tau, step, length, images, nextX, nextTau);
    if (k == 3) rows(3, true, sums, centres, c, g, x, tau, step, length, images, nextX, nextTau);
  } else if (ASC_FEATURE_RELAXED_SIMD) {
    if (k == 1) pairs(1, sums, centres, c, x, tau, step, length, images, nextX, nextTau);
    if (k == 2) pairs(2, sums, centres, c, x, tau, step, length, images, nextX, nextTau);
    if (k == 3) pairs(3, sums, centres, c, x, tau, step, length, images, nextX, nextTau);
  } else {
    if (k == 1) rows(1, false, sums, centres, c, x, x, tau, step, length, images, nextX, nextTau);
    if (k == 2) rows(2, false, sums, centres, c, x, x, tau, step, length, images, nextX, nextTau);
    if (k == 3) rows(3, false, sums, centres, c, x, x, tau, step, length, images, nextX, nextTau);
  }
}

/**
 * Adds n terms from each of `images` rows. The breaks on negative numbers are never taken: they end a basic block,
 * within which V8 would load everything first and then spill.
 */
// @ts-ignore: decorator
@inline
function rows(
  k: i32, gradient: bool, sums: usize, centres: usize, c: i32, g: usize, x: usize, tau: usize, step: usize, n: i32,
  images: i32, nextX: usize, nextTau: usize,
): void {
  const a0 = centre(centres, c, 0, k), a1 = centre(centres, c, 1, k), a2 = centre(centres, c, 2, k);
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, q0 = zero, q1 = zero, q2 = zero;
  for (; images > 0; images--, x += nextX, g += nextX, tau += nextTau) {
    let left = n, v = x, w = g, t0 = tau, t1 = tau + step, t2 = t1 + step;
    for (; left >= 8; left -= 8, v += 32, w += 32, t0 += 32, t1 += 32, t2 += 32) {
      let y = loadAt(v, 0), h = gradient ? loadAt(w, 0) : y, d = f32x4.sub(y, a0), p = times(gradient, t0, 0, h, d);
      s0 = f32x4.add(s0, p); q0 = madd(p, d, q0);
      if (k > 1) { d = f32x4.sub(y, a1); p = times(gradient, t1, 0, h, d); s1 = f32x4.add(s1, p); q1 = madd(p, d, q1); }
      if (k > 2) { d = f32x4.sub(y, a2); p = times(gradient, t2, 0, h, d); s2 = f32x4.add(s2, p); q2 = madd(p, d, q2); }
      if (left == -1) break;
      y = loadAt(v, 16); h = gradient ? loadAt(w, 16) : y; d = f32x4.sub(y, a0); p = times(gradient, t0, 16, h, d);
      s0 = f32x4.add(s0, p); q0 = madd(p, d, q0);
      if (k > 1) { d = f32x4.sub(y, a1); p = times(gradient, t1, 16, h, d); s1 = f32x4.add(s1, p); q1 = madd(p, d, q1); }
      if (k > 2) { d = f32x4.sub(y, a2); p = times(gradient, t2, 16, h, d); s2 = f32x4.add(s2, p); q2 = madd(p, d, q2); }
    }
    if (left > 0) addRest(k, gradient, sums, centres, c, w, v, t0, step, left);
  }
  addPair(sums, s0, q0);
  if (k > 1) addPair(sums + SUMS, s1, q1);
  if (k > 2) addPair(sums + 2 * SUMS, s2, q2);
}

/**
 * rows without g, two vectors at once: each sum is waited for half as often. With g, or with products that are not
 * fused, there are no registers for that.
 */
// @ts-ignore: decorator
@inline
function pairs(
  k: i32, sums: usize, centres: usize, c: i32, x: usize, tau: usize, step: usize, n: i32, images: i32, nextX: usize,
  nextTau: usize,
): void {
  const a0 = centre(centres, c, 0, k), a1 = centre(centres, c, 1, k), a2 = centre(centres, c, 2, k);
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, q0 = zero, q1 = zero, q2 = zero;
  for (; images > 0; images--, x += nextX, tau += nextTau) {
    let left = n, v = x, t0 = tau, t1 = tau + step, t2 = t1 + step;
    for (; left >= 8; left -= 8, v += 32, t0 += 32, t1 += 32, t2 += 32) {
      const y = loadAt(v, 0), z = loadAt(v, 16);
      let d = f32x4.sub(y, a0), e = f32x4.sub(z, a0), p = f32x4.mul(loadAt(t0, 0), d), r = f32x4.mul(loadAt(t0, 16), e);
      s0 = f32x4.add(s0, f32x4.add(p, r)); q0 = f32x4.add(q0, madd(p, d, f32x4.mul(r, e)));
      if (left == -1) break;
      if (k > 1) {
        d = f32x4.sub(y, a1); e = f32x4.sub(z, a1); p = f32x4.mul(loadAt(t1, 0), d); r = f32x4.mul(loadAt(t1, 16), e);
        s1 = f32x4.add(s1, f32x4.add(p, r)); q1 = f32x4.add(q1, madd(p, d, f32x4.mul(r, e)));
      }
      if (left == -2) break;
      if (k > 2) {
        d = f32x4.sub(y, a2); e = f32x4.sub(z, a2); p = f32x4.mul(loadAt(t2, 0), d); r = f32x4.mul(loadAt(t2, 16), e);
        s2 = f32x4.add(s2, f32x4.add(p, r)); q2 = f32x4.add(q2, madd(p, d, f32x4.mul(r, e)));
      }
    }
    if (left > 0) addRest(k, false, sums, centres, c, v, v, t0, step, left);
  }
  addPair(sums, s0, q0);
  if (k > 1) addPair(sums + SUMS, s1, q1);
  if (k > 2) addPair(sums + 2 * SUMS, s2, q2);
}

/** τ·g or τ·d */
// @ts-ignore: decorator
@inline
function times(gradient: bool, tau: usize, at: i32, g: v128, d: v128): v128 {
  return f32x4.mul(loadAt(tau, at), gradient ? g : d);
}

// @ts-ignore: decorator
@inline
function centre(centres: usize, c: i32, j: i32, k: i32): v128 {
  return v128.load32_splat(centres + (j < k ? bytes(j * c) : 0));
}

// @ts-ignore: decorator
@inline
function addPair(sums: usize, s: v128, q: v128): void {
  addLanes(sums, s);
  addLanes(sums + 16, q);
}

/** Adds (v0 + v2, v1 + v3) to two doubles. */
// @ts-ignore: decorator
@inline
function addLanes(sum: usize, v: v128): void {
  const halves = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(halves)));
}

/** The same for the n < 8 elements that remain, one by one. */
function addRest(
  k: i32, gradient: bool, sums: usize, centres: usize, c: i32, g: usize, x: usize, tau: usize, step: usize, n: i32,
): void {
  for (let j = 0; j < k; j++, sums += SUMS, tau += step) {
    let first: f64 = 0, second: f64 = 0;
    for (let i = 0; i < n; i++) {
      const d = <f64>get(x, i) - <f64>get(centres, j * c);
      const p = <f64>get(tau, i) * (gradient ? <f64>get(g, i) : d);
      first += p;
      second += p * d;
    }
    store<f64>(sums, load<f64>(sums) + first);
    store<f64>(sums + 16, load<f64>(sums + 16) + second);
  }
}
