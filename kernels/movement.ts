// One kernel that moves: a strided copy, which serves permute, expand and slices.
import type { Flat, KernelSpec, Thread } from './spec.js';

/** The most axes that a strided copy handles after neighbouring axes were merged. */
export const MAX_AXES = 6;

/** y[i0 … i5] = x[offset + Σ_d i_d·s_d], i5 along x, i4 along y and i0 … i3 folded into z */
function stridedCopy(this: Thread, x: Flat) {
  const i3 = this.thread.z % this.constants.n3;
  const r2 = Math.floor(this.thread.z / this.constants.n3);
  const i2 = r2 % this.constants.n2;
  const r1 = Math.floor(r2 / this.constants.n2);
  const i1 = r1 % this.constants.n1;
  const i0 = Math.floor(r1 / this.constants.n1);
  return x[
    this.constants.offset +
      i0 * this.constants.s0 +
      i1 * this.constants.s1 +
      i2 * this.constants.s2 +
      i3 * this.constants.s3 +
      this.thread.y * this.constants.s4 +
      this.thread.x * this.constants.s5
  ];
}

export const movementKernels = {
  /** attrs: n0 … n5 (output sizes), s0 … s5 (strides into x, in elements), offset. */
  stridedCopy: {
    body: stridedCopy,
    plan: (_, attrs) => {
      const { n0, n1, n2, n3, n4, n5 } = attrs;
      return { shape: [n0, n1, n2, n3, n4, n5], threads: [n5, n4, n0 * n1 * n2 * n3], ints: { ...attrs } };
    },
  },
} satisfies Record<string, KernelSpec>;
