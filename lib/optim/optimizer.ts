// What optimizers share: groups of parameters, their options and gradients, and state that can be saved.
import type { AttrsArgument, Kernel } from '../../kernels/spec.js';
import { OptionError } from '../errors.js';
import { takeEntry } from '../nn/state-dict.js';
import { describe, number } from '../options.js';
import { run } from '../tape/run.js';
import { checkDone, scope } from '../tape/scope.js';
import { zeros } from '../tensor/create.js';
import { withState } from '../tensor/state.js';
import type { Tensor } from '../tensor/tensor.js';
import { groupOf, optionsOfGroup, type ParamGroup, type Params, readGroups } from './groups.js';
import { checkState, copyState, isEntry, type Kinds, type OptimizerState, type Slots } from './state.js';

/** The learning rate, as every optimizer reads it. */
export const learningRate = number(1e-3, { least: 0 });

/**
 * The base of optimizers, with options O. One of your own says how a parameter moves along its gradient, by the
 * options of its group.
 *
 * @example
 * ```js
 * import { kernels, Optimizer, tensor } from 'mixgrad';
 *
 * class Descent extends Optimizer {
 *   constructor(params, options) {
 *     super(params, options, {}, ({ lr }) => ({ lr }));
 *   }
 *   update(w, g, i, { lr }) {
 *     this.replace(w, kernels.sgdUpdate, [w, g, g], { lr, step: 0, gain: 1, decay: 0 });
 *   }
 * }
 *
 * const [w, b] = [tensor([3, -1], { requiresGrad: true }), tensor([8], { requiresGrad: true })];
 * w.mul(w).sum().add(b.mul(b)).backward();
 * const optimizer = new Descent([{ params: [w] }, { params: [b], lr: 0.5 }], { lr: 0.25 });
 * optimizer.step();
 * console.log(await w.data(), await b.data());
 * console.log(optimizer.paramGroups.map(({ lr }) => lr));
 * ```
 * ```text
 * Float32Array(2) [ 1.5, -0.5 ] Float32Array(1) [ 0 ]
 * [ 0.25, 0.5 ]
 * ```
 */
export abstract class Optimizer<O extends { lr: number } = { lr: number }> {
  /** All parameters, group after group. */
  readonly params: readonly Tensor[];
  /** The groups, each with all options. What is written into them holds from the next step on. */
  readonly paramGroups: readonly ParamGroup<O>[];
  /** What is remembered of each parameter: tensors of its shape, and counts. Nothing before its first step. */
  private readonly memory: (Slots | undefined)[] = [];

  /** `kinds` names what is remembered of a parameter; `read` checks options and fills in defaults. */
  constructor(
    params: Params<O>,
    given: unknown,
    private readonly kinds: Kinds,
    private readonly read: (given: unknown) => O,
  ) {
    const name = this.constructor.name;
    const groups = readGroups(name, params);
    if (typeof read !== 'function') {
      throw new OptionError(`${name}: read is ${describe(read)}, expected a function`);
    }
    const defaults = this.readOptions(given);
    this.paramGroups = Object.freeze(
      groups.map(({ params, own }) => groupOf(params, this.readOptions({ ...defaults, ...own }))),
    );
    this.params = this.paramGroups.flatMap(({ params }) => params);
  }

  /** Learning rate of the only group. @throws OptionError where there are several, each with its own */
  get lr(): number {
    return this.onlyGroup().lr;
  }

  set lr(lr: number) {
    this.onlyGroup().lr = learningRate.read(this.constructor.name, 'lr', lr);
  }

  /** Moves every parameter that has a gradient. @throws OptionError for an option written into a group that cannot be */
  step(): void {
    const options = this.paramGroups.map((group) => this.readOptions(optionsOfGroup(group)));
    withState({ recording: false }, () =>
      scope('was a temporary of step()', () => {
        let i = 0;
        for (const [g, { params }] of this.paramGroups.entries()) {
          for (const param of params) {
            const { grad } = param;
            if (grad) checkDone(this.constructor.name, 'update', this.update(param, grad, i, options[g]));
            i++;
          }
        }
      }),
    );
  }

  /** Gives back all gradients, but not those that were set from outside or kept. */
  zeroGrad(): void {
    for (const param of this.params) param.gradient.clear('was cleared by zeroGrad()');
  }

  /** A copy of what is remembered of the parameters and of the groups' options, in PyTorch's form. */
  async stateDict(): Promise<OptimizerState> {
    let next = 0;
    const paramGroups = this.paramGroups.map((group) => ({
      ...structuredClone(this.readOptions(optionsOfGroup(group))),
      params: group.params.map(() => next++),
    }));
    return { optimizer: this.constructor.name, state: await copyState(this.memory), paramGroups };
  }

  /**
   * Takes over what stateDict() returned: the next steps are those that the saved optimizer would have made.
   * Options, learning rates among them, are the saved ones. Nothing changes unless all of it fits.
   * @throws OptionError for the state of another optimizer or of other groups, and for what is missing, unknown or
   *   out of range, ShapeError for a wrong shape
   */
  loadStateDict(state: OptimizerState): void {
    const { entries, groups } = checkState(this.constructor.name, state, this.paramGroups, this.kinds);
    const options = groups.map((saved) => this.readOptions(saved));
    for (const [g, group] of this.paramGroups.entries()) Object.assign(group, options[g]);
    this.params.forEach((_, i) => {
      this.forget(i);
      for (const [name, value] of Object.entries(entries[i] ?? {})) {
        if (isEntry(value)) takeEntry(this.tensorOf(i, name), value);
        else this.slotsOf(i)[name] = value;
      }
    });
  }

  /** Moves one parameter, the i-th, along its gradient, by the options of its group. */
  protected abstract update(param: Tensor, grad: Tensor, i: number, options: O): void;

  /** Whether something is remembered of the i-th parameter. */
  protected remembers(i: number): boolean {
    return this.memory[i] !== undefined;
  }

  /** A tensor remembered of the i-th parameter; zeros at first. */
  protected tensorOf(i: number, name: string): Tensor {
    const { shape, device } = this.params[i];
    const slots = this.slotsOf(i);
    slots[name] ??= zeros(shape, { device }).keep();
    return slots[name] as Tensor;
  }

  /** Counts one more of what is remembered of the i-th parameter, from 1. */
  protected count(i: number, name: string): number {
    const slots = this.slotsOf(i);
    const next = ((slots[name] as number | undefined) ?? 0) + 1;
    slots[name] = next;
    return next;
  }

  /** Replaces a tensor's values by a kernel's result. */
  protected replace<A>(
    target: Tensor,
    kernel: Kernel<A>,
    inputs: readonly Tensor[],
    ...attrs: AttrsArgument<A>
  ): void {
    target.assign(run(kernel, inputs, ...attrs));
  }

  private readOptions(given: unknown): O {
    return checkDone(this.constructor.name, 'read', this.read(given));
  }

  private onlyGroup(): ParamGroup<O> {
    const { length } = this.paramGroups;
    if (length === 1) return this.paramGroups[0];
    const name = this.constructor.name;
    throw new OptionError(`${name}: lr is that of one group, and there are ${length}: see paramGroups`);
  }

  private slotsOf(i: number): Slots {
    this.memory[i] ??= {};
    return this.memory[i];
  }

  private forget(i: number): void {
    for (const slot of Object.values(this.memory[i] ?? {})) if (typeof slot !== 'number') slot.dispose();
    this.memory[i] = undefined;
  }
}
