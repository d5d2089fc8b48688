// The matrix product's inner parts: packing into panels, and the 6×8 micro-kernel that multiplies two panels.
import { at, bytes, get, madd, put } from '../memory';

/** Rows of an A panel, columns of a B panel: 12 accumulators, 2 vectors of B and 1 of A fill 16 registers. */
export const ROWS: i32 = 6;
export const COLUMNS: i32 = 8;
/** Depth of one pass: a B panel (8 × 384 floats, 12 KiB) and an A panel (9 KiB) stay in the level-1 cache. */
export const DEPTH: i32 = 384;
/** Scratch for one tile that does not fit its place and for one B panel, in bytes. */
export const TILE_BYTES: usize = 192;
export const PANEL_BYTES: usize = 32 * 384;

/** Depth of the blocks into which `terms` summands are cut: equal shares, whole fours. */
export function depthOfBlocks(terms: i32): i32 {
  const blocks = max(1, (terms + DEPTH - 1) / DEPTH);
  return (terms + 4 * blocks - 1) / (4 * blocks) * 4;
}

/** Writes one vector of the tile, added to what is there when `add` is set. */
// @ts-ignore: decorator
@inline
function emit(c: usize, v: v128, add: bool): void {
  v128.store(c, add ? f32x4.add(v128.load(c), v) : v);
}

/**
 * C[6,8] (+)= Σ_p A[p,6]·B[p,8]; the rows of C lie `stride` bytes apart.
 * The breaks on negative depths are never taken. They end a basic block after every row: within one block V8 loads
 * all of A first and then spills accumulators, which costs half the speed.
 */
