// LayerNorm and GroupNorm: normalization of each sample by itself, alike in training and evaluation.
import { OptionError, ShapeError } from '../errors.js';
import { groupNorm, layerNorm, normSchema as opSchema } from '../ops/normalization.js';
import { describe, flag, integer, isIntegers, readOptions, required } from '../options.js';
import { format, type Shape } from '../shape.js';
import { checkTensors } from '../tape/run.js';
import { ones, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { type NormLayerOptions, normSchema } from './norm-layer.js';
import { type LayerOptions, parameter, placement } from './parameters.js';

/** Options of LayerNorm; names and defaults are PyTorch's. */
export interface LayerNormOptions extends Pick<LayerOptions, 'device'> {
  /** Added to the variance. @default 1e-5 */
  eps?: number;
  /** Whether there are trainable γ and β. @default true */
  elementwiseAffine?: boolean;
  /** Whether there is a β beside γ. @default true */
  bias?: boolean;
}

const { eps } = opSchema;
const layerSchema = { device: placement.device, eps, elementwiseAffine: flag(true), bias: flag(true) };
const groupSchema = { ...normSchema, eps };

/**
 * Layer normalization: each sample is standardized over its last axes, whose sizes are normalizedShape; γ and β have that
 * shape.
 * @throws OptionError, ShapeError; forward() ShapeError for other last axes
 *
 * @example
 * ```js
 * import { LayerNorm, tensor } from 'mixgrad';
 *
 * const layer = new LayerNorm(2, { eps: 0 });
 * console.log(layer);
 * console.log(await layer.forward(tensor([[1, 3], [10, 30]])).data());
 * ```
 * ```text
 * LayerNorm([2], eps=0, elementwiseAffine=true, bias=true)
 * Float32Array(4) [ -1, 1, -1, 1 ]
 * ```
 */
export class LayerNorm extends Module {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly normalizedShape: Shape;
  readonly eps: number;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super();
    const name = new.target.name;
    const { eps, elementwiseAffine, bias, device } = readOptions(name, options, layerSchema);
    const shape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    if (!isIntegers(shape, 1) || shape.length === 0) {
      throw new OptionError(
        `${name}: normalizedShape is ${describe(normalizedShape)}, expected an integer of at least 1, or an array of them`,
      );
    }
    this.normalizedShape = [...shape];
    this.eps = eps;
    this.weight = elementwiseAffine ? parameter(ones(shape, { device })) : null;
    this.bias = elementwiseAffine && bias ? parameter(zeros(shape, { device })) : null;
  }

  forward(x: Tensor): Tensor {
    checkTensors(this.constructor.name, { x });
    const { normalizedShape, weight, bias, eps } = this;
    return layerNorm(x, normalizedShape, { weight, bias, eps });
  }

  protected override extraRepr(): string {
    const { normalizedShape, eps, weight, bias } = this;
    return `${format(normalizedShape)}, eps=${eps}, elementwiseAffine=${weight !== null}, bias=${bias !== null}`;
  }
}

/** Options of GroupNorm; names and defaults are PyTorch's. */
export interface GroupNormOptions extends NormLayerOptions {
  /** Added to the variance. @default 1e-5 */
  eps?: number;
}

/**
 * Group normalization of [N, C, …]: the C channels of each sample are standardized in numGroups groups; γ and β are [C].
 * @throws OptionError; forward() ShapeError for another shape
 *
 * @example
 * ```js
 * import { GroupNorm, tensor } from 'mixgrad';
 *
 * const layer = new GroupNorm(2, 4, { eps: 0 });
 * console.log(layer);
 * console.log(await layer.forward(tensor([[1, 3, 10, 30]])).data());
 * ```
 * ```text
 * GroupNorm(2, 4, eps=0, affine=true)
 * Float32Array(4) [ -1, 1, -1, 1 ]
 * ```
 */
export class GroupNorm extends Module {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;

  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    const name = new.target.name;
    const { eps, affine, device } = readOptions(name, options, groupSchema);
    const count = integer(1, { least: 1 });
    this.numGroups = required(name, 'numGroups', numGroups, count);
    this.numChannels = required(name, 'numChannels', numChannels, count);
    if (numChannels % numGroups !== 0) {
      throw new OptionError(
        `${name}: numGroups is ${numGroups}, expected a divisor of the ${numChannels} channels`,
      );
    }
    this.eps = eps;
    this.weight = affine ? parameter(ones([numChannels], { device })) : null;
    this.bias = affine ? parameter(zeros([numChannels], { device })) : null;
  }

  forward(x: Tensor): Tensor {
    const name = this.constructor.name;
    checkTensors(name, { x });
    const { numGroups, numChannels, weight, bias, eps } = this;
    if (x.shape.length < 2 || x.shape[1] !== numChannels) {
      throw new ShapeError(`${name}: x has shape ${format(x.shape)}, expected [N, ${numChannels}, …]`);
    }
    return groupNorm(x, numGroups, { weight, bias, eps });
  }

  protected override extraRepr(): string {
    const { numGroups, numChannels, eps, weight } = this;
    return `${numGroups}, ${numChannels}, eps=${eps}, affine=${weight !== null}`;
  }
}
