// Gaussian mixtures fitted by EM, and mixture normalization by their statistics.
// After Kalayeh & Shah, "Training Faster by Separating Modes of Variation in Batch-normalized Models",
// arXiv 1806.02892; docs/mixture-normalization.md says what the paper states and what is our reading.
import { OptionError, ShapeError } from '../../errors.js';
import { format, type Shape, sameShape } from '../../shape.js';
import { defineOp, type Run, run, view } from '../../tape/op.js';
import { scope, withRecording } from '../../tape/tape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { permute, reshape } from '../movement.js';
import { affineOf, channelRows, checkNormInput, checkRange } from '../normalization.js';
import { logSumExp, mean } from '../reduce.js';
import { unrolledMixtureNorm } from './unrolled.js';

/** Whether a pixel has one posterior over its whole channel vector, or one for each channel. */
export type Posterior = 'joint' | 'channel';

/** A diagonal Gaussian mixture: weights [K] (joint) or [K, C] (channel), means and variances [K, C]. */
export interface Mixture {
  weights: Tensor;
  means: Tensor;
  variances: Tensor;
}

/** Options of emFit. */
export interface EmOptions {
  /** The mixture to start from. */
  init: Mixture;
  /** Rounds of E and M. */
  iterations?: number;
  posterior?: Posterior;
  /** Added to every variance in the M-step. */
  regCovar?: number;
  /** Floor of the component weights, which are then renormalized; 0 has none. */
  minWeight?: number;
}

/** What emFit returns. */
export interface EmResult extends Mixture {
  /** Posteriors under the final mixture: [M, K] (joint) or [M, K, C] (channel), M = N·(spatial size). */
  posteriors: Tensor;
  /** The mean of log p(x) before each round and after the last: iterations + 1 scalars. */
  logLikelihoods: Tensor[];
}

/** Options of mixtureNorm beside those of EM. */
export interface MixtureNormOptions extends EmOptions {
  /** γ and β, each [C]; 1 and 0 by default. */
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** 'detached': posteriors and weights are constants. 'unrolled': exact, through every EM round. */
  gradient?: 'detached' | 'unrolled';
  /** 'fisher' divides each posterior by √λ; 'unit' does not. */
  scale?: 'fisher' | 'unit';
  /** Added to the variance in the normalization. */
  eps?: number;
  /** Whether the mixture is fitted to x. Otherwise `init` normalizes x as it is, as evaluation does. */
  training?: boolean;
}

/** A mixture as the kernels take it: weights [K, T] and moments [2, K, C] (means, variances). */
interface PackedMixture {
  weights: Tensor;
  moments: Tensor;
}

type FitOptions = Required<Pick<EmOptions, 'iterations' | 'regCovar' | 'minWeight'>>;

/** A packed mixture with the posteriors [K, N, T, S] it was computed from. */
interface Fit extends PackedMixture {
  tau: Tensor;
}

/** log λ_k N(x | m_k, v_k + regCovar) [K, N, T, S]. */
function logJoint(rows: Tensor, { weights, moments }: PackedMixture, regCovar: number): Tensor {
  const logScale = run('mixtureLogScale', [weights, moments], { regCovar });
  return run('mixtureLogProb', [rows, logScale, moments], { regCovar });
}

/** E-step: τ = softmax over k of the joint log density. */
function eStep(rows: Tensor, mixture: PackedMixture, regCovar: number): Tensor {
  return run('mixturePosterior', [logJoint(rows, mixture, regCovar)]);
}

/** M-step: the weights, means and variances (without regCovar) of given posteriors. */
function mStep(rows: Tensor, tau: Tensor, minWeight: number): PackedMixture {
  const weights = run('mixtureWeights', [tau]);
  const moments = run('mixtureMoments', [rows, tau]);
  return { weights: minWeight > 0 ? run('floorWeights', [weights], { floor: minWeight }) : weights, moments };
}

/** Runs EM from `init`, then one more E-step and the statistics of its posteriors. Outside the tape. */
function fitMixture(x: Tensor, init: Mixture, { iterations, regCovar, minWeight }: FitOptions): Fit {
  const rows = channelRows(x);
  let tau = eStep(rows, pack(init), 0);
  for (let i = 0; i < iterations; i++) tau = eStep(rows, mStep(rows, tau, minWeight), regCovar);
  return { tau, ...mStep(rows, tau, minWeight) };
}

