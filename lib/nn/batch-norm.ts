// BatchNorm1d and BatchNorm2d: batchNorm with its own parameters and running statistics.
import { batchNorm } from '../ops/normalization.js';
import type { Tensor } from '../tensor/tensor.js';
import { INPUTS_1D, INPUTS_2D, NormLayer, type NormLayerOptions } from './norm-layer.js';
import { buffer } from './parameters.js';

/** Options of the batch normalization layers; names and defaults are PyTorch's. */
export interface BatchNormLayerOptions extends NormLayerOptions {
  eps?: number;
  momentum?: number;
}

abstract class BatchNorm extends NormLayer {
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
  private readonly settings: { eps: number; momentum: number };

  constructor(numFeatures: number, inputs: Record<number, string>, options: BatchNormLayerOptions) {
    super(numFeatures, inputs, options);
    this.runningMean = buffer([numFeatures], 0, options.device);
    this.runningVar = buffer([numFeatures], 1, options.device);
    this.settings = { eps: options.eps ?? 1e-5, momentum: options.momentum ?? 0.1 };
  }

  forward(x: Tensor): Tensor {
    this.checkInput(x);
    if (this.training) this.countBatch();
    const { weight, bias, runningMean, runningVar, training } = this;
    return batchNorm(x, { ...this.settings, weight, bias, runningMean, runningVar, training });
  }
}

/** Batch normalization of [N, C] or [N, C, L]. */
export class BatchNorm1d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, INPUTS_1D, options);
  }
}

/** Batch normalization of [N, C, H, W]. */
export class BatchNorm2d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, INPUTS_2D, options);
  }
}
