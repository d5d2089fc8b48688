// The density of a mixture and its posteriors, composed of operations, for whatever is differentiated through them.
import type { Tensor } from '../../tensor/tensor.js';
import { sum } from '../broadcast.js';
import { add, div, exp, log, mul, sub } from '../elementwise.js';
import { logSumExp } from '../reduce.js';
import type { Mixture } from './mixture.js';

/** A mixture whose tensors broadcast against x [1, N, C, S]: weights [K, 1, T, 1], the others [K, 1, C, 1]. */
export type Aligned = Mixture;

/** log λ_k N(x | m_k, v_k) = log λ_k − ½ Σ_c [(x_c − m_kc)²/v_kc + log v_kc + log 2π], [K, N, T, S] */
export function logJoint(x: Tensor, { weights, means, variances }: Aligned): Tensor {
  const d = sub(x, means);
  const each = add(add(div(mul(d, d), variances), log(variances)), Math.log(2 * Math.PI));
  const joint = weights.shape[2] === 1 && means.shape[2] > 1;
  const total = joint ? sum(each, 2, { keepDims: true }) : each;
  return sub(log(weights), mul(total, 0.5));
}

/** The posteriors τ = softmax over k of log λ_k N(x | m_k, v_k), [K, N, T, S] */
export function eStep(x: Tensor, mixture: Aligned): Tensor {
  const logProb = logJoint(x, mixture);
  return exp(sub(logProb, logSumExp(logProb, 0, { keepDims: true })));
}
