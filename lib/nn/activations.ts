// Layers without weights: ReLU and Flatten.
import { ShapeError } from '../errors.js';
import { relu } from '../ops/elementwise.js';
import { reshape } from '../ops/movement.js';
import { checkTensors } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/**
 * max(x, 0)
 *
 * @example
 * ```js
 * import { ReLU, tensor } from 'mixgrad';
 *
 * console.log(await new ReLU().forward(tensor([-1, 2])).data());
 * ```
 * ```text
 * Float32Array(2) [ 0, 2 ]
 * ```
 */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    checkTensors('ReLU', { x });
    return relu(x);
  }
}

/**
 * [N, …] becomes [N, the product of the rest].
 * @throws ShapeError where x is a scalar
 *
 * @example
 * ```js
 * import { Flatten, ones } from 'mixgrad';
 *
 * console.log(new Flatten().forward(ones([2, 3, 4, 5])).shape);
 * ```
 * ```text
 * [ 2, 60 ]
 * ```
 */
export class Flatten extends Module {
  forward(x: Tensor): Tensor {
    checkTensors('Flatten', { x });
    if (x.shape.length === 0) throw new ShapeError('Flatten: x has shape [], expected [N, …]');
    return reshape(x, [x.shape[0], -1]);
  }
}
