// A convolution whose kernel covers its whole image, without padding, is a matrix product: [N, C·H·W] by [O, C·H·W].
import { matmul } from '../../../matmul.js';
import type { Plan, Shape } from '../../../spec.js';

/** The matrix product that computes a convolution pass from the same inputs; null where the kernel slides. */
export function coveringProduct(name: string, { ints = {} }: Plan): Plan | null {
  const factors = products[name];
  if (!factors) return null;
  const { N, C, H, W, O, KH, KW, OH, OW, padH, padW, groups } = ints;
  const covers = OH === 1 && OW === 1 && KH === H && KW === W && padH === 0 && padW === 0 && groups === 1;
  if (!covers) return null;
  const { shapes, transA = false, transB = false } = factors(N, O, C * H * W);
  return matmul.plan(shapes, { transA, transB });
}

/** The factors of each pass; L is the length of an image and of a filter. */
type Factors = (
  N: number,
  O: number,
  L: number,
) => { shapes: readonly Shape[]; transA?: true; transB?: true };

// biome-ignore format: one rule a line
const products: Partial<Record<string, Factors>> = {
  conv2d: (N, O, L) => ({ shapes: [[1, N, L], [1, O, L]], transB: true }), // y = x·wᵀ
  conv2dGradInput: (N, O, L) => ({ shapes: [[1, N, O], [1, O, L]] }), // dx = g·w
  conv2dGradWeight: (N, O, L) => ({ shapes: [[1, N, O], [1, N, L]], transA: true }), // dw = gᵀ·x
};
