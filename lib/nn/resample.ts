// Layers that bring images to another size.
import { adaptiveAvgPool2d, readUpsample, type UpsampleOptions, upsample } from '../ops/resample.js';
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
 * upsample as a layer: x [N, C, H, W] with so many times as many rows and columns, or with so many.
 * @throws OptionError unless scaleFactor or size is given, and not both; forward() also ShapeError
 *
 * @example
 * ```js
 * import { ones, Upsample } from 'mixgrad';
 *
 * const layer = new Upsample({ scaleFactor: 2 });
 * console.log(layer);
 * console.log(layer.forward(ones([1, 8, 16, 16])).shape);
 * ```
 * ```text
 * Upsample(scaleFactor=[2, 2])
 * [ 1, 8, 32, 32 ]
 * ```
 */
export class Upsample extends Module {
  readonly scaleFactor: Size2d | null;
  readonly size: Size2d | null;

  constructor(options: UpsampleOptions) {
    super();
    const { scaleFactor, size } = readUpsample('Upsample', options);
    this.scaleFactor = scaleFactor;
    this.size = size;
  }

  forward(x: Tensor): Tensor {
    return upsample(x, { scaleFactor: this.scaleFactor, size: this.size });
  }

  protected override extraRepr(): string {
    const { scaleFactor, size } = this;
    return size ? `size=${format(size)}` : `scaleFactor=${format(scaleFactor!)}`;
  }
}
