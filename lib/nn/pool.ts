// Pooling layers.
import {
  type AvgPool2dOptions,
  avgPool2d,
  avgPoolSchema,
  maxPool2d,
  type Pool2dOptions,
  poolSchema,
} from '../ops/pool.js';
import { readOptions, readPair } from '../options.js';
import { format } from '../shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Size2d } from './conv.js';
import { Module } from './module.js';

/** What both poolings have: the window and how it moves. */
abstract class Pool2d extends Module {
  readonly kernelSize: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d;
  readonly ceilMode: boolean;

  /** `options` as they were given, or as they were read before. */
  constructor(op: string, kernelSize: number | Size2d, options: object) {
    super();
    this.kernelSize = readPair(op, 'kernelSize', kernelSize, 1);
    const { stride, padding, ceilMode } = readOptions(op, options, poolSchema);
    this.stride = stride ?? this.kernelSize;
    this.padding = padding;
    this.ceilMode = ceilMode;
  }

  protected override extraRepr(): string {
    const { kernelSize, stride, padding, ceilMode } = this;
    const sizes = `kernelSize=${format(kernelSize)}, stride=${format(stride)}, padding=${format(padding)}`;
    return `${sizes}, ceilMode=${ceilMode}`;
  }
}

/**
 * maxPool2d as a layer: the largest value of each window of x [N, C, H, W].
 * @throws OptionError; forward() also ShapeError
 *
 * @example
 * ```js
 * import { MaxPool2d, ones } from 'mixgrad';
 *
 * const layer = new MaxPool2d(3, { stride: 2, padding: 1 });
 * console.log(layer);
 * console.log(layer.forward(ones([1, 8, 32, 32])).shape);
 * ```
 * ```text
 * MaxPool2d(kernelSize=[3, 3], stride=[2, 2], padding=[1, 1], ceilMode=false)
 * [ 1, 8, 16, 16 ]
 * ```
 */
export class MaxPool2d extends Pool2d {
  constructor(kernelSize: number | Size2d, options: Pool2dOptions = {}) {
    super('MaxPool2d', kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode } = this;
    return maxPool2d(x, kernelSize, { stride, padding, ceilMode });
  }
}

/**
 * avgPool2d as a layer: the mean of each window of x [N, C, H, W].
 * @throws OptionError; forward() also ShapeError
 *
 * @example
 * ```js
 * import { AvgPool2d, tensor } from 'mixgrad';
 *
 * const layer = new AvgPool2d(2);
 * console.log(await layer.forward(tensor([[[[1, 2], [3, 4]]]])).data());
 * ```
 * ```text
 * Float32Array(1) [ 2.5 ]
 * ```
 */
export class AvgPool2d extends Pool2d {
  readonly countIncludePad: boolean;

  constructor(kernelSize: number | Size2d, options: AvgPool2dOptions = {}) {
    const { countIncludePad, ...rest } = readOptions('AvgPool2d', options, avgPoolSchema);
    super('AvgPool2d', kernelSize, rest);
    this.countIncludePad = countIncludePad;
  }

  forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad } = this;
    return avgPool2d(x, kernelSize, { stride, padding, ceilMode, countIncludePad });
  }

  protected override extraRepr(): string {
    return `${super.extraRepr()}, countIncludePad=${this.countIncludePad}`;
  }
}
