// Softmax as a layer.
import { softmax } from '../ops/reduce.js';
import { integer, required } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/**
 * softmax(x, axis). For training, crossEntropy takes logits as they are.
 * @throws OptionError; forward() ShapeError for an axis that x does not have
 *
 * @example
 * ```js
 * import { Softmax, tensor } from 'mixgrad';
 *
 * console.log(await new Softmax(1).forward(tensor([[3, 3]])).data());
 * ```
 * ```text
 * Float32Array(2) [ 0.5, 0.5 ]
 * ```
 */
export class Softmax extends Module {
  readonly axis: number;

  constructor(axis: number) {
    super();
    this.axis = required('Softmax', 'axis', axis, integer(0));
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.axis);
  }

  protected override extraRepr(): string {
    return `axis=${this.axis}`;
  }
}
