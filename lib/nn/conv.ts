// Conv2d and ConvTranspose2d: convolutions with weights of their own.
import { OptionError } from '../errors.js';
import {
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  conv2d,
  convSchema,
  convTranspose2d,
  transposeSchema,
} from '../ops/conv.js';
import { flag, integer, type Read, readOptions, readPair, required } from '../options.js';
import { format, type Shape } from '../shape.js';
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

/** Options of {@link ConvTranspose2d}. */
export interface ConvTranspose2dLayerOptions extends Conv2dLayerOptions, ConvTranspose2dOptions {}

const positive = integer(1, { least: 1 });
const bias = flag(true);
const schema = { ...placement, ...convSchema, bias };
const transposedSchema = { ...placement, ...transposeSchema, bias };

/** What both have: windows, groups, a weight and a bias. */
abstract class Convolution extends Module {
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
    options: Read<typeof schema>,
    weightShape: (inGroup: number, outGroup: number) => Shape,
  ) {
    super();
    const name = new.target.name;
    this.inChannels = required(name, 'inChannels', inChannels, positive);
    this.outChannels = required(name, 'outChannels', outChannels, positive);
    this.kernelSize = readPair(name, 'kernelSize', kernelSize, 1);
    const { bias, device, random, stride, padding, dilation, groups } = options;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.groups = checkedGroups(name, groups, inChannels, outChannels);
    const channels = weightShape(inChannels / groups, outChannels / groups);
    this.weight = weightOf([...channels, ...this.kernelSize], { device, random });
    this.bias = bias ? biasOf(this.weight, { device, random }, outChannels) : null;
  }

  /** What the operation is told in every call. */
  protected get windows() {
    const { stride, padding, dilation, groups } = this;
    return { stride, padding, dilation, groups };
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
export class Conv2d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Size2d,
    options: Conv2dLayerOptions = {},
  ) {
    const read = readOptions('Conv2d', options, schema);
    super(inChannels, outChannels, kernelSize, read, (inGroup) => [outChannels, inGroup]);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.windows);
  }
}

/**
 * convTranspose2d with weight [inChannels, outChannels/groups, KH, KW] and bias [outChannels]. Both start from U(−b, b) with
 * b = 1/√(outChannels/groups · KH · KW), as in PyTorch.
 * @throws OptionError; forward() also ShapeError
 *
 * @example
 * ```js
 * import { ConvTranspose2d, ones } from 'mixgrad';
 *
 * const layer = new ConvTranspose2d(8, 3, 4, { stride: 2, padding: 1 });
 * console.log(layer);
 * console.log(layer.forward(ones([1, 8, 16, 16])).shape);
 * ```
 * ```text
 * ConvTranspose2d(8, 3, kernelSize=[4, 4], stride=[2, 2], padding=[1, 1])
 * [ 1, 3, 32, 32 ]
 * ```
 */
export class ConvTranspose2d extends Convolution {
  readonly outputPadding: Size2d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Size2d,
    options: ConvTranspose2dLayerOptions = {},
  ) {
    const { outputPadding, ...read } = readOptions('ConvTranspose2d', options, transposedSchema);
    super(inChannels, outChannels, kernelSize, read, (_, outGroup) => [inChannels, outGroup]);
    this.outputPadding = outputPadding;
  }

  forward(x: Tensor): Tensor {
    const { weight, bias, windows, outputPadding } = this;
    return convTranspose2d(x, weight, bias, { ...windows, outputPadding });
  }

  protected override extraRepr(): string {
    const { outputPadding } = this;
    const added = outputPadding.some((size) => size !== 0) ? `, outputPadding=${format(outputPadding)}` : '';
    return super.extraRepr() + added;
  }
}

function checkedGroups(op: string, groups: number, inChannels: number, outChannels: number): number {
  if (inChannels % groups === 0 && outChannels % groups === 0) return groups;
  throw new OptionError(
    `${op}: groups is ${groups}, expected a divisor of ${inChannels} inChannels and ${outChannels} outChannels`,
  );
}
