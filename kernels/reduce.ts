// Kernels over the middle axis of [outer, size, inner]: sum, argMax, logSumExp, and gather with its gradient.
import type { Attrs, Flat, KernelSpec, Plan, Thread } from './spec.js';

/** y[o, i] = Σ_r x[o, r, i] */
function sum(this: Thread, x: Flat) {
  let total = 0;
  for (let r = 0; r < this.constants.size; r++) {
    total += x[(this.thread.y * this.constants.size + r) * this.constants.inner + this.thread.x];
  }
  return total;
}

/** The first r at which x[o, r, i] is largest. */
function argMax(this: Thread, x: Flat) {
  let best = 0;
  let largest = x[this.thread.y * this.constants.size * this.constants.inner + this.thread.x];
  for (let r = 0; r < this.constants.size; r++) {
    const value = x[(this.thread.y * this.constants.size + r) * this.constants.inner + this.thread.x];
    if (value > largest) {
      largest = value;
      best = r;
    }
  }
  return best;
}

/** y[o, i] = m + log Σ_r exp(x[o, r, i] − m), m the largest x */
function logSumExp(this: Thread, x: Flat) {
  let largest = x[this.thread.y * this.constants.size * this.constants.inner + this.thread.x];
  for (let r = 0; r < this.constants.size; r++) {
    largest = Math.max(
      largest,
      x[(this.thread.y * this.constants.size + r) * this.constants.inner + this.thread.x],
    );
  }
  let total = 0;
  for (let q = 0; q < this.constants.size; q++) {
    total += Math.exp(
      x[(this.thread.y * this.constants.size + q) * this.constants.inner + this.thread.x] - largest,
    );
  }
  return largest + Math.log(total);
}

/** y[o, i] = x[o, index[o, i], i] */
function gather(this: Thread, x: Flat, index: Flat) {
  return x[
    (this.thread.y * this.constants.size + index[this.thread.y * this.constants.inner + this.thread.x]) *
      this.constants.inner +
      this.thread.x
  ];
}

/** dx[o, r, i] = g[o, i] where r = index[o, i], else 0 */
function gatherGrad(this: Thread, g: Flat, index: Flat) {
  if (index[this.thread.z * this.constants.inner + this.thread.x] === this.thread.y) {
    return g[this.thread.z * this.constants.inner + this.thread.x];
  }
  return 0;
}

/** The output [outer, inner] of a reduction of [outer, size, inner]. */
function reduced([x]: readonly (readonly number[])[]): Plan {
  const [outer, size, inner] = x;
  return { shape: [outer, inner], threads: [inner, outer], ints: { outer, size, inner } };
}

function scattered([g]: readonly (readonly number[])[], { size }: Attrs): Plan {
  const [outer, inner] = g;
  return { shape: [outer, size, inner], threads: [inner, size, outer], ints: { outer, size, inner } };
}

export const reduceKernels = {
  sum: { body: sum, plan: reduced },
  argMax: { body: argMax, plan: reduced },
  logSumExp: { body: logSumExp, plan: reduced },
  gather: { body: gather, plan: reduced },
  gatherGrad: { body: gatherGrad, plan: scattered },
} satisfies Record<string, KernelSpec>;
