// Conv2d: convolution with weights of its own.
import { OptionError } from '../errors.js';
import { type Conv2dOptions, conv2d, convSchema } from '../ops/conv.js';
import { flag, integer, readOptions, readPair, required } from '../options.js';
import { format } from '../shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { type LayerOptions, placement } from './parameters.js';
import { biasOf, weightOf } from './weights.js';

/** A height and a width. */
export type Size2d = readonly [number, number];

/** Options of {@link Conv2d}. */
export interface Conv2dLayerOptions extends LayerOptions, Conv2dOptions {
  /** Whether a bias is added. @default true */
  bias?: boolean;
}

const positive = integer(1, { least: 1 });
const schema = { ...placement, ...convSchema, bias: flag(true) };

/**
 * conv2d with weight [outChannels, inChannels/groups, KH, KW] and bias [outChannels]. Both start from U(−b, b) with
 * b = 1/√(inChannels/groups · KH · KW).
 * @throws OptionError; forward() also ShapeError
 *
 * @example
 * ```js
 * import { Conv2d, ones } from 'mixgrad';
 *
 * const layer = new Conv2d(3, 8, 5, { stride: 2, padding: 2 });
 * console.log(layer);
 * console.log(layer.forward(ones([1, 3, 32, 32])).shape);
 * ```
 * ```text
 * Conv2d(3, 8, kernelSize=[5, 5], stride=[2, 2], padding=[2, 2])
 * [ 1, 8, 16, 16 ]
 * ```
 */
export class Conv2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d;
  readonly dilation: Size2d;
  readonly groups: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Size2d,
    options: Conv2dLayerOptions = {},
  ) {
    super();
    this.inChannels = required('Conv2d', 'inChannels', inChannels, positive);
    this.outChannels = required('Conv2d', 'outChannels', outChannels, positive);
    this.kernelSize = readPair('Conv2d', 'kernelSize', kernelSize, 1);
    const { bias, device, random, ...windows } = readOptions('Conv2d', options, schema);
    this.stride = windows.stride;
    this.padding = windows.padding;
    this.dilation = windows.dilation;
    this.groups = checkedGroups(windows.groups, inChannels, outChannels);
    this.weight = weightOf([outChannels, inChannels / this.groups, ...this.kernelSize], { device, random });
    this.bias = bias ? biasOf(this.weight, { device, random }) : null;
  }

  forward(x: Tensor): Tensor {
    const { weight, bias, stride, padding, dilation, groups } = this;
    return conv2d(x, weight, bias, { stride, padding, dilation, groups });
  }

  /** As in PyTorch, what is not the default; stride and kernel always. */
  protected override extraRepr(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias } = this;
    const parts = [inChannels, outChannels, `kernelSize=${format(kernelSize)}`, `stride=${format(stride)}`];
    if (padding.some((size) => size !== 0)) parts.push(`padding=${format(padding)}`);
    if (dilation.some((size) => size !== 1)) parts.push(`dilation=${format(dilation)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (!bias) parts.push('bias=false');
    return parts.join(', ');
  }
}

function checkedGroups(groups: number, inChannels: number, outChannels: number): number {
  if (inChannels % groups === 0 && outChannels % groups === 0) return groups;
  throw new OptionError(
    `Conv2d: groups is ${groups}, expected a divisor of ${inChannels} inChannels and ${outChannels} outChannels`,
  );
}
