// What learning rate schedules share: they set the rates of an optimizer's groups, each a function of the step alone.
import { OptionError } from '../errors.js';
import { checkRecord, describe, integer } from '../options.js';
import type { ParamGroup } from './groups.js';
import { learningRate, Optimizer } from './optimizer.js';

/** What a scheduler's stateDict() returns. */
export interface SchedulerState {
  /** The schedule's name. */
  scheduler: string;
  /** How often step() was called. */
  lastEpoch: number;
  /** The rate of each group before any schedule. */
  baseLrs: number[];
}

/** The rates of groups before the first schedule that acted on them: a second one starts from the same. */
const initialLrs = new WeakMap<object, number>();

function initialLr(group: ParamGroup<{ lr: number }>): number {
  const lr = initialLrs.get(group) ?? group.lr;
  initialLrs.set(group, lr);
  return lr;
}

const count = integer(0, { least: 0 });

/**
 * The base of schedules, with options O. One of your own says which rate a group has after some steps, from its rate
 * before any schedule. As that is all, a state is the number of steps, and a resumed schedule gives the same rates bit for bit.
 *
 * @example
 * ```js
 * import { LRScheduler, SGD, tensor } from 'mixgrad';
 *
 * class InverseLR extends LRScheduler {
 *   rate(base, step) {
 *     return base / (1 + step);
 *   }
 * }
 *
 * const w = tensor([1], { requiresGrad: true });
 * const optimizer = new SGD([w], { lr: 0.5 });
 * const scheduler = new InverseLR(optimizer);
 * scheduler.step();
 * console.log(scheduler.getLastLr(), optimizer.lr, scheduler.lrsAt(4));
 * console.log(scheduler.stateDict());
 * ```
 * ```text
 * [ 0.25 ] 0.25 [ 0.1 ]
 * { scheduler: 'InverseLR', lastEpoch: 1, baseLrs: [ 0.5 ] }
 * ```
 */
export abstract class LRScheduler<O = unknown> {
  private epoch = 0;
  private bases: readonly number[];

  /** Sets the rates of step 0. */
  constructor(
    readonly optimizer: Optimizer,
    protected readonly options: O,
  ) {
    if (!(optimizer instanceof Optimizer)) {
      throw new OptionError(
        `${this.constructor.name}: optimizer is ${describe(optimizer)}, expected an optimizer`,
      );
    }
    this.bases = optimizer.paramGroups.map(initialLr);
    this.moveTo(0);
  }

  /** How often step() was called: PyTorch's name, whatever the steps are. */
  get lastEpoch(): number {
    return this.epoch;
  }

  /** The rate of each group before any schedule. */
  get baseLrs(): readonly number[] {
    return this.bases;
  }

  /** Sets the groups' rates for the next step. Call it after the optimizer's. */
  step(): void {
    this.moveTo(this.epoch + 1);
  }

  /** The rates of the groups as they are now. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** The rates of the groups after some steps. @throws OptionError where there is none */
  lrsAt(step: number): number[] {
    return this.lrsFrom(this.bases, count.read(this.constructor.name, 'step', step));
  }

  /** The same from other base rates. @internal */
  lrsFrom(bases: readonly number[], step: number): number[] {
    const name = this.constructor.name;
    return bases.map((base, group) => learningRate.read(name, 'lr', this.rate(base, step, group)));
  }

  /** The position and the base rates; the options are those that the schedule is made with. */
  stateDict(): SchedulerState {
    return { scheduler: this.constructor.name, lastEpoch: this.epoch, baseLrs: [...this.bases] };
  }

  /**
   * Takes over what stateDict() returned, and sets the rates of that step.
   * @throws OptionError for the state of another schedule or of another number of groups
   */
  loadStateDict(state: SchedulerState): void {
    const name = this.constructor.name;
    const given = checkRecord(name, 'the state', state, '{ scheduler, lastEpoch, baseLrs }');
    const { scheduler, lastEpoch, baseLrs } = given;
    if (scheduler !== name) {
      throw new OptionError(`${name}: scheduler of the state is ${describe(scheduler)}, expected '${name}'`);
    }
    const { length } = this.bases;
    if (!Array.isArray(baseLrs) || baseLrs.length !== length) {
      throw new OptionError(`${name}: baseLrs is ${describe(baseLrs)}, expected ${length} rates`);
    }
    const bases = this.bases;
    const epoch = count.read(name, 'lastEpoch', lastEpoch as number);
    this.bases = baseLrs.map((lr, i) => learningRate.read(name, `baseLrs[${i}]`, lr));
    try {
      this.moveTo(epoch);
    } catch (error) {
      this.bases = bases;
      throw error;
    }
  }

  /** The rate of a group after some steps, from its rate before any schedule. */
  protected abstract rate(base: number, step: number, group: number): number;

  private moveTo(epoch: number): void {
    const lrs = this.lrsAt(epoch);
    for (const [i, group] of this.optimizer.paramGroups.entries()) group.lr = lrs[i];
    this.epoch = epoch;
  }
}
