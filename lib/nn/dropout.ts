// Dropout and Dropout2d.
import { type DropoutOptions, dropout, dropout2d, dropoutSchema } from '../ops/dropout.js';
import { readOptions } from '../options.js';
import { createRandom, defaultRandom, type Random } from '../random.js';
import { checkTensors } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/** Options of {@link Dropout} and {@link Dropout2d}. */
export interface DropoutLayerOptions extends DropoutOptions {
  /**
   * Draws the masks. Its state is part of the layer's state dictionary.
   * @default a generator of the layer's own, whose seed defaultRandom() draws
   */
  random?: Random | null;
}

/** What both have. */
abstract class Drop extends Module {
  readonly p: number;
  private readonly random: Random;

  constructor(options: DropoutLayerOptions = {}) {
    super();
    const { p, random } = readOptions(new.target.name, options, dropoutSchema);
    this.p = p;
    this.random = random ?? createRandom(defaultRandom().integer(2 ** 32));
  }

  forward(x: Tensor): Tensor {
    checkTensors(this.constructor.name, { x });
    const { p, random, training } = this;
    return training ? this.drop(x, { p, random }) : x;
  }

  protected abstract drop(x: Tensor, options: DropoutOptions): Tensor;

  protected override extraRepr(): string {
    return `p=${this.p}`;
  }
}

/**
 * dropout in training; in evaluation x as it is.
 * @throws OptionError
 *
 * @example
 * ```js
 * import { createRandom, Dropout, ones } from 'mixgrad';
 *
 * const layer = new Dropout({ p: 0.5, random: createRandom(1) });
 * console.log(layer, Object.keys(await layer.stateDict()));
 * console.log(await layer.forward(ones([6])).data(), await layer.eval().forward(ones([6])).data());
 * ```
 * ```text
 * Dropout(p=0.5) [ 'random_state' ]
 * Float32Array(6) [ 0, 0, 2, 2, 0, 2 ] Float32Array(6) [ 1, 1, 1, 1, 1, 1 ]
 * ```
 */
export class Dropout extends Drop {
  protected drop(x: Tensor, options: DropoutOptions): Tensor {
    return dropout(x, options);
  }
}

/**
 * dropout2d, of whole channels, in training; in evaluation x as it is.
 * @throws OptionError; forward() in training ShapeError unless x has four axes
 *
 * @example
 * ```js
 * import { createRandom, Dropout2d, ones } from 'mixgrad';
 *
 * const layer = new Dropout2d({ random: createRandom(1) });
 * console.log(await layer.forward(ones([1, 4, 1, 2])).data());
 * ```
 * ```text
 * Float32Array(8) [
 *   0, 0, 0, 0,
 *   2, 2, 2, 2
 * ]
 * ```
 */
export class Dropout2d extends Drop {
  protected drop(x: Tensor, options: DropoutOptions): Tensor {
    return dropout2d(x, options);
  }
}
