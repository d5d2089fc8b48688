// The sum of two gradients of one tensor, and one gradient for two tensors.
import * as k from '../../kernels/elementwise.js';
import type { Tensor } from '../tensor/tensor.js';
import { defineOp } from './op.js';
import { run, view } from './run.js';

/** a + b of equal shapes, for the gradients that meet at a tensor. */
export const accumulate = defineOp('accumulate', {
  forward: ({ a, b }: { a: Tensor; b: Tensor }) => run(k.add, [a, b]),
  vjp: { a: ({ g }) => g, b: ({ g }) => g },
});

/** g as a tensor of its own, for a rule that hands on the gradient it was given. */
export const alias = defineOp('alias', {
  forward: ({ x }: { x: Tensor }) => view(x, x.shape),
  vjp: { x: ({ g }) => g },
});
