// Activations. Each is one kernel, and so is its gradient.

import type { Gate } from '../../kernels/activations.js';
import * as k from '../../kernels/activations.js';
import { choice, number, readOptions } from '../options.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { clamp, gt, minimum, where } from './compare.js';
import { add, exp, mul, sub } from './elementwise.js';
import { unary } from './operands.js';
import { square } from './power.js';
import { slope } from './slope.js';

/** (y − low)·(1 − y) has the derivative 1 + low − 2y. */
const sigmoidSlope = slope('sigmoidGrad', k.sigmoidGrad, (y, { low }) => sub(1 + low, mul(y, 2)));

/**
 * The hyperbolic tangent, elementwise, any shape.
 *
 * @example
 * ```js
 * import { tanh, tensor } from 'mixgrad';
 *
 * const y = await tanh(tensor([-1, 0, 20])).data();
 * console.log(y[0].toFixed(4), y[1], y[2]);
 * ```
 * ```text
 * -0.7616 0 1
 * ```
 */
export const tanh = unary('tanh', k.tanh, ({ g, out }) => sigmoidSlope(g, out, { low: -1 }));

/**
 * The logistic function 1 / (1 + e^−x), elementwise, any shape.
 *
 * @example
 * ```js
 * import { sigmoid, tensor } from 'mixgrad';
 *
 * const x = tensor([0, 100], { requiresGrad: true });
 * const y = sigmoid(x);
 * y.sum().backward();
 * console.log(await y.data(), await x.grad.data());
 * ```
 * ```text
 * Float32Array(2) [ 0.5, 1 ] Float32Array(2) [ 0.25, 0 ]
 * ```
 */
export const sigmoid = unary('sigmoid', k.sigmoid, ({ g, out }) => sigmoidSlope(g, out, { low: 0 }));

/** Options of {@link leakyRelu}. */
export interface LeakyReluOptions {
  /** The factor of negative x. @default 0.01 */
  negativeSlope?: number;
}

export const leakyReluSchema = { negativeSlope: number(0.01) };

const leakySlope = slope('leakyReluGrad', k.leakyReluGrad, null);
const leakyReluOf = defineOp('leakyRelu', {
  forward: ({ x, negativeSlope }: { x: Tensor; negativeSlope: number }): Tensor =>
    run(k.leakyRelu, [x], { negativeSlope }),
  vjp: { x: ({ g, x, negativeSlope }) => leakySlope(g, x, { negativeSlope }) },
});

/**
 * x where x > 0, else negativeSlope·x, elementwise, any shape. The derivative at 0 is negativeSlope.
 * @throws OptionError for an unknown option, or one that is no number
 *
 * @example
 * ```js
 * import { leakyRelu, tensor } from 'mixgrad';
 *
 * const x = tensor([-2, 3]);
 * console.log(await leakyRelu(x, { negativeSlope: 0.25 }).data());
 * ```
 * ```text
 * Float32Array(2) [ -0.5, 3 ]
 * ```
 */
export function leakyRelu(x: Tensor, options: LeakyReluOptions = {}): Tensor {
  checkTensors('leakyRelu', { x });
  return leakyReluOf({ x, ...readOptions('leakyRelu', options, leakyReluSchema) });
}

/** Options of {@link elu}. */
export interface EluOptions {
  /** What −y approaches for negative x. @default 1 */
  alpha?: number;
}

export const eluSchema = { alpha: number(1) };

const eluSlope = slope('eluGrad', k.eluGrad, (x, { alpha }) =>
  where(gt(x, 0), 0, mul(exp(minimum(x, 0)), alpha)),
);
const eluOf = defineOp('elu', {
  forward: ({ x, alpha }: { x: Tensor; alpha: number }): Tensor => run(k.elu, [x], { alpha }),
  vjp: { x: ({ g, x, alpha }) => eluSlope(g, x, { alpha }) },
});

/**
 * Exponential linear unit: x where x > 0, else alpha·(eˣ − 1), elementwise, any shape. The derivative at 0 is alpha.
 * @throws OptionError for an unknown option, or one that is no number
 *
 * @example
 * ```js
 * import { elu, tensor } from 'mixgrad';
 *
 * const y = await elu(tensor([-1, 2])).data();
 * console.log(y[0].toFixed(4), y[1]);
 * ```
 * ```text
 * -0.6321 2
 * ```
 */
export function elu(x: Tensor, options: EluOptions = {}): Tensor {
  checkTensors('elu', { x });
  return eluOf({ x, ...readOptions('elu', options, eluSchema) });
}

/** x where a gate bends; beyond, where it is straight in every digit, a bound whose powers are finite. */
const bending = (x: Tensor) => clamp(x, { min: -1e4, max: 1e4 });

