// Layers that bring images to another size.
import { adaptiveAvgPool2d, upsample } from '../ops/resample.js';
import { readPair } from '../options.js';
import { format } from '../shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Size2d } from './conv.js';
import { Module } from './module.js';

/**
 * adaptiveAvgPool2d as a layer: x [N, C, H, W] as means [N, C, OH, OW]; of size 1 the mean of each channel.
 * @throws OptionError; forward() also ShapeError
 *
 * @example
 * ```js
 * import { AdaptiveAvgPool2d, ones } from 'mixgrad';
 *
 * const layer = new AdaptiveAvgPool2d(1);
 * console.log(layer);
 * console.log(layer.forward(ones([2, 8, 5, 7])).shape);
 * ```
 * ```text
 * AdaptiveAvgPool2d(outputSize=[1, 1])
 * [ 2, 8, 1, 1 ]
 * ```
 */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: Size2d;

  constructor(outputSize: number | Size2d) {
    super();
    this.outputSize = readPair('AdaptiveAvgPool2d', 'outputSize', outputSize, 1);
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  protected override extraRepr(): string {
    return `outputSize=${format(this.outputSize)}`;
  }
}

/**
 * upsample as a layer: each pixel of x [N, C, H, W] so many times in each row and column.
 * @throws OptionError; forward() also ShapeError
 *
 * @example
 * ```js
 * import { ones, Upsample } from 'mixgrad';
 *
 * const layer = new Upsample(2);
 * console.log(layer);
 * console.log(layer.forward(ones([1, 8, 16, 16])).shape);
 * ```
 * ```text
 * Upsample(scaleFactor=[2, 2])
 * [ 1, 8, 32, 32 ]
 * ```
 */
export class Upsample extends Module {
  readonly scaleFactor: Size2d;

  constructor(scaleFactor: number | Size2d) {
    super();
    this.scaleFactor = readPair('Upsample', 'scaleFactor', scaleFactor, 1);
  }

  forward(x: Tensor): Tensor {
    return upsample(x, { scaleFactor: this.scaleFactor });
  }

  protected override extraRepr(): string {
    return `scaleFactor=${format(this.scaleFactor)}`;
  }
}
