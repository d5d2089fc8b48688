// InstanceNorm1d and InstanceNorm2d: instanceNorm with its own parameters, and running statistics where they are wanted.
import { batchNormSchema, ghostBatchNorm } from '../ops/batch-norm.js';
import { instanceNorm } from '../ops/normalization.js';
import { flag, readOptions } from '../options.js';
import { ones, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  AveragingNormLayer,
  batchCount,
  INPUTS_2D,
  type NormLayerOptions,
  normSchema,
} from './norm-layer.js';
import { buffer } from './parameters.js';

/** Options of the instance normalization layers; names and defaults are PyTorch's. */
export interface InstanceNormOptions extends NormLayerOptions {
  /** Added to the variance. @default 1e-5 */
  eps?: number;
  /** Share of the new batch in the running statistics. @default 0.1 */
  momentum?: number;
  /** Whether there are trainable γ and β. @default false */
  affine?: boolean;
  /** Whether there are running statistics, by which evaluation then normalizes. @default false */
  trackRunningStats?: boolean;
}

const { eps, momentum } = batchNormSchema;
const schema = { ...normSchema, affine: flag(false), eps, momentum, trackRunningStats: flag(false) };

abstract class InstanceNorm extends AveragingNormLayer {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  /** In the state dictionary as in PyTorch, which does not count here: it stays as it is. */
  readonly numBatchesTracked: Tensor | null;
  readonly eps: number;
  readonly momentum: number;

  constructor(numFeatures: number, inputs: Record<number, string>, options: InstanceNormOptions) {
    const read = readOptions(new.target.name, options, schema);
    super(numFeatures, inputs, read);
    const { device, trackRunningStats: tracks } = read;
    this.runningMean = tracks ? buffer(zeros([numFeatures], { device })) : null;
    this.runningVar = tracks ? buffer(ones([numFeatures], { device })) : null;
    this.numBatchesTracked = tracks ? batchCount(device) : null;
    this.eps = read.eps;
    this.momentum = read.momentum;
  }

  /** Whether there are running statistics. */
  override get trackRunningStats(): boolean {
    return this.runningMean !== null;
  }

  forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { weight, bias, eps, runningMean, runningVar, training } = this;
    const isSingle = training && x.shape.slice(2).every((size) => size === 1); // refused there, in its words
    if (!this.trackRunningStats || isSingle) return instanceNorm(x, { weight, bias, eps });
    // a sample is a part of the batch
    const momentum = this.shareOf(this.momentum);
    const y = ghostBatchNorm(x, 1, { weight, bias, eps, momentum, runningMean, runningVar, training });
    if (training) this.countBatch();
    return y;
  }

  protected override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this;
    return `${numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}, trackRunningStats=${trackRunningStats}`;
  }
}

/**
 * Instance normalization of [N, C, L]: each channel of each sample is standardized. With trackRunningStats the running
 * statistics move towards the mean over the samples of theirs, and evaluation normalizes by them.
 * @throws OptionError; forward() ShapeError for another shape
 *
 * @example
 * ```js
 * import { InstanceNorm1d, tensor } from 'mixgrad';
 *
 * const layer = new InstanceNorm1d(2, { eps: 0 });
 * console.log(await layer.forward(tensor([[[1, 3], [10, 30]]])).data(), layer.parameters().length);
 * ```
 * ```text
 * Float32Array(4) [ -1, 1, -1, 1 ] 0
 * ```
 */
export class InstanceNorm1d extends InstanceNorm {
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(numFeatures, { 3: '[N, C, L]' }, options);
  }
}

/**
 * Instance normalization of [N, C, H, W]: each channel of each image is standardized. With trackRunningStats the running
 * statistics move towards the mean over the images of theirs, and evaluation normalizes by them.
 * @throws OptionError; forward() ShapeError for another shape
 *
 * @example
 * ```js
 * import { InstanceNorm2d, tensor } from 'mixgrad';
 *
 * const layer = new InstanceNorm2d(1, { affine: true, trackRunningStats: true });
 * console.log(layer);
 * console.log(Object.keys(await layer.stateDict()).join(' '));
 * ```
 * ```text
 * InstanceNorm2d(1, eps=0.00001, momentum=0.1, affine=true, trackRunningStats=true)
 * weight bias running_mean running_var num_batches_tracked
 * ```
 */
export class InstanceNorm2d extends InstanceNorm {
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(numFeatures, INPUTS_2D, options);
  }
}
