// Matrix product with strides, so that either factor may be read transposed.
import { type Flat, kernel, type Thread } from './spec.js';

type Strides = 'k' | 'aBatch' | 'aRow' | 'aCol' | 'bBatch' | 'bRow' | 'bCol';

/** y[b, i, j] = Σ_p a[b, i, p] · w[b, p, j] for inputs [batch, rows, cols], each read by its strides */
export const matmul = kernel(
  'matmul',
  function (this: Thread<Strides>, a: Flat, w: Flat) {
    const { k, aBatch, aRow, aCol, bBatch, bRow, bCol } = this.constants;
    const { x: j, y: i, z: b } = this.thread;
    let total = 0;
    for (let p = 0; p < k; p++) {
      total += a[b * aBatch + i * aRow + p * aCol] * w[b * bBatch + p * bRow + j * bCol];
    }
    return total;
  },
  ([a, w], { transA, transB }: { transA: boolean; transB: boolean }) => {
    const [batch, aRows, aCols] = a;
    const [, bRows, bCols] = w;
    const [m, k] = transA ? [aCols, aRows] : [aRows, aCols];
    const n = transB ? bRows : bCols;
    return {
      shape: [batch, m, n],
      threads: [n, m, batch],
      ints: {
        batch,
        m,
        n,
        k,
        aBatch: aRows * aCols,
        aRow: transA ? 1 : aCols,
        aCol: transA ? aCols : 1,
        bBatch: bRows * bCols,
        bRow: transB ? 1 : bCols,
        bCol: transB ? bCols : 1,
      },
    };
  },
);
