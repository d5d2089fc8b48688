// Gaussian mixtures fitted by EM to the samples of a batch, one sample a pixel.
// Dempster, Laird & Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm", 1977.
import * as elementwise from '../../../kernels/elementwise.js';
import * as k from '../../../kernels/mixture.js';
import { anything, choice, integer, number, readOptions } from '../../options.js';
import { numel, type Shape } from '../../shape.js';
import { run, view } from '../../tape/run.js';
import { noGrad } from '../../tape/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { permute, reshape } from '../movement.js';
import { channelRows, packTwo } from '../normalization.js';
import { logSumExp, mean } from '../reduce.js';
import { stridedCopy } from '../strided-copy.js';
import { checkEm, checkMixture, type Mixture, type Posterior } from './mixture.js';

/** Options of emFit. */
export interface EmOptions {
  /** The mixture to start from: weights that add up to 1, and positive variances. */
  init: Mixture;
  /** Rounds of E and M. @default 100 */
  iterations?: number;
  /** @default 'joint' */
  posterior?: Posterior;
  /** Added to every variance in the M-step. @default 1e-6 */
  regCovar?: number;
  /** Floor of the component weights, which are then renormalized; 0 has none. @default 0 */
  minWeight?: number;
}

/** What emFit returns. */
export interface EmResult extends Mixture {
  /** Posteriors under the final mixture: [M, K] (joint) or [M, K, C] (channel), M = N·(spatial size). */
  posteriors: Tensor;
  /** The mean of log p(x) before each round and after the last: iterations + 1 scalars. */
  logLikelihoods: Tensor[];
}

/** A mixture as the kernels take it: weights [K, T] and moments [2, K, C] (means, variances). */
export interface PackedMixture {
  weights: Tensor;
  moments: Tensor;
}

/** A packed mixture with the posteriors [K, N, T, S] it was computed from. */
export interface Fit extends PackedMixture {
  tau: Tensor;
  /** The mixture they are of, `added` being added to its variances. */
  source: PackedMixture;
  added: number;
}

/** How EM runs. */
export type FitOptions = Required<Pick<EmOptions, 'iterations' | 'regCovar' | 'minWeight'>>;

/** log λ_k N(x | m_k, v_k + regCovar) [K, N, T, S]. */
function logJoint(rows: Tensor, { weights, moments }: PackedMixture, regCovar: number): Tensor {
  const logScale = run(k.mixtureLogScale, [weights, moments], { regCovar });
  return run(k.mixtureLogProb, [rows, logScale, moments], { regCovar });
}

/** E-step: τ = softmax over k of the joint log density. */
function eStep(rows: Tensor, mixture: PackedMixture, regCovar: number): Tensor {
  return run(k.mixturePosterior, [logJoint(rows, mixture, regCovar)]);
}

/** M-step, outside the tape: the weights, means and variances (without regCovar) of given posteriors. */
export function mStep(rows: Tensor, tau: Tensor, minWeight: number): PackedMixture {
  const weights = run(k.mixtureWeights, [tau]);
  const moments = run(k.mixtureMoments, [rows, tau]);
  return { weights: minWeight > 0 ? run(k.floorWeights, [weights], { floor: minWeight }) : weights, moments };
}

/** Runs EM from `init`, then one more E-step and the statistics of its posteriors. Outside the tape. */
export function fitMixture(x: Tensor, init: Mixture, { iterations, regCovar, minWeight }: FitOptions): Fit {
  const rows = channelRows(x);
  let source = pack(init);
  let tau = eStep(rows, source, 0);
  for (let i = 0; i < iterations; i++) {
    source = mStep(rows, tau, minWeight);
    tau = eStep(rows, source, regCovar);
  }
  return { tau, source, added: iterations > 0 ? regCovar : 0, ...mStep(rows, tau, minWeight) };
}

/** A mixture with regCovar added to its variances. */
function regularized({ variances, ...others }: Mixture, regCovar: number): Mixture {
  return { ...others, variances: run(elementwise.affine, [variances], { scale: 1, shift: regCovar }) };
}

/** Posteriors of x under a mixture that stays as it is. Outside the tape. */
export function fixedMixture(x: Tensor, mixture: Mixture, { regCovar }: FitOptions): Fit {
  const packed = pack(mixture);
  return { tau: eStep(channelRows(x), packed, regCovar), source: packed, added: regCovar, ...packed };
}

function pack({ weights, means, variances }: Mixture): PackedMixture {
  const [K, C] = means.shape;
  const T = weights.shape.length === 1 ? 1 : C;
  return { weights: view(weights, [K, T]), moments: packTwo(means, variances) };
}

/** Weights, means and variances as tensors of their own; outside the tape. */
export function unpack({ weights, moments }: PackedMixture, weightsShape: Shape): Mixture {
  return {
    weights: view(weights, weightsShape),
    means: entry(moments, 0),
    variances: entry(moments, 1),
  };
}

/** Entry i of a tensor's first axis; outside the tape. */
export function entry(x: Tensor, i: number): Tensor {
  const shape = x.shape.slice(1);
  const size = numel(shape);
  return view(stridedCopy('entry', x, [size], [1], i * size), shape);
}

const emSchema = {
  init: anything<Mixture | null>(null),
  iterations: integer(100, { least: 0 }),
  posterior: choice<Posterior>('joint', ['joint', 'channel']),
  regCovar: number(1e-6, { least: 0 }),
  minWeight: number(0, { least: 0, below: 1 }),
};

/**
 * Fits a diagonal Gaussian mixture to the samples of x [N, C, …] by EM, one sample a pixel. Not differentiable.
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { emFit, tensor } from 'mixgrad';
 *
 * const x = tensor([-3, -2.9, -3.1, 5, 5.1, 4.9], { shape: [6, 1] });
 * const init = { weights: tensor([0.5, 0.5]), means: tensor([[-1], [1]]), variances: tensor([[1], [1]]) };
 * const fit = emFit(x, { init });
 * console.log(Array.from(await fit.means.data(), (v) => v.toFixed(1)).join(' '));
 * ```
 * ```text
 * -3.0 5.0
 * ```
 */
export function emFit(x: Tensor, options: EmOptions): EmResult {
  const { init, posterior, ...em } = readOptions('emFit', options, emSchema);
  checkEm('emFit', x, init, posterior, em.minWeight);
  checkMixture('emFit', init, { above: 0 });
  return noGrad(() => traced(x, init, em));
}

/** EM with the log-likelihood of every round. */
function traced(x: Tensor, init: Mixture, { iterations, regCovar, minWeight }: FitOptions): EmResult {
  const rows = channelRows(x);
  const logLikelihoods: Tensor[] = [];
  let mixture = pack(init);
  let logProb = logJoint(rows, mixture, 0);
  logLikelihoods.push(mean(logSumExp(logProb, 0)));
  for (let i = 0; i < iterations; i++) {
    mixture = mStep(rows, run(k.mixturePosterior, [logProb]), minWeight);
    logProb = logJoint(rows, mixture, regCovar);
    logLikelihoods.push(mean(logSumExp(logProb, 0)));
  }
  const posteriors = samplesFirst(run(k.mixturePosterior, [logProb]));
  const result = unpack(mixture, init.weights.shape);
  return { ...(iterations > 0 ? regularized(result, regCovar) : result), posteriors, logLikelihoods };
}

/** [K, N, T, S] as [N·S, K] or [N·S, K, C]. */
function samplesFirst(tau: Tensor): Tensor {
  const [K, N, T, S] = tau.shape;
  return reshape(permute(tau, [1, 3, 0, 2]), T === 1 ? [N * S, K] : [N * S, K, T]);
}
