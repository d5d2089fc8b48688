// GhostBatchNorm2d: ghostBatchNorm with its own parameters and running statistics.
import { OptionError, ShapeError } from '../errors.js';
import { type BatchNormOptions, ghostBatchNorm } from '../ops/batch-norm.js';
import { concat } from '../ops/joining.js';
import { slice } from '../ops/movement.js';
import { anything, describe, integer, readOptions, required } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { BatchNorm, type BatchNormLayerOptions, batchNormLayerSchema } from './batch-norm.js';
import { INPUTS_2D } from './norm-layer.js';

/** Options of ghost batch normalization: either the size of a part, or how many there are. */
export interface GhostBatchNormOptions extends BatchNormLayerOptions {
  /** The samples in a part. */
  virtualBatchSize?: number;
  /** The parts of a batch, whatever its size. */
  groups?: number;
}

const schema = {
  ...batchNormLayerSchema,
  virtualBatchSize: anything<unknown>(undefined),
  groups: anything<unknown>(undefined),
};

/**
 * Ghost batch normalization of [N, C, H, W]: a training batch is normalized in parts of virtualBatchSize samples, or in `groups`
 * parts, each by its own μ and σ². The running ones move by `momentum` towards the mean over the parts, once a batch; evaluation
 * uses them as BatchNorm2d does. A training batch must be a multiple of virtualBatchSize. If it is none of `groups`, some parts
 * have one sample more than the others.
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
  /** Null where `groups` is given. */
  readonly virtualBatchSize: number | null;
  readonly groups: number | null;

  constructor(numFeatures: number, options: GhostBatchNormOptions) {
    const name = new.target.name;
    const { virtualBatchSize, groups, ...rest } = readOptions(name, options, schema);
    super(numFeatures, INPUTS_2D, rest);
    const count = integer(1, { least: 1 });
    if (groups !== undefined && virtualBatchSize !== undefined) {
      const words = `groups is ${describe(groups)}, expected none beside virtualBatchSize`;
      throw new OptionError(`${name}: ${words}`);
    }
    this.groups = groups === undefined ? null : required(name, 'groups', groups as number, count);
    this.virtualBatchSize =
      this.groups === null ? required(name, 'virtualBatchSize', virtualBatchSize as number, count) : null;
  }

  protected override normalize(x: Tensor, options: BatchNormOptions): Tensor {
    const { groups, virtualBatchSize, training } = this;
    if (virtualBatchSize !== null) return ghostBatchNorm(x, virtualBatchSize, options);
    return training ? inGroups(x, groups!, options) : ghostBatchNorm(x, 1, options);
  }

  protected override extraRepr(): string {
    const { virtualBatchSize, groups } = this;
    const parts = groups === null ? `virtualBatchSize=${virtualBatchSize}` : `groups=${groups}`;
    return `${super.extraRepr()}, ${parts}`;
  }
}

/**
 * In a number of parts. Of N = q·groups + r samples, the first r·(q + 1) are r parts, and the others are parts of q. Both move the
 * running statistics, the smaller parts first, by shares that add up to what one step towards the mean over all parts would be.
 */
function inGroups(x: Tensor, groups: number, options: BatchNormOptions): Tensor {
  const [N] = x.shape;
  if (N < groups) throw new ShapeError(`GhostBatchNorm2d: x has ${N} samples, expected at least ${groups}`);
  const [q, r] = [Math.floor(N / groups), N % groups];
  if (r === 0) return ghostBatchNorm(x, q, options);
  const { momentum = 0 } = options;
  const larger = (momentum * r) / groups;
  const smaller = (momentum - larger) / (1 - larger);
  const rest = ghostBatchNorm(slice(x, 0, r * (q + 1)), q, { ...options, momentum: smaller });
  return concat([ghostBatchNorm(slice(x, 0, 0, r * (q + 1)), q + 1, { ...options, momentum: larger }), rest]);
}
