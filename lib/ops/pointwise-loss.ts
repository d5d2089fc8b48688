// Losses of each element and its target: squares, distances, and the cross-entropy of yes and no.
import { ShapeError } from '../errors.js';
import { anything, number, readOptions } from '../options.js';
import { broadcastShapes, format, sameShape } from '../shape.js';
import { checkTensors, commonDevice } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { softplusOf } from './activations.js';
import { abs, minimum } from './compare.js';
import { add, mul, neg, sub } from './elementwise.js';
import { square } from './power.js';
import { type LossOptions, lossSchema, reduce } from './reduction.js';

/** x − target. @throws OptionError, ShapeError unless both are tensors of one shape */
function difference(op: string, x: Tensor, target: Tensor): Tensor {
  checkPair(op, 'x', x, target);
  return sub(x, target);
}

function checkPair(op: string, name: string, x: Tensor, target: Tensor): void {
  checkTensors(op, { [name]: x, target });
  if (sameShape(x.shape, target.shape)) return;
  throw new ShapeError(
    `${op}: target has shape ${format(target.shape)}, expected that of ${name}, ${format(x.shape)}`,
  );
}

/**
 * (x − target)² of each element, brought together.
 * @throws ShapeError unless x and target have one shape, OptionError
 *
 * @example
 * ```js
 * import { mseLoss, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * const loss = mseLoss(x, tensor([1, 4, 0]), { reduction: 'sum' });
 * loss.backward();
 * console.log(await loss.item(), await x.grad.data());
 * ```
 * ```text
 * 13 Float32Array(3) [ 0, -4, 6 ]
 * ```
 */
export function mseLoss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { reduction } = readOptions('mseLoss', options, lossSchema);
  const d = difference('mseLoss', x, target);
  return reduce(mul(d, d), reduction);
}

/**
 * |x − target| of each element, brought together. Where they are equal the gradient is 0.
 * @throws ShapeError unless x and target have one shape, OptionError
 *
 * @example
 * ```js
 * import { l1Loss, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * const loss = l1Loss(x, tensor([1, 4, 0]), { reduction: 'sum' });
 * loss.backward();
 * console.log(await loss.item(), await x.grad.data());
 * ```
 * ```text
 * 5 Float32Array(3) [ 0, -1, 1 ]
 * ```
 */
export function l1Loss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { reduction } = readOptions('l1Loss', options, lossSchema);
  return reduce(abs(difference('l1Loss', x, target)), reduction);
}

/** Options of smoothL1Loss. */
export interface SmoothL1LossOptions extends LossOptions {
  /** Where the square ends; 0 gives l1Loss. @default 1 */
  beta?: number;
}

const smoothL1Schema = { ...lossSchema, beta: number(1, { least: 0 }) };

/**
 * With d = |x − target| of each element: d² / (2 beta) where d < beta, else d − beta / 2, brought together.
 * @throws ShapeError unless x and target have one shape, OptionError
 *
 * @example
 * ```js
 * import { smoothL1Loss, tensor } from 'mixgrad';
 *
 * const x = tensor([1, 2, 3.5], { requiresGrad: true });
 * const loss = smoothL1Loss(x, tensor([1, 4, 3]), { reduction: 'none' });
 * loss.sum().backward();
 * console.log(await loss.data(), await x.grad.data());
 * ```
 * ```text
 * Float32Array(3) [ 0, 1.5, 0.125 ] Float32Array(3) [ 0, -1, 0.5 ]
 * ```
 */
export function smoothL1Loss(x: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const { reduction, beta } = readOptions('smoothL1Loss', options, smoothL1Schema);
  const d = abs(difference('smoothL1Loss', x, target));
  return reduce(beta === 0 ? d : smoothed(d, beta), reduction);
}

/** d² / (2 beta) where d < beta, else d − beta / 2: the first is of what d has up to beta, and the rest counts as it is. */
function smoothed(d: Tensor, beta: number): Tensor {
  const near = minimum(d, beta);
  return add(mul(square(near), 0.5 / beta), sub(d, near));
}

/** Options of bceWithLogits. */
export interface BceWithLogitsOptions extends LossOptions {
  /** Factor of each loss, in a shape that stretches to that of the logits. @default 1 */
  weight?: Tensor | null;
  /** Factor of what a target of 1 costs, in such a shape: above 1 it finds more of the positive ones. @default 1 */
  posWeight?: Tensor | null;
}

const bceSchema = {
  ...lossSchema,
  weight: anything<Tensor | null>(null),
  posWeight: anything<Tensor | null>(null),
};

/**
 * Binary cross-entropy −target·log σ(x) − (1 − target)·log(1 − σ(x)) of each logit x, brought together, without overflow.
 * Targets are probabilities; they are not checked for their range.
 * @throws ShapeError, OptionError naming what does not fit
 *
 * @example
 * ```js
 * import { bceWithLogits, tensor } from 'mixgrad';
 *
 * const logits = tensor([0, 500, -500], { requiresGrad: true });
 * const loss = bceWithLogits(logits, tensor([1, 1, 1]), { reduction: 'none' });
 * loss.sum().backward();
 * console.log(await loss.data(), await logits.grad.data());
 * ```
 * ```text
 * Float32Array(3) [ 0.6931471824645996, 0, 500 ] Float32Array(3) [ -0.5, 0, -1 ]
 * ```
 */
export function bceWithLogits(logits: Tensor, target: Tensor, options: BceWithLogitsOptions = {}): Tensor {
  const { reduction, weight, posWeight } = readOptions('bceWithLogits', options, bceSchema);
  checkPair('bceWithLogits', 'logits', logits, target);
  checkFactors(logits, { weight, posWeight });
  commonDevice('bceWithLogits', [logits, target]);
  const positive = softplusOf({ x: neg(logits), beta: 1, threshold: Number.POSITIVE_INFINITY }); // log(1 + e⁻ˣ)
  const weighted = posWeight ? mul(positive, add(mul(sub(posWeight, 1), target), 1)) : positive;
  const losses = add(mul(sub(1, target), logits), weighted);
  return reduce(weight ? mul(losses, weight) : losses, reduction);
}

/** Throws unless all that are given are tensors, and stretch to the shape of the logits. */
function checkFactors({ shape }: Tensor, factors: Record<string, Tensor | null>): void {
  for (const [name, factor] of Object.entries(factors)) {
    if (factor === null) continue;
    checkTensors('bceWithLogits', { [name]: factor });
    if (sameShape(broadcastShapes(`bceWithLogits: ${name}`, factor.shape, shape), shape)) continue;
    throw new ShapeError(
      `bceWithLogits: ${name} has shape ${format(factor.shape)}, which does not stretch to ${format(shape)}`,
    );
  }
}
