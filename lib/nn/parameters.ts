// What belongs to layers: parameters, buffers, and the options that place and draw them.
import type { Device } from '../../kernels/devices/device.js';
import { OptionError } from '../errors.js';
import { defaultRandom, type Random, randomOption } from '../random.js';
import { checkTensors } from '../tape/run.js';
import { deviceOption } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';

/** Where a layer puts its parameters, and what draws them. */
export interface LayerOptions {
  /** @default currentDevice() */
  device?: Device | null;
  /** Draws the initial values. @default defaultRandom() */
  random?: Random | null;
}

/**
 * Makes a tensor a parameter: it requires a gradient, is never released, and belongs to parameters() even while
 * `requiresGrad = false` freezes it.
 * @throws OptionError for what is no tensor, or the output of a recorded operation
 *
 * @example
 * ```js
 * import { Module, parameter, ones } from 'mixgrad';
 *
 * class Scale extends Module {
 *   factor = parameter(ones([3]));
 *   forward(x) {
 *     return x.mul(this.factor);
 *   }
 * }
 *
 * const layer = new Scale();
 * layer.factor.requiresGrad = false;
 * console.log(layer.namedParameters().map(([name]) => name), layer.buffers().length);
 * ```
 * ```text
 * [ 'factor' ] 0
 * ```
 */
export function parameter(t: Tensor): Tensor {
  checkTensors('parameter', { t });
  if (!t.isLeaf) throw new OptionError('parameter: t is the output of an operation, expected t.detach()');
  t.requiresGrad = true;
  return t.keep();
}

/**
 * Makes a tensor a buffer: state that is not trained, and never released.
 * @throws OptionError for what is no tensor, and for a parameter
 *
 * @example
 * ```js
 * import { buffer, Module, zeros } from 'mixgrad';
 *
 * class Shift extends Module {
 *   offset = buffer(zeros([3]));
 *   forward(x) {
 *     return x.add(this.offset);
 *   }
 * }
 *
 * console.log(Object.keys(await new Shift().stateDict()));
 * ```
 * ```text
 * [ 'offset' ]
 * ```
 */
export function buffer(t: Tensor): Tensor {
  checkTensors('buffer', { t });
  if (t.isParameter) throw new OptionError('buffer: t is a parameter, expected a tensor without a gradient');
  return t.keep();
}

/** The options that every layer with parameters has. */
export const placement = { device: deviceOption, random: randomOption };

/** The generator that was given, or the process's. */
export function sourceOf(random: Random | null | undefined): Random {
  return random ?? defaultRandom();
}
