// Copies: with strides (transposes, slices, broadcasts, flips), and of several arrays into one.
import { transpose4 } from './gemm/gemm';
import { bytes, copyRow, get, put } from './memory';

/** Elements from which memory.copy is faster than copyRow. */
const LONG: i32 = 1024;

/**
 * out[i0,…,i5] = x[offset + Σ i·s], sizes d and strides s in elements (0 repeats, negative flips), out contiguous; of
 * its rows of d5 elements those from `first` on. Give unused leading sizes 1. Fast where s5 is 1, 0 or −1, and where s4
 * is 1 (a transpose).
 */
export function stridedCopy(
  out: usize, x: usize, offset: i32, d1: i32, d2: i32, d3: i32, d4: i32, d5: i32,
  s0: i32, s1: i32, s2: i32, s3: i32, s4: i32, s5: i32, first: i32, count: i32,
): void {
  out += bytes(first * d5);
  const end = first + count;
  while (first < end) {
    const i4 = first % d4, r3 = first / d4, r2 = r3 / d3, r1 = r2 / d2;
    const at = offset + r1 / d1 * s0 + r1 % d1 * s1 + r2 % d2 * s2 + r3 % d3 * s3 + i4 * s4;
    const rows = min(d4 - i4, end - first);
    copyPlane(out, x + bytes(at), rows, d5, s4, s5);
    out += bytes(rows * d5);
    first += rows;
  }
}

/** The two innermost axes. */
function copyPlane(out: usize, x: usize, rows: i32, columns: i32, s4: i32, s5: i32): void {
  if (s4 == 1 && s5 != 1 && rows >= 4 && columns >= 4) return copyTransposed(out, x, rows, columns, s5);
  for (let i = 0; i < rows; i++, out += bytes(columns), x += bytes(s4)) {
    if (s5 == 1) copyRow(out, x, columns);
    else if (s5 == -1) copyReversed(out, x, columns);
    else if (s5 == 0) fill(out, columns, load<f32>(x));
    else copyColumn(out, x, columns, s5);
  }
}

function copyReversed(out: usize, x: usize, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, x -= 16) {
    const v = v128.load(x - 12);
    v128.store(out, v128.shuffle<f32>(v, v, 3, 2, 1, 0));
  }
  for (let i = 0; i < n; i++) put(out, i, get(x, -i));
}

function copyColumn(out: usize, x: usize, n: i32, stride: i32): void {
  for (let i = 0; i < n; i++) put(out, i, get(x, i * stride));
}

/** out[i,j] = x[i + j·stride] in tiles of 4×4; the rest element by element. */
function copyTransposed(out: usize, x: usize, rows: i32, columns: i32, stride: i32): void {
  const step = bytes(stride), width = bytes(columns);
  const wholeRows = rows & ~3, wholeColumns = columns & ~3;
  for (let i = 0; i < wholeRows; i += 4) {
    for (let j = 0; j < wholeColumns; j += 4) {
      const from = x + bytes(i + j * stride);
      transpose4(out + bytes(i * columns + j), width, from, from + step, from + 2 * step, from + 3 * step);
    }
  }
  for (let i = 0; i < rows; i++) {
    const first = i < wholeRows ? wholeColumns : 0;
    for (let j = first; j < columns; j++) put(out, i * columns + j, get(x, i + j * stride));
  }
}

/**
 * Rows `first` … of out [outer, height, width]: x [outer, rows, columns] from row `top` and column `left` on, which may
 * be negative, and the value around it.
 */
export function pad(
  out: usize, x: usize, rows: i32, columns: i32, height: i32, width: i32, top: i32, left: i32,
  value: f32, first: i32, count: i32,
): void {
  const from = min(max(left, 0), width), to = max(min(left + columns, width), from);
  const inside = to - from;
  let row = first % height - top, gap = 0;
  x += bytes((first / height * rows + row) * columns + from - left);
  out += bytes(first * width);
  for (; count > 0; count--, row++, x += bytes(columns)) {
    if (row == height - top) {
      row = -top;
      x += bytes((rows - height) * columns);
    }
    if (row < 0 || row >= rows) {
      gap += width;
      continue;
    }
    // what lies between the rows of x is filled at once
    gap += from;
    fill(out, gap, value);
    copyRow(out + bytes(gap), x, inside);
    out += bytes(gap + inside);
    gap = width - to;
  }
  fill(out, gap, value);
}

function fill(out: usize, n: i32, value: f32): void {
  const v = f32x4.splat(value);
  for (; n >= 4; n -= 4, out += 16) v128.store(out, v);
  for (let i = 0; i < n; i++) put(out, i, value);
}

/** out[o] = the rows of a0[o] [n0, inner], then those of a1[o], …; of at most six arrays, the others with 0 rows. */
export function concat(
  out: usize, a0: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize,
  outer: i32, inner: i32, n0: i32, n1: i32, n2: i32, n3: i32, n4: i32, n5: i32,
): void {
  for (let o = 0; o < outer; o++) {
    out = append(out, a0, o, n0 * inner);
    out = append(out, a1, o, n1 * inner);
    out = append(out, a2, o, n2 * inner);
    out = append(out, a3, o, n3 * inner);
    out = append(out, a4, o, n4 * inner);
    out = append(out, a5, o, n5 * inner);
  }
}

/** Copies row o of x, n elements, and returns where the next begins. */
// @ts-ignore: decorator
@inline
function append(out: usize, x: usize, o: i32, n: i32): usize {
  if (n >= LONG) memory.copy(out, x + bytes(o * n), bytes(n));
  else copyRow(out, x + bytes(o * n), n);
  return out + bytes(n);
}
