// Matrix product with strides, so that either factor may be read transposed.
import type { Flat, KernelSpec, Thread } from './spec.js';

/** y[b, i, j] = Σ_p a[b, i, p] · w[b, p, j], each factor addressed by its strides */
function matmul(this: Thread, a: Flat, w: Flat) {
  let total = 0;
  for (let p = 0; p < this.constants.k; p++) {
    total +=
      a[
        this.thread.z * this.constants.aBatch + this.thread.y * this.constants.aRow + p * this.constants.aCol
      ] *
      w[
        this.thread.z * this.constants.bBatch + p * this.constants.bRow + this.thread.x * this.constants.bCol
      ];
  }
  return total;
}

export const matmulKernels = {
  /** Inputs [batch, rows, cols]; attrs: transA, transB (0 or 1). */
  matmul: {
    body: matmul,
    plan: ([a, b], { transA, transB }) => {
      const [batch, aRows, aCols] = a;
      const [, bRows, bCols] = b;
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
  },
} satisfies Record<string, KernelSpec>;
