// Making parameters and buffers, and PyTorch's initializations.
import type { Random } from '../random.js';
import type { Shape } from '../shape.js';
import { full, type Tensor, type TensorOptions, tensor } from '../tensor/tensor.js';

/** Where a layer puts its parameters, and what draws them. */
export interface LayerOptions extends Pick<TensorOptions, 'device'> {
  /** Source of the initial values. */
  random: Random;
}

/** A trainable tensor drawn from U(−bound, bound). */
export function uniformParameter(shape: Shape, bound: number, { random, device }: LayerOptions): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Float64Array.from({ length: size }, () => (2 * random.uniform() - 1) * bound);
  return tensor(values, { shape, device, requiresGrad: true }).keep();
}

/**
 * The bound of PyTorch's default initialization of weights and biases, 1/√fanIn: He's uniform bound
 * √(6 / ((1 + a²) fanIn)) with a = √5. He et al., arXiv 1502.01852.
 */
export function defaultBound(fanIn: number): number {
  return 1 / Math.sqrt(fanIn);
}

/** A trainable tensor of one value. */
export function constantParameter(shape: Shape, value: number, device?: TensorOptions['device']): Tensor {
  return full(shape, value, { device, requiresGrad: true }).keep();
}

/** State that is not trained. */
export function buffer(shape: Shape, value: number, device?: TensorOptions['device']): Tensor {
  return full(shape, value, { device }).keep();
}
