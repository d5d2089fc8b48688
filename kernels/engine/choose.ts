// Kernels of two or three arrays read by strides that compare or choose, and powers. Their rows share one walk.
import { splat } from './math';
import { bytes, load4, store4 } from './memory';

const enum Choice { Maximum, Minimum, Compare, Pow, Where, MaximumGrad }

/** Of four elements; p to s are what compare gives: below, equal, above, unordered. */
// @ts-ignore: decorator
@inline
function choice(op: i32, a: v128, b: v128, c: v128, p: v128, q: v128, r: v128, s: v128): v128 {
  if (op == Choice.Maximum) return f32x4.max(a, b);
  if (op == Choice.Minimum) return f32x4.min(a, b);
  if (op == Choice.Where) return v128.bitselect(c, b, f32x4.eq(a, f32x4.splat(0)));
  if (op == Choice.MaximumGrad) {
    const half = f32x4.mul(a, f32x4.splat(0.5));
    return v128.andnot(v128.bitselect(half, a, f32x4.eq(b, c)), f32x4.lt(b, c));
  }
  const below = f32x4.lt(a, b), equal = f32x4.eq(a, b), above = f32x4.gt(a, b);
  const ordered = v128.or(v128.or(v128.and(p, below), v128.and(q, equal)), v128.and(r, above));
  return v128.or(ordered, v128.andnot(s, v128.or(v128.or(below, equal), above)));
}

/** Four elements or the `left` < 4 that remain; one repeated where the step is 0. */
// @ts-ignore: decorator
@inline
function read(p: usize, step: i32, left: i32): v128 {
  return step ? load4(p, left) : v128.load32_splat(p);
}

/** n neighbours of the output; steps along the row are 1 or 0. */
// @ts-ignore: decorator
@inline
function row(
  op: i32, out: usize, a: usize, b: usize, c: usize, sa: i32, sb: i32, sc: i32, n: i32,
  p: v128, q: v128, r: v128, s: v128,
): void {
  const three = op >= Choice.Where;
  if (sa & sb & (three ? sc : 1)) {
    for (; n >= 4; n -= 4, out += 16, a += 16, b += 16) {
      v128.store(out, choice(op, v128.load(a), v128.load(b), three ? v128.load(c) : p, p, q, r, s));
      if (three) c += 16;
    }
  }
  for (; n > 0; n -= 4, out += 16, a += bytes(sa << 2), b += bytes(sb << 2)) {
    const third = three ? read(c, sc, n) : p;
    store4(out, choice(op, read(a, sa, n), read(b, sb, n), third, p, q, r, s), n);
    if (three) c += bytes(sc << 2);
  }
}

/** aᵇ of n neighbours, as in C. */
function powRow(out: usize, a: usize, b: usize, sa: i32, sb: i32, n: i32): void {
  for (; n > 0; n--, out += 4, a += bytes(sa), b += bytes(sb)) {
    const base = load<f32>(a), exponent = load<f32>(b);
    const one = base == 1 || (base == -1 && abs(exponent) > 1e38);
    store<f32>(out, one ? 1 : Mathf.pow(base, exponent));
  }
}

/**
 * y[l,k,j,i] from a[l·a0 + k·a1 + j·a2 + i·a3], and so b and c, with sizes x of i, y of j and n of k. Of the contiguous
 * output `count` elements from `from` on, row by row; a3, b3 and c3 are 1 or 0.
 */
function walk(
  op: i32, out: usize, a: usize, b: usize, c: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, c0: i32, c1: i32, c2: i32, c3: i32,
  below: f64, equal: f64, above: f64, unordered: f64, from: i32, count: i32,
): void {
  const p = splat(below), q = splat(equal), r = splat(above), s = splat(unordered);
  out += bytes(from);
  let i = from % x, j = from / x % y, k = from / x / y % n, l = from / x / y / n;
  while (count > 0) {
    const length = min(count, x - i);
    const first = a + bytes(l * a0 + k * a1 + j * a2 + i * a3);
    const second = b + bytes(l * b0 + k * b1 + j * b2 + i * b3);
    const third = c + bytes(l * c0 + k * c1 + j * c2 + i * c3);
    if (op == Choice.Maximum) row(Choice.Maximum, out, first, second, third, a3, b3, c3, length, p, q, r, s);
    else if (op == Choice.Minimum) row(Choice.Minimum, out, first, second, third, a3, b3, c3, length, p, q, r, s);
    else if (op == Choice.Compare) row(Choice.Compare, out, first, second, third, a3, b3, c3, length, p, q, r, s);
    else if (op == Choice.Pow) powRow(out, first, second, a3, b3, length);
    else if (op == Choice.Where) row(Choice.Where, out, first, second, third, a3, b3, c3, length, p, q, r, s);
    else row(Choice.MaximumGrad, out, first, second, third, a3, b3, c3, length, p, q, r, s);
    out += bytes(length);
    count -= length;
    i = 0;
    if (++j < y) continue;
    j = 0;
    if (++k < n) continue;
    k = 0;
    l++;
  }
}

export function maximum(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32,
): void {
  walk(Choice.Maximum, out, a, b, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, 0, 0, 0, 0, 0, 0, 0, 0, from, count);
}

export function minimum(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32,
): void {
  walk(Choice.Minimum, out, a, b, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, 0, 0, 0, 0, 0, 0, 0, 0, from, count);
}

export function pow(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32,
): void {
  walk(Choice.Pow, out, a, b, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, 0, 0, 0, 0, 0, 0, 0, 0, from, count);
}

/** One of four numbers, by how a stands to b. */
export function compare(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32,
  below: f64, equal: f64, above: f64, unordered: f64, from: i32, count: i32,
): void {
  walk(
    Choice.Compare, out, a, b, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, 0, 0, 0, 0,
    below, equal, above, unordered, from, count,
  );
}

/** b where a ≠ 0, else c. */
export function where(
  out: usize, a: usize, b: usize, c: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, c0: i32, c1: i32, c2: i32, c3: i32,
  from: i32, count: i32,
): void {
  walk(
    Choice.Where, out, a, b, c, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, 0, 0, 0, 0, from, count,
  );
}

/** a, half of it where b = c, 0 where b < c. */
export function maximumGrad(
  out: usize, a: usize, b: usize, c: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, c0: i32, c1: i32, c2: i32, c3: i32,
  from: i32, count: i32,
): void {
  walk(
    Choice.MaximumGrad, out, a, b, c, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, 0, 0, 0, 0, from, count,
  );
}
