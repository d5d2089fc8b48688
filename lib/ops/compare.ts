// Comparisons, and operations that choose among values by them.
import * as k from '../../kernels/compare.js';
import { OptionError } from '../errors.js';
import { number, readOptions } from '../options.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run } from '../tape/run.js';
import { scalar, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { sumTo } from './broadcast.js';
import { mul } from './elementwise.js';
import { binary, commonShape, type Operand, operand, runBroadcast, unary } from './operands.js';
import { slope } from './slope.js';

/** 1 or 0 where a < b, a = b, a > b and where one of them is NaN. */
function comparison(name: string, below: number, equal: number, above: number, unordered = 0) {
  return binary(name, k.compare, null, { below, equal, above, unordered });
}

/**
 * 1 where a = b, else 0, either of them a tensor or a number. It has no gradient.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { eq, tensor } from 'mixgrad';
 *
 * console.log(await eq(tensor([1, 2, 3]), 2).data());
 * ```
 * ```text
 * Float32Array(3) [ 0, 1, 0 ]
 * ```
 */
export const eq = comparison('eq', 0, 1, 0);

/**
 * 1 where a ≠ b, else 0, either of them a tensor or a number; NaN differs from everything. It has no gradient.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { ne, tensor } from 'mixgrad';
 *
 * console.log(await ne(tensor([1, 2, NaN]), 2).data());
 * ```
 * ```text
 * Float32Array(3) [ 1, 0, 1 ]
 * ```
 */
export const ne = comparison('ne', 1, 0, 1, 1);

/**
 * 1 where a < b, else 0, either of them a tensor or a number. It has no gradient.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { lt, tensor } from 'mixgrad';
 *
 * console.log(await lt(tensor([1, 2, 3]), 2).data());
 * ```
 * ```text
 * Float32Array(3) [ 1, 0, 0 ]
 * ```
 */
export const lt = comparison('lt', 1, 0, 0);

/**
 * 1 where a ≤ b, else 0, either of them a tensor or a number. It has no gradient.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { le, tensor } from 'mixgrad';
 *
 * console.log(await le(tensor([1, 2, 3]), 2).data());
 * ```
 * ```text
 * Float32Array(3) [ 1, 1, 0 ]
 * ```
 */
export const le = comparison('le', 1, 1, 0);

/**
 * 1 where a > b, else 0, either of them a tensor or a number. It has no gradient.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { gt, tensor } from 'mixgrad';
 *
 * const scores = tensor([[0.2], [0.9]]);
 * console.log(await gt(scores, tensor([0.1, 0.5])).data());
 * ```
 * ```text
 * Float32Array(4) [ 1, 0, 1, 1 ]
 * ```
 */
export const gt = comparison('gt', 0, 0, 1);

/**
 * 1 where a ≥ b, else 0, either of them a tensor or a number. It has no gradient.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { ge, tensor } from 'mixgrad';
 *
 * console.log(await ge(tensor([1, 2, 3]), 2).data());
 * ```
 * ```text
 * Float32Array(3) [ 0, 1, 1 ]
 * ```
 */
export const ge = comparison('ge', 0, 1, 1);

const signOf = defineOp('sign', {
  forward: ({ x }: { x: Tensor }): Tensor =>
    run(k.compare, [x, scalar(0, x.device)], { below: -1, equal: 0, above: 1, unordered: 0 }),
  vjp: { x: ({ x }) => zeros(x.shape, { device: x.device }) },
});

/**
 * −1, 0 or 1 by the sign of x, elementwise, any shape; 0 for NaN. The gradient is 0.
 *
 * @example
 * ```js
 * import { sign, tensor } from 'mixgrad';
 *
 * console.log(await sign(tensor([-3, 0, 0.5])).data());
 * ```
 * ```text
 * Float32Array(3) [ -1, 0, 1 ]
 * ```
 */
export function sign(x: Tensor): Tensor {
  checkTensors('sign', { x });
  return signOf({ x });
}

/**
 * |x|, elementwise, any shape. The derivative at 0 is 0.
 *
 * @example
 * ```js
 * import { abs, tensor } from 'mixgrad';
 *
 * const x = tensor([-2, 0, 3], { requiresGrad: true });
 * const y = abs(x);
 * y.sum().backward();
 * console.log(await y.data(), await x.grad.data());
 * ```
 * ```text
 * Float32Array(3) [ 2, 0, 3 ] Float32Array(3) [ -1, 0, 1 ]
 * ```
 */
export const abs = unary('abs', k.abs, ({ g, x }) => mul(g, sign(x)));

/** g where a > b, half of it where they are equal, 0 where a < b; g as well where one of them is NaN. */
const passed = defineOp('maximumGrad', {
  forward: ({ by, a, b }: { by: Tensor; a: Tensor; b: Tensor }): Tensor =>
    runBroadcast('maximumGrad', k.maximumGrad, [by, a, b]),
  vjp: { by: ({ g, a, b }): Tensor => passed({ by: g, a, b }), a: null, b: null },
});

/**
 * The larger of a and b, elementwise, either of them a tensor or a number; NaN where one of them is. Where they are equal,
 * each gets half of the gradient.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { maximum, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * const y = maximum(x, 2);
 * y.sum().backward();
 * console.log(await y.data(), await x.grad.data());
 * ```
 * ```text
 * Float32Array(3) [ 2, 2, 3 ] Float32Array(3) [ 0, 0.5, 1 ]
 * ```
 */
export const maximum = binary('maximum', k.maximum, {
  a: ({ g, a, b }) => passed({ by: g, a, b }),
  b: ({ g, a, b }) => passed({ by: g, a: b, b: a }),
});

/**
 * The smaller of a and b, elementwise, either of them a tensor or a number; NaN where one of them is. Where they are equal,
 * each gets half of the gradient.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { minimum, tensor } from 'mixgrad';
 *
 * console.log(await minimum(tensor([1, 5]), tensor([[2], [3]])).data());
 * ```
 * ```text
 * Float32Array(4) [ 1, 2, 1, 3 ]
 * ```
 */
export const minimum = binary('minimum', k.minimum, {
  a: ({ g, a, b }) => passed({ by: g, a: b, b: a }),
  b: ({ g, a, b }) => passed({ by: g, a, b }),
});

const chosen = defineOp('where', {
  forward: ({ condition, a, b }: { condition: Tensor; a: Tensor; b: Tensor }): Tensor =>
    runBroadcast('where', k.where, [condition, a, b]),
  vjp: {
    condition: null,
    a: ({ g, condition, a }): Tensor => sumTo(where(condition, g, 0), a.shape),
    b: ({ g, condition, b }): Tensor => sumTo(where(condition, 0, g), b.shape),
  },
});

/**
 * a where the condition is not 0, else b, elementwise; a and b are tensors or numbers, and the three shapes broadcast. The
 * condition has no gradient, and what is not chosen gets none, even where it is NaN.
 * @throws ShapeError where the shapes do not broadcast
 *
 * @example
 * ```js
 * import { tensor, where } from 'mixgrad';
 *
 * const x = tensor([-4, 1, 9], { requiresGrad: true });
 * const y = where(x.ge(0), x.sqrt(), 0);
 * console.log(await y.data());
 * ```
 * ```text
 * Float32Array(3) [ 0, 1, 3 ]
 * ```
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  checkTensors('where', { condition });
  const all = { condition, a: operand('where', 'a', a, condition), b: operand('where', 'b', b, condition) };
  commonShape('where', [condition.shape, all.a.shape, all.b.shape]);
  return chosen(all);
}

/** Options of {@link clamp}; one of them at least. */
export interface ClampOptions {
  /** The lower bound. @default none */
  min?: number | null;
  /** The upper bound. @default none */
  max?: number | null;
}

const clampSlope = slope('clampGrad', k.clampGrad, null);
const clampTo = defineOp('clamp', {
  forward: ({ x, min, max }: { x: Tensor; min: number; max: number }): Tensor =>
    run(k.clamp, [x], { min, max }),
  vjp: { x: ({ g, x, min, max }) => clampSlope(g, x, { min, max }) },
});

/**
 * min(max(x, min), max), elementwise, any shape. The gradient passes where x is within the bounds or on one.
 * @throws OptionError where there is no bound, or one that is no number
 *
 * @example
 * ```js
 * import { clamp, tensor } from 'mixgrad';
 *
 * const x = tensor([-2, 0, 0.5, 3], { requiresGrad: true });
 * const y = clamp(x, { min: 0, max: 1 });
 * y.sum().backward();
 * console.log(await y.data(), await x.grad.data());
 * ```
 * ```text
 * Float32Array(4) [ 0, 0, 0.5, 1 ] Float32Array(4) [ 0, 1, 1, 0 ]
 * ```
 */
export function clamp(x: Tensor, options: ClampOptions): Tensor {
  checkTensors('clamp', { x });
  const { min, max } = readOptions('clamp', options, { min: number(null), max: number(null) });
  if (min === null && max === null)
    throw new OptionError('clamp: min is null, expected a bound in min or max');
  return clampTo({ x, min: min ?? Number.NEGATIVE_INFINITY, max: max ?? Number.POSITIVE_INFINITY });
}
