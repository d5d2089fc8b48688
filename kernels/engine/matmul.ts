// Batched matrix product with element strides, so that transposes and broadcasts cost nothing.
import { COLUMNS, DEPTH, PANEL_BYTES, ROWS, TILE_BYTES, depthOfBlocks, multiplyPanel, packA, packB } from './gemm/gemm';
import { aligned, bytes, roundUp } from './memory';

/** Rows of A packed at a time: with DEPTH columns, 387 KiB of the level-2 cache. */
const BLOCK: i32 = 252;

/** Scratch bytes of matmul(m, n, k): offset tables, one packed block of A, one panel of B, one tile. */
export function matmulScratch(m: i32, n: i32, k: i32): usize {
  const tables: usize = aligned(bytes(k)) + aligned(bytes(roundUp(n, COLUMNS)));
  const rows: usize = aligned(bytes(roundUp(m, ROWS)));
  return tables + tables + rows + aligned(bytes(BLOCK * DEPTH)) + aligned(PANEL_BYTES) + aligned(TILE_BYTES);
}

/** Fills table[i] = min(i, n - 1)·stride in bytes for i < count; returns the end of the table. */
export function strideTable(table: usize, n: i32, stride: i32, count: i32): usize {
  for (let i = 0; i < count; i++) store<i32>(table + bytes(i), min(i, n - 1) * stride << 2);
  return table + aligned(bytes(count));
}

/**
 * out[b,i,j] = Σ_p A[b,i,p]·B[b,p,j]; A[b,i,p] is element b·aBatch + i·aRow + p·aColumn of a, B likewise.
 * Computes `count` panels of rows, or of columns where it is wider than high, from `from` on, counted through all
 * products of the batch.
 */
export function matmul(
  out: usize, a: usize, b: usize, batch: i32, m: i32, n: i32, k: i32,
  aBatch: i32, aRow: i32, aColumn: i32, bBatch: i32, bRow: i32, bColumn: i32, from: i32, count: i32, scratch: usize,
): void {
  const aRows = scratch;
  const aColumns = strideTable(aRows, m, aRow, roundUp(m, ROWS));
  const bRows = strideTable(aColumns, k, aColumn, k);
  const bColumns = strideTable(bRows, k, bRow, k);
  const outColumns = strideTable(bColumns, n, bColumn, roundUp(n, COLUMNS));
  const work = strideTable(outColumns, n, 1, roundUp(n, COLUMNS));
  const byRows = m >= n, end = from + count, step = depthOfBlocks(k);
  const panels = byRows ? (m + ROWS - 1) / ROWS : (n + COLUMNS - 1) / COLUMNS;
  for (let unit = from; unit < end; unit += panels - unit % panels) {
    const i = unit / panels, first = unit % panels, last = min(panels, first + end - unit);
    const top = byRows ? ROWS * first : 0, bottom = byRows ? min(m, ROWS * last) : m;
    const left = byRows ? 0 : COLUMNS * first, right = byRows ? n : min(n, COLUMNS * last);
    const aBase = a + bytes(i * aBatch), bBase = b + bytes(i * bBatch), c = out + bytes(i * m * n);
    const most = heightOfBlocks(bottom - top);
    for (let p = 0; p < k; p += step) {
      const depth = min(step, k - p);
      const rows = bRows + bytes(p), columns = aColumns + bytes(p);
      for (let r = top; r < bottom; r += most) {
        const height = min(most, bottom - r);
        packA(work, aBase, aRows + bytes(r), columns, height, depth);
        multiplyBlock(c + bytes(r * n), n, bBase, rows, bColumns, outColumns, height, left, right, depth, p > 0, work);
      }
    }
  }
}

/** Rows of a packed block of A: equal shares, whole panels. */
function heightOfBlocks(rows: i32): i32 {
  const blocks = (rows + BLOCK - 1) / BLOCK;
  return roundUp((rows + blocks - 1) / blocks, ROWS);
}

/** One packed block of A times columns left … right − 1 of B; rows of C have `width` columns. */
function multiplyBlock(
  c: usize, width: i32, base: usize, rows: usize, columns: usize, outColumns: usize,
  m: i32, left: i32, right: i32, depth: i32, add: bool, work: usize,
): void {
  const panel = work + aligned(bytes(BLOCK * DEPTH));
  const tile = panel + aligned(PANEL_BYTES);
  for (let j = left; j < right; j += COLUMNS) {
    packB(panel, base, rows, columns + bytes(j), depth);
    multiplyPanel(c, bytes(width), outColumns + bytes(j), work, panel, m, min(COLUMNS, right - j), depth, add, tile);
  }
}
