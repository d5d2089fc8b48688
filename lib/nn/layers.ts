// Layers with weights or none: Linear, Conv2d, ReLU, pooling, Flatten.
import { ShapeError } from '../errors.js';
import { type Conv2dOptions, conv2d } from '../ops/conv.js';
import { add, relu } from '../ops/elementwise.js';
import { matmul } from '../ops/matmul.js';
import { permute, reshape } from '../ops/movement.js';
import { type AvgPool2dOptions, avgPool2d, maxPool2d, type Pool2dOptions } from '../ops/pool.js';
import { format } from '../shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { defaultBound, type LayerOptions, uniformParameter } from './parameters.js';

/** y = x Wᵀ + b for x [..., inFeatures]; weight is [outFeatures, inFeatures], bias [outFeatures]. */
export class Linear extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LayerOptions & { bias?: boolean },
  ) {
    super();
    const bound = defaultBound(inFeatures);
    this.weight = uniformParameter([outFeatures, inFeatures], bound, options);
    this.bias = options.bias === false ? null : uniformParameter([outFeatures], bound, options);
  }

  forward(x: Tensor): Tensor {
    if (x.shape.at(-1) !== this.inFeatures) {
      throw new ShapeError(
        `Linear: x has shape ${format(x.shape)}, expected a last axis of ${this.inFeatures}`,
      );
    }
    const y = matmul(x, permute(this.weight, [1, 0]));
    return this.bias ? add(y, this.bias) : y;
  }
}

/** conv2d with weight [outChannels, inChannels/groups, KH, KW] and bias [outChannels]. */
export class Conv2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  private readonly options: Conv2dOptions;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: number | readonly [number, number],
    { random, device, bias = true, ...options }: LayerOptions & Conv2dOptions & { bias?: boolean },
  ) {
    super();
    const [kh, kw] = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
    const inputs = inChannels / (options.groups ?? 1);
    const bound = defaultBound(inputs * kh * kw);
    this.weight = uniformParameter([outChannels, inputs, kh, kw], bound, { random, device });
    this.bias = bias ? uniformParameter([outChannels], bound, { random, device }) : null;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.options);
  }
}

/** max(x, 0) */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** maxPool2d as a layer. */
export class MaxPool2d extends Module {
  constructor(
    private readonly kernelSize: number | readonly [number, number],
    private readonly options: Pool2dOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** avgPool2d as a layer. */
export class AvgPool2d extends Module {
  constructor(
    private readonly kernelSize: number | readonly [number, number],
    private readonly options: AvgPool2dOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** [N, …] becomes [N, the product of the rest]. */
export class Flatten extends Module {
  forward(x: Tensor): Tensor {
    return reshape(x, [x.shape[0], -1]);
  }
}
