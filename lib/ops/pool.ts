// Max and average pooling over windows of an image.
import type { Attrs } from '../../kernels/spec.js';
import { OptionError, ShapeError } from '../errors.js';
import { format, pair } from '../shape.js';
import { defineOp } from '../tape/op.js';
import type { Tensor } from '../tensor/tensor.js';

/** Options of a pooling; a pair is [height, width]. */
export interface Pool2dOptions {
  /** Defaults to the window's size. */
  stride?: number | readonly [number, number];
  /** At most half the window. */
  padding?: number | readonly [number, number];
  /** Rounds the output's size up, with windows that hang over the lower right edge. */
  ceilMode?: boolean;
}

/** Options of an average pooling. */
export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether padding counts in the divisor (by default, as in PyTorch, it does). */
  countIncludePad?: boolean;
}

const maxPool = defineOp<[x: Tensor, attrs: Attrs]>('maxPool2d', {
  forward: (run, x, attrs) => {
    const index = run('maxPool2dIndex', [x], attrs);
    return { out: run('maxPool2d', [x, index], attrs), saved: { index } };
  },
  vjp: {
    x: (run, g, { saved }, x, attrs) => run('maxPool2dGrad', [g, saved.index], { ...attrs, ...imageSize(x) }),
  },
});

const avgPool = defineOp<[x: Tensor, attrs: Attrs]>('avgPool2d', {
  forward: (run, x, attrs) => run('avgPool2d', [x], attrs),
  vjp: { x: (run, g, _, x, attrs) => run('avgPool2dGrad', [g], { ...attrs, ...imageSize(x) }) },
});

const imageSize = (x: Tensor) => ({ H: x.shape[2], W: x.shape[3] });

/** The largest value of each window of x [N, C, H, W]; among equals, the gradient goes to the first. */
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: Pool2dOptions = {},
): Tensor {
  return maxPool(x, checkedAttrs('maxPool2d', x, kernelSize, options));
}

/** The mean of each window of x [N, C, H, W]. */
export function avgPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: AvgPool2dOptions = {},
): Tensor {
  const { countIncludePad = true } = options;
  return avgPool(x, {
    ...checkedAttrs('avgPool2d', x, kernelSize, options),
    countPad: Number(countIncludePad),
  });
}

function checkedAttrs(
  op: string,
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: Pool2dOptions,
): Attrs {
  const { padding = 0, ceilMode = false } = options;
  if (x.shape.length !== 4)
    throw new ShapeError(`${op}: x has shape ${format(x.shape)}, expected [N, C, H, W]`);
  const [KH, KW] = pair(op, 'kernelSize', kernelSize, 1);
  const [strideH, strideW] = pair(op, 'stride', options.stride ?? kernelSize, 1);
  const [padH, padW] = pair(op, 'padding', padding, 0);
  if (2 * padH > KH || 2 * padW > KW) {
    throw new OptionError(
      `${op}: padding is ${format([padH, padW])}, expected at most half of kernelSize ${format([KH, KW])}`,
    );
  }
  const OH = outputSize(x.shape[2], KH, strideH, padH, ceilMode);
  const OW = outputSize(x.shape[3], KW, strideW, padW, ceilMode);
  if (OH < 1 || OW < 1) {
    const padded = format([x.shape[2] + 2 * padH, x.shape[3] + 2 * padW]);
    throw new ShapeError(`${op}: the window ${format([KH, KW])} is larger than the padded input ${padded}`);
  }
  return { KH, KW, strideH, strideW, padH, padW, OH, OW };
}

/** With ceilMode a last window may hang over, but must start inside the image or its left padding. */
function outputSize(size: number, kernel: number, stride: number, pad: number, ceilMode: boolean): number {
  const steps = (size + 2 * pad - kernel) / stride;
  const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceilMode && (count - 1) * stride >= size + pad ? count - 1 : count;
}
