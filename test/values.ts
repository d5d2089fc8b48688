// Values for tests: seeded, in ranges where the operation under test is smooth.
import { createRandom, type Device, type Shape, type Tensor, tensor } from '../lib/index.js';
import { numel } from '../lib/shape.js';

/** Normal draws, the same for the same seed. */
export function normal(shape: Shape, seed: number | string): Float64Array {
  return Float64Array.from({ length: numel(shape) }, createRandom(seed).normal);
}

/** Uniform draws from [0.5, 2): safe for logarithms, roots and divisors. */
export function positive(shape: Shape, seed: number | string): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: numel(shape) }, () => 0.5 + 1.5 * random.uniform());
}

/** Integers from 0 to n − 1. */
export function integers(n: number, count: number, seed: number | string): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.integer(n));
}

/** A leaf that requires a gradient. */
export function leaf(values: ArrayLike<number>, shape: Shape, device?: Device): Tensor {
  return tensor(values, { shape, device, requiresGrad: true });
}