export function microKernel(depth: i32, a: usize, b: usize, c: usize, stride: usize, add: bool): void {
  if (!ASC_FEATURE_RELAXED_SIMD) return halfKernels(depth, a, b, c, stride, add);
  const zero = f32x4.splat(0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
  let c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;
  for (; depth > 0; depth -= 2, a += 48, b += 64) {
    let b0 = v128.load(b), b1 = v128.load(b, 16), v = v128.load32_splat(a);
    c00 = madd(v, b0, c00); c01 = madd(v, b1, c01); if (depth == -1) break;
    v = v128.load32_splat(a, 4);
    c10 = madd(v, b0, c10); c11 = madd(v, b1, c11); if (depth == -2) break;
    v = v128.load32_splat(a, 8);
    c20 = madd(v, b0, c20); c21 = madd(v, b1, c21); if (depth == -3) break;
    v = v128.load32_splat(a, 12);
    c30 = madd(v, b0, c30); c31 = madd(v, b1, c31); if (depth == -4) break;
    v = v128.load32_splat(a, 16);
    c40 = madd(v, b0, c40); c41 = madd(v, b1, c41); if (depth == -5) break;
    v = v128.load32_splat(a, 20);
    c50 = madd(v, b0, c50); c51 = madd(v, b1, c51); if (depth == 1) break;
    b0 = v128.load(b, 32); b1 = v128.load(b, 48); v = v128.load32_splat(a, 24);
    c00 = madd(v, b0, c00); c01 = madd(v, b1, c01); if (depth == -6) break;
    v = v128.load32_splat(a, 28);
    c10 = madd(v, b0, c10); c11 = madd(v, b1, c11); if (depth == -7) break;
    v = v128.load32_splat(a, 32);
    c20 = madd(v, b0, c20); c21 = madd(v, b1, c21); if (depth == -8) break;
    v = v128.load32_splat(a, 36);
    c30 = madd(v, b0, c30); c31 = madd(v, b1, c31); if (depth == -9) break;
    v = v128.load32_splat(a, 40);
    c40 = madd(v, b0, c40); c41 = madd(v, b1, c41); if (depth == -10) break;
    v = v128.load32_splat(a, 44);
    c50 = madd(v, b0, c50); c51 = madd(v, b1, c51);
  }
  emit(c, c00, add); emit(c + 16, c01, add); c += stride;
  emit(c, c10, add); emit(c + 16, c11, add); c += stride;
  emit(c, c20, add); emit(c + 16, c21, add); c += stride;
  emit(c, c30, add); emit(c + 16, c31, add); c += stride;
  emit(c, c40, add); emit(c + 16, c41, add); c += stride;
  emit(c, c50, add); emit(c + 16, c51, add);
}

/** The same in two halves of three rows: an unfused product needs a register of its own, and 12 sums leave none. */
function halfKernels(depth: i32, a: usize, b: usize, c: usize, stride: usize, add: bool): void {
  threeRows(depth, a, b, c, stride, add);
  threeRows(depth, a + 12, b, c + 3 * stride, stride, add);
}

/** C[3,8] (+)= Σ_p A[p,6]·B[p,8], the first three of the six. */
function threeRows(depth: i32, a: usize, b: usize, c: usize, stride: usize, add: bool): void {
  threeRowsOf(false, depth, a, b, 0, c, stride, add);
}

/** B is a panel or, `inPlace`, has its row p at b + rows[p]. More columns at once would spill registers. */
// @ts-ignore: decorator
@inline
function threeRowsOf(
  inPlace: bool, depth: i32, a: usize, b: usize, rows: usize, c: usize, stride: usize, add: bool,
): void {
  const zero = f32x4.splat(0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
  for (; depth > 0; depth--, a += 24) {
    const row = inPlace ? b + at(rows, 0) : b, b0 = v128.load(row), b1 = v128.load(row, 16);
    if (inPlace) rows += 4;
    else b += 32;
    let v = v128.load32_splat(a);
    c00 = madd(v, b0, c00); c01 = madd(v, b1, c01);
    v = v128.load32_splat(a, 4);
    c10 = madd(v, b0, c10); c11 = madd(v, b1, c11);
    v = v128.load32_splat(a, 8);
    c20 = madd(v, b0, c20); c21 = madd(v, b1, c21);
  }
  emit(c, c00, add); emit(c + 16, c01, add); c += stride;
  emit(c, c10, add); emit(c + 16, c11, add); c += stride;
  emit(c, c20, add); emit(c + 16, c21, add);
}

/**
 * multiplyPanel for at most three rows, where packing B would cost as much as the product: row p of B is read at
 * b + rows[p], eight neighbours.
 */
export function multiplyThin(
  c: usize, stride: usize, columns: usize, a: usize, b: usize, rows: usize, m: i32, depth: i32, add: bool, tile: usize,
): void {
  threeRowsOf(true, depth, a, b, rows, tile, 32, false);
  scatterTile(c, stride, columns, tile, m, COLUMNS, add);
}

/** Whether multiplyThin can take m rows and the first columns of an offset table with `left` entries. */
export function isThin(m: i32, columns: usize, left: i32): bool {
  return m <= ROWS / 2 && left >= COLUMNS && eightNeighbours(columns);
}

/** Whether four entries of an offset table name four neighbouring floats. */
// @ts-ignore: decorator
@inline
function neighbours(table: usize): bool {
  const first = at(table, 0);
  return at(table, 1) == first + 4 && at(table, 2) == first + 8 && at(table, 3) == first + 12;
}

/** Whether eight entries do. */
// @ts-ignore: decorator
@inline
function eightNeighbours(table: usize): bool {
  return neighbours(table) && neighbours(table + 16) && at(table, 4) == at(table, 0) + 16;
}

/** Turns four columns of four floats into four rows that lie `stride` bytes apart. */
// @ts-ignore: decorator
@inline
export function transpose4(out: usize, stride: usize, p: usize, q: usize, r: usize, s: usize): void {
  const a = v128.load(p), b = v128.load(q), c = v128.load(r), d = v128.load(s);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f64>(ab0, cd0, 0, 2));
  v128.store(out + stride, v128.shuffle<f64>(ab0, cd0, 1, 3));
  v128.store(out + 2 * stride, v128.shuffle<f64>(ab1, cd1, 0, 2));
  v128.store(out + 3 * stride, v128.shuffle<f64>(ab1, cd1, 1, 3));
}

/** The same for two columns. */
// @ts-ignore: decorator
@inline
function transpose2(out: usize, stride: usize, p: usize, q: usize): void {
  const a = v128.load(p), b = v128.load(q);
  const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5), high = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  v128.store64_lane(out, low, 0);
  v128.store64_lane(out + stride, low, 1);
  v128.store64_lane(out + 2 * stride, high, 0);
  v128.store64_lane(out + 3 * stride, high, 1);
}

/**
 * Packs A[i,p] = f32 at base + rows[i] + columns[p], i < m and p < depth, as panels [m/6][depth][6].
 * `rows` has an entry for every row of the last panel; entries past m may repeat any valid row.
 */
