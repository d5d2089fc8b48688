// The engine's matrix product against a triple loop in float64.
import t from 'tap';
import { engines, error, noise } from './engine.js';

const shapes = [
  [1, 1, 1, 1],
  [1, 6, 8, 4],
  [2, 7, 9, 5],
  [3, 5, 17, 3],
  [1, 13, 1, 70],
  [1, 1, 30, 11],
  [1, 64, 10, 256],
  [1, 100, 33, 801],
  [1, 300, 9, 2],
  [1, 253, 260, 5],
  [5, 9, 30, 385],
];

for (const engine of engines) {
  for (const [batch, m, n, k] of shapes) {
    for (const layout of ['plain', 'transposed', 'broadcast'] as const) {
      t.test(
        `${engine.name}: ${batch}×[${m},${k}]·[${k},${n}] ${layout} equals the sum of products`,
        async (t) => {
          const strides = {
            plain: [m * k, k, 1, k * n, n, 1],
            transposed: [m * k, 1, m, k * n, 1, k],
            broadcast: [0, k, 1, k * n, n, 1],
          }[layout];
          const [aBatch, aRow, aColumn, bBatch, bRow, bColumn] = strides;
          const a = noise(batch * m * k, 1);
          const b = noise(batch * k * n, 2);
          const expected = Array.from({ length: batch * m * n }, (_, index) => {
            const [i, r, c] = [Math.floor(index / (m * n)), Math.floor(index / n) % m, index % n];
            let sum = 0;
            for (let p = 0; p < k; p++)
              sum += a[i * aBatch + r * aRow + p * aColumn] * b[i * bBatch + p * bRow + c * bColumn];
            return sum;
          });
          const scratch = engine.exports.matmulScratch(m, n, k);
          const panels = batch * (m >= n ? Math.ceil(m / 6) : Math.ceil(n / 8));
          const numbers = [batch, m, n, k, ...strides];
          const out = engine.runRanged('matmul', batch * m * n, [a, b], numbers, panels, scratch);
          t.ok(error(out, expected) < 2e-6);
        },
      );
    }
  }
}
