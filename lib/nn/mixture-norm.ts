// MixtureNorm1d and MixtureNorm2d: mixtureNorm with its own parameters and running mixture.
// After Kalayeh & Shah, arXiv 1806.02892; docs/mixture-normalization.md has the mathematics.
import type { Floats } from '../../kernels/devices/device.js';
import * as k from '../../kernels/elementwise.js';
import { averageMixtures } from '../ops/mixture/average.js';
import { emFit } from '../ops/mixture/em.js';
import { matchMixture } from '../ops/mixture/matching.js';
import type { Mixture, Posterior } from '../ops/mixture/mixture.js';
import { type MixtureGradient, normalizeFrom } from '../ops/mixture/norm.js';
import { deadIn, notFiniteIn, reseed } from '../ops/mixture/reseed.js';
import { seedMixture } from '../ops/mixture/seeding.js';
import { overallMixture } from '../ops/mixture/shuffle.js';
import { readOptions } from '../options.js';
import { createRandom, defaultRandom, type Random } from '../random.js';
import { run } from '../tape/run.js';
import { noGrad } from '../tape/scope.js';
import { full, ones, tensor, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  checkMixtureOptions,
  type MixtureNormLayerOptions,
  type MixtureSeeding,
  mixtureNormSchema,
} from './mixture-options.js';
import { batchCount, INPUTS_1D, INPUTS_2D, RunningNormLayer } from './norm-layer.js';
import { buffer } from './parameters.js';

/** What a layer knows of its mixture on given data. */
export interface MixtureReport {
  /** Mean log-likelihood before each EM round and after the last. */
  logLikelihoods: number[];
  /** λ [K] or [K, C], μ [K, C] and σ² [K, C], flat, of the fit to the data. */
  weights: Floats;
  means: Floats;
  variances: Floats;
}

abstract class MixtureNorm extends RunningNormLayer {
  readonly runningWeights: Tensor;
  readonly runningMeans: Tensor;
  readonly runningVariances: Tensor;
  readonly numBatchesTracked: Tensor;
  readonly components: number;
  readonly iterations: number;
  readonly initIterations: number;
  readonly posterior: Posterior;
  readonly gradient: MixtureGradient;
  readonly scale: 'fisher' | 'unit';
  readonly eps: number;
  readonly regCovar: number;
  readonly minWeight: number;
  readonly momentum: number;
  readonly seeding: MixtureSeeding;
  readonly shuffle: boolean;
  private readonly random: Random;
  private readonly log: (message: string) => void;

  constructor(numFeatures: number, inputs: Record<number, string>, given: MixtureNormLayerOptions) {
    const options = readOptions(new.target.name, given, mixtureNormSchema);
    const { affine, device, random, log } = options;
    checkMixtureOptions(new.target.name, options);
    super(numFeatures, inputs, { affine, device });
    this.components = options.components;
    this.iterations = options.iterations;
    this.initIterations = options.initIterations;
    this.posterior = options.posterior;
    this.gradient = options.gradient;
    this.scale = options.scale;
    this.eps = options.eps;
    this.regCovar = options.regCovar;
    this.minWeight = options.minWeight;
    this.momentum = options.momentum;
    this.seeding = options.seeding;
    this.shuffle = options.shuffle;
    this.random = random ?? createRandom(defaultRandom().integer(2 ** 32));
    this.log = log ?? console.warn;
    const { components } = this;
    const each = [components, numFeatures];
    const shared = this.posterior === 'joint' ? [components] : each;
    this.runningWeights = buffer(full(shared, 1 / components, { device }));
    this.runningMeans = buffer(zeros(each, { device }));
    this.runningVariances = buffer(ones(each, { device }));
    this.numBatchesTracked = batchCount(device);
  }

  forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { weight, bias, settings, training } = this;
    if (!training) return this.evaluate(x);
    const first = this.batches === 0; // it is seeded, and replaces the running mixture
    if (!first && x.device.sync) this.restart(notFiniteIn(this.running), x);
    const seeded = first || this.seeding === 'kmeans';
    const { components, random } = this;
    const init = seeded ? seedMixture(x, { ...settings, components }, random) : this.warmStart();
    const iterations = first && this.seeding === 'warm' ? this.initIterations : settings.iterations;
    const order = this.shuffle ? this.drawOrder(x) : null;
    const call = { ...settings, iterations, init, weight, bias, training, order };
    const { y, ...batch } = normalizeFrom(x, call);
    const matched = seeded && !first ? matchMixture(batch, this.running, init.variances) : null;
    this.take(matched ?? batch, x, first ? 1 : this.shareOf(this.momentum));
    const made = [batch, matched ?? {}, seeded ? init : { variances: init.variances }];
    for (const t of [order, ...made.flatMap((each) => Object.values(each))]) t?.dispose();
    return y;
  }

  /** By the running mixture. */
  private evaluate(x: Tensor): Tensor {
    const { weight, bias, settings, running } = this;
    const init = this.shuffle ? overallMixture(running) : running;
    const { y } = normalizeFrom(x, { ...settings, init, weight, bias, training: false });
    if (this.shuffle) for (const t of Object.values(init)) t.dispose();
    return y;
  }

  /** A random order of the pixels of x. */
  private drawOrder(x: Tensor): Tensor {
    const order = this.random.permutation(x.size / this.numFeatures);
    return tensor(Float64Array.from(order), { device: x.device });
  }

  /** What mixtureNorm is told in every call. */
  private get settings() {
    const { iterations, posterior, gradient, scale, eps, regCovar, minWeight } = this;
    return { iterations, posterior, gradient, scale, eps, regCovar, minWeight };
  }

  protected override extraRepr(): string {
    const { numFeatures, components, iterations, posterior, gradient, scale, momentum, affine } = this;
    const em = `components=${components}, iterations=${iterations}, posterior=${posterior}`;
    const norm = `gradient=${gradient}, scale=${scale}, momentum=${momentum}, affine=${affine}`;
    const variant = `${this.seeding === 'warm' ? '' : ', seeding=kmeans'}${this.shuffle ? ', shuffle=true' : ''}`;
    return `${numFeatures}, ${em}, ${norm}${variant}`;
  }

  /** The running mixture: weights, means and variances (without regCovar). */
  get running(): Mixture {
    return { weights: this.runningWeights, means: this.runningMeans, variances: this.runningVariances };
  }

  /** Fits the mixture to x from the running one and tells how it went; changes nothing. */
  async report(x: Tensor): Promise<MixtureReport> {
    const { iterations, posterior, regCovar, minWeight } = this;
    const em = { iterations, posterior, regCovar, minWeight };
    const fit = noGrad(() => emFit(x, { ...em, init: this.warmStart() }));
    const logLikelihoods = await Promise.all(fit.logLikelihoods.map((t) => t.item()));
    return {
      logLikelihoods,
      weights: await fit.weights.data(),
      means: await fit.means.data(),
      variances: await fit.variances.data(),
    };
  }

  /** EM starts where the last batches ended, so that components keep their identity. */
  private warmStart(): Mixture {
    const variances = run(k.affine, [this.runningVariances], { scale: 1, shift: this.regCovar });
    return { ...this.running, variances };
  }

  /** Takes the batch's mixture into the running one, unless it is not finite. */
  private take(batch: Mixture, x: Tensor, momentum: number): void {
    if (x.device.sync && notFiniteIn(batch).length > 0) {
      this.log(`${this.constructor.name}: a batch that is not finite was left out of the running mixture`);
      return;
    }
    const moved = averageMixtures(this.running, batch, momentum, this.minWeight);
    for (const key of ['weights', 'means', 'variances'] as const) {
      this.running[key].assign(moved[key]);
      moved[key].dispose();
    }
    this.countBatch();
    const isRestarted = x.device.sync && this.seeding === 'warm' && !this.isAveraging;
    if (isRestarted) this.restart(deadIn(batch, this.minWeight), x);
  }

  /** Starts components again that died, and says so. */
  private restart(dead: readonly number[], x: Tensor): void {
    for (const { component, channel } of reseed(this.running, dead, x, this.random)) {
      const where = channel === null ? '' : ` of channel ${channel}`;
      this.log(`${this.constructor.name}: component ${component}${where} died and was re-seeded`);
    }
  }
}

/**
 * Mixture normalization of [N, C] or [N, C, L]: a mixture of K Gaussians is fitted to the batch, and each of its
 * sub-populations is normalized by its own statistics. Evaluation uses the running mixture.
 * @throws OptionError; forward() ShapeError for another shape
 *
 * @example
 * ```js
 * import { MixtureNorm1d, tensor } from 'mixgrad';
 *
 * const layer = new MixtureNorm1d(1, { components: 2 });
 * layer.forward(tensor([[-5], [-5.1], [5], [5.1]]));
 * console.log([...(await layer.runningMeans.data())].map(Math.round).sort());
 * ```
 * ```text
 * [ -5, 5 ]
 * ```
 */
export class MixtureNorm1d extends MixtureNorm {
  constructor(numFeatures: number, options: MixtureNormLayerOptions = {}) {
    super(numFeatures, INPUTS_1D, options);
  }
}

/**
 * Mixture normalization of [N, C, H, W]: a mixture of K Gaussians is fitted to the batch's pixels, and each of its
 * sub-populations is normalized by its own statistics. Evaluation uses the running mixture.
 * @throws OptionError; forward() ShapeError for another shape
 *
 * @example
 * ```js
 * import { MixtureNorm2d } from 'mixgrad';
 *
 * const layer = new MixtureNorm2d(16, { posterior: 'channel' });
 * console.log(layer);
 * console.log(Object.keys(await layer.stateDict()));
 * ```
 * ```text
 * MixtureNorm2d(16, components=3, iterations=2, posterior=channel, gradient=detached, scale=unit, momentum=0.1, affine=true)
 * [
 *   'weight',
 *   'bias',
 *   'running_weights',
 *   'running_means',
 *   'running_variances',
 *   'num_batches_tracked',
 *   'random_state'
 * ]
 * ```
 */
export class MixtureNorm2d extends MixtureNorm {
  constructor(numFeatures: number, options: MixtureNormLayerOptions = {}) {
    super(numFeatures, INPUTS_2D, options);
  }
}
