// The 1cycle policy. Smith & Topin, "Super-Convergence", arXiv 1708.07120.
import { OptionError } from '../errors.js';
import { describe, integer, number, orElse, type Reader, readOptions, required } from '../options.js';
import type { Optimizer } from './optimizer.js';
import { LRScheduler } from './scheduler.js';

/** Options of {@link OneCycleLR}; names and defaults are PyTorch's. */
export interface OneCycleLROptions {
  /** The highest rate, of all groups or of each. */
  maxLr: number | readonly number[];
  /** Steps in all. */
  totalSteps: number;
  /** Share of the steps in which the rate rises. @default 0.3 */
  pctStart?: number;
  /** The first rate is maxLr / divFactor. @default 25 */
  divFactor?: number;
  /** The last rate is the first / finalDivFactor. @default 1e4 */
  finalDivFactor?: number;
}

const rate = number(0, { above: 0 });
const rates: Reader<number | readonly number[]> = {
  fallback: 0,
  read: (op, name, value) =>
    Array.isArray(value)
      ? [...value].map((lr, i) => rate.read(op, `${name}[${i}]`, lr))
      : rate.read(op, name, value),
};
const steps = integer(1, { least: 1 });
const schema = {
  maxLr: orElse(rates),
  totalSteps: orElse(steps),
  pctStart: number(0.3, { least: 0, most: 1 }),
  divFactor: number(25, { above: 0 }),
  finalDivFactor: number(1e4, { above: 0 }),
};

/**
 * Rises from maxLr / divFactor to maxLr in the first pctStart · totalSteps steps, then falls to the first rate / finalDivFactor,
 * both along half a cosine. What PyTorch does by default and this does not: it leaves the momentum as it is
 * (`cycle_momentum=False`).
 * @throws OptionError for an option that does not fit, and for a step after the last
 *
 * @example
 * ```js
 * import { OneCycleLR, SGD, tensor } from 'mixgrad';
 *
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })]);
 * const scheduler = new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 10 });
 * console.log([0, 1, 2, 5, 9].map((step) => scheduler.lrsAt(step)[0].toFixed(4)).join(' '));
 * ```
 * ```text
 * 0.0400 0.5200 1.0000 0.6113 0.0000
 * ```
 */
export class OneCycleLR extends LRScheduler<
  { maxLrs: readonly number[] } & Omit<Required<OneCycleLROptions>, 'maxLr'>
> {
  constructor(optimizer: Optimizer, options: OneCycleLROptions) {
    const op = 'OneCycleLR';
    const read = readOptions(op, options, schema);
    const maxLr = required(op, 'maxLr', read.maxLr ?? undefined, rates);
    const totalSteps = required(op, 'totalSteps', read.totalSteps ?? undefined, steps);
    super(optimizer, { ...read, totalSteps, maxLrs: ratesOfGroups(optimizer, maxLr) });
  }

  protected rate(_base: number, step: number, group: number): number {
    const { maxLrs, totalSteps, pctStart, divFactor, finalDivFactor } = this.options;
    if (step > totalSteps) {
      throw new OptionError(`OneCycleLR: step is ${step}, expected at most ${totalSteps}, the totalSteps`);
    }
    const highest = maxLrs[group];
    const first = highest / divFactor;
    const peak = pctStart * totalSteps - 1;
    const last = totalSteps - 1;
    if (step <= peak) return between(first, highest, step, peak);
    return between(highest, first / finalDivFactor, step - peak, last - peak);
  }
}

/** From one rate to the other along half a cosine, at step of so many. */
function between(from: number, to: number, step: number, count: number): number {
  const share = count === 0 ? 1 : step / count;
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}

/** The highest rate of each group. @throws OptionError unless there is one for each */
function ratesOfGroups(optimizer: Optimizer, maxLr: number | readonly number[]): readonly number[] {
  const groups = optimizer?.paramGroups ?? [];
  if (typeof maxLr === 'number') return groups.map(() => maxLr);
  if (maxLr.length === groups.length) return maxLr;
  const expected = `a number, or one for each of ${groups.length} groups`;
  throw new OptionError(`OneCycleLR: maxLr is ${describe(maxLr)}, expected ${expected}`);
}
