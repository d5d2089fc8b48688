// ModeNorm1d and ModeNorm2d: modeNorm with its own gates, parameters and running means.
// Deecke, Murray & Bilen, "Mode Normalization", ICLR 2019, arXiv 1810.05466.
import { modeNorm, modeNormSchema } from '../ops/mode-norm.js';
import { integer, readOptions } from '../options.js';
import { zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { normal, uniform } from './init.js';
import {
  batchCount,
  INPUTS_1D,
  INPUTS_2D,
  type NormLayerOptions,
  normSchema,
  RunningNormLayer,
} from './norm-layer.js';
import { buffer, type LayerOptions, parameter, placement, sourceOf } from './parameters.js';

/** Options of the mode normalization layers; the defaults are those of the paper's authors. */
export interface ModeNormLayerOptions extends NormLayerOptions, LayerOptions {
  /** Number of modes K. @default 2 */
  components?: number;
  /** Added to the variances. @default 1e-5 */
  eps?: number;
  /** Share of the new batch in the running means. @default 0.1 */
  momentum?: number;
}

const { eps, momentum } = modeNormSchema;
const schema = {
  ...normSchema,
  random: placement.random,
  components: integer(2, { least: 1 }),
  eps,
  momentum,
};

abstract class ModeNorm extends RunningNormLayer {
  /** W [K, C] of the gates, from N(1/K, 0.01²). */
  readonly gateWeight: Tensor;
  /** b [K] of the gates, from U(−1/√C, 1/√C) as a linear layer's. */
  readonly gateBias: Tensor;
  /** Running means of x and of x² under each mode, from 0. */
  readonly runningMeans: Tensor;
  readonly runningSquares: Tensor;
  readonly numBatchesTracked: Tensor;
  readonly components: number;
  readonly eps: number;
  readonly momentum: number;

  constructor(numFeatures: number, inputs: Record<number, string>, options: ModeNormLayerOptions) {
    const read = readOptions(new.target.name, options, schema);
    super(numFeatures, inputs, read);
    const { components, device } = read;
    const shape = [components, numFeatures];
    const random = sourceOf(read.random);
    const bound = 1 / Math.sqrt(numFeatures);
    this.gateWeight = parameter(normal(shape, { mean: 1 / components, std: 0.01, random, device }));
    this.gateBias = parameter(uniform([components], { low: -bound, high: bound, random, device }));
    this.runningMeans = buffer(zeros(shape, { device }));
    this.runningSquares = buffer(zeros(shape, { device }));
    this.numBatchesTracked = batchCount(device);
    this.components = components;
    this.eps = read.eps;
    this.momentum = read.momentum;
  }

  forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { gateWeight, gateBias, weight, bias, runningMeans, runningSquares, training, eps } = this;
    const momentum = this.shareOf(this.momentum);
    const options = { gateWeight, gateBias, weight, bias, runningMeans, runningSquares, eps, momentum };
    const y = modeNorm(x, { ...options, training });
    if (training) this.countBatch();
    return y;
  }

  protected override extraRepr(): string {
    const { numFeatures, components, eps, momentum, affine } = this;
    return `${numFeatures}, components=${components}, eps=${eps}, momentum=${momentum}, affine=${affine}`;
  }
}

/**
 * Mode normalization of [N, C] or [N, C, L]: learned gates share each sample among K modes, and each mode has its own
 * statistics. Evaluation computes gates from the sample and takes the modes' running statistics.
 * @throws OptionError; forward() ShapeError for another shape
 *
 * @example
 * ```js
 * import { ModeNorm1d } from 'mixgrad';
 *
 * const layer = new ModeNorm1d(4, { components: 3 });
 * console.log(layer);
 * console.log(layer.namedParameters().map(([name, { shape }]) => `${name} ${shape}`));
 * ```
 * ```text
 * ModeNorm1d(4, components=3, eps=0.00001, momentum=0.1, affine=true)
 * [ 'weight 4', 'bias 4', 'gateWeight 3,4', 'gateBias 3' ]
 * ```
 */
export class ModeNorm1d extends ModeNorm {
  constructor(numFeatures: number, options: ModeNormLayerOptions = {}) {
    super(numFeatures, INPUTS_1D, options);
  }
}

/**
 * Mode normalization of [N, C, H, W]: learned gates share each image among K modes, and each mode has its own
 * statistics. Evaluation computes gates from the image and takes the modes' running statistics.
 * @throws OptionError; forward() ShapeError for another shape
 *
 * @example
 * ```js
 * import { ModeNorm2d, ones } from 'mixgrad';
 *
 * const layer = new ModeNorm2d(8);
 * console.log(layer.forward(ones([4, 8, 6, 6])).shape);
 * console.log(Object.keys(await layer.stateDict()).slice(2));
 * ```
 * ```text
 * [ 4, 8, 6, 6 ]
 * [
 *   'gate_weight',
 *   'gate_bias',
 *   'running_means',
 *   'running_squares',
 *   'num_batches_tracked'
 * ]
 * ```
 */
export class ModeNorm2d extends ModeNorm {
  constructor(numFeatures: number, options: ModeNormLayerOptions = {}) {
    super(numFeatures, INPUTS_2D, options);
  }
}
