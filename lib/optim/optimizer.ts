// What optimizers share: the parameters, their gradients, the options, and state that can be saved.
import type { AttrsArgument, Kernel } from '../../kernels/spec.js';
import { OptionError } from '../errors.js';
import { takeEntry } from '../nn/state-dict.js';
import { describe, number } from '../options.js';
import { checkTensors, run } from '../tape/run.js';
import { checkDone, scope } from '../tape/scope.js';
import { zeros } from '../tensor/create.js';
import { withState } from '../tensor/state.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkNames, checkState, copyState, isEntry, type OptimizerState, type Slots } from './state.js';

/** The learning rate, as every optimizer reads it. */
export const learningRate = number(1e-3, { least: 0 });

/**
 * The base of optimizers, with options O. One of your own says how a parameter moves along its gradient.
 *
 * @example
 * ```js
 * import { kernels, Optimizer, tensor } from 'mixgrad';
 *
 * class Descent extends Optimizer {
 *   constructor(params, options) {
 *     super(params, options, {}, ({ lr }) => ({ lr }));
 *   }
 *   update(w, g) {
 *     this.replace(w, kernels.sgdUpdate, [w, g, g], { lr: this.lr, step: 0, gain: 1, decay: 0 });
 *   }
 * }
 *
 * const w = tensor([3, -1], { requiresGrad: true });
 * w.mul(w).sum().backward();
 * new Descent([w], { lr: 0.25 }).step();
 * console.log(await w.data());
 * ```
 * ```text
 * Float32Array(2) [ 1.5, -0.5 ]
 * ```
 */
export abstract class Optimizer<O extends { lr: number } = { lr: number }> {
  readonly params: readonly Tensor[];
  /** All options, defaults included. */
  protected options: O;
  /** What is remembered of each parameter: tensors of its shape, and counts. Nothing before its first step. */
  private readonly memory: (Slots | undefined)[] = [];

  /** `kinds` names what is remembered of a parameter; `read` checks options and fills in defaults. */
  constructor(
    params: readonly Tensor[],
    given: unknown,
    private readonly kinds: Readonly<Record<string, 'tensor' | 'count'>>,
    private readonly read: (given: unknown) => O,
  ) {
    this.params = checkedParams(this.constructor.name, params);
    if (typeof read !== 'function') {
      throw new OptionError(`${this.constructor.name}: read is ${describe(read)}, expected a function`);
    }
    this.options = checkDone(this.constructor.name, 'read', read(given));
  }

  /** Learning rate; a schedule may change it between steps. */
  get lr(): number {
    return this.options.lr;
  }

  set lr(lr: number) {
    this.options.lr = learningRate.read(this.constructor.name, 'lr', lr);
  }

  /** Moves every parameter that has a gradient. */
  step(): void {
    withState({ recording: false }, () =>
      scope('was a temporary of step()', () => {
        this.params.forEach((param, i) => {
          if (param.grad) checkDone(this.constructor.name, 'update', this.update(param, param.grad, i));
        });
      }),
    );
  }

  /** Gives back all gradients, but not those that were set from outside or kept. */
  zeroGrad(): void {
    for (const param of this.params) param.gradient.clear('was cleared by zeroGrad()');
  }

  /** A copy of what is remembered of the parameters and of the options, in PyTorch's form. */
  async stateDict(): Promise<OptimizerState> {
    const paramGroups = [{ ...structuredClone(this.options), params: [...this.params.keys()] }];
    return { state: await copyState(this.memory), paramGroups };
  }

  /**
   * Takes over what stateDict() returned: the next steps are those that the saved optimizer would have made.
   * Options, the learning rate among them, are the saved ones. Nothing changes unless all of it fits.
   * @throws OptionError for what is missing, unknown or out of range, ShapeError for a wrong shape
   */
  loadStateDict(state: OptimizerState): void {
    const name = this.constructor.name;
    const { entries, options } = checkState(name, state, this.params, this.kinds);
    checkNames(`${name}: paramGroups[0]`, options, this.options);
    this.options = checkDone(name, 'read', this.read(options));
    this.params.forEach((_, i) => {
      this.forget(i);
      for (const [name, value] of Object.entries(entries[i] ?? {})) {
        if (isEntry(value)) takeEntry(this.tensorOf(i, name), value);
        else this.slotsOf(i)[name] = value;
      }
    });
  }

  /** Moves one parameter, the i-th, along its gradient. */
  protected abstract update(param: Tensor, grad: Tensor, i: number): void;

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

  private slotsOf(i: number): Slots {
    this.memory[i] ??= {};
    return this.memory[i];
  }

  private forget(i: number): void {
    for (const slot of Object.values(this.memory[i] ?? {})) if (typeof slot !== 'number') slot.dispose();
    this.memory[i] = undefined;
  }
}

/** A copy of the parameters. @throws OptionError unless they are leaves that require a gradient, each once */
function checkedParams(name: string, params: readonly Tensor[]): readonly Tensor[] {
  if (!Array.isArray(params)) {
    throw new OptionError(`${name}: params is ${describe(params)}, expected an array of tensors`);
  }
  if (params.length === 0) throw new OptionError(`${name}: no parameters to optimize`);
  params.forEach((param, i) => {
    checkTensors(name, { [`parameter ${i}`]: param });
    if (!param.isLeaf) throw new OptionError(`${name}: parameter ${i} is the output of an operation`);
    if (!param.isParameter) throw new OptionError(`${name}: parameter ${i} does not require a gradient`);
    const first = params.indexOf(param);
    if (first < i) throw new OptionError(`${name}: parameter ${i} is parameter ${first} again`);
  });
  return [...params];
}
