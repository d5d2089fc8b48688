// How a loss is brought together.
import { choice } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { sum } from './broadcast.js';
import { mean } from './reduce.js';

/** How a loss is brought together: its mean, its sum, or not at all. */
export type Reduction = 'mean' | 'sum' | 'none';

/** The option that every loss has. */
export interface LossOptions {
  /** @default 'mean' */
  reduction?: Reduction;
}

/** How it is read. */
export const lossSchema = { reduction: choice<Reduction>('mean', ['mean', 'sum', 'none']) };

export function reduce(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? sum(losses) : mean(losses);
}
