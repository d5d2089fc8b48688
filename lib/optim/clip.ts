// Clipping of gradients, as torch.nn.utils has it.
import * as elementwise from '../../kernels/elementwise.js';
import * as k from '../../kernels/optim.js';
import { OptionError } from '../errors.js';
import { describe, flag, number, type Reader, readOptions, required } from '../options.js';
import { run } from '../tape/run.js';
import { noGrad } from '../tape/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { tensorsOf } from './groups.js';

/** Options of {@link clipGradNorm}; names and defaults are PyTorch's. */
export interface ClipGradNormOptions {
  /** The p of the norm; Infinity takes the largest magnitude. @default 2 */
  normType?: number;
  /** Throws where the norm is not finite, in place of scaling by it. @default false */
  errorIfNonfinite?: boolean;
}

const finiteNorm = number(2, { above: 0 });
const normType: Reader<number> = {
  fallback: 2,
  read: (op, name, value) => (value === Number.POSITIVE_INFINITY ? value : finiteNorm.read(op, name, value)),
};
const schema = { normType, errorIfNonfinite: flag(false) };
const limit = number(0, { least: 0 });

/**
 * Scales all gradients by maxNorm / (norm + 1e-6) where that is below 1, with the norm (Σ |g|ᵖ)^(1/p) of all of them together,
 * as if they were one vector. Parameters without a gradient are passed over.
 * @returns the norm before
 * @throws OptionError for what is no parameter or out of range, and by errorIfNonfinite
 *
 * @example
 * ```js
 * import { clipGradNorm, tensor } from 'mixgrad';
 *
 * const w = tensor([1, 2], { requiresGrad: true });
 * w.mul(tensor([3, 4])).sum().backward();
 * console.log(await clipGradNorm([w], 1));
 * console.log(Array.from(await w.grad.data(), (g) => g.toFixed(3)).join(' '));
 * ```
 * ```text
 * 5
 * 0.600 0.800
 * ```
 */
export async function clipGradNorm(
  parameters: Tensor | readonly Tensor[],
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Promise<number> {
  const op = 'clipGradNorm';
  const params = tensorsOf(op, parameters);
  required(op, 'maxNorm', maxNorm, limit);
  const { normType: p, errorIfNonfinite } = readOptions(op, options, schema);
  const norm = await normOf(gradsOf(params), p);
  if (errorIfNonfinite && !Number.isFinite(norm)) {
    throw new OptionError(`${op}: the norm of order ${p} is ${describe(norm)}, expected a finite one`);
  }
  const scale = maxNorm / (norm + 1e-6);
  // NaN scales as well: gradients of which one is NaN all become NaN, as in PyTorch.
  if (!(scale >= 1)) replace(params, (g) => run(elementwise.affine, [g], { scale, shift: 0 }));
  return norm;
}

/**
 * Moves every entry of the gradients into −clipValue … clipValue.
 * @throws OptionError for what is no parameter or out of range
 *
 * @example
 * ```js
 * import { clipGradValue, tensor } from 'mixgrad';
 *
 * const w = tensor([1, 2], { requiresGrad: true });
 * w.mul(tensor([0.5, -4])).sum().backward();
 * clipGradValue([w], 1);
 * console.log(await w.grad.data());
 * ```
 * ```text
 * Float32Array(2) [ 0.5, -1 ]
 * ```
 */
export function clipGradValue(parameters: Tensor | readonly Tensor[], clipValue: number): void {
  const params = tensorsOf('clipGradValue', parameters);
  required('clipGradValue', 'clipValue', clipValue, limit);
  replace(params, (g) => run(k.clipValue, [g], { limit: clipValue }));
}

const gradsOf = (params: readonly Tensor[]): Tensor[] => params.flatMap(({ grad }) => (grad ? [grad] : []));

/** Gives each gradient the values that fn makes of it. */
function replace(params: readonly Tensor[], fn: (g: Tensor) => Tensor): void {
  noGrad(() => {
    for (const g of gradsOf(params)) g.assign(fn(g));
  });
}

/** The norm of order p of all together. */
async function normOf(grads: readonly Tensor[], p: number): Promise<number> {
  const isMax = p === Number.POSITIVE_INFINITY;
  const parts = noGrad(() =>
    grads.map((g) => {
      const powers = run(k.absPower, [g], { p: isMax ? 1 : p });
      return isMax ? powers.max() : powers.sum();
    }),
  );
  const values = await Promise.all(parts.map((part) => part.item()));
  for (const part of parts) part.dispose();
  if (isMax) return values.reduce((most, value) => (value > most || Number.isNaN(value) ? value : most), 0);
  return values.reduce((sum, value) => sum + value, 0) ** (1 / p);
}
