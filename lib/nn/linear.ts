// Linear: the fully connected layer.
import { ShapeError } from '../errors.js';
import { add } from '../ops/elementwise.js';
import { matmul } from '../ops/matmul.js';
import { permute } from '../ops/movement.js';
import { flag, integer, readOptions, required } from '../options.js';
import { format } from '../shape.js';
import { checkTensors } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { type LayerOptions, placement } from './parameters.js';
import { biasOf, weightOf } from './weights.js';

/** Options of {@link Linear}. */
export interface LinearOptions extends LayerOptions {
  /** Whether b is added. @default true */
  bias?: boolean;
}

const positive = integer(1, { least: 1 });

/**
 * y = x Wᵀ + b for x [..., inFeatures]; weight is [outFeatures, inFeatures], bias [outFeatures]. Both start from
 * U(−1/√inFeatures, 1/√inFeatures).
 * @throws OptionError; forward() ShapeError for another last axis
 *
 * @example
 * ```js
 * import { Linear, ones } from 'mixgrad';
 *
 * const layer = new Linear(4, 2);
 * console.log(layer);
 * console.log(layer.forward(ones([3, 4])).shape);
 * ```
 * ```text
 * Linear(inFeatures=4, outFeatures=2, bias=true)
 * [ 3, 2 ]
 * ```
 */
export class Linear extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly inFeatures: number;
  readonly outFeatures: number;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    this.inFeatures = required('Linear', 'inFeatures', inFeatures, positive);
    this.outFeatures = required('Linear', 'outFeatures', outFeatures, positive);
    const { bias, ...place } = readOptions('Linear', options, { ...placement, bias: flag(true) });
    this.weight = weightOf([outFeatures, inFeatures], place);
    this.bias = bias ? biasOf(this.weight, place) : null;
  }

  forward(x: Tensor): Tensor {
    checkTensors('Linear', { x });
    if (x.shape.at(-1) !== this.inFeatures) {
      throw new ShapeError(
        `Linear: x has shape ${format(x.shape)}, expected a last axis of ${this.inFeatures}`,
      );
    }
    const y = matmul(x, permute(this.weight, [1, 0]));
    return this.bias ? add(y, this.bias) : y;
  }

  protected override extraRepr(): string {
    const { inFeatures, outFeatures, bias } = this;
    return `inFeatures=${inFeatures}, outFeatures=${outFeatures}, bias=${bias !== null}`;
  }
}
