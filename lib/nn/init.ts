// Initial values of parameters: tensors of a shape, drawn or constant. In the public entry they are `init`.
import type { Device } from '../../kernels/devices/device.js';
import { OptionError, ShapeError } from '../errors.js';
import { number, readOptions } from '../options.js';
import { format, numel, type Shape } from '../shape.js';
import { checkShape, tensor } from '../tensor/create.js';
import { currentDevice } from '../tensor/device.js';
import { checkRoom } from '../tensor/room.js';
import type { Tensor } from '../tensor/tensor.js';
import { type LayerOptions, placement, sourceOf } from './parameters.js';

export { constant, ones, zeros } from '../tensor/create.js';

/** Options of {@link uniform}. */
export interface UniformOptions extends LayerOptions {
  /** @default 0 */
  low?: number;
  /** @default 1 */
  high?: number;
}

/**
 * Values from U(low, high).
 * @throws ShapeError, OptionError naming what does not fit
 *
 * @example
 * ```js
 * import { createRandom, init } from 'mixgrad';
 *
 * const w = init.uniform([2, 2], { low: -1, high: 1, random: createRandom(1) });
 * console.log(w.shape, (await w.data()).every((value) => Math.abs(value) <= 1));
 * ```
 * ```text
 * [ 2, 2 ] true
 * ```
 */
export function uniform(shape: Shape, options: UniformOptions = {}): Tensor {
  const { low, high, device, random } = readOptions('uniform', options, {
    ...placement,
    low: number(0),
    high: number(1),
  });
  if (low > high) throw new OptionError(`uniform: low is ${low}, expected at most high, ${high}`);
  const { uniform: draw } = sourceOf(random);
  return drawn('uniform', shape, () => low + (high - low) * draw(), device);
}

/** Options of {@link normal}. */
export interface NormalOptions extends LayerOptions {
  /** @default 0 */
  mean?: number;
  /** The standard deviation. @default 1 */
  std?: number;
}

/**
 * Values from N(mean, std²).
 * @throws ShapeError, OptionError naming what does not fit
 *
 * @example
 * ```js
 * import { init } from 'mixgrad';
 *
 * const w = init.normal([4], { mean: 3, std: 0 });
 * console.log(await w.data());
 * ```
 * ```text
 * Float32Array(4) [ 3, 3, 3, 3 ]
 * ```
 */
export function normal(shape: Shape, options: NormalOptions = {}): Tensor {
  const { mean, std, device, random } = readOptions('normal', options, {
    ...placement,
    mean: number(0),
    std: number(1, { least: 0 }),
  });
  const { normal: draw } = sourceOf(random);
  return drawn('normal', shape, () => mean + std * draw(), device);
}

/** Options of {@link kaimingUniform}. */
export interface KaimingOptions extends LayerOptions {
  /** Slope of the leaky ReLU that follows, for negative values. @default 0 */
  a?: number;
}

/**
 * Values from U(−b, b) with b = √(6 / ((1 + a²) fanIn)): the variance that keeps a leaky ReLU network's activations
 * at one scale. fanIn is the size of weight[0], for weight [outFeatures, inFeatures] or [O, C/groups, KH, KW].
 * He et al., arXiv 1502.01852.
 * @throws ShapeError, OptionError naming what does not fit
 *
 * @example
 * ```js
 * import { init } from 'mixgrad';
 *
 * const w = init.kaimingUniform([10, 6]);
 * console.log(w.shape, (await w.data()).every((value) => Math.abs(value) <= 1));
 * ```
 * ```text
 * [ 10, 6 ] true
 * ```
 */
export function kaimingUniform(shape: Shape, options: KaimingOptions = {}): Tensor {
  const { a, ...place } = readOptions('kaimingUniform', options, { ...placement, a: number(0) });
  const bound = Math.sqrt(6 / ((1 + a * a) * fanIn('kaimingUniform', shape)));
  return uniform(shape, { ...place, low: -bound, high: bound });
}

/** How many inputs an output of a weight of this shape has: the size of weight[0]. */
function fanIn(op: string, shape: Shape): number {
  checkShape(op, shape);
  if (shape.length >= 2) return numel(shape.slice(1));
  throw new ShapeError(`${op}: shape is ${format(shape)}, expected at least two axes`);
}

function drawn(op: string, shape: Shape, draw: () => number, device?: Device | null): Tensor {
  checkShape(op, shape);
  checkRoom(op, shape, device ?? currentDevice());
  return tensor(Float64Array.from({ length: numel(shape) }, draw), { shape, device });
}
