// MixtureNorm1d and MixtureNorm2d: mixtureNorm with its own parameters and running mixture.
// After Kalayeh & Shah, arXiv 1806.02892; docs/mixture-normalization.md has the mathematics.
import type { Floats } from '../../kernels/devices/device.js';
import { OptionError } from '../errors.js';
import {
  checkChoice,
  emFit,
  type Mixture,
  type MixtureNormOptions,
  mixtureNorm,
  type Posterior,
} from '../ops/mixture/norm.js';
import { reseedDead } from '../ops/mixture/reseed.js';
import { seedMixture } from '../ops/mixture/seeding.js';
import { moveTowards } from '../ops/normalization.js';
import { createRandom, type Random } from '../random.js';
import { run } from '../tape/op.js';
import { noGrad } from '../tape/tape.js';
import type { Tensor } from '../tensor/tensor.js';
import { INPUTS_1D, INPUTS_2D, NormLayer, type NormLayerOptions } from './norm-layer.js';
import { buffer } from './parameters.js';

/** Options of the mixture normalization layers. */
export interface MixtureNormLayerOptions
  extends NormLayerOptions,
    Pick<
      MixtureNormOptions,
      'iterations' | 'posterior' | 'gradient' | 'scale' | 'eps' | 'regCovar' | 'minWeight'
    > {
  /** Number of components K. Default 3. */
  components?: number;
  /** EM rounds on the first batch. Default 10. */
  initIterations?: number;
  /** Share of the new batch in the running mixture. Default 0.1. */
  momentum?: number;
  /** Draws the first means and re-seeds components that die. */
  random?: Random;
  /** Told of every re-seeded component. Default: a line on the console. */
  log?: (message: string) => void;
}

/** What a layer knows of its mixture on given data. */
export interface MixtureReport {
  /** Mean log-likelihood before each EM round and after the last. */
  logLikelihoods: number[];
  /** λ [K] or [K, C], μ [K, C] and σ² [K, C], flat, of the fit to the data. */
  weights: Floats;
  means: Floats;
  variances: Floats;
}

abstract class MixtureNorm extends NormLayer {
  readonly runningWeights: Tensor;
  readonly runningMeans: Tensor;
  readonly runningVariances: Tensor;
  readonly components: number;
  readonly posterior: Posterior;
  private readonly settings: Required<Omit<MixtureNormOptions, 'init' | 'weight' | 'bias' | 'training'>>;
  private readonly initIterations: number;
  private readonly momentum: number;
  private readonly random: Random;
  private readonly log: (message: string) => void;
  /** Whether the running mixture holds something: the first batch is seeded and replaces it. */
  private seeded = false;

  constructor(numFeatures: number, inputs: Record<number, string>, options: MixtureNormLayerOptions) {
    super(numFeatures, inputs, options);
    const {
      components = 3,
      iterations = 2,
      posterior = 'joint',
      gradient = 'detached',
      scale = 'fisher',
    } = options;
    const {
      eps = 1e-5,
      regCovar = 1e-4,
      minWeight = 1e-3,
      initIterations = 10,
      momentum = 0.1,
      device,
    } = options;
    const name = this.constructor.name;
    checkChoice(name, 'posterior', posterior, ['joint', 'channel']);
    if (!Number.isInteger(components) || components < 1) {
      throw new OptionError(`${name}: components is ${components}, expected a whole number of at least 1`);
    }
    this.components = components;
    this.posterior = posterior;
    this.settings = { iterations, posterior, gradient, scale, eps, regCovar, minWeight };
    this.initIterations = initIterations;
    this.momentum = momentum;
    this.random = options.random ?? createRandom(name);
    this.log = options.log ?? console.warn;
    const each = [components, numFeatures];
    this.runningWeights = buffer(posterior === 'joint' ? [components] : each, 1 / components, device);
    this.runningMeans = buffer(each, 0, device);
    this.runningVariances = buffer(each, 1, device);
  }

  forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { weight, bias, settings, training } = this;
    if (!training) return mixtureNorm(x, { ...settings, init: this.running, weight, bias, training }).y;
    const first = !this.seeded;
    const init = first
      ? seedMixture(x, { ...settings, components: this.components }, this.random)
      : this.warmStart();
    const iterations = first ? this.initIterations : settings.iterations;
    const { y, ...batch } = mixtureNorm(x, { ...settings, iterations, init, weight, bias });
    this.track(batch, first ? 1 : this.momentum);
    this.seeded = true;
    if (x.device.sync) this.revive(x, batch);
    for (const t of [...Object.values(batch), ...(first ? Object.values(init) : [init.variances])])
      t.dispose();
    return y;
  }

  /** The running mixture: weights, means and variances (without regCovar). */
  get running(): Mixture {
    return { weights: this.runningWeights, means: this.runningMeans, variances: this.runningVariances };
  }

  /** Fits the mixture to x from the running one and tells how it went; changes nothing. */
  async report(x: Tensor): Promise<MixtureReport> {
    const fit = noGrad(() => emFit(x, { ...this.settings, init: this.warmStart() }));
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
    const variances = run('affine', [this.runningVariances], { scale: 1, shift: this.settings.regCovar });
    return { ...this.running, variances };
  }

  private track(batch: Mixture, momentum: number): void {
    for (const key of ['weights', 'means', 'variances'] as const) {
      moveTowards(this.running[key], batch[key], { offset: 0, momentum, factor: 1 });
    }
    this.countBatch();
  }

  protected override stateLoaded(numbers: (key: string) => Floats | undefined): void {
    this.seeded = (numbers('num_batches_tracked')?.[0] ?? 0) > 0;
  }

  /** Starts components again that died in this batch, and says so. */
  private revive(x: Tensor, batch: Mixture): void {
    const { minWeight } = this.settings;
    for (const { component, channel } of reseedDead(this.running, batch, x, minWeight, this.random)) {
      const where = channel === null ? '' : ` of channel ${channel}`;
      this.log(`${this.constructor.name}: component ${component}${where} died and was re-seeded`);
    }
  }
}

/** Mixture normalization of [N, C] or [N, C, L]. */
export class MixtureNorm1d extends MixtureNorm {
  constructor(numFeatures: number, options: MixtureNormLayerOptions = {}) {
    super(numFeatures, INPUTS_1D, options);
  }
}

/** Mixture normalization of [N, C, H, W]. */
export class MixtureNorm2d extends MixtureNorm {
  constructor(numFeatures: number, options: MixtureNormLayerOptions = {}) {
    super(numFeatures, INPUTS_2D, options);
  }
}