/** Posteriors of x under a mixture that stays as it is. Outside the tape. */
function fixedMixture(x: Tensor, mixture: Mixture, { regCovar }: FitOptions): Fit {
  const packed = pack(mixture);
  return { tau: eStep(channelRows(x), packed, regCovar), ...packed };
}

function pack({ weights, means, variances }: Mixture): PackedMixture {
  const [K, C] = means.shape;
  const T = weights.shape.length === 1 ? 1 : C;
  return { weights: view(weights, [K, T]), moments: run('stack', [means, variances]) };
}

/** Weights, means and variances as tensors of their own; outside the tape. */
function unpack({ weights, moments }: PackedMixture, weightsShape: Shape): Mixture {
  const parts = {
    means: run('part', [moments], { index: 0 }),
    variances: run('part', [moments], { index: 1 }),
  };
  const own = { weights: view(weights, weightsShape), ...parts };
  for (const t of Object.values(own)) t.storage.settle();
  return own;
}

/** How to normalize by a fit: whether it moves with x, its scale, and eps. */
interface NormalizeAttrs {
  fit: Fit;
  training: boolean;
  fisher: number;
  eps: number;
}

/** Normalizes x by a fit, whose tensors it takes over; posteriors and weights are constants. */
const normalizeByFit = defineOp<[x: Tensor, weight: Tensor, bias: Tensor, attrs: NormalizeAttrs]>(
  'mixtureNorm',
  {
    forward: (run, x, weight, bias, { fit, fisher, eps }) => {
      const inputs = [channelRows(x), fit.tau, fit.weights, fit.moments, weight, bias];
      return { out: view(run('mixtureNorm', inputs, { fisher, eps }), x.shape), saved: { ...fit } };
    },
    /** For each component and channel: Σ a g, Σ a g x̂_k, n_k and Σ τ g. */
    shared: (run, g, { saved: { tau, weights, moments } }, x, _weight, _bias, { fisher, eps }) =>
      run('mixtureNormGradSums', [channelRows(g), channelRows(x), tau, weights, moments], { fisher, eps }),
    vjp: {
      x: (run, g, { saved: { tau, weights, moments }, shared }, x, weight, _, { training, fisher, eps }) => {
        const inputs = [channelRows(g), channelRows(x), tau, weights, moments, weight, shared];
        return view(
          run('mixtureNormGradInput', inputs, { fisher, eps, training: Number(training) }),
          x.shape,
        );
      },
      /** Σ_k B_kc */
      weight: (run, _, { shared }, _x, weight) => view(overComponents(run, shared, 1), weight.shape),
      /** Σ g = Σ_k Σ τ_k g, since the posteriors of a sample add up to 1. */
      bias: (run, _, { shared }, _x, _w, bias) => view(overComponents(run, shared, 3), bias.shape),
    },
  },
);

/** One part of sums [4, K, C], summed over K. */
function overComponents(run: Run, sums: Tensor, index: number): Tensor {
  const [, K, C] = sums.shape;
  return run('sum', [view(run('part', [sums], { index }), [1, K, C])]);
}

/**
 * Fits a diagonal Gaussian mixture to the samples of x [N, C, …] by EM, one sample a pixel. Not differentiable.
 * @throws ShapeError, OptionError naming what does not fit.
 */
export function emFit(x: Tensor, options: EmOptions): EmResult {
  const { init, iterations = 100, posterior = 'joint', regCovar = 1e-6, minWeight = 0 } = options;
  checkEm('emFit', x, { init, iterations, posterior, regCovar, minWeight });
  return withRecording(false, () => {
    const result = scope(() => {
      const rows = channelRows(x);
      const logLikelihoods: Tensor[] = [];
      let mixture = pack(init);
      let logProb = logJoint(rows, mixture, 0);
      logLikelihoods.push(mean(logSumExp(logProb, 0)));
      for (let i = 0; i < iterations; i++) {
        mixture = mStep(rows, run('mixturePosterior', [logProb]), minWeight);
        logProb = logJoint(rows, mixture, regCovar);
        logLikelihoods.push(mean(logSumExp(logProb, 0)));
      }
      const posteriors = samplesFirst(run('mixturePosterior', [logProb]));
      const { weights, means, variances } = unpack(mixture, init.weights.shape);
      const regularized =
        iterations > 0 ? run('affine', [variances], { scale: 1, shift: regCovar }) : variances;
      return { weights, means, variances: regularized, posteriors, logLikelihoods };
    });
    for (const t of [result.variances, result.posteriors, ...result.logLikelihoods]) t.storage.settle();
    return result;
  });
}

