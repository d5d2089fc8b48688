// The running mixture: what it is after one more batch.

import { noGrad } from '../../tape/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, gt, lt, where } from '../compare.js';
import { add, div, mul, sub } from '../elementwise.js';
import { reshape } from '../movement.js';
import type { Mixture } from './mixture.js';

/** Below every weight that counts: a component that neither mixture has stays as it is. */
const NOTHING = 1e-30;

/** Above every value that counts. WGSL may take a comparison of x with itself for granted. */
const LARGEST = 3e38;

/**
 * The mixture of n, Σx and Σx² that are averages of two mixtures', `share` of them the second's: for each component
 *
 *     λ = (1 − share)·λ₁ + share·λ₂,   w = share·λ₂ / λ
 *     μ = (1 − w)·μ₁ + w·μ₂,   σ² = (1 − w)·σ₁² + w·σ₂² + w·(1 − w)·(μ₂ − μ₁)²
 *
 * So a component counts by the samples it has, and how far its mean moves is in its variance. Where λ₂ is no more than `floor`, under
 * which EM has no weights, w is 0: μ₂ and σ₂² may be of no sample. On an asynchronous device, where nobody looked, what is not
 * finite in the second counts as what the first has.
 */
export function averageMixtures(first: Mixture, second: Mixture, share: number, floor: number): Mixture {
  return noGrad(() => {
    const weights2 = finiteOr(second.weights, first.weights);
    const weights = add(mul(first.weights, 1 - share), mul(weights2, share));
    const part = where(gt(weights2, floor), div(mul(weights2, share), add(weights, NOTHING)), 0);
    const w = part.shape.length === 1 ? reshape(part, [-1, 1]) : part;
    const rest = sub(1, w);
    const means2 = finiteOr(second.means, first.means);
    const moved = sub(means2, first.means);
    const between = mul(mul(w, rest), mul(moved, moved));
    const average = (a: Tensor, b: Tensor) => add(mul(rest, a), mul(w, b));
    return {
      weights,
      means: average(first.means, means2),
      variances: add(average(first.variances, finiteOr(second.variances, first.variances)), between),
    };
  });
}

/** What is finite in x, and `other` elsewhere. */
function finiteOr(x: Tensor, other: Tensor): Tensor {
  return x.device.sync ? x : where(lt(abs(x), LARGEST), x, other);
}
