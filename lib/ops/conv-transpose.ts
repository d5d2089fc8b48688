// Transposed convolution: the input gradient of conv2d as an operation of its own.
import type { Attrs } from '../../kernels/spec.js';
import { OptionError, ShapeError } from '../errors.js';
import { format, pair } from '../shape.js';
import { defineOp } from '../tape/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { addBias, type Conv2dOptions } from './conv.js';

/** Options of a transposed convolution; a pair is [height, width]. */
export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Rows and columns added at the lower right; less than the stride. */
  outputPadding?: number | readonly [number, number];
}

const spread = defineOp<[x: Tensor, weight: Tensor, attrs: Attrs]>('convTranspose2d', {
  forward: (run, x, w, attrs) => run('conv2dGradInput', [x, w], attrs),
  vjp: {
    x: (run, g, _, _x, w, { H, W, ...attrs }) => run('conv2d', [g, w], attrs),
    weight: (run, g, _, x, w, { H, W, ...attrs }) =>
      run('conv2dGradWeight', [x, g], { ...attrs, KH: w.shape[2], KW: w.shape[3] }),
  },
});

/**
 * The transpose of conv2d for x [N, C, H, W], weight [C, O/groups, KH, KW], bias [O]. The output is [N, O, OH, OW]
 * with OH = (H − 1)·stride − 2·padding + dilation·(KH − 1) + outputPadding + 1.
 * @throws ShapeError, OptionError naming what does not fit.
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  const { stride = 1, padding = 0, dilation = 1, groups = 1, outputPadding = 0 } = options;
  checkShapes(x, weight, bias, groups);
  const [strideH, strideW] = pair('convTranspose2d', 'stride', stride, 1);
  const [padH, padW] = pair('convTranspose2d', 'padding', padding, 0);
  const [dilationH, dilationW] = pair('convTranspose2d', 'dilation', dilation, 1);
  const [extraH, extraW] = pair('convTranspose2d', 'outputPadding', outputPadding, 0);
  if (extraH >= strideH || extraW >= strideW) {
    throw new OptionError(
      `convTranspose2d: outputPadding is ${format([extraH, extraW])}, expected less than the stride`,
    );
  }
  const [, , height, width] = x.shape;
  const [, , KH, KW] = weight.shape;
  const H = (height - 1) * strideH - 2 * padH + dilationH * (KH - 1) + extraH + 1;
  const W = (width - 1) * strideW - 2 * padW + dilationW * (KW - 1) + extraW + 1;
  if (H < 1 || W < 1) {
    throw new ShapeError(`convTranspose2d: the output would be ${format([H, W])}; use less padding`);
  }
  const out = spread(x, weight, { strideH, strideW, padH, padW, dilationH, dilationW, groups, H, W });
  return bias ? addBias(out, bias) : out;
}

function checkShapes(x: Tensor, w: Tensor, bias: Tensor | null, groups: number): void {
  if (x.shape.length !== 4) {
    throw new ShapeError(`convTranspose2d: x has shape ${format(x.shape)}, expected [N, C, H, W]`);
  }
  if (w.shape.length !== 4) {
    throw new ShapeError(
      `convTranspose2d: weight has shape ${format(w.shape)}, expected [C, O/groups, KH, KW]`,
    );
  }
  const channels = x.shape[1];
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new OptionError(
      `convTranspose2d: groups is ${groups}, expected a divisor of the ${channels} input channels`,
    );
  }
  if (channels !== w.shape[0]) {
    throw new ShapeError(`convTranspose2d: x has ${channels} channels, weight expects ${w.shape[0]}`);
  }
  const outputs = w.shape[1] * groups;
  if (bias && format(bias.shape) !== format([outputs])) {
    throw new ShapeError(
      `convTranspose2d: bias has shape ${format(bias.shape)}, expected ${format([outputs])}`,
    );
  }
}
