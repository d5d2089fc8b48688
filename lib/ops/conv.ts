// Two-dimensional convolution (cross-correlation, as in PyTorch) and its transpose.

import * as k from '../../kernels/conv.js';
import { windowCount } from '../../kernels/geometry.js';
import { OptionError, ShapeError } from '../errors.js';
import { checkRank, integer, pair, readOptions } from '../options.js';
import { format, type Shape, sameShape } from '../shape.js';
import { defineOp, type Op } from '../tape/op.js';
import { checkTensors, run } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { add } from './elementwise.js';
import { reshape, slice } from './movement.js';

/** A height and a width, or one number for both. */
export type Pair = number | readonly [height: number, width: number];

/** Options of a convolution. */
export interface Conv2dOptions {
  /** @default 1 */
  stride?: Pair;
  /** Zeros around the image. @default 0 */
  padding?: Pair;
  /** Distance between the taps of the kernel. @default 1 */
  dilation?: Pair;
  /** Groups of channels that are convolved apart. @default 1 */
  groups?: number;
}

/** Options of a transposed convolution. */
export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Rows and columns added at the lower right; less than the stride or the dilation. @default 0 */
  outputPadding?: Pair;
}

/** How the options of conv2d are read. */
export const convSchema = {
  stride: pair(1, 1),
  padding: pair(0, 0),
  dilation: pair(1, 1),
  groups: integer(1, { least: 1 }),
};
/** How those of convTranspose2d are read. */
export const transposeSchema = { ...convSchema, outputPadding: pair(0, 0) };

/** What the kernels of all three passes take. */
interface Geometry {
  stride: readonly [number, number];
  padding: readonly [number, number];
  dilation: readonly [number, number];
  groups: number;
}

function sizes({ stride, padding, dilation, groups }: Geometry) {
  return {
    strideH: stride[0],
    strideW: stride[1],
    padH: padding[0],
    padW: padding[1],
    dilationH: dilation[0],
    dilationW: dilation[1],
    groups,
  };
}

interface ConvArgs extends Geometry {
  x: Tensor;
  weight: Tensor;
}

const correlate: Op<ConvArgs> = defineOp('conv2d', {
  forward: ({ x, weight, ...geometry }) => run(k.conv2d, [x, weight], sizes(geometry)),
  vjp: {
    x: ({ g, x, weight, ...geometry }) =>
      run(k.conv2dGradInput, [g, weight], { ...sizes(geometry), H: x.shape[2], W: x.shape[3] }),
    weight: ({ g, x, weight, ...geometry }) =>
      run(k.conv2dGradWeight, [g, x], { ...sizes(geometry), KH: weight.shape[2], KW: weight.shape[3] }),
  },
  twins: {
    x: ({ g, x, weight, ...rest }) =>
      transposed({ ...geometryIn(rest), x: g, weight, height: x.shape[2], width: x.shape[3] }),
    weight: ({ g, x, weight, ...rest }) =>
      weightGradient({ ...geometryIn(rest), x, y: g, height: weight.shape[2], width: weight.shape[3] }),
  },
});

interface TransposeArgs extends ConvArgs {
  height: number;
  width: number;
}

/** The transpose of conv2d for one weight; the result is height × width. */
const transposed: Op<TransposeArgs> = defineOp('convTranspose2d', {
  forward: ({ x, weight, height, width, ...geometry }) =>
    run(k.conv2dGradInput, [x, weight], { ...sizes(geometry), H: height, W: width }),
  vjp: {
    x: ({ g, x, weight, ...geometry }) => first(run(k.conv2d, [g, weight], sizes(geometry)), x.shape),
    weight: ({ g, x, weight, ...geometry }) =>
      run(k.conv2dGradWeight, [x, g], { ...sizes(geometry), KH: weight.shape[2], KW: weight.shape[3] }),
  },
  twins: {
    x: ({ g, x, weight, ...rest }) => first(correlate({ ...geometryIn(rest), x: g, weight }), x.shape),
    weight: ({ g, x, weight, ...rest }) =>
      weightGradient({ ...geometryIn(rest), x: g, y: x, height: weight.shape[2], width: weight.shape[3] }),
  },
});

interface WeightArgs extends Geometry {
  x: Tensor;
  y: Tensor;
  height: number;
  width: number;
}

/** Σ y · x over samples and pixels, for each tap of a kernel of height × width: the weight's gradient, linear in x and y. */
const weightGradient: Op<WeightArgs> = defineOp('conv2dWeight', {
  forward: ({ x, y, height, width, ...geometry }) =>
    run(k.conv2dGradWeight, [y, x], { ...sizes(geometry), KH: height, KW: width }),
  vjp: {
    x: ({ g, x, y, ...rest }) =>
      transposed({ ...geometryIn(rest), x: y, weight: g, height: x.shape[2], width: x.shape[3] }),
    y: ({ g, x, y, ...rest }) => first(correlate({ ...geometryIn(rest), x, weight: g }), y.shape),
  },
});

/** The geometry alone, of what a rule sees. */
const geometryIn = ({ stride, padding, dilation, groups }: Geometry): Geometry => ({
  stride,
  padding,
  dilation,
  groups,
});

/** The first entries of y along both spatial axes: an output padding of a stride or more adds windows that x does not have. */
function first(y: Tensor, [, , height, width]: Shape): Tensor {
  const rows = y.shape[2] === height ? y : slice(y, 2, 0, height);
  return y.shape[3] === width ? rows : slice(rows, 3, 0, width);
}

