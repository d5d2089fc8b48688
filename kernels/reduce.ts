// Kernels over the middle axis of [outer, size, inner]: sum and logSumExp.
import { reduced } from './geometry.js';
import { type Flat, kernel, type Thread } from './spec.js';

type Sizes = 'size' | 'inner';

/** y[o, i] = Σ_r x[o, r, i], in blocks: where sums are float32, one long chain would lose digits. */
export const sum = kernel(
  'sum',
  function (this: Thread<Sizes>, x: Flat) {
    const { size, inner } = this.constants;
    const { x: i, y: o } = this.thread;
    let total = 0;
    for (let first = 0; first < size; first += 256) {
      let part = 0;
      const count = Math.min(256, size - first);
      for (let r = 0; r < count; r++) part += x[(o * size + first + r) * inner + i];
      total += part;
    }
    return total;
  },
  reduced,
);

/** y[o, i] = m + log Σ_r exp(x[o, r, i] − m), m the largest x, or 0 where that is no finite number */
export const logSumExp = kernel(
  'logSumExp',
  function (this: Thread<Sizes>, x: Flat) {
    const { size, inner } = this.constants;
    const { x: i, y: o } = this.thread;
    let largest = x[o * size * inner + i];
    for (let r = 0; r < size; r++) largest = Math.max(largest, x[(o * size + r) * inner + i]);
    // ∞ − ∞ is NaN
    if (largest - largest !== 0) largest = 0;
    let total = 0;
    for (let q = 0; q < size; q++) total += Math.exp(x[(o * size + q) * inner + i] - largest);
    return largest + Math.log(total);
  },
  reduced,
);
