// Kernels of two or three arrays read by strides that compare or choose, and powers. Their rows share one walk.
import { splat } from './math';
import { bytes, load4, store4 } from './memory';

const enum Choice { Maximum, Minimum, Compare, Pow, Where, MaximumGrad }

/** Of four elements; compare gives s, with the bits of p changed where a < b, those of q where a = b, of r where a > b. */
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
  const some = v128.xor(v128.and(p, f32x4.lt(a, b)), v128.and(q, f32x4.eq(a, b)));
  return v128.xor(s, v128.xor(some, v128.and(r, f32x4.gt(a, b))));
}

/** Where a row of an operand is read: a value that is repeated is written four times to `room` and read there. */
function spread(p: usize, step: i32, room: usize): usize {
  if (step) return p;
  v128.store(room, v128.load32_splat(p));
  return room;
}

/** n neighbours of the output; an operand steps by 4 elements, or by none. */
// @ts-ignore: decorator
@inline
function row(
  op: i32, out: usize, a: usize, b: usize, c: usize, sa: i32, sb: i32, sc: i32, n: i32,
  p: v128, q: v128, r: v128, s: v128,
): void {
  const three = op >= Choice.Where, da = bytes(sa << 2), db = bytes(sb << 2), dc = bytes(sc << 2);
  for (; n >= 4; n -= 4, out += 16, a += da, b += db) {
    v128.store(out, choice(op, v128.load(a), v128.load(b), three ? v128.load(c) : p, p, q, r, s));
    if (three) c += dc;
  }
  if (n > 0) store4(out, choice(op, load4(a, n), load4(b, n), three ? load4(c, n) : p, p, q, r, s), n);
}

/** aᵇ of n neighbours, as in C. */
function powRow(out: usize, a: usize, b: usize, sa: i32, sb: i32, n: i32): void {
  for (; n > 0; n--, out += 4, a += bytes(sa), b += bytes(sb)) {
    const base = load<f32>(a), exponent = load<f32>(b);
    const one = base == 1 || (base == -1 && abs(exponent) > 1e38);
    store<f32>(out, one ? 1 : Mathf.pow(base, exponent));
  }
}

/** Bytes of scratch memory: room for four values of each operand. */
export function chooseScratch(columns: i32): usize {
  return 64;
}

/**
 * y[l,k,j,i] from a[l·a0 + k·a1 + j·a2 + i·a3], and so b and c, with sizes x of i, y of j and n of k. Of the contiguous
 * output `count` elements from `from` on, row by row; a3, b3 and c3 are 1 or 0.
 */
function walk(
  op: i32, out: usize, a: usize, b: usize, c: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, c0: i32, c1: i32, c2: i32, c3: i32,
  below: f64, equal: f64, above: f64, unordered: f64, from: i32, count: i32, room: usize,
): void {
  const s = splat(unordered);
  const p = v128.xor(splat(below), s), q = v128.xor(splat(equal), s), r = v128.xor(splat(above), s);
  out += bytes(from);
  let i = from % x, j = from / x % y, k = from / x / y % n, l = from / x / y / n;
  while (count > 0) {
    const length = min(count, x - i);
    const first = spread(a + bytes(l * a0 + k * a1 + j * a2 + i * a3), a3, room);
    const second = spread(b + bytes(l * b0 + k * b1 + j * b2 + i * b3), b3, room + 16);
    const third = spread(c + bytes(l * c0 + k * c1 + j * c2 + i * c3), c3, room + 32);
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
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32, room: usize,
): void {
  walk(Choice.Maximum, out, a, b, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, 0, 0, 0, 0, 0, 0, 0, 0, from, count, room);
}

export function minimum(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32, room: usize,
): void {
  walk(Choice.Minimum, out, a, b, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, 0, 0, 0, 0, 0, 0, 0, 0, from, count, room);
}

export function pow(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, from: i32, count: i32, room: usize,
): void {
  walk(Choice.Pow, out, a, b, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, 0, 0, 0, 0, 0, 0, 0, 0, from, count, room);
}

/** One of four numbers, by how a stands to b. */
export function compare(
  out: usize, a: usize, b: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32,
  below: f64, equal: f64, above: f64, unordered: f64, from: i32, count: i32, room: usize,
): void {
  walk(
    Choice.Compare, out, a, b, b, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, 0, 0, 0, 0,
    below, equal, above, unordered, from, count, room,
  );
}

/** b where a ≠ 0, else c. */
export function where(
  out: usize, a: usize, b: usize, c: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, c0: i32, c1: i32, c2: i32, c3: i32,
  from: i32, count: i32, room: usize,
): void {
  walk(
    Choice.Where, out, a, b, c, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, 0, 0, 0, 0, from, count, room,
  );
}

/** a, half of it where b = c, 0 where b < c. */
export function maximumGrad(
  out: usize, a: usize, b: usize, c: usize, x: i32, y: i32, n: i32,
  a0: i32, a1: i32, a2: i32, a3: i32, b0: i32, b1: i32, b2: i32, b3: i32, c0: i32, c1: i32, c2: i32, c3: i32,
  from: i32, count: i32, room: usize,
): void {
  walk(
    Choice.MaximumGrad, out, a, b, c, x, y, n, a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, 0, 0, 0, 0, from, count, room,
  );
}
