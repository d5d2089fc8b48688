// Arithmetic, with NumPy's broadcasting, and functions of one tensor.
import * as k from '../../kernels/elementwise.js';
import { defineOp, type Op } from '../tape/op.js';
import { checkTensors, run } from '../tape/run.js';
import { Tensor } from '../tensor/tensor.js';
import { binary, type Operand, unary } from './operands.js';

const addPair = binary('add', k.add, { a: ({ g }) => g, b: ({ g }) => g });
const subPair = binary('sub', k.sub, { a: ({ g }) => g, b: ({ g }) => neg(g) });
const mulPair = binary('mul', k.mul, { a: ({ g, b }) => mul(g, b), b: ({ g, a }) => mul(g, a) });
const divPair = binary('div', k.div, {
  a: ({ g, b }) => div(g, b),
  b: ({ g, out, b }) => neg(div(mul(g, out), b)),
});

const scaleAndShift = defineOp('affine', {
  forward: ({ x, scale, shift }: { x: Tensor; scale: number; shift: number }) =>
    run(k.affine, [x], { scale, shift }),
  vjp: { x: ({ g, scale }) => affine(g, scale, -0) },
});

/** scale·x + shift; a shift of −0 changes no product, while 0 would turn −0 into 0. */
function affine(x: Tensor, scale: number, shift: number): Tensor {
  return scaleAndShift({ x, scale, shift });
}

/**
 * a + b, either of them a tensor or a number.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { add, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2], [3, 4]]);
 * console.log(await add(x, tensor([10, 20])).data(), await x.add(1).data());
 * ```
 * ```text
 * Float32Array(4) [ 11, 22, 13, 24 ] Float32Array(4) [ 2, 3, 4, 5 ]
 * ```
 */
export function add(a: Operand, b: Operand): Tensor {
  if (a instanceof Tensor && typeof b === 'number') return affine(a, 1, b);
  if (b instanceof Tensor && typeof a === 'number') return affine(b, 1, a);
  return addPair(a, b);
}

/**
 * a − b, either of them a tensor or a number.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { sub, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 4]);
 * console.log(await x.sub(1).data(), await sub(1, x).data());
 * ```
 * ```text
 * Float32Array(3) [ 0, 1, 3 ] Float32Array(3) [ 0, -1, -3 ]
 * ```
 */
export function sub(a: Operand, b: Operand): Tensor {
  if (a instanceof Tensor && typeof b === 'number') return affine(a, 1, -b);
  if (b instanceof Tensor && typeof a === 'number') return affine(b, -1, a);
  return subPair(a, b);
}

/**
 * a · b, elementwise, either of them a tensor or a number.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { mul, tensor } from 'mixgrad';
 *
 * const column = tensor([[1], [2]]);
 * const row = tensor([1, 10, 100]);
 * console.log(await mul(column, row).data());
 * ```
 * ```text
 * Float32Array(6) [ 1, 10, 100, 2, 20, 200 ]
 * ```
 */
export function mul(a: Operand, b: Operand): Tensor {
  if (a instanceof Tensor && typeof b === 'number') return affine(a, b, -0);
  if (b instanceof Tensor && typeof a === 'number') return affine(b, a, -0);
  return mulPair(a, b);
}

/**
 * a / b, elementwise, either of them a tensor or a number.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { div, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 4]);
 * console.log(await x.div(2).data(), await div(1, x).data());
 * ```
 * ```text
 * Float32Array(3) [ 0.5, 1, 2 ] Float32Array(3) [ 1, 0.5, 0.25 ]
 * ```
 */
export function div(a: Operand, b: Operand): Tensor {
  return divPair(a, b);
}

/**
 * −x
 *
 * @example
 * ```js
 * import { neg, tensor } from 'mixgrad';
 *
 * console.log(await neg(tensor([1, -2])).data());
 * ```
 * ```text
 * Float32Array(2) [ -1, 2 ]
 * ```
 */
export function neg(x: Tensor): Tensor {
  checkTensors('neg', { x });
  return affine(x, -1, -0);
}

/**
 * eˣ, elementwise, any shape.
 *
 * @example
 * ```js
 * import { exp, tensor } from 'mixgrad';
 *
 * const y = await exp(tensor([0, 1])).data();
 * console.log(y[0].toFixed(4), y[1].toFixed(4));
 * ```
 * ```text
 * 1.0000 2.7183
 * ```
 */
export const exp = unary('exp', k.exp, ({ g, out }) => mul(g, out));

/**
 * The natural logarithm, elementwise, any shape.
 *
 * @example
 * ```js
 * import { log, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 4], { requiresGrad: true });
 * const y = log(x);
 * y.sum().backward();
 * console.log((await y.data())[1].toFixed(4), await x.grad.data()); // log 4, 1/x
 * ```
 * ```text
 * 1.3863 Float32Array(2) [ 1, 0.25 ]
 * ```
 */
export const log = unary('log', k.log, ({ g, x }) => div(g, x));

/**
 * √x, elementwise, any shape.
 *
 * @example
 * ```js
 * import { sqrt, tensor } from 'mixgrad';
 *
 * console.log(await sqrt(tensor([4, 9])).data());
 * ```
 * ```text
 * Float32Array(2) [ 2, 3 ]
 * ```
 */
export const sqrt = unary('sqrt', k.sqrt, ({ g, out }) => div(g, mul(out, 2)));

/** x, but 0 where y ≤ 0: the gradient of relu, and its own. */
const whereOn: Op<{ x: Tensor; y: Tensor }> = defineOp('reluGrad', {
  forward: ({ x, y }) => run(k.reluGrad, [x, y]),
  vjp: { x: ({ g, y }) => whereOn({ x: g, y }), y: null },
});

/**
 * Rectified linear unit max(x, 0), elementwise, any shape. The derivative at 0 is 0.
 *
 * @example
 * ```js
 * import { relu, tensor } from 'mixgrad';
 *
 * const x = tensor([-1, 0, 2], { requiresGrad: true });
 * const y = relu(x);
 * y.sum().backward();
 * console.log(await y.data(), await x.grad.data());
 * ```
 * ```text
 * Float32Array(3) [ 0, 0, 2 ] Float32Array(3) [ 0, 0, 1 ]
 * ```
 */
export const relu = unary(
  'relu',
  k.relu,
  ({ g, out }) => run(k.reluGrad, [g, out]),
  ({ g, out }) => whereOn({ x: g, y: out }),
);
