// Two-dimensional convolution (cross-correlation, as in PyTorch).
import { windowCount } from '../../kernels/conv.js';
import type { Attrs } from '../../kernels/spec.js';
import { OptionError, ShapeError } from '../errors.js';
import { format, pair } from '../shape.js';
import { defineOp, view } from '../tape/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { channelRows } from './normalization.js';
import { sum } from './reduce.js';

/** Options of a convolution; a pair is [height, width]. */
export interface Conv2dOptions {
  stride?: number | readonly [number, number];
  padding?: number | readonly [number, number];
  dilation?: number | readonly [number, number];
  groups?: number;
}

const correlate = defineOp<[x: Tensor, weight: Tensor, attrs: Attrs]>('conv2d', {
  forward: (run, x, w, attrs) => run('conv2d', [x, w], attrs),
  vjp: {
    x: (run, g, _, x, w, attrs) => run('conv2dGradInput', [g, w], { ...attrs, H: x.shape[2], W: x.shape[3] }),
    weight: (run, g, _, x, w, attrs) =>
      run('conv2dGradWeight', [g, x], { ...attrs, KH: w.shape[2], KW: w.shape[3] }),
  },
});

/**
 * y[n, o] = bias[o] + Σ_c x[n, c] ⋆ weight[o, c] for x [N, C, H, W], weight [O, C/groups, KH, KW], bias [O].
 * The output is [N, O, OH, OW] with OH = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1.
 * @throws ShapeError, OptionError naming what does not fit.
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv2dOptions = {},
): Tensor {
  const attrs = checkedAttrs(x, weight, bias, options);
  const out = correlate(x, weight, attrs);
  return bias ? addBias(out, bias) : out;
}

/** y + bias for y [N, C, H, W] and bias [C]: `add` without a bias repeated to y's size. */
export const addBias = defineOp<[y: Tensor, bias: Tensor]>('addBias', {
  forward: (run, y, bias) => view(run('addBias', [channelRows(y), bias]), y.shape),
  vjp: { y: (_, g) => g, bias: (_, g) => sum(g, { axis: [0, 2, 3] }) },
});

function checkedAttrs(x: Tensor, w: Tensor, bias: Tensor | null, options: Conv2dOptions): Attrs {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const [strideH, strideW] = pair('conv2d', 'stride', stride, 1);
  const [padH, padW] = pair('conv2d', 'padding', padding, 0);
  const [dilationH, dilationW] = pair('conv2d', 'dilation', dilation, 1);
  checkShapes(x, w, bias, groups);
  const oh = windowCount(x.shape[2], w.shape[2], strideH, padH, dilationH);
  const ow = windowCount(x.shape[3], w.shape[3], strideW, padW, dilationW);
  if (oh < 1 || ow < 1) {
    const window = format([dilationH * (w.shape[2] - 1) + 1, dilationW * (w.shape[3] - 1) + 1]);
    const padded = format([x.shape[2] + 2 * padH, x.shape[3] + 2 * padW]);
    throw new ShapeError(`conv2d: the kernel covers ${window}, more than the padded input ${padded}`);
  }
  return { strideH, strideW, padH, padW, dilationH, dilationW, groups };
}

function checkShapes(x: Tensor, w: Tensor, bias: Tensor | null, groups: number): void {
  if (x.shape.length !== 4)
    throw new ShapeError(`conv2d: x has shape ${format(x.shape)}, expected [N, C, H, W]`);
  if (w.shape.length !== 4) {
    throw new ShapeError(`conv2d: weight has shape ${format(w.shape)}, expected [O, C/groups, KH, KW]`);
  }
  const [channels, outputs] = [x.shape[1], w.shape[0]];
  if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0) {
    throw new OptionError(
      `conv2d: groups is ${groups}, expected a divisor of the ${outputs} output channels`,
    );
  }
  if (channels !== w.shape[1] * groups) {
    throw new ShapeError(
      `conv2d: x has ${channels} channels, weight expects ${w.shape[1] * groups} (groups ${groups})`,
    );
  }
  if (bias && format(bias.shape) !== format([outputs])) {
    throw new ShapeError(`conv2d: bias has shape ${format(bias.shape)}, expected ${format([outputs])}`);
  }
}
