// BatchNorm1d, BatchNorm2d and GhostBatchNorm2d: batchNorm and ghostBatchNorm with their own parameters and running
// statistics.
import { type BatchNormOptions, batchNorm, batchNormSchema, ghostBatchNorm } from '../ops/batch-norm.js';
import { anything, integer, type Reader, readOptions, required } from '../options.js';
import { ones, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  batchCount,
  INPUTS_1D,
  INPUTS_2D,
  type NormLayerOptions,
  normSchema,
  RunningNormLayer,
} from './norm-layer.js';
import { buffer } from './parameters.js';

/** Options of the batch normalization layers; names and defaults are PyTorch's. */
export interface BatchNormLayerOptions extends NormLayerOptions {
  /** Added to the variance. @default 1e-5 */
  eps?: number;
  /** Share of the new batch in the running statistics; null gives all batches so far one share each. @default 0.1 */
  momentum?: number | null;
}

const { eps } = batchNormSchema;
const momentum: Reader<number | null> = {
  fallback: batchNormSchema.momentum.fallback,
  read: (op, name, value) => (value === null ? null : batchNormSchema.momentum.read(op, name, value)),
};
const schema = { ...normSchema, eps, momentum };
const ghostSchema = { ...schema, virtualBatchSize: anything<unknown>(undefined) };

abstract class BatchNorm extends RunningNormLayer {
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
  readonly numBatchesTracked: Tensor;
  readonly eps: number;
  readonly momentum: number | null;

  constructor(numFeatures: number, inputs: Record<number, string>, options: BatchNormLayerOptions) {
    const { eps, momentum, affine, device } = readOptions(new.target.name, options, schema);
    super(numFeatures, inputs, { affine, device });
    this.runningMean = buffer(zeros([numFeatures], { device }));
    this.runningVar = buffer(ones([numFeatures], { device }));
    this.numBatchesTracked = batchCount(device);
    this.eps = eps;
    this.momentum = momentum;
  }

  forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { weight, bias, runningMean, runningVar, training, eps } = this;
    const momentum = this.shareOf(this.momentum);
    const y = this.normalize(x, { weight, bias, runningMean, runningVar, training, eps, momentum });
    if (training) this.countBatch();
    return y;
  }

  protected normalize(x: Tensor, options: BatchNormOptions): Tensor {
    return batchNorm(x, options);
  }

  protected override extraRepr(): string {
    const { numFeatures, eps, momentum, affine } = this;
    return `${numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}`;
  }
}

/**
 * Batch normalization of [N, C] or [N, C, L]: y = γ (x − μ)/√(σ² + eps) + β, by the batch's μ and σ² in training
 * and by the running ones in evaluation.
 * @throws OptionError; forward() ShapeError for another shape
 *
 * @example
 * ```js
 * import { BatchNorm1d, tensor } from 'mixgrad';
 *
 * const layer = new BatchNorm1d(1, { momentum: 1, eps: 0 });
 * console.log(await layer.forward(tensor([[1], [3]])).data());
 * console.log(await layer.runningMean.data());
 * ```
 * ```text
 * Float32Array(2) [ -1, 1 ]
 * Float32Array(1) [ 2 ]
 * ```
 */
export class BatchNorm1d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, INPUTS_1D, options);
  }
}

/**
 * Batch normalization of [N, C, H, W]: y = γ (x − μ)/√(σ² + eps) + β, by the batch's μ and σ² in training and by
 * the running ones in evaluation.
 * @throws OptionError; forward() ShapeError for another shape
 *
 * @example
 * ```js
 * import { BatchNorm2d, tensor } from 'mixgrad';
 *
 * const layer = new BatchNorm2d(1);
 * console.log(layer);
 * console.log(layer.eval().forward(tensor([[[[1, 3]]]])).shape);
 * ```
 * ```text
 * BatchNorm2d(1, eps=0.00001, momentum=0.1, affine=true)
 * [ 1, 1, 1, 2 ]
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, INPUTS_2D, options);
  }
}

/** Options of ghost batch normalization. */
export interface GhostBatchNormOptions extends BatchNormLayerOptions {
  /** The samples in a part. */
  virtualBatchSize: number;
}

/**
 * Ghost batch normalization of [N, C, H, W]: a training batch is normalized in parts of virtualBatchSize samples, each by
 * its own μ and σ². The running ones move by `momentum` towards the mean over the parts, once a batch; evaluation uses
 * them as BatchNorm2d does. A training batch must be a multiple of virtualBatchSize.
 * @throws OptionError; forward() ShapeError for another shape, or a batch that does not divide into parts
 *
 * @example
 * ```js
 * import { GhostBatchNorm2d, tensor } from 'mixgrad';
 *
 * const layer = new GhostBatchNorm2d(1, { virtualBatchSize: 1, momentum: 1, eps: 0 });
 * console.log(await layer.forward(tensor([1, 3, 10, 30], { shape: [2, 1, 1, 2] })).data());
 * console.log(await layer.runningMean.data(), await layer.runningVar.data());
 * ```
 * ```text
 * Float32Array(4) [ -1, 1, -1, 1 ]
 * Float32Array(1) [ 11 ] Float32Array(1) [ 101 ]
 * ```
 */
export class GhostBatchNorm2d extends BatchNorm {
  readonly virtualBatchSize: number;

  constructor(numFeatures: number, options: GhostBatchNormOptions) {
    const { virtualBatchSize, ...rest } = readOptions(new.target.name, options, ghostSchema);
    super(numFeatures, INPUTS_2D, rest);
    const size = integer(1, { least: 1 });
    this.virtualBatchSize = required(new.target.name, 'virtualBatchSize', virtualBatchSize, size);
  }

  protected override normalize(x: Tensor, options: BatchNormOptions): Tensor {
    return ghostBatchNorm(x, this.virtualBatchSize, options);
  }

  protected override extraRepr(): string {
    return `${super.extraRepr()}, virtualBatchSize=${this.virtualBatchSize}`;
  }
}
