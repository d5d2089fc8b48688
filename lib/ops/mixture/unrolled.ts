// Mixture normalization composed of plain operations: exact gradients through every EM round.
import { numel, type Shape } from '../../shape.js';
import { view } from '../../tape/run.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sum } from '../broadcast.js';
import { add, div, mul, relu, sqrt, sub } from '../elementwise.js';
import { reshape } from '../movement.js';
import { type Aligned, eStep } from './density.js';
import type { FitOptions } from './em.js';
import type { Mixture } from './mixture.js';

interface UnrolledOptions extends FitOptions {
  x: Tensor;
  weight: Tensor;
  bias: Tensor;
  init: Mixture;
  fisher: boolean;
  eps: number;
  training: boolean;
}

/** Over samples: the axes N and S of [K, N, C, S]. */
const SAMPLES = [[1, 3], { keepDims: true }] as const;

/** λ_k = n_k/M, m_k = Σ τ x / n_k, v_k = Σ τ (x − m_k)² / n_k */
function mStep(x: Tensor, tau: Tensor, minWeight: number): Aligned {
  const count = sum(tau, ...SAMPLES);
  const divisor = atLeast(count, 1e-12); // a component may have lost every sample
  const means = div(sum(mul(tau, x), ...SAMPLES), divisor);
  const d = sub(x, means);
  const variances = div(sum(mul(tau, mul(d, d)), ...SAMPLES), divisor);
  return { weights: floorWeights(div(count, x.shape[1] * x.shape[3]), minWeight), means, variances };
}

/** max(x, least), with what is missing as a constant. */
function atLeast(x: Tensor, least: number): Tensor {
  return add(x, relu(sub(least, x.detach())));
}

/** max(λ, floor) / Σ_k max(λ_k, floor) */
function floorWeights(weights: Tensor, floor: number): Tensor {
  if (floor === 0) return atLeast(weights, 1e-30);
  const raised = add(relu(sub(weights, floor)), floor);
  return div(raised, sum(raised, 0, { keepDims: true }));
}

/** As mixtureNorm with gradient 'unrolled'; weight and bias are [C], the initial mixture is constant. */
export function unrolledMixtureNorm({
  x,
  weight,
  bias,
  init,
  iterations,
  regCovar,
  minWeight,
  fisher,
  eps,
  training,
}: UnrolledOptions): Mixture & { y: Tensor } {
  const rows = reshape(x, [1, x.shape[0], x.shape[1], numel(x.shape.slice(2))]);
  const { weights, means, variances, tau } = training ? fit() : fixed();
  const shares = fisher ? div(tau, sqrt(weights)) : tau;
  const normalized = sum(mul(shares, div(sub(rows, means), sqrt(add(variances, eps)))), 0);
  const y = add(mul(normalized, reshape(weight, [-1, 1])), reshape(bias, [-1, 1]));
  return {
    y: reshape(y, x.shape),
    weights: constant(weights, init.weights.shape),
    means: constant(means, init.means.shape),
    variances: constant(variances, init.variances.shape),
  };

  function fit() {
    let posteriors = eStep(rows, aligned(init));
    for (let i = 0; i < iterations; i++) {
      const mixture = mStep(rows, posteriors, minWeight);
      posteriors = eStep(rows, { ...mixture, variances: add(mixture.variances, regCovar) });
    }
    return { tau: posteriors, ...mStep(rows, posteriors, minWeight) };
  }

  function fixed() {
    const mixture = aligned(init);
    return { tau: eStep(rows, { ...mixture, variances: add(mixture.variances, regCovar) }), ...mixture };
  }
}

/** The same values under another shape, cut off from the graph: recorded, it would wait for a gradient that never comes. */
function constant(t: Tensor, shape: Shape): Tensor {
  const same = view(t, shape);
  same.storage.makeTransient();
  return same;
}

function aligned({ weights, means, variances }: Mixture): Aligned {
  const [K, C] = means.shape;
  const each = [K, 1, C, 1];
  return {
    weights: constant(weights, weights.shape.length === 1 ? [K, 1, 1, 1] : each),
    means: constant(means, each),
    variances: constant(variances, each),
  };
}
