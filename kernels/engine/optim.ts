// Optimizer steps on n elements, one output a kernel; the output may be the array that it replaces.
// A factor of 0 leaves its term out: 0·∞ would be NaN.
import { splat, unlessZero } from './math';
import { load4, madd, store4 } from './memory';

/** v' = momentum·v + gain·(g + decay·w), gain = 1 − dampening */
export function sgdMomentum(
  out: usize, v: usize, g: usize, w: usize, n: i32, momentum: f64, gain: f64, decay: f64,
): void {
  const keep = splat(momentum), take = splat(gain), shrink = splat(decay), decays = unlessZero(decay);
  for (; n >= 4; n -= 4, out += 16, v += 16, g += 16, w += 16) {
    sgdMomentum4(out, v, g, w, keep, take, shrink, decays, 4);
  }
  if (n > 0) sgdMomentum4(out, v, g, w, keep, take, shrink, decays, n);
}

// @ts-ignore: decorator
@inline
function sgdMomentum4(
  out: usize, v: usize, g: usize, w: usize, keep: v128, take: v128, shrink: v128, decays: v128, left: i32,
): void {
  const gradient = madd(shrink, v128.and(load4(w, left), decays), load4(g, left));
  store4(out, madd(take, gradient, f32x4.mul(keep, load4(v, left))), left);
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

/** m' = β·m + (1 − β)·g */
export function adamMean(out: usize, m: usize, g: usize, n: i32, beta: f64): void {
  const keep = splat(beta), take = splat(1 - beta);
  for (; n >= 4; n -= 4, out += 16, m += 16, g += 16) adamMean4(out, m, g, keep, take, 4);
  if (n > 0) adamMean4(out, m, g, keep, take, n);
}

// @ts-ignore: decorator
@inline
function adamMean4(out: usize, m: usize, g: usize, keep: v128, take: v128, left: i32): void {
  store4(out, madd(take, load4(g, left), f32x4.mul(keep, load4(m, left))), left);
}

/** v' = β·v + (1 − β)·g² */
export function adamSquare(out: usize, v: usize, g: usize, n: i32, beta: f64): void {
  const keep = splat(beta), take = splat(1 - beta);
  for (; n >= 4; n -= 4, out += 16, v += 16, g += 16) adamSquare4(out, v, g, keep, take, 4);
  if (n > 0) adamSquare4(out, v, g, keep, take, n);
}

// @ts-ignore: decorator
@inline
function adamSquare4(out: usize, v: usize, g: usize, keep: v128, take: v128, left: i32): void {
  const gradient = load4(g, left);
  store4(out, madd(f32x4.mul(take, gradient), gradient, f32x4.mul(keep, load4(v, left))), left);
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
