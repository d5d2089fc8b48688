// Shapes and sizes that kernels of several families share.
import type { Shape } from './spec.js';

/** The most axes that a strided copy handles after neighbouring axes were merged. */
export const MAX_AXES = 6;

/** The most arrays that one kernel joins: a GPU takes eight buffers, and one is the output. */
export const MAX_PARTS = 6;

/** The output [outer, inner] of a reduction of [outer, size, inner]. */
export function reduced([[outer, size, inner]]: readonly Shape[]) {
  return { shape: [outer, inner], threads: [inner, outer], ints: { outer, size, inner } };
}

/** Size of a convolution's or pooling's output along one axis, rounded down. */
export function windowCount(size: number, kernel: number, stride: number, pad: number, dilation: number) {
  return Math.floor((size + 2 * pad - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** Sizes of a mixture over x [N, C, S]: K components, T posteriors a pixel, each over L of the C channels. */
export function mixtureSizes([N, C, S]: Shape, K: number, T: number) {
  return { N, C, S, K, T, L: C / T, perChannel: T === 1 ? 0 : 1 };
}
