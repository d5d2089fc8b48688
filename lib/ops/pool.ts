// Max and average pooling over windows of an image.
import * as k from '../../kernels/pool.js';
import { OptionError, ShapeError } from '../errors.js';
import { checkRank, flag, pair, type Reader, readOptions, readPair } from '../options.js';
import { format } from '../shape.js';
import { defineOp, type Op } from '../tape/op.js';
import { checkTensors, run } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Pair } from './conv.js';

/** Options of a pooling. */
export interface Pool2dOptions {
  /** @default the window's size */
  stride?: Pair | null;
  /** At most half the window. @default 0 */
  padding?: Pair;
  /** Rounds the output's size up, with windows that hang over the lower right edge. @default false */
  ceilMode?: boolean;
}

/** Options of an average pooling. */
export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether padding counts in the divisor, as in PyTorch. @default true */
  countIncludePad?: boolean;
}

/** Where windows lie: x's pixels, the window, and the size of the output. */
interface Windows {
  kernelSize: readonly [number, number];
  stride: readonly [number, number];
  padding: readonly [number, number];
  outputSize: readonly [number, number];
}

function sizes({ kernelSize, stride, padding, outputSize }: Windows) {
  return {
    KH: kernelSize[0],
    KW: kernelSize[1],
    strideH: stride[0],
    strideW: stride[1],
    padH: padding[0],
    padW: padding[1],
    OH: outputSize[0],
    OW: outputSize[1],
  };
}

/** x where the windows are, and the size of the image that they lie in. */
interface Cells extends Windows {
  x: Tensor;
  imageSize: readonly [number, number];
}

/** What the gradient kernels take beside the windows. */
const pixels = ({ shape }: Tensor) => ({ H: shape[2], W: shape[3] });

const sizeOf = ({ shape }: Tensor) => [shape[2], shape[3]] as const;

const maxPool = defineOp('maxPool2d', {
  forward: ({ x, ...windows }: Windows & { x: Tensor }) => {
    const index = run(k.maxPool2dIndex, [x], sizes(windows));
    return { out: run(k.maxPool2d, [x, index], sizes(windows)), saved: { index } };
  },
  vjp: {
    x: ({ g, saved: { index }, x, ...windows }) =>
      run(k.maxPool2dGrad, [g, index], { ...sizes(windows), ...pixels(x) }),
  },
  twins: {
    x: ({ g, saved: { index }, x, ...windows }) =>
      spread({ ...windowsIn(windows), x: g, index, imageSize: sizeOf(x) }),
  },
});

/** Each x at the position of its window's maximum, 0 elsewhere; where windows share one, their sum. */
const spread: Op<Cells & { index: Tensor }> = defineOp('maxPool2dGrad', {
  forward: ({ x, index, imageSize: [H, W], ...windows }) =>
    run(k.maxPool2dGrad, [x, index], { ...sizes(windows), H, W }),
  vjp: { x: ({ g, index, ...windows }) => take({ ...windowsIn(windows), x: g, index }), index: null },
});

/** x at the positions of the windows' maxima: the transpose of `spread`. */
const take: Op<Windows & { x: Tensor; index: Tensor }> = defineOp('maxPool2dTake', {
  forward: ({ x, index, ...windows }) => run(k.maxPool2d, [x, index], sizes(windows)),
  vjp: {
    x: ({ g, x, index, ...windows }) => spread({ ...windowsIn(windows), x: g, index, imageSize: sizeOf(x) }),
    index: null,
  },
});

type Average = Windows & { x: Tensor; countPad: boolean };

const avgPool: Op<Average> = defineOp('avgPool2d', {
  forward: ({ x, countPad, ...windows }) => run(k.avgPool2d, [x], { ...sizes(windows), countPad }),
  vjp: {
    x: ({ g, x, countPad, ...windows }) =>
      run(k.avgPool2dGrad, [g], { ...sizes(windows), countPad, ...pixels(x) }),
  },
  twins: {
    x: ({ g, x, countPad, ...windows }) =>
      spreadEvenly({ ...windowsIn(windows), x: g, countPad, imageSize: sizeOf(x) }),
  },
});

