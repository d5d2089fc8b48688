// Score, Fisher information and Fisher vector of a diagonal Gaussian mixture: where mixture normalization comes from.
// Jaakkola & Haussler, "Exploiting Generative Models in Discriminative Classifiers", 1998; Perronnin & Dance, "Fisher Kernels on
// Visual Vocabularies for Image Categorization", 2007. docs/fisher.md derives each formula.
import { ShapeError } from './errors.js';
import { div, mul, sqrt, sub } from './ops/elementwise.js';
import { type Aligned, eStep, logJoint } from './ops/mixture/density.js';
import { checkMixture, checkParts, type Mixture, WEIGHTS } from './ops/mixture/mixture.js';
import { reshape } from './ops/movement.js';
import { channelShape } from './ops/normalization.js';
import { logSumExp, mean } from './ops/reduce.js';
import { anything, readOptions } from './options.js';
import { format } from './shape.js';
import { checkTensors } from './tape/run.js';
import type { Tensor } from './tensor/tensor.js';

/** A tensor for each kind of parameter of a mixture: α with weights λ = softmax(α), means m, deviations σ = √v. */
export interface FisherParts {
  weights: Tensor;
  means: Tensor;
  deviations: Tensor;
}

/** Options of fisherInformation. */
export interface FisherInformationOptions {
  /** Draws from the mixture [N, C, …], one sample a pixel, to take the mean over. @default null, the closed form */
  samples?: Tensor | null;
}

/**
 * log p(x) = log Σ_k λ_k N(x | m_k, v_k) of each sample of x [N, C, …], one sample a pixel: [N, …]. With weights [K, C] each channel
 * has a mixture of its own: [N, C, …]. Differentiable, with respect to the mixture as well.
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { mixtureLogProb, tensor } from 'mixgrad';
 *
 * const mixture = { weights: tensor([0.5, 0.5]), means: tensor([[-4], [4]]), variances: tensor([[1], [1]]) };
 * const logProb = mixtureLogProb(tensor([[-4], [0], [5]]), mixture);
 * console.log(Array.from(await logProb.data(), (v) => v.toFixed(3)).join(' '));
 * ```
 * ```text
 * -1.612 -8.919 -2.112
 * ```
 */
export function mixtureLogProb(x: Tensor, mixture: Mixture): Tensor {
  const { rows, aligned } = read('mixtureLogProb', x, mixture);
  const [N, , ...space] = x.shape;
  const shape = mixture.weights.shape.length === 1 ? [N, ...space] : x.shape;
  return reshape(logSumExp(logJoint(rows, aligned), 0), shape);
}

/**
 * The score of each sample of x [N, C, …], one sample a pixel: the gradient of log p(x) with respect to the mixture. With the
 * posterior τ_k = λ_k N(x | m_k, v_k) / p(x) and z_k = (x − m_k)/σ_k it is
 *
 *     α: τ_k − λ_k     m: τ_k z_k/σ_k     σ: τ_k (z_k² − 1)/σ_k
 *
 * `means` and `deviations` are [K, N, C, …], `weights` is [K, N, 1, …]; or [K, N, C, …] where the mixture's weights are [K, C].
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { mixtureScore, tensor } from 'mixgrad';
 *
 * const gaussian = { weights: tensor([1]), means: tensor([[3]]), variances: tensor([[4]]) };
 * const { means, deviations } = mixtureScore(tensor([[1], [3], [7]]), gaussian);
 * console.log(await means.data(), await deviations.data());
 * ```
 * ```text
 * Float32Array(3) [ -0.5, 0, 1 ] Float32Array(3) [ 0, -0.5, 1.5 ]
 * ```
 */
export function mixtureScore(x: Tensor, mixture: Mixture): FisherParts {
  return score('mixtureScore', x, mixture);
}

/**
 * The diagonal of the Fisher information, the mean square of the score under the mixture. Where each posterior is 0 or 1 ("hard
 * assignment") it is
 *
 *     α: λ_k (1 − λ_k)     m: λ_k/v_k     σ: 2 λ_k/v_k
 *
 * For a single Gaussian that is exact. For components that overlap it is an approximation from above; with `samples` drawn from
 * the mixture the mean square of their scores estimates the exact one. `weights` has the shape of the mixture's, [K] or [K, C],
 * `means` and `deviations` are [K, C].
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { fisherInformation, tensor } from 'mixgrad';
 *
 * const mixture = { weights: tensor([0.25, 0.75]), means: tensor([[0], [9]]), variances: tensor([[1], [4]]) };
 * const { means, deviations } = fisherInformation(mixture);
 * console.log(await means.data(), await deviations.data());
 * ```
 * ```text
 * Float32Array(2) [ 0.25, 0.1875 ] Float32Array(2) [ 0.5, 0.375 ]
 * ```
 */
