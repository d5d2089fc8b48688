// Rows of mixture normalization and its gradient: y = Σ_k τ_k·(…) over up to four components whose values stay in
// registers. More than one vector a turn would be more code, and no faster.
import { bytes, load4, madd, store4 } from '../memory';

/** Elements of short rows, from several images, that one call computes. */
const TOGETHER: i32 = 256;

/** Images of a call at most: column by column through many would leave the level-1 cache. */
const MOST_IMAGES: i32 = 16;

/** Images whose rows of s elements are computed together. */
export function imagesTogether(s: i32): i32 {
  return min(MOST_IMAGES, max(1, TOGETHER / s));
}

/**
 * offset + Σ_k τ_k·(x − μ_k)·q_k for the rows of some images, `next` bytes apart (`nextTau` in τ); the τ of
 * the components lie `step` bytes apart, `table` holds μ and q.
 */
export function forwardRows(
  out: usize, x: usize, tau: usize, step: usize, table: usize, k: i32, offset: f32, s: i32,
  images: i32, next: usize, nextTau: usize,
): void {
  if (k == 1) forward(1, false, out, x, tau, step, table, offset, s, images, next, nextTau);
  else if (k == 2) forward(2, false, out, x, tau, step, table, offset, s, images, next, nextTau);
  else if (k == 3) forward(3, false, out, x, tau, step, table, offset, s, images, next, nextTau);
  else forward(4, false, out, x, tau, step, table, offset, s, images, next, nextTau);
  for (let j = 4; j < k; j++) {
    tau += j > 4 ? step : 4 * step;
    forward(1, true, out, x, tau, step, table + bytes(2 * j), offset, s, images, next, nextTau);
  }
}

/** `more`: y is not offset but what stands in `out`. */
// @ts-ignore: decorator
@inline
function forward(
  k: i32, more: bool, out: usize, x: usize, tau: usize, step: usize, table: usize, offset: f32, s: i32,
  images: i32, next: usize, nextTau: usize,
): void {
  const start = f32x4.splat(offset), m0 = number(table, 0), q0 = number(table, 1);
  const m1 = number(table, k > 1 ? 2 : 0), q1 = number(table, k > 1 ? 3 : 0), m2 = number(table, k > 2 ? 4 : 0);
  const q2 = number(table, k > 2 ? 5 : 0), m3 = number(table, k > 3 ? 6 : 0), q3 = number(table, k > 3 ? 7 : 0);
  for (; images > 0; images--, out += next, x += next, tau += nextTau) {
    let y = out, v = x, t0 = tau, t1 = tau + step, t2 = t1 + step, t3 = t2 + step, left = s;
    for (; left >= 4; left -= 4, y += 16, v += 16, t0 += 16, t1 += 16, t2 += 16, t3 += 16) {
      forward4(k, more, y, v, t0, t1, t2, t3, start, m0, q0, m1, q1, m2, q2, m3, q3, 4);
    }
    if (left > 0) forward4(k, more, y, v, t0, t1, t2, t3, start, m0, q0, m1, q1, m2, q2, m3, q3, left);
  }
}

/** Number i of a table in all lanes. */
// @ts-ignore: decorator
@inline
function number(table: usize, i: i32): v128 {
  return v128.load32_splat(table + 4 * i);
}

// @ts-ignore: decorator
@inline
function forward4(
  k: i32, more: bool, out: usize, x: usize, t0: usize, t1: usize, t2: usize, t3: usize, start: v128,
  m0: v128, q0: v128, m1: v128, q1: v128, m2: v128, q2: v128, m3: v128, q3: v128, left: i32,
): void {
  const v = load4(x, left);
  let y = summand(v, load4(t0, left), m0, q0, more ? load4(out, left) : start);
  if (k > 1) y = summand(v, load4(t1, left), m1, q1, y);
  if (k > 2) y = summand(v, load4(t2, left), m2, q2, y);
  if (k > 3) y = summand(v, load4(t3, left), m3, q3, y);
  store4(out, y, left);
}

/** y + τ·(x − m)·q */
// @ts-ignore: decorator
@inline
function summand(x: v128, tau: v128, m: v128, q: v128, y: v128): v128 {
  return madd(f32x4.mul(f32x4.sub(x, m), tau), q, y);
}

