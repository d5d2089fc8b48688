// dropout and dropout2d. Srivastava et al., JMLR 15 (2014).
import * as k from '../../kernels/elementwise.js';
import { checkRank, number, readOptions } from '../options.js';
import { defaultRandom, type Random, randomOption } from '../random.js';
import { numel, type Shape } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run } from '../tape/run.js';
import { tensor } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { mul } from './elementwise.js';

/** Options of dropout. */
export interface DropoutOptions {
  /** The probability that an element becomes 0, in [0, 1]. @default 0.5 */
  p?: number;
  /** Draws the seed of each call. @default defaultRandom() */
  random?: Random | null;
}

/** How they are read. */
export const dropoutSchema = { p: number(0.5, { least: 0, most: 1 }), random: randomOption };

/** The state of sfc32. */
type Seed = readonly [number, number, number, number];

interface Dropped {
  x: Tensor;
  p: number;
  seed: Seed;
  /** The shape of the mask, which stretches to that of x. */
  each: Shape;
}

const dropped = defineOp('dropout', {
  forward: ({ x, p, seed, each }: Dropped) => {
    const mask = tensor(maskOf(numel(each), p, seed), { shape: each, device: x.device });
    return { out: run(k.mul, [x, mask]), saved: { mask } };
  },
  vjp: { x: ({ g, saved: { mask } }) => mul(g, mask) },
});

/**
 * 0 with probability p, else 1/(1 − p), by sfc32 of PractRand: integers of 32 bits, so that the bits are the same everywhere.
 * They are drawn on the host, several times as fast as those of ARC4.
 */
function maskOf(length: number, p: number, seed: Seed): Float32Array {
  const mask = new Float32Array(length);
  // A table: a branch that cannot be foreseen would cost more than the draw.
  const values = Float32Array.of(0, 1 / (1 - p));
  const kept = (1 - p) * 2 ** 32;
  let [a, b, c, d] = seed;
  for (let i = 0; i < length; i++) {
    const word = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    mask[i] = values[Number(word >>> 0 < kept)];
  }
  return mask;
}

function drop(op: string, x: Tensor, options: DropoutOptions, each: (shape: Shape) => Shape): Tensor {
  const { p, random } = readOptions(op, options, dropoutSchema);
  const word = () => (random ?? defaultRandom()).integer(2 ** 32);
  return dropped({ x, p, seed: [word(), word(), word(), word()], each: each(x.shape) });
}

/**
 * x with each element 0 with probability p, and else divided by 1 − p, so that its mean stays: for training. A call takes
 * four draws of its generator, from which the mask follows, on every device.
 * @throws OptionError
 *
 * @example
 * ```js
 * import { createRandom, dropout, ones } from 'mixgrad';
 *
 * const y = dropout(ones([1000]), { p: 0.2, random: createRandom(1) });
 * const values = await y.data();
 * console.log(new Set(values), values.filter((v) => v === 0).length);
 * ```
 * ```text
 * Set(2) { 0, 1.25 } 217
 * ```
 */
export function dropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  checkTensors('dropout', { x });
  return drop('dropout', x, options, (shape) => shape);
}

/**
 * dropout of whole channels of x [N, C, H, W]: each is 0 with probability p, or divided by 1 − p. Neighbouring pixels tell
 * much of each other. Tompson et al., arXiv 1411.4280.
 * @throws OptionError, ShapeError unless x has four axes
 *
 * @example
 * ```js
 * import { createRandom, dropout2d, ones } from 'mixgrad';
 *
 * const y = dropout2d(ones([1, 4, 1, 2]), { random: createRandom(1) });
 * console.log(await y.data());
 * ```
 * ```text
 * Float32Array(8) [
 *   0, 0, 0, 0,
 *   2, 2, 2, 2
 * ]
 * ```
 */
export function dropout2d(x: Tensor, options: DropoutOptions = {}): Tensor {
  checkTensors('dropout2d', { x });
  checkRank('dropout2d', 'x', x, '[N, C, H, W]');
  return drop('dropout2d', x, options, ([n, c]) => [n, c, 1, 1]);
}