export function fisherInformation(mixture: Mixture, options: FisherInformationOptions = {}): FisherParts {
  const op = 'fisherInformation';
  const { samples } = readOptions(op, options, { samples: anything<Tensor | null>(null) });
  if (samples === null) {
    checkValues(op, mixture);
    return underHardAssignment(mixture);
  }
  const { weights, means, deviations } = score(op, samples, mixture, 'samples');
  return {
    weights: reshape(meanSquare(weights), mixture.weights.shape),
    means: meanSquare(means),
    deviations: meanSquare(deviations),
  };
}

/**
 * The Fisher vector of each sample of x [N, C, …], one sample a pixel: the score times the information under hard assignment to
 * the power −½,
 *
 *     α: (τ_k − λ_k)/√λ_k     m: τ_k z_k/√λ_k     σ: τ_k (z_k² − 1)/√(2 λ_k)
 *
 * (1/λ on the diagonal is a generalized inverse of the information of α, diag(λ) − λλᵀ.) That of a set of samples is the mean of
 * theirs. `means` summed over k is mixture normalization; for a single Gaussian it is batch normalization. Shapes are those of
 * {@link mixtureScore}.
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { fisherVector, tensor } from 'mixgrad';
 *
 * const gaussian = { weights: tensor([1]), means: tensor([[3]]), variances: tensor([[4]]) };
 * const { means } = fisherVector(tensor([[1], [3], [7]]), gaussian);
 * console.log(means.shape, await means.data());
 * ```
 * ```text
 * [ 1, 3, 1 ] Float32Array(3) [ -1, 0, 2 ]
 * ```
 */
export function fisherVector(x: Tensor, mixture: Mixture): FisherParts {
  const { weights, means, deviations } = score('fisherVector', x, mixture);
  const information = underHardAssignment(mixture);
  const root = (t: Tensor) =>
    sqrt(reshape(t, [t.shape[0], 1, t.size / t.shape[0], ...x.shape.slice(2).fill(1)]));
  return {
    weights: div(weights, root(mixture.weights)),
    means: div(means, root(information.means)),
    deviations: div(deviations, root(information.deviations)),
  };
}

/** As mixtureScore; errors name the caller. */
function score(op: string, x: Tensor, mixture: Mixture, name = 'x'): FisherParts {
  const { rows, aligned } = read(op, x, mixture, name);
  const { weights, means, variances } = aligned;
  const tau = eStep(rows, aligned);
  const deviations = sqrt(variances);
  const z = div(sub(rows, means), deviations);
  const [K, , T] = weights.shape;
  const [N, C, ...space] = x.shape;
  return {
    weights: reshape(sub(tau, weights), [K, N, T, ...space]),
    means: reshape(div(mul(tau, z), deviations), [K, N, C, ...space]),
    deviations: reshape(div(mul(tau, sub(mul(z, z), 1)), deviations), [K, N, C, ...space]),
  };
}

/** The diagonal where every posterior is 0 or 1. */
function underHardAssignment({ weights, variances }: Mixture): FisherParts {
  const means = div(weights.shape.length === 1 ? reshape(weights, [-1, 1]) : weights, variances);
  return { weights: mul(weights, sub(1, weights)), means, deviations: mul(means, 2) };
}

/** The mean over samples of squares [K, N, C, …]: [K, C]. */
function meanSquare(t: Tensor): Tensor {
  const [K, N, C] = t.shape;
  return mean(reshape(mul(t, t), [K, N, C, -1]), [1, 3]);
}

/** x as rows [1, N, C, S], and the mixture aligned with them. */
function read(op: string, x: Tensor, mixture: Mixture, name = 'x'): { rows: Tensor; aligned: Aligned } {
  checkTensors(op, { [name]: x });
  if (x.shape.length < 2) {
    throw new ShapeError(`${op}: ${name} has shape ${format(x.shape)}, expected [N, C, …]`);
  }
  checkValues(op, mixture, x);
  const { weights, means, variances } = mixture;
  const [K, C] = means.shape;
  const aligned = {
    weights: reshape(weights, [K, 1, weights.size / K, 1]),
    means: reshape(means, [K, 1, C, 1]),
    variances: reshape(variances, [K, 1, C, 1]),
  };
  return { rows: reshape(x, [1, ...channelShape(x)]), aligned };
}

/** Throws unless it is a mixture, of x's channels where there is x, with weights and variances above 0. */
function checkValues(op: string, mixture: Mixture, x?: Tensor): void {
  checkParts(op, 'mixture', mixture, { x });
  checkMixture(op, mixture, { above: 0 }, 'mixture', { above: 0, most: WEIGHTS.most });
}