/** [K, N, T, S] as [N·S, K] or [N·S, K, C]. */
function samplesFirst(tau: Tensor): Tensor {
  const [K, N, T, S] = tau.shape;
  return reshape(permute(tau, [1, 3, 0, 2]), T === 1 ? [N * S, K] : [N * S, K, T]);
}

/**
 * Mixture normalization of x [N, C, …]: fits a mixture by EM from `init`, then normalizes each sub-population by
 * its own statistics, x̂ = Σ_k (τ_k/√λ_k)(x − μ_k)/√(σ²_k + eps), y = γ x̂ + β.
 * @returns y with the gradient, and the statistics λ, μ, σ² without
 * @throws ShapeError, OptionError naming what does not fit.
 */
export function mixtureNorm(x: Tensor, options: MixtureNormOptions): Mixture & { y: Tensor } {
  const { init, iterations = 2, posterior = 'joint', regCovar = 1e-4, minWeight = 1e-3 } = options;
  const { gradient = 'detached', scale = 'fisher', eps = 1e-5, training = true, weight, bias } = options;
  checkEm('mixtureNorm', x, { init, iterations, posterior, regCovar, minWeight });
  checkNormInput('mixtureNorm', x, { weight, bias });
  checkChoice('mixtureNorm', 'gradient', gradient, ['detached', 'unrolled']);
  checkChoice('mixtureNorm', 'scale', scale, ['fisher', 'unit']);
  checkRange('mixtureNorm', 'eps', eps, 0, Number.POSITIVE_INFINITY);
  const em = { iterations, regCovar, minWeight };
  const affine = affineOf(x, { weight, bias });
  const fisher = scale === 'fisher';
  if (gradient === 'unrolled')
    return unrolledMixtureNorm(x, ...affine, init, { ...em, fisher, eps, training });
  const fit = withRecording(false, () => scope(() => (training ? fitMixture : fixedMixture)(x, init, em)));
  const statistics = unpack(fit, init.weights.shape);
  const y = normalizeByFit(x, ...affine, { fit, training, fisher: Number(fisher), eps });
  if (!y.record) for (const t of Object.values(fit)) t.dispose();
  return { y, ...statistics };
}

function checkEm(
  op: string,
  x: Tensor,
  { init, iterations, posterior, regCovar, minWeight }: Required<EmOptions>,
): void {
  checkNormInput(op, x, {});
  checkChoice(op, 'posterior', posterior, ['joint', 'channel']);
  if (!Number.isInteger(iterations) || iterations < 0) {
    throw new OptionError(`${op}: iterations is ${iterations}, expected a whole number of at least 0`);
  }
  checkRange(op, 'regCovar', regCovar, 0, Number.POSITIVE_INFINITY);
  const [K] = init.means.shape;
  const C = x.shape[1];
  if (!(minWeight >= 0 && minWeight * K < 1)) {
    throw new OptionError(`${op}: minWeight is ${minWeight}, expected a number from 0 up to but not 1/${K}`);
  }
  const expected: Record<keyof Mixture, Shape> = {
    weights: posterior === 'joint' ? [K] : [K, C],
    means: [K, C],
    variances: [K, C],
  };
  for (const key of ['weights', 'means', 'variances'] as const) {
    if (!sameShape(init[key].shape, expected[key])) {
      throw new ShapeError(
        `${op}: init.${key} has shape ${format(init[key].shape)}, expected ${format(expected[key])}`,
      );
    }
  }
}

/** Throws unless the value is one of the choices. */
export function checkChoice(op: string, option: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new OptionError(
    `${op}: ${option} is '${value}', expected ${choices.map((choice) => `'${choice}'`).join(' or ')}`,
  );
}