/** Each x over its window, divided as the average was: the transpose of avgPool2d. */
const spreadEvenly: Op<Cells & { countPad: boolean }> = defineOp('avgPool2dGrad', {
  forward: ({ x, countPad, imageSize: [H, W], ...windows }) =>
    run(k.avgPool2dGrad, [x], { ...sizes(windows), countPad, H, W }),
  vjp: { x: ({ g, countPad, ...windows }) => avgPool({ ...windowsIn(windows), x: g, countPad }) },
});

/** The windows alone, of what a rule sees. */
const windowsIn = ({ kernelSize, stride, padding, outputSize }: Windows): Windows => ({
  kernelSize,
  stride,
  padding,
  outputSize,
});

const strideOption: Reader<readonly [number, number] | null> = {
  fallback: null,
  read: (op, name, value) => readPair(op, name, value, 1),
};
/** How the options of poolings are read. */
export const poolSchema = { stride: strideOption, padding: pair(0, 0), ceilMode: flag(false) };
export const avgPoolSchema = { ...poolSchema, countIncludePad: flag(true) };

/**
 * y[n, c, i, j] = max of x[n, c] over window (i, j), for x [N, C, H, W]. The output is [N, C, OH, OW] with
 * OH = ⌊(H + 2·padding − KH) / stride⌋ + 1. Padding never wins; among equals, the gradient goes to the first; NaN wins.
 * @throws ShapeError, OptionError naming what does not fit
 * @throws DeviceError for more than 2²⁴ pixels of a plane, unless the device's numbers are float64
 *
 * @example
 * ```js
 * import { maxPool2d, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 5, 6, 3, 4, 7, 8], { shape: [1, 1, 2, 4] });
 * console.log(await maxPool2d(x, 2).data());
 * ```
 * ```text
 * Float32Array(2) [ 4, 8 ]
 * ```
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, options: Pool2dOptions = {}): Tensor {
  const read = readOptions('maxPool2d', options, poolSchema);
  return maxPool({ x, ...windowsOf('maxPool2d', x, kernelSize, read) });
}

/**
 * y[n, c, i, j] = mean of x[n, c] over window (i, j), for x [N, C, H, W]; the output's size is maxPool2d's.
 * @throws ShapeError, OptionError naming what does not fit
 *
 * @example
 * ```js
 * import { avgPool2d, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 5, 6, 3, 4, 7, 8], { shape: [1, 1, 2, 4] });
 * console.log(await avgPool2d(x, 2).data());
 * ```
 * ```text
 * Float32Array(2) [ 2.5, 6.5 ]
 * ```
 */
export function avgPool2d(x: Tensor, kernelSize: Pair, options: AvgPool2dOptions = {}): Tensor {
  const { countIncludePad, ...read } = readOptions('avgPool2d', options, avgPoolSchema);
  return avgPool({ x, ...windowsOf('avgPool2d', x, kernelSize, read), countPad: countIncludePad });
}

interface PoolRead {
  stride: readonly [number, number] | null;
  padding: readonly [number, number];
  ceilMode: boolean;
}

function windowsOf(op: string, x: Tensor, size: Pair, { stride, padding, ceilMode }: PoolRead): Windows {
  checkTensors(op, { x });
  checkRank(op, 'x', x, '[N, C, H, W]');
  const kernelSize = readPair(op, 'kernelSize', size, 1);
  if (2 * padding[0] > kernelSize[0] || 2 * padding[1] > kernelSize[1]) {
    throw new OptionError(
      `${op}: padding is ${format(padding)}, expected at most half of kernelSize ${format(kernelSize)}`,
    );
  }
  const step = stride ?? kernelSize;
  const count = (axis: 0 | 1) =>
    outputSize(x.shape[2 + axis], kernelSize[axis], step[axis], padding[axis], ceilMode);
  const counts = [count(0), count(1)] as const;
  if (counts[0] < 1 || counts[1] < 1) {
    const padded = format([x.shape[2] + 2 * padding[0], x.shape[3] + 2 * padding[1]]);
    throw new ShapeError(`${op}: the window ${format(kernelSize)} is larger than the padded input ${padded}`);
  }
  return { kernelSize, stride: step, padding, outputSize: counts };
}

/** With ceilMode a last window may hang over, but must start inside the image or its left padding. */
function outputSize(size: number, kernel: number, stride: number, pad: number, ceilMode: boolean): number {
  const steps = (size + 2 * pad - kernel) / stride;
  const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceilMode && (count - 1) * stride >= size + pad ? count - 1 : count;
}
