// Mixture normalization by the statistics of a mixture that is fitted inside the operator.
// After Kalayeh & Shah, "Training Faster by Separating Modes of Variation in Batch-normalized Models",
// arXiv 1806.02892; docs/mixture-normalization.md says what the paper states and what is our reading.
import * as k from '../../../kernels/mixture-norm.js';
import * as reduce from '../../../kernels/reduce.js';
import { anything, choice, flag, integer, number, type Read, readOptions } from '../../options.js';
import type { Shape } from '../../shape.js';
import { defineOp } from '../../tape/op.js';
import { run, view } from '../../tape/run.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add } from '../elementwise.js';
import {
  affineOf,
  channelRows,
  checkNormInput,
  type NormOptions,
  nothingToNormalize,
} from '../normalization.js';
import { type EmOptions, entry, type Fit, type FitOptions, fitMixture, fixedMixture, unpack } from './em.js';
import { checkEm, checkMixture, type Mixture, type Posterior } from './mixture.js';
import { throughPosteriors } from './posterior.js';
import { type ShuffledFit, shuffledFit } from './shuffle.js';
import { unrolledMixtureNorm } from './unrolled.js';

/**
 * The defaults of mixture normalization, for the operation, the layer and the programs.
 *
 * @example
 * ```js
 * import { MIXTURE_DEFAULTS } from 'mixgrad';
 *
 * console.log(MIXTURE_DEFAULTS.components, MIXTURE_DEFAULTS.posterior, MIXTURE_DEFAULTS.eps);
 * ```
 * ```text
 * 3 joint 0.00001
 * ```
 */
export const MIXTURE_DEFAULTS = {
  components: 3,
  iterations: 2,
  initIterations: 10,
  momentum: 0.1,
  posterior: 'joint',
  gradient: 'detached',
  scale: 'unit',
  eps: 1e-5,
  regCovar: 1e-4,
  minWeight: 1e-3,
} as const;

/** What the gradient of mixture normalization goes through. */
export type MixtureGradient = 'detached' | 'posterior' | 'unrolled';

/** Options of mixtureNorm beside those of EM, whose defaults here are those of {@link MIXTURE_DEFAULTS}. */
export interface MixtureNormOptions extends EmOptions, NormOptions {
  /**
   * 'detached': posteriors and weights are constants. 'posterior': through the posteriors of the last E-step, the mixture
   * they are of being a constant. 'unrolled': exact, through every EM round.
   * @default 'detached'
   */
  gradient?: MixtureGradient;
  /** 'fisher' divides each posterior by √λ; 'unit' does not. @default 'unit' */
  scale?: 'fisher' | 'unit';
  /** Whether the mixture is fitted to x. Otherwise `init` normalizes x as it is, as evaluation does. @default true */
  training?: boolean;
}

/** How each option of mixture normalization is read. */
export const mixtureSchema = {
  iterations: integer(MIXTURE_DEFAULTS.iterations, { least: 0 }),
  posterior: choice<Posterior>(MIXTURE_DEFAULTS.posterior, ['joint', 'channel']),
  gradient: choice<MixtureGradient>(MIXTURE_DEFAULTS.gradient, ['detached', 'posterior', 'unrolled']),
  scale: choice<'fisher' | 'unit'>(MIXTURE_DEFAULTS.scale, ['fisher', 'unit']),
  eps: number(MIXTURE_DEFAULTS.eps, { least: 0 }),
  regCovar: number(MIXTURE_DEFAULTS.regCovar, { least: 0 }),
  minWeight: number(MIXTURE_DEFAULTS.minWeight, { least: 0, below: 1 }),
};
const schema = {
  ...mixtureSchema,
  init: anything<Mixture | null>(null),
  weight: anything<Tensor | null>(null),
  bias: anything<Tensor | null>(null),
  training: flag(true),
};

/** Options that are all there. */
interface Checked extends Omit<Read<typeof schema>, 'init'> {
  init: Mixture;
  /** Whose posteriors each pixel is given, [M]; otherwise its own. */
  order?: Tensor | null;
}

interface NormArgs extends FitOptions {
  x: Tensor;
  weight: Tensor;
  bias: Tensor;
  /** The mixture to normalize by in evaluation; null where one was fitted to x. */
  running: Mixture | null;
  /** Fits a mixture to x, or tells the posteriors under the running one. */
  fit: () => Fit | ShuffledFit;
  /** Shape of the component weights. */
  shape: Shape;
  fisher: boolean;
  /** Whether the gradient goes through the posteriors of the last E-step. */
  posteriors: boolean;
  eps: number;
}

