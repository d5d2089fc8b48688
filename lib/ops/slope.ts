// The gradient of a function of one tensor as an operation of its own.
import type { Kernel, NoAttrs } from '../../kernels/spec.js';
import { defineOp } from '../tape/op.js';
import { run } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { mul } from './elementwise.js';

interface Slope {
  by: Tensor;
  at: Tensor;
  attrs: object;
}

/**
 * by·f′(at), computed by a kernel with attributes, as an operation: so a gradient can be differentiated again. `second` is
 * f″ there; null where f is made of straight pieces.
 */
export function slope<A = NoAttrs>(
  name: string,
  kernel: Kernel<A>,
  second: ((at: Tensor, attrs: A) => Tensor) | null,
) {
  const op: (args: Slope) => Tensor = defineOp<Slope, Tensor>(name, {
    forward: ({ by, at, attrs }) => run(kernel, [by, at], attrs as A & object),
    vjp: {
      by: ({ g, at, attrs }) => op({ by: g, at, attrs }),
      at: second && (({ g, by, at, attrs }) => mul(mul(g, by), second(at, attrs as A))),
    },
  });
  return (by: Tensor, at: Tensor, attrs: A & object): Tensor => op({ by, at, attrs });
}
