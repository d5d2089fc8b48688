// BatchNorm1d and BatchNorm2d: batchNorm with its own parameters and running statistics.
import { type BatchNormOptions, batchNorm, batchNormSchema } from '../ops/batch-norm.js';
import { type Reader, readOptions } from '../options.js';
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
/** How the options of the layers are read. */
export const batchNormLayerSchema = { ...normSchema, eps, momentum };

/** The base of layers of batch normalization. */
export abstract class BatchNorm extends RunningNormLayer {
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
  readonly numBatchesTracked: Tensor;
  readonly eps: number;
  readonly momentum: number | null;

  constructor(numFeatures: number, inputs: Record<number, string>, options: BatchNormLayerOptions) {
    const { eps, momentum, affine, device } = readOptions(new.target.name, options, batchNormLayerSchema);
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
