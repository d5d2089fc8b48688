// What a kernel call amounts to: arithmetic, bytes, and its sizes in words.
import type { Buffer, KernelName, Plan } from './wrapped.js';

/** Multiplications and additions of a convolution's or matrix product's definition; 0 for all other kernels. */
export function flopsOf(name: KernelName, { ints = {} }: Plan): number {
  if (name === 'matmul') return 2 * ints.batch * ints.m * ints.n * ints.k;
  if (!name.startsWith('conv2d')) return 0;
  return 2 * ints.N * ints.O * ints.OH * ints.OW * ints.CG * ints.KH * ints.KW;
}

/** Bytes of float32 numbers that a call reads and writes, each once. */
export function bytesOf(inputs: readonly Buffer[], { shape }: Plan): number {
  const lengths = inputs.map(({ length }) => length);
  return 4 * [...lengths, shape.reduce((a, b) => a * b, 1)].reduce((a, b) => a + b);
}

/** The sizes of a call: of a convolution those of x, kernel and output, else the output's. */
export function sizesOf(name: KernelName, { ints = {}, shape }: Plan): string {
  if (name === 'matmul') return `[${ints.m},${ints.k}]·[${ints.k},${ints.n}]`;
  if (!name.startsWith('conv2d')) return `[${shape}]`;
  const { N, C, H, W, O, OH, OW, KH, KW, strideH } = ints;
  return `${N}×[${C},${H},${W}] → [${O},${OH},${OW}], ${KH}×${KW}${strideH > 1 ? `/${strideH}` : ''}`;
}

/** Whether Winograd's tiles can do this call: 3×3 and 5×5, stride 1, no dilation, one group. */
export function canTile(name: KernelName, { ints = {} }: Plan): boolean {
  const { KH, KW, strideH, strideW, dilationH, dilationW, groups } = ints;
  const ones = [strideH, strideW, dilationH, dilationW, groups].every((value) => value === 1);
  return name.startsWith('conv2d') && ones && KH === KW && (KH === 3 || KH === 5);
}
