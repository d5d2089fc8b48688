// Batched matrix product with element strides, so that transposes and broadcasts cost nothing.
import { COLUMNS, DEPTH, PANEL_BYTES, ROWS, TILE_BYTES, multiplyPanel, packA, packB } from './gemm';
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

/** out[b,i,j] = Σ_p A[b,i,p]·B[b,p,j]; A[b,i,p] is element b·aBatch + i·aRow + p·aColumn of a, B likewise. */
export function matmul(
  out: usize, a: usize, b: usize, batch: i32, m: i32, n: i32, k: i32,
  aBatch: i32, aRow: i32, aColumn: i32, bBatch: i32, bRow: i32, bColumn: i32, scratch: usize,
): void {
  const aRows = scratch;
  const aColumns = strideTable(aRows, m, aRow, roundUp(m, ROWS));
  const bRows = strideTable(aColumns, k, aColumn, k);
  const bColumns = strideTable(bRows, k, bRow, k);
  const outColumns = strideTable(bColumns, n, bColumn, roundUp(n, COLUMNS));
  const work = strideTable(outColumns, n, 1, roundUp(n, COLUMNS));
  for (let i = 0; i < batch; i++) {
    const aBase = a + bytes(i * aBatch), bBase = b + bytes(i * bBatch), c = out + bytes(i * m * n);
    for (let p = 0; p < k; p += DEPTH) {
      const depth = min(DEPTH, k - p);
      const rows = bRows + bytes(p), columns = aColumns + bytes(p);
      for (let r = 0; r < m; r += BLOCK) {
        const height = min(BLOCK, m - r);
        packA(work, aBase, aRows + bytes(r), columns, height, depth);
        multiplyBlock(c + bytes(r * n), bBase, rows, bColumns, outColumns, height, n, depth, p > 0, work);
      }
    }
  }
}

/** One packed block of A times all columns of B. */
function multiplyBlock(
  c: usize, base: usize, rows: usize, columns: usize, outColumns: usize,
  m: i32, n: i32, depth: i32, add: bool, work: usize,
): void {
  const panel = work + aligned(bytes(BLOCK * DEPTH));
  const tile = panel + aligned(PANEL_BYTES);
  for (let j = 0; j < n; j += COLUMNS) {
    packB(panel, base, rows, columns + bytes(j), depth);
    multiplyPanel(c, bytes(n), outColumns + bytes(j), work, panel, m, min(COLUMNS, n - j), depth, add, tile);
  }
}
