// Kernels with indices along the middle axis of [outer, size, inner]: where the largest stands, gather, scatter.
import { reduced } from './geometry.js';
import { type Flat, kernel, type Shape, type Thread } from './spec.js';

/** The first r at which x[o, r, i] is largest; the first NaN counts as the largest. */
export const argMax = kernel(
  'argMax',
  function (this: Thread<'size' | 'inner'>, x: Flat) {
    const { size, inner } = this.constants;
    const { x: i, y: o } = this.thread;
    let best = 0;
    let largest = x[o * size * inner + i];
    for (let r = 0; r < size; r++) {
      const value = x[(o * size + r) * inner + i];
      // biome-ignore lint/suspicious/noSelfCompare: only NaN differs from itself
      if (largest === largest && (value > largest || value !== value)) {
        largest = value;
        best = r;
      }
    }
    return best;
  },
  (shapes) => ({ ...reduced(shapes), positions: shapes[0][1] }),
);

/** y[o, m, i] = x[o, index[o, m, i], i] for x [outer, size, inner] and index [outer, count, inner] */
export const gather = kernel(
  'gather',
  function (this: Thread<'size' | 'inner' | 'count'>, x: Flat, index: Flat) {
    const { size, inner, count } = this.constants;
    const { x: i, y: m, z: o } = this.thread;
    return x[(o * size + index[(o * count + m) * inner + i]) * inner + i];
  },
  ([[outer, size, inner], [, count]]) => ({
    shape: [outer, count, inner],
    threads: [inner, count, outer],
    ints: { outer, size, inner, count },
    positions: size,
  }),
);

/** y[o, r, i] = Σ_m g[o, m, i] where index[o, m, i] = r */
export const scatterSum = kernel(
  'scatterSum',
  function (this: Thread<'inner' | 'count'>, g: Flat, index: Flat) {
    const { inner, count } = this.constants;
    const { x: i, y: r, z: o } = this.thread;
    let total = 0;
    for (let m = 0; m < count; m++) {
      const at = (o * count + m) * inner + i;
      if (index[at] === r) total += g[at];
    }
    return total;
  },
  ([[outer, count, inner]]: readonly Shape[], { size }: { size: number }) => ({
    shape: [outer, size, inner],
    threads: [inner, size, outer],
    ints: { outer, size, inner, count },
    positions: size,
  }),
);
