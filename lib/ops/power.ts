// Powers.
import * as k from '../../kernels/elementwise.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run } from '../tape/run.js';
import { scalar, zeros } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { eq, ge, where } from './compare.js';
import { log, mul, sqrt, sub } from './elementwise.js';
import { binary, type Operand } from './operands.js';

const powPair = binary('pow', k.pow, {
  a: ({ g, a, b }) => where(eq(b, 0), 0, mul(g, mul(b, pow(a, sub(b, 1))))),
  // 0ᵇ is constant in b
  b: ({ g, out, a, b }) => mul(g, where(mul(eq(a, 0), ge(b, 0)), 0, mul(out, log(a)))),
});

const powNumber = defineOp('pow', {
  forward: ({ a, exponent }: { a: Tensor; exponent: number }): Tensor =>
    run(k.pow, [a, scalar(exponent, a.device)]),
  vjp: {
    a: ({ g, a, exponent }) =>
      exponent === 0 ? zeros(a.shape, { device: a.device }) : mul(g, mul(pow(a, exponent - 1), exponent)),
  },
});

/**
 * a to the power b, elementwise, either of them a tensor or a number. A negative a has powers of whole numbers only; the
 * others are NaN.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { pow, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * const y = pow(x, 3);
 * y.sum().backward();
 * console.log(await y.data(), await x.grad.data());
 * console.log(await pow(2, x).data());
 * ```
 * ```text
 * Float32Array(3) [ 1, 8, 27 ] Float32Array(3) [ 3, 12, 27 ]
 * Float32Array(3) [ 2, 4, 8 ]
 * ```
 */
export function pow(a: Operand, b: Operand): Tensor {
  if (!(a instanceof Tensor) || typeof b !== 'number') return powPair(a, b);
  if (b === 2) return square(a);
  return b === 0.5 ? sqrt(a) : powNumber({ a, exponent: b });
}

/**
 * x², elementwise, any shape.
 *
 * @example
 * ```js
 * import { square, tensor } from 'mixgrad';
 *
 * console.log(await square(tensor([1, -2, 3])).data());
 * ```
 * ```text
 * Float32Array(3) [ 1, 4, 9 ]
 * ```
 */
export function square(x: Tensor): Tensor {
  checkTensors('square', { x });
  return mul(x, x);
}
