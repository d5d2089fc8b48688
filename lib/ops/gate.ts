// gate: values that pass where others are positive. Not public.
import * as k from '../../kernels/elementwise.js';
import { defineOp } from '../tape/op.js';
import { run } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';

interface Gate {
  x: Tensor;
  /** Of the shape of x. */
  by: Tensor;
}

/** x where `by` is positive or NaN, 0 elsewhere: linear in x, and nothing that is not finite comes from what is left out. */
export const gate: (args: Gate) => Tensor = defineOp('gate', {
  forward: ({ x, by }: Gate) => run(k.reluGrad, [x, by]),
  vjp: { x: ({ g, by }) => gate({ x: g, by }), by: null },
});