/**
 * y[n, o] = bias[o] + Σ_c x[n, c] ⋆ weight[o, c] for x [N, C, H, W], weight [O, C/groups, KH, KW], bias [O].
 * The output is [N, O, OH, OW] with OH = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1.
 * @throws ShapeError, OptionError naming what does not fit, DeviceError where x with its padding takes more than there is.
 *
 * @example
 * ```js
 * import { conv2d, ones } from 'mixgrad';
 *
 * const y = conv2d(ones([1, 1, 4, 4]), ones([1, 1, 3, 3]), null, { padding: 1 });
 * console.log(y.shape, y.ndarray().get(0, 0, 1, 1));
 * ```
 * ```text
 * [ 1, 1, 4, 4 ] 9
 * ```
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv2dOptions = {},
): Tensor {
  const geometry = readOptions('conv2d', options, convSchema);
  const { stride, padding, dilation, groups } = geometry;
  checkOperands('conv2d', x, weight, bias, '[O, C/groups, KH, KW]');
  const [channels, outputs] = [x.shape[1], weight.shape[0]];
  checkGroups('conv2d', groups, outputs, 'output');
  if (channels !== weight.shape[1] * groups) {
    throw new ShapeError(
      `conv2d: x has ${channels} channels, weight expects ${weight.shape[1] * groups} (groups ${groups})`,
    );
  }
  const span = (axis: 0 | 1) => dilation[axis] * (weight.shape[2 + axis] - 1) + 1;
  const count = (axis: 0 | 1) =>
    windowCount(x.shape[2 + axis], weight.shape[2 + axis], stride[axis], padding[axis], dilation[axis]);
  if (count(0) < 1 || count(1) < 1) {
    const padded = format([x.shape[2] + 2 * padding[0], x.shape[3] + 2 * padding[1]]);
    throw new ShapeError(
      `conv2d: the kernel covers ${format([span(0), span(1)])}, more than the padded input ${padded}`,
    );
  }
  return withBias('conv2d', correlate({ x, weight, ...geometry }), bias);
}

/**
 * The transpose of conv2d for x [N, C, H, W], weight [C, O/groups, KH, KW], bias [O]. The output is [N, O, OH, OW]
 * with OH = (H − 1)·stride − 2·padding + dilation·(KH − 1) + outputPadding + 1.
 * @throws ShapeError, OptionError naming what does not fit, DeviceError where x with its padding takes more than there is.
 *
 * @example
 * ```js
 * import { convTranspose2d, ones, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3, 4], { shape: [1, 1, 2, 2] });
 * const y = convTranspose2d(x, ones([1, 1, 2, 2]), null, { stride: 2 });
 * console.log(y.shape, await y.data());
 * ```
 * ```text
 * [ 1, 1, 4, 4 ] Float32Array(16) [
 *   1, 1, 2, 2, 1, 1,
 *   2, 2, 3, 3, 4, 4,
 *   3, 3, 4, 4
 * ]
 * ```
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  const { outputPadding, ...geometry } = readOptions('convTranspose2d', options, transposeSchema);
  const { stride, padding, dilation, groups } = geometry;
  checkOperands('convTranspose2d', x, weight, bias, '[C, O/groups, KH, KW]');
  const channels = x.shape[1];
  checkGroups('convTranspose2d', groups, channels, 'input');
  if (channels !== weight.shape[0]) {
    throw new ShapeError(`convTranspose2d: x has ${channels} channels, weight expects ${weight.shape[0]}`);
  }
  const fits = (axis: 0 | 1) => outputPadding[axis] < Math.max(stride[axis], dilation[axis]);
  if (!fits(0) || !fits(1)) {
    throw new OptionError(
      `convTranspose2d: outputPadding is ${format(outputPadding)}, expected less than the stride or the dilation`,
    );
  }
  const size = (axis: 0 | 1) => {
    const reach = dilation[axis] * (weight.shape[2 + axis] - 1);
    return (x.shape[2 + axis] - 1) * stride[axis] - 2 * padding[axis] + reach + outputPadding[axis] + 1;
  };
  const [height, width] = [size(0), size(1)];
  if (height < 1 || width < 1) {
    throw new ShapeError(`convTranspose2d: the output would be ${format([height, width])}; use less padding`);
  }
  return withBias('convTranspose2d', transposed({ x, weight, height, width, ...geometry }), bias);
}

function checkOperands(op: string, x: Tensor, weight: Tensor, bias: Tensor | null, layout: string): void {
  checkTensors(op, bias === null ? { x, weight } : { x, weight, bias });
  checkRank(op, 'x', x, '[N, C, H, W]');
  checkRank(op, 'weight', weight, layout);
}

function checkGroups(op: string, groups: number, channels: number, which: string): void {
  if (channels % groups === 0) return;
  throw new OptionError(
    `${op}: groups is ${groups}, expected a divisor of the ${channels} ${which} channels`,
  );
}

/** y + bias, one number a channel. */
function withBias(op: string, y: Tensor, bias: Tensor | null): Tensor {
  if (!bias) return y;
  const channels = y.shape[1];
  if (!sameShape(bias.shape, [channels])) {
    throw new ShapeError(`${op}: bias has shape ${format(bias.shape)}, expected ${format([channels])}`);
  }
  return add(y, reshape(bias, [channels, 1, 1]));
}