/** σ(z) + x·σ′(z)·z′ has the derivative 2σ′z′ + x·(σ″z′² + σ′z″), with σ′ = σ(1 − σ), σ″ = σ′(1 − 2σ), z″ = 6·cubic·x. */
const gateSlope = slope('sigmoidGateGrad', k.sigmoidGateGrad, (at, { linear, cubic }) => {
  const x = bending(at);
  const x2 = square(x);
  const s = sigmoid(mul(x, add(linear, mul(x2, cubic))));
  const ds = mul(s, sub(1, s));
  const dz = add(linear, mul(x2, 3 * cubic));
  const bend = add(mul(sub(1, mul(s, 2)), square(dz)), mul(x, 6 * cubic));
  return mul(ds, add(mul(dz, 2), mul(x, bend)));
});

/** x·σ(linear·x + cubic·x³) */
const sigmoidGate = (name: string) =>
  defineOp(name, {
    forward: ({ x, linear, cubic }: { x: Tensor } & Gate): Tensor =>
      run(k.sigmoidGate, [x], { linear, cubic }),
    vjp: { x: ({ g, x, linear, cubic }) => gateSlope(g, x, { linear, cubic }) },
  });

const siluOf = sigmoidGate('silu');

/**
 * x·sigmoid(x), also called swish, elementwise, any shape.
 *
 * @example
 * ```js
 * import { silu, tensor } from 'mixgrad';
 *
 * const y = await silu(tensor([-1, 0, 2])).data();
 * console.log(y[0].toFixed(4), y[1], y[2].toFixed(4));
 * ```
 * ```text
 * -0.2689 0 1.7616
 * ```
 */
export function silu(x: Tensor): Tensor {
  checkTensors('silu', { x });
  return siluOf({ x, linear: 1, cubic: 0 });
}

/** Options of {@link gelu}. */
export interface GeluOptions {
  /** How Φ is computed: exactly, or by tanh. @default 'none' */
  approximate?: 'none' | 'tanh';
}

export const geluSchema = { approximate: choice('none', ['none', 'tanh']) };

/** Φ(x) + x·φ(x) has the derivative φ(x)·(2 − x²). */
const geluSlope = slope('geluGrad', k.geluGrad, (x) => {
  const x2 = square(bending(x));
  return mul(mul(exp(mul(x2, -0.5)), sub(2, x2)), 1 / Math.sqrt(2 * Math.PI));
});
const exactGelu = unary('gelu', k.gelu, ({ g, x }) => geluSlope(g, x, {}));

/** (1 + tanh(z/2)) / 2 = σ(z), with z/2 = √(2/π)·(x + 0.044715·x³) */
const linear = Math.sqrt(8 / Math.PI);
const geluByTanh = sigmoidGate('gelu');

/**
 * Gaussian error linear unit x·Φ(x), where Φ is the distribution function of a standard normal variable, elementwise, any
 * shape. By tanh it is x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) / 2.
 * @throws OptionError for an unknown option or word
 *
 * @example
 * ```js
 * import { gelu, tensor } from 'mixgrad';
 *
 * const x = tensor([-1, 2]);
 * const show = async (y) => Array.from(await y.data(), (v) => v.toFixed(4)).join(' ');
 * console.log(await show(gelu(x)), '|', await show(gelu(x, { approximate: 'tanh' })));
 * ```
 * ```text
 * -0.1587 1.9545 | -0.1588 1.9546
 * ```
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  checkTensors('gelu', { x });
  const { approximate } = readOptions('gelu', options, geluSchema);
  return approximate === 'none' ? exactGelu(x) : geluByTanh({ x, linear, cubic: 0.044715 * linear });
}

/** Options of {@link softplus}. */
export interface SoftplusOptions {
  /** How sharp the bend is. @default 1 */
  beta?: number;
  /** Where beta·x is above, the result is x. @default 20 */
  threshold?: number;
}

export const softplusSchema = { beta: number(1, { above: 0 }), threshold: number(20) };

/** σ(βx) has the derivative β·σ(βx)·(1 − σ(βx)). */
const softplusSlope = slope('softplusGrad', k.softplusGrad, (x, { beta, threshold }) => {
  const z = mul(x, beta);
  const s = sigmoid(z);
  return where(gt(z, threshold), 0, mul(mul(s, sub(1, s)), beta));
});
export const softplusOf = defineOp('softplus', {
  forward: ({ x, beta, threshold }: { x: Tensor; beta: number; threshold: number }): Tensor =>
    run(k.softplus, [x], { beta, threshold }),
  vjp: { x: ({ g, x, beta, threshold }) => softplusSlope(g, x, { beta, threshold }) },
});

/**
 * log(1 + e^(beta·x)) / beta, a smooth max(x, 0), elementwise, any shape.
 * @throws OptionError for an unknown option, or a beta that is not above 0
 *
 * @example
 * ```js
 * import { softplus, tensor } from 'mixgrad';
 *
 * const y = await softplus(tensor([-200, 0, 200])).data();
 * console.log(y[0], y[1].toFixed(4), y[2]);
 * ```
 * ```text
 * 0 0.6931 200
 * ```
 */
export function softplus(x: Tensor, options: SoftplusOptions = {}): Tensor {
  checkTensors('softplus', { x });
  return softplusOf({ x, ...readOptions('softplus', options, softplusSchema) });
}
