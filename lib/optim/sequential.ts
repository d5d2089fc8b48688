// Schedules one after the other.
import { OptionError } from '../errors.js';
import { anything, describe, readOptions } from '../options.js';
import type { Optimizer } from './optimizer.js';
import { LRScheduler } from './scheduler.js';
import { passed, readMilestones } from './schedules.js';

/** Options of {@link SequentialLR}. */
export interface SequentialLROptions {
  /** Schedules of the same optimizer, in their order. */
  schedulers: readonly LRScheduler[];
  /** The steps at which each but the first begins, from its own step 0. */
  milestones: readonly number[];
}

/**
 * One schedule after the other: such as a warm-up, then a cosine. Only this one's step() is called.
 * @throws OptionError for an option that does not fit
 *
 * @example
 * ```js
 * import { CosineAnnealingLR, LinearLR, SequentialLR, SGD, tensor } from 'mixgrad';
 *
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
 * const warmUp = new LinearLR(optimizer, { startFactor: 0.5, totalIters: 1 });
 * const cosine = new CosineAnnealingLR(optimizer, { tMax: 3 });
 * const scheduler = new SequentialLR(optimizer, { schedulers: [warmUp, cosine], milestones: [2] });
 * const lrs = [];
 * for (let step = 0; step < 5; step++) {
 *   lrs.push(optimizer.lr.toFixed(2));
 *   scheduler.step();
 * }
 * console.log(lrs.join(' '));
 * ```
 * ```text
 * 0.50 1.00 1.00 0.75 0.25
 * ```
 */
export class SequentialLR extends LRScheduler<SequentialLROptions> {
  constructor(optimizer: Optimizer, options: SequentialLROptions) {
    const op = 'SequentialLR';
    const schema = { schedulers: anything<unknown>(null), milestones: anything<unknown>(null) };
    const { schedulers, milestones } = readOptions(op, options, schema);
    const list = checkSchedulers(op, schedulers, optimizer);
    const begins = readMilestones(op, milestones);
    if (begins.length !== list.length - 1) {
      const expected = `${list.length - 1} for ${list.length} schedulers`;
      throw new OptionError(`${op}: milestones is ${describe(milestones)}, expected ${expected}`);
    }
    super(optimizer, { schedulers: list, milestones: begins });
  }

  protected rate(_base: number, step: number, group: number): number {
    const { schedulers, milestones } = this.options;
    const current = passed(milestones, step);
    return schedulers[current].lrsFrom(this.baseLrs, step - (milestones[current - 1] ?? 0))[group];
  }
}

/** @throws OptionError unless it is an array of schedules of this optimizer */
function checkSchedulers(op: string, given: unknown, optimizer: Optimizer): readonly LRScheduler[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new OptionError(`${op}: schedulers is ${describe(given)}, expected an array of schedulers`);
  }
  for (const [i, scheduler] of [...given].entries()) {
    if (scheduler instanceof LRScheduler && scheduler.optimizer === optimizer) continue;
    throw new OptionError(
      `${op}: scheduler ${i} is ${describe(scheduler)}, expected a scheduler of the same optimizer`,
    );
  }
  return [...given];
}
