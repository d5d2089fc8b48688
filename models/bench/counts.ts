// What a kernel call amounts to: arithmetic, bytes, and its sizes in words.
import { numel } from '../../kernels/spec.js';
import type { Buffer, Plan } from './wrapped.js';

/** Multiplications and additions of a convolution's or matrix product's definition; 0 for all other kernels. */
export function flopsOf(name: string, { ints = {} }: Plan): number {
  if (name === 'matmul') return 2 * ints.batch * ints.m * ints.n * ints.k;
  if (!name.startsWith('conv2d')) return 0;
  return 2 * ints.N * ints.O * ints.OH * ints.OW * ints.CG * ints.KH * ints.KW;
}

/** Bytes of float32 values that a call reads and writes, each once. */
export function bytesOf(inputs: readonly Buffer[], { shape }: Plan): number {
  return 4 * [...new Set(inputs)].reduce((total, { length }) => total + length, numel(shape));
}

/** The sizes of a call: of a convolution those of x, kernel and output, else the output's. */
export function sizesOf(name: string, { ints = {}, shape }: Plan): string {
  if (name === 'matmul') return `[${ints.m},${ints.k}]·[${ints.k},${ints.n}]`;
  if (!name.startsWith('conv2d')) return `[${shape}]`;
  const { N, C, H, W, O, OH, OW, KH, KW, strideH } = ints;
  return `${N}×[${C},${H},${W}] → [${O},${OH},${OW}], ${KH}×${KW}${strideH > 1 ? `/${strideH}` : ''}`;
}

/** Whether tiles can do a call: a 3×3 or 5×5 kernel, stride and dilation 1, one group, less padding than the kernel. */
export function canTile(name: string, { ints = {} }: Plan): boolean {
  const { KH, KW, strideH, strideW, padH, padW, dilationH, dilationW, groups } = ints;
  const ones = [strideH, strideW, dilationH, dilationW, groups].every((value) => value === 1);
  return name.startsWith('conv2d') && ones && KH === KW && (KH === 3 || KH === 5) && padH < KH && padW < KW;
}