export function packA(out: usize, base: usize, rows: usize, columns: usize, m: i32, depth: i32): void {
  for (let i = 0; i < m; i += ROWS, rows += 24) {
    const r0 = base + at(rows, 0), r1 = base + at(rows, 1), r2 = base + at(rows, 2);
    const r3 = base + at(rows, 3), r4 = base + at(rows, 4), r5 = base + at(rows, 5);
    let p = 0;
    while (p < depth) {
      const c = at(columns, p);
      if (p + 4 <= depth && neighbours(columns + bytes(p))) {
        transpose4(out, 24, r0 + c, r1 + c, r2 + c, r3 + c);
        transpose2(out + 16, 24, r4 + c, r5 + c);
        p += 4;
        out += 96;
      } else {
        put(out, 0, get(r0 + c, 0)); put(out, 1, get(r1 + c, 0)); put(out, 2, get(r2 + c, 0));
        put(out, 3, get(r3 + c, 0)); put(out, 4, get(r4 + c, 0)); put(out, 5, get(r5 + c, 0));
        p++;
        out += 24;
      }
    }
  }
}

/** Packs B[p,j] = f32 at base + rows[p] + columns[j], p < depth, j < 8, as one panel [depth][8]. */
export function packB(out: usize, base: usize, rows: usize, columns: usize, depth: i32): void {
  if (neighbours(columns) && neighbours(columns + 16)) {
    const left = base + at(columns, 0), right = base + at(columns, 4);
    for (let p = 0; p < depth; p++, out += 32) {
      const row = at(rows, p);
      v128.store(out, v128.load(left + row));
      v128.store(out, v128.load(right + row), 16);
    }
  } else gatherB(out, base, rows, columns, depth);
}

/** packB for columns that are no neighbours: transposes where four rows are neighbours, else element by element. */
function gatherB(out: usize, base: usize, rows: usize, columns: usize, depth: i32): void {
  const c0 = base + at(columns, 0), c1 = base + at(columns, 1), c2 = base + at(columns, 2);
  const c3 = base + at(columns, 3), c4 = base + at(columns, 4), c5 = base + at(columns, 5);
  const c6 = base + at(columns, 6), c7 = base + at(columns, 7);
  let p = 0;
  while (p < depth) {
    const row = at(rows, p);
    if (p + 4 <= depth && neighbours(rows + bytes(p))) {
      transpose4(out, 32, c0 + row, c1 + row, c2 + row, c3 + row);
      transpose4(out + 16, 32, c4 + row, c5 + row, c6 + row, c7 + row);
      p += 4;
      out += 128;
    } else {
      put(out, 0, get(c0 + row, 0)); put(out, 1, get(c1 + row, 0)); put(out, 2, get(c2 + row, 0));
      put(out, 3, get(c3 + row, 0)); put(out, 4, get(c4 + row, 0)); put(out, 5, get(c5 + row, 0));
      put(out, 6, get(c6 + row, 0)); put(out, 7, get(c7 + row, 0));
      p++;
      out += 32;
    }
  }
}

/**
 * C[i,j] (+)= Σ_p A[i,p]·B[p,j] for all m rows and the n ≤ 8 columns of one B panel.
 * C[i,j] lies at c + i·stride + columns[j]; tiles at an edge or with scattered columns go through `tile`.
 */
export function multiplyPanel(
  c: usize, stride: usize, columns: usize, a: usize, b: usize,
  m: i32, n: i32, depth: i32, add: bool, tile: usize,
): void {
  const direct = n == COLUMNS && eightNeighbours(columns);
  const first = at(columns, 0);
  for (let i = 0; i < m; i += ROWS, a += 24 * <usize>depth, c += <usize>ROWS * stride) {
    if (direct && i + ROWS <= m) {
      microKernel(depth, a, b, c + first, stride, add);
    } else {
      if (m - i > ROWS / 2) microKernel(depth, a, b, tile, 32, false);
      else threeRows(depth, a, b, tile, 32, false);
      scatterTile(c, stride, columns, tile, min(ROWS, m - i), n, add);
    }
  }
}

/** Moves the valid part of a tile to its place. */
function scatterTile(c: usize, stride: usize, columns: usize, tile: usize, m: i32, n: i32, add: bool): void {
  for (let i = 0; i < m; i++, c += stride, tile += 32) {
    for (let j = 0; j < n; j++) {
      const place = c + at(columns, j);
      const value = get(tile, j);
      store<f32>(place, add ? load<f32>(place) + value : value);
    }
  }
}