/** Σ_k τ_k·(p_k·g + q_k + u_k·(x − μ_k)), rows as in forwardRows; `table` holds μ, p, q, u. */
export function gradientRows(
  out: usize, g: usize, x: usize, tau: usize, step: usize, table: usize, k: i32, s: i32,
  images: i32, next: usize, nextTau: usize,
): void {
  if (k == 1) gradient(1, false, out, g, x, tau, step, table, s, images, next, nextTau);
  else if (k == 2) gradient(2, false, out, g, x, tau, step, table, s, images, next, nextTau);
  else if (k == 3) gradient(3, false, out, g, x, tau, step, table, s, images, next, nextTau);
  else gradient(4, false, out, g, x, tau, step, table, s, images, next, nextTau);
  for (let j = 4; j < k; j++) {
    tau += j > 4 ? step : 4 * step;
    gradient(1, true, out, g, x, tau, step, table + bytes(4 * j), s, images, next, nextTau);
  }
}

/** q + u·(x − μ) = q + u·(a − μ) + u·(x − a), a = μ_0: one difference for all components. */
// @ts-ignore: decorator
@inline
function gradient(
  k: i32, more: bool, out: usize, g: usize, x: usize, tau: usize, step: usize, table: usize, s: i32,
  images: i32, next: usize, nextTau: usize,
): void {
  const e1 = k > 1 ? table + 16 : table, e2 = k > 2 ? table + 32 : table, e3 = k > 3 ? table + 48 : table;
  const a = number(table, 0), p0 = number(table, 1), q0 = shifted(table, a), u0 = number(table, 3);
  const p1 = number(e1, 1), q1 = shifted(e1, a), u1 = number(e1, 3), p2 = number(e2, 1), q2 = shifted(e2, a);
  const u2 = number(e2, 3), p3 = number(e3, 1), q3 = shifted(e3, a), u3 = number(e3, 3);
  for (; images > 0; images--, out += next, g += next, x += next, tau += nextTau) {
    let y = out, w = g, v = x, t0 = tau, t1 = tau + step, t2 = t1 + step, t3 = t2 + step, left = s;
    for (; left >= 4; left -= 4, y += 16, w += 16, v += 16, t0 += 16, t1 += 16, t2 += 16, t3 += 16) {
      gradient4(k, more, y, w, v, t0, t1, t2, t3, a, p0, q0, u0, p1, q1, u1, p2, q2, u2, p3, q3, u3, 4);
    }
    if (left > 0) gradient4(k, more, y, w, v, t0, t1, t2, t3, a, p0, q0, u0, p1, q1, u1, p2, q2, u2, p3, q3, u3, left);
  }
}

/** q + u·(a − μ) */
// @ts-ignore: decorator
@inline
function shifted(entry: usize, a: v128): v128 {
  return madd(f32x4.sub(a, number(entry, 0)), number(entry, 3), number(entry, 2));
}

// @ts-ignore: decorator
@inline
function gradient4(
  k: i32, more: bool, out: usize, g: usize, x: usize, t0: usize, t1: usize, t2: usize, t3: usize, a: v128,
  p0: v128, q0: v128, u0: v128, p1: v128, q1: v128, u1: v128, p2: v128, q2: v128, u2: v128,
  p3: v128, q3: v128, u3: v128, left: i32,
): void {
  const d = f32x4.sub(load4(x, left), a), w = load4(g, left);
  let y = pull(w, d, load4(t0, left), p0, q0, u0, more ? load4(out, left) : f32x4.splat(0));
  if (k > 1) y = pull(w, d, load4(t1, left), p1, q1, u1, y);
  if (k > 2) y = pull(w, d, load4(t2, left), p2, q2, u2, y);
  if (k > 3) y = pull(w, d, load4(t3, left), p3, q3, u3, y);
  store4(out, y, left);
}

/** y + τ·(p·g + q + u·d) */
// @ts-ignore: decorator
@inline
function pull(g: v128, d: v128, tau: v128, p: v128, q: v128, u: v128, y: v128): v128 {
  return madd(tau, madd(g, p, madd(d, u, q)), y);
}
