// Optimizer steps on n elements, one output a kernel; the output may be the array that it replaces.
// A factor of 0 leaves its term out: 0·∞ would be NaN.
import { exp4, log4, splat, unlessZero } from './math';
import { load4, madd, store4 } from './memory';

/** The lanes of g + decay·w; `decays` is unlessZero(decay). */
// @ts-ignore: decorator
@inline
function decayed4(g: usize, w: usize, shrink: v128, decays: v128, left: i32): v128 {
  return madd(shrink, v128.and(load4(w, left), decays), load4(g, left));
}

/** m' = keep·m + take·(g + decay·w) */
export function movingMean(
  out: usize, m: usize, g: usize, w: usize, n: i32, keep: f64, take: f64, decay: f64,
): void {
  const keeps = splat(keep), takes = splat(take), shrink = splat(decay), decays = unlessZero(decay);
  for (; n >= 4; n -= 4, out += 16, m += 16, g += 16, w += 16) {
    movingMean4(out, m, g, w, keeps, takes, shrink, decays, 4);
  }
  if (n > 0) movingMean4(out, m, g, w, keeps, takes, shrink, decays, n);
}

// @ts-ignore: decorator
@inline
function movingMean4(
  out: usize, m: usize, g: usize, w: usize, keep: v128, take: v128, shrink: v128, decays: v128, left: i32,
): void {
  const gradient = decayed4(g, w, shrink, decays, left);
  store4(out, madd(take, gradient, f32x4.mul(keep, load4(m, left))), left);
}

/** v' = keep·v + (1 − keep)·(g + decay·w)² */
export function movingSquare(
  out: usize, v: usize, g: usize, w: usize, n: i32, keep: f64, decay: f64,
): void {
  const keeps = splat(keep), takes = splat(1 - keep), shrink = splat(decay), decays = unlessZero(decay);
  for (; n >= 4; n -= 4, out += 16, v += 16, g += 16, w += 16) {
    movingSquare4(out, v, g, w, keeps, takes, shrink, decays, 4);
  }
  if (n > 0) movingSquare4(out, v, g, w, keeps, takes, shrink, decays, n);
}

// @ts-ignore: decorator
@inline
function movingSquare4(
  out: usize, v: usize, g: usize, w: usize, keep: v128, take: v128, shrink: v128, decays: v128, left: i32,
): void {
  const gradient = decayed4(g, w, shrink, decays, left);
  store4(out, madd(f32x4.mul(take, gradient), gradient, f32x4.mul(keep, load4(v, left))), left);
}

/** w' = w − lr·(step·v + gain·(g + decay·w)): momentum has step 1, gain 0; Nesterov's has step momentum, gain 1. */
export function sgdUpdate(
  out: usize, w: usize, v: usize, g: usize, n: i32, lr: f64, step: f64, gain: f64, decay: f64,
): void {
  const rate = splat(-lr), pull = splat(step), take = splat(gain), shrink = splat(decay);
  const pulls = unlessZero(step), takes = unlessZero(gain), decays = unlessZero(decay);
  for (; n >= 4; n -= 4, out += 16, w += 16, v += 16, g += 16) {
    sgdUpdate4(out, w, v, g, rate, pull, take, shrink, pulls, takes, decays, 4);
  }
  if (n > 0) sgdUpdate4(out, w, v, g, rate, pull, take, shrink, pulls, takes, decays, n);
}

// @ts-ignore: decorator
@inline
function sgdUpdate4(
  out: usize, w: usize, v: usize, g: usize, rate: v128, pull: v128, take: v128, shrink: v128,
  pulls: v128, takes: v128, decays: v128, left: i32,
): void {
  const weight = load4(w, left), momentum = v128.and(load4(v, left), pulls);
  const gradient = v128.and(madd(shrink, v128.and(weight, decays), load4(g, left)), takes);
  store4(out, madd(rate, madd(take, gradient, f32x4.mul(pull, momentum)), weight), left);
}

/** w' = (1 − shrink)·w − rate·m / (√v·scale + eps), rate = lr / (1 − β₁ᵗ), scale = 1 / √(1 − β₂ᵗ) */
export function adamUpdate(
  out: usize, w: usize, m: usize, v: usize, n: i32, rate: f64, scale: f64, shrink: f64, eps: f64,
): void {
  const keep = splat(1 - shrink), speed = splat(-rate), stretch = splat(scale), small = splat(eps);
  for (; n >= 4; n -= 4, out += 16, w += 16, m += 16, v += 16) {
    adamUpdate4(out, w, m, v, keep, speed, stretch, small, 4);
  }
  if (n > 0) adamUpdate4(out, w, m, v, keep, speed, stretch, small, n);
}

// @ts-ignore: decorator
@inline
function adamUpdate4(
  out: usize, w: usize, m: usize, v: usize, keep: v128, speed: v128, stretch: v128, small: v128, left: i32,
): void {
  const root = madd(f32x4.sqrt(load4(v, left)), stretch, small);
  store4(out, madd(speed, f32x4.div(load4(m, left), root), f32x4.mul(keep, load4(w, left))), left);
}

/** b' = momentum·b + (g + decay·w) / (√(v − center·m²) + eps) */
export function rmspropMomentum(
  out: usize, b: usize, g: usize, w: usize, v: usize, m: usize, n: i32,
  momentum: f64, decay: f64, center: f64, eps: f64,
): void {
  const keep = splat(momentum), shrink = splat(decay), less = splat(-center), small = splat(eps);
  const keeps = unlessZero(momentum), decays = unlessZero(decay), centers = unlessZero(center);
  for (; n > 0; n -= 4, out += 16, b += 16, g += 16, w += 16, v += 16, m += 16) {
    const mean = v128.and(load4(m, n), centers), last = v128.and(load4(b, n), keeps);
    const root = f32x4.sqrt(madd(f32x4.mul(less, mean), mean, load4(v, n)));
    const step = f32x4.div(decayed4(g, w, shrink, decays, n), f32x4.add(root, small));
    store4(out, madd(keep, last, step), n);
  }
}

/** |g|ᵖ */
export function absPower(out: usize, g: usize, n: i32, p: f64): void {
  const power = splat(p);
  for (; n > 0; n -= 4, out += 16, g += 16) {
    const size = f32x4.abs(load4(g, n));
    let y = size;
    if (p == 2) y = f32x4.mul(size, size);
    else if (p != 1) y = exp4(f32x4.mul(power, log4(size)));
    store4(out, y, n);
  }
}

/** g, but −limit below −limit and limit above it; NaN stays */
export function clipValue(out: usize, g: usize, n: i32, limit: f64): void {
  const high = splat(limit), low = splat(-limit);
  for (; n > 0; n -= 4, out += 16, g += 16) {
    store4(out, f32x4.pmax(f32x4.pmin(load4(g, n), high), low), n);
  }
}
