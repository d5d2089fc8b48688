// Images of another size: means over the pixels of each cell, and the nearest pixel.
import * as k from '../../kernels/resample.js';
import { OptionError } from '../errors.js';
import { checkRank, orElse, pair, readOptions, readPair } from '../options.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run } from '../tape/run.js';
import { checkRoom } from '../tensor/room.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Pair } from './conv.js';
import { mean } from './reduce.js';

/** Height and width. */
type Size = readonly [number, number];

/** An operation that resamples images to a size; the gradients of it and of its gradient are each other. */
function resampling(name: string, nearest: boolean) {
  const forth = defineOp(name, {
    forward: ({ x, size: [OH, OW] }: { x: Tensor; size: Size }): Tensor =>
      run(k.resample2d, [x], { OH, OW, nearest }),
    vjp: { x: ({ g, x, size }): Tensor => back({ g, size, image: [x.shape[2], x.shape[3]] }) },
  });
  const back = defineOp(`${name}Grad`, {
    forward: ({ g, size: [OH, OW], image: [H, W] }: { g: Tensor; size: Size; image: Size }): Tensor =>
      run(k.resample2dGrad, [g], { OH, OW, H, W, nearest }),
    vjp: { g: ({ g: change, size }): Tensor => forth({ x: change, size }) },
  });
  return forth;
}

const adaptiveAvgPool = resampling('adaptiveAvgPool2d', false);
const upsampleTo = resampling('upsample', true);

function checkImages(op: string, x: Tensor): void {
  checkTensors(op, { x });
  checkRank(op, 'x', x, '[N, C, H, W]');
}

/**
 * The mean of each channel of x [N, C, H, W], as [N, C, 1, 1].
 * @throws OptionError unless x is a tensor, ShapeError unless it has four axes
 *
 * @example
 * ```js
 * import { globalAvgPool2d, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3, 6], { shape: [1, 1, 2, 2] });
 * console.log(globalAvgPool2d(x).shape, await globalAvgPool2d(x).data());
 * ```
 * ```text
 * [ 1, 1, 1, 1 ] Float32Array(1) [ 3 ]
 * ```
 */
export function globalAvgPool2d(x: Tensor): Tensor {
  checkImages('globalAvgPool2d', x);
  return mean(x, [2, 3], { keepDims: true });
}

/**
 * Means of x [N, C, H, W] over OH × OW cells that cover it, as [N, C, OH, OW]. Cell i has the rows from ⌊i·H / OH⌋ up to
 * ⌈(i + 1)·H / OH⌉, so cells may overlap; columns likewise.
 * @throws ShapeError, OptionError naming what does not fit
 * @throws DeviceError for sizes of a large least common multiple, unless the device's numbers are float64
 *
 * @example
 * ```js
 * import { adaptiveAvgPool2d, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3, 4, 5, 6], { shape: [1, 1, 2, 3] });
 * console.log(await adaptiveAvgPool2d(x, [1, 2]).data());
 * ```
 * ```text
 * Float32Array(2) [ 3, 4 ]
 * ```
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: Pair): Tensor {
  checkImages('adaptiveAvgPool2d', x);
  const size = readPair('adaptiveAvgPool2d', 'outputSize', outputSize, 1);
  checkRoom('adaptiveAvgPool2d', [x.shape[0], x.shape[1], ...size], x.device);
  return adaptiveAvgPool({ x, size });
}

/** To which size images are brought: one of the two. */
export interface UpsampleOptions {
  /** How many times as many rows and columns. */
  scaleFactor?: Pair | null;
  /** How many rows and columns. */
  size?: Pair | null;
}

/** @throws OptionError unless one of the two is there */
export function readUpsample(op: string, options: UpsampleOptions) {
  const read = readOptions(op, options, { scaleFactor: orElse(pair(1, 1)), size: orElse(pair(1, 1)) });
  if ((read.scaleFactor === null) !== (read.size === null)) return read;
  const found = read.size === null ? 'neither scaleFactor nor size' : 'both scaleFactor and size';
  throw new OptionError(`${op}: got ${found}, expected one of them`);
}

/**
 * x [N, C, H, W] at a size OH × OW, each pixel the nearest of x: y[n, c, i, j] = x[n, c, ⌊i·H / OH⌋, ⌊j·W / OW⌋].
 * @throws ShapeError, OptionError naming what does not fit
 * @throws DeviceError for sizes of a large least common multiple, unless the device's numbers are float64
 *
 * @example
 * ```js
 * import { tensor, upsample } from 'mixgrad';
 *
 * const x = tensor([1, 2], { shape: [1, 1, 1, 2] });
 * console.log(await upsample(x, { scaleFactor: 2 }).data());
 * console.log(await upsample(x, { size: [1, 3] }).data());
 * ```
 * ```text
 * Float32Array(8) [
 *   1, 1, 2, 2,
 *   1, 1, 2, 2
 * ]
 * Float32Array(3) [ 1, 1, 2 ]
 * ```
 */
export function upsample(x: Tensor, options: UpsampleOptions): Tensor {
  checkImages('upsample', x);
  const { scaleFactor, size } = readUpsample('upsample', options);
  const [N, C, H, W] = x.shape;
  const full: Size = size ?? [H * scaleFactor![0], W * scaleFactor![1]];
  checkRoom('upsample', [N, C, ...full], x.device);
  return upsampleTo({ x, size: full });
}
