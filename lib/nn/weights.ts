// How the weights and biases of layers start, as in PyTorch.
import { numel, type Shape } from '../shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { kaimingUniform, uniform } from './init.js';
import { type LayerOptions, parameter } from './parameters.js';

/** kaimingUniform with a = √5, which is U(−1/√fanIn, 1/√fanIn). */
export function weightOf(shape: Shape, place: LayerOptions): Tensor {
  return parameter(kaimingUniform(shape, { ...place, a: Math.sqrt(5) }));
}

/** The bias [count] that goes with a weight, from U(−1/√fanIn, 1/√fanIn). */
export function biasOf({ shape }: Tensor, place: LayerOptions, count = shape[0]): Tensor {
  const high = 1 / Math.sqrt(numel(shape.slice(1)));
  return parameter(uniform([count], { ...place, low: -high, high }));
}