/** Fits a mixture and normalizes x by it; posteriors and weights are constants, or else the mixture the posteriors are of. */
const normalizeByFit = defineOp('mixtureNorm', {
  forward: ({ x, weight, bias, fit: fitted, shape, fisher, eps }: NormArgs) => {
    const fit = fitted();
    const inputs = [channelRows(x), fit.tau, fit.weights, fit.moments, weight, bias];
    const out = view(run(k.mixtureNorm, inputs, { fisher, eps }), x.shape);
    return { out, saved: fit, also: unpack('found' in fit ? fit.found : fit, shape) };
  },
  /** For each component and channel: Σ a g, Σ a g x̂_k, n_k and Σ τ g. */
  shared: ({ g, saved: { tau, weights, moments }, x, fisher, eps }) =>
    run(k.mixtureNormGradSums, [channelRows(g), channelRows(x), tau, weights, moments], { fisher, eps }),
  vjp: {
    x: ({ g, saved, shared, x, weight, running, fisher, posteriors, eps, minWeight }) => {
      const rows = { g: channelRows(g), x: channelRows(x) };
      const { tau, weights, moments } = saved;
      const how = { fisher, eps, training: running === null };
      const inputs = [rows.g, rows.x, tau, weights, moments, weight, shared];
      const detached = run(k.mixtureNormGradInput, inputs, how);
      if (!posteriors) return view(detached, x.shape);
      const others = throughPosteriors({ ...saved, ...rows, ...how, weight, sums: shared, minWeight });
      return view(add(detached, others), x.shape);
    },
    /** Σ_k B_kc */
    weight: ({ shared, weight }) => view(overComponents(shared, 1), weight.shape),
    /** Σ g = Σ_k Σ τ_k g, since the posteriors of a sample add up to 1. */
    bias: ({ shared, bias }) => view(overComponents(shared, 3), bias.shape),
  },
});

/** One entry of sums [4, K, C], summed over K. */
function overComponents(sums: Tensor, index: number): Tensor {
  const [, K, C] = sums.shape;
  return run(reduce.sum, [view(entry(sums, index), [1, K, C])]);
}

/**
 * Mixture normalization of x [N, C, …]: fits a mixture by EM from `init`, then normalizes each sub-population by
 * its own statistics, x̂ = Σ_k (τ_k/√λ_k)(x − μ_k)/√(σ²_k + eps), y = γ x̂ + β.
 * @returns y with the gradient, and the statistics λ, μ, σ² without
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { mixtureNorm, tensor } from 'mixgrad';
 *
 * const x = tensor([-5, -4, -3, 2, 4, 6], { shape: [6, 1] });
 * const init = { weights: tensor([0.5, 0.5]), means: tensor([[-4], [4]]), variances: tensor([[1], [1]]) };
 * const { y } = mixtureNorm(x, { init });
 * console.log(Array.from(await y.data(), (v) => v.toFixed(2)).join(' '));
 * ```
 * ```text
 * -1.22 0.00 1.22 -1.22 0.00 1.22
 * ```
 */
export function mixtureNorm(x: Tensor, options: MixtureNormOptions): Mixture & { y: Tensor } {
  const read = readOptions('mixtureNorm', options, schema);
  const { init, posterior, minWeight, training } = read;
  checkEm('mixtureNorm', x, init, posterior, minWeight);
  checkMixture('mixtureNorm', init, training ? { above: 0 } : { least: 0 });
  return normalizeFrom(x, { ...read, init });
}

/** As mixtureNorm, with options that are known to fit; the values of the mixture may be anything. */
export function normalizeFrom(x: Tensor, read: Checked): Mixture & { y: Tensor } {
  const { init, gradient, scale, weight, bias, eps, training, iterations, regCovar, minWeight, order } = read;
  checkNormInput('mixtureNorm', x, { weight, bias });
  if (training && x.size === x.shape[1]) throw nothingToNormalize('mixtureNorm', x, 'channel');
  // The mixture that EM starts from is a constant.
  const constant = (t: Tensor) => (t.requiresGrad ? t.detach() : t);
  const start = {
    weights: constant(init.weights),
    means: constant(init.means),
    variances: constant(init.variances),
  };
  const em = { iterations, regCovar, minWeight };
  const affine = affineOf(x, [x.shape[1]], weight, bias);
  const posteriors = gradient === 'posterior';
  const call = { x, ...affine, ...em, fisher: scale === 'fisher', posteriors, eps };
  if (gradient === 'unrolled') return unrolledMixtureNorm({ ...call, init: start, training });
  const fit = () => {
    if (!training) return fixedMixture(x, start, em);
    return order ? shuffledFit(x, start, em, order) : fitMixture(x, start, em);
  };
  const running = training ? null : start;
  const { out, ...statistics } = normalizeByFit({ ...call, running, fit, shape: init.weights.shape });
  return { y: out, ...statistics };
}
