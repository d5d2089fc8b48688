// Batch normalization over x [n, c, s]: moments, forward, and the train-mode gradient.
import { splat } from './math';
import { aligned, bytes, get, load4, madd, put, store4 } from './memory';
import { rowCentredProduct, rowSquares, rowSum } from './rows';

/** 1 / √(variance + eps) */
// @ts-ignore: decorator
@inline
export function inverseDeviation(variance: f32, eps: f64): f64 {
  return 1 / Math.sqrt(<f64>variance + eps);
}

/** out [2,c]: the mean of the channels from `from` on and the biased variance about it. */
export function channelMoments(out: usize, x: usize, n: i32, c: i32, s: i32, from: i32, channels: i32): void {
  const count = <f64>n * <f64>s;
  for (let channel = from; channel < from + channels; channel++) {
    const first = x + bytes(channel * s);
    let sum: f64 = 0;
    for (let i = 0; i < n; i++) sum += rowSum(first + bytes(i * c * s), s);
    const mean = sum / count, rounded = <f32>mean;
    let squares: f64 = 0;
    for (let i = 0; i < n; i++) squares += rowSquares(first + bytes(i * c * s), rounded, s);
    // the squares are about the rounded mean: Σ(x − a)² = Σ(x − μ)² + M(μ − a)²
    const shift = mean - <f64>rounded;
    put(out, channel, rounded);
    put(out, c + channel, <f32>max(0, squares / count - shift * shift));
  }
}

/** y = γ·(x − μ) / √(σ² + eps) + β */
export function batchNorm(
  out: usize, x: usize, moments: usize, weight: usize, bias: usize, n: i32, c: i32, s: i32, eps: f64,
): void {
  for (let i = 0; i < n; i++) {
    for (let channel = 0; channel < c; channel++, out += bytes(s), x += bytes(s)) {
      const mean = f32x4.splat(get(moments, channel)), offset = f32x4.splat(get(bias, channel));
      const scale = splat(<f64>get(weight, channel) * inverseDeviation(get(moments, c + channel), eps));
      normalizeRow(out, x, mean, scale, offset, s);
    }
  }
}

/** (x − mean)·scale + offset */
// @ts-ignore: decorator
@inline
function normalizeRow(out: usize, x: usize, mean: v128, scale: v128, offset: v128, s: i32): void {
  for (; s >= 4; s -= 4, out += 16, x += 16) normalize(out, x, mean, scale, offset, 4);
  if (s > 0) normalize(out, x, mean, scale, offset, s);
}

// @ts-ignore: decorator
@inline
function normalize(out: usize, x: usize, mean: v128, scale: v128, offset: v128, left: i32): void {
  store4(out, madd(f32x4.sub(load4(x, left), mean), scale, offset), left);
}

/** Scratch bytes of batchNormGradSums: two doubles a channel. */
export function batchNormScratch(c: i32): usize {
  return aligned(bytes(4 * c));
}

/**
 * out [2,c]: Σ g and Σ g·x̂ of the channels from `from` on, which are also the gradients of β and γ; image by
 * image, in the order of memory.
 */
export function batchNormGradSums(
  out: usize, g: usize, x: usize, moments: usize, n: i32, c: i32, s: i32, eps: f64,
  from: i32, channels: i32, scratch: usize,
): void {
  memory.fill(scratch, 0, 16 * c);
  for (let i = 0; i < n; i++) {
    for (let channel = from; channel < from + channels; channel++) {
      const row = bytes((i * c + channel) * s);
      const sums = scratch + 16 * channel;
      store<f64>(sums, load<f64>(sums) + rowSum(g + row, s));
      store<f64>(sums + 8, load<f64>(sums + 8) + rowCentredProduct(g + row, x + row, get(moments, channel), s));
    }
  }
  for (let channel = from; channel < from + channels; channel++) {
    const r = inverseDeviation(get(moments, c + channel), eps);
    put(out, channel, <f32>load<f64>(scratch + 16 * channel));
    put(out, c + channel, <f32>(r * load<f64>(scratch + 16 * channel + 8)));
  }
}

/**
 * dx = γ·r·(g − (Σg + x̂·Σg·x̂)/(n·s)) = p·g + q + u·(x − μ); with constant moments (training 0) γ·r·g. For the
 * images from `from` on.
 */
export function batchNormGradInput(
  out: usize, g: usize, x: usize, moments: usize, weight: usize, sums: usize, n: i32, c: i32, s: i32,
  eps: f64, training: i32, from: i32, images: i32,
): void {
  const share: f64 = training ? -1 / (<f64>n * <f64>s) : 0, skipped = bytes(from * c * s);
  out += skipped;
  g += skipped;
  x += skipped;
  for (let i = from; i < from + images; i++) {
    for (let channel = 0; channel < c; channel++, out += bytes(s), g += bytes(s), x += bytes(s)) {
      const r = inverseDeviation(get(moments, c + channel), eps);
      const scale = <f64>get(weight, channel) * r;
      const mean = f32x4.splat(get(moments, channel));
      const p = splat(scale);
      const q = splat(share * scale * <f64>get(sums, channel));
      const u = splat(share * scale * r * <f64>get(sums, c + channel));
      gradientRow(out, g, x, mean, p, q, u, s);
    }
  }
}

/** p·g + q + u·(x − mean) */
// @ts-ignore: decorator
@inline
function gradientRow(out: usize, g: usize, x: usize, mean: v128, p: v128, q: v128, u: v128, s: i32): void {
  for (; s >= 4; s -= 4, out += 16, g += 16, x += 16) gradient(out, g, x, mean, p, q, u, 4);
  if (s > 0) gradient(out, g, x, mean, p, q, u, s);
}

// @ts-ignore: decorator
@inline
function gradient(out: usize, g: usize, x: usize, mean: v128, p: v128, q: v128, u: v128, left: i32): void {
  store4(out, madd(load4(g, left), p, madd(f32x4.sub(load4(x, left), mean), u, q)), left);
}

/** (1 − momentum)·old + momentum·factor·batch, the batch's n values from `offset` on */
export function runningAverage(
  out: usize, old: usize, batch: usize, n: i32, offset: i32, momentum: f64, factor: f64,
): void {
  const keep = splat(1 - momentum), take = splat(momentum * factor);
  batch += bytes(offset);
  for (; n > 0; n -= 4, out += 16, old += 16, batch += 16) {
    store4(out, madd(take, load4(batch, n), f32x4.mul(keep, load4(old, n))), n);
  }
}
