// The gradients of standardization composed of operations: used where they are to be differentiated again.
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { sum } from './broadcast.js';
import { add, div, mul, sqrt, sub } from './elementwise.js';
import { reshape, slice } from './movement.js';
import { mean } from './reduce.js';

/** What a twin sees of a standardization: see Standardize. */
interface Standardized {
  g: Tensor;
  x: Tensor;
  weight: Tensor;
  bias: Tensor;
  rows: Shape;
  inner: number;
  eps: number;
  running: readonly [Tensor, Tensor] | null;
  /** Means and variances [2, R], as constants. */
  saved: { moments: Tensor };
}

export const twins = {
  /** ρ (γ g − mean γ g − x̂ mean γ g x̂) over each row; with constant moments ρ γ g */
  x: (context: Standardized): Tensor => {
    const { g, x, weight, rows, inner, running } = context;
    const { hat, scale } = standardized(context);
    const affine = reshape(weight, [weight.size, 1]);
    const weighted = reshape(mul(reshape(g, [-1, weight.size, inner]), affine), rows);
    if (running) return reshape(mul(weighted, scale), x.shape);
    const common = add(rowMean(weighted), mul(hat, rowMean(mul(weighted, hat))));
    return reshape(mul(sub(weighted, common), scale), x.shape);
  },
  /** Σ g x̂ over what shares an entry of γ */
  weight: (context: Standardized): Tensor => {
    const { g, weight, rows, inner } = context;
    return overBlocks(mul(reshape(g, rows), standardized(context).hat), weight, inner);
  },
  /** Σ g */
  bias: ({ g, bias, inner }: Standardized): Tensor => overBlocks(g, bias, inner),
};

/**
 * x̂ = (x − μ)ρ as rows, and ρ = 1/√(σ² + eps). The mean that the forward found is taken away first, as a constant, and then
 * the mean of what is left: so little is rounded where |μ| is large beside σ.
 */
function standardized({ x, rows, eps, running, saved: { moments } }: Standardized) {
  const moment = (i: number) => reshape(slice(moments, 0, i, i + 1), [rows[1], 1]);
  const near = sub(reshape(x, rows), moment(0));
  const d = running ? near : sub(near, rowMean(near));
  const variance = running ? moment(1) : rowMean(mul(d, d));
  const scale = div(1, sqrt(add(variance, eps)));
  return { hat: mul(d, scale), scale };
}

/** The mean of each row of [N, R, S]. */
function rowMean(t: Tensor): Tensor {
  return mean(t, [0, 2], { keepDims: true });
}

/** t summed over all elements that share an entry of γ or β. */
function overBlocks(t: Tensor, affine: Tensor, inner: number): Tensor {
  return reshape(sum(reshape(t, [-1, affine.size, inner]), [0, 2]), affine.shape);
}
