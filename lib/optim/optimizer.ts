// What optimizers share: the parameters, their gradients, and named state.
import { OptionError } from '../errors.js';
import { type Run, run } from '../tape/op.js';
import { scope, withRecording } from '../tape/tape.js';
import { type Tensor, zeros } from '../tensor/tensor.js';

/** The base of optimizers. */
export abstract class Optimizer {
  /** Learning rate; a schedule may change it between steps. */
  lr: number;
  private readonly state = new Map<string, Tensor[]>();

  constructor(
    readonly params: readonly Tensor[],
    lr: number,
  ) {
    const name = this.constructor.name;
    if (params.length === 0) throw new OptionError(`${name}: no parameters to optimize`);
    const fixed = params.findIndex((param) => !param.requiresGrad);
    if (fixed >= 0) throw new OptionError(`${name}: parameter ${fixed} does not require a gradient`);
    this.lr = checkNumber(name, 'lr', lr, 0);
  }

  /** Moves every parameter that has a gradient. */
  step(): void {
    withRecording(false, () =>
      scope(() => {
        this.params.forEach((param, i) => {
          if (param.grad) this.update(param, param.grad, i);
        });
      }),
    );
  }

  /** Gives back all gradients. */
  zeroGrad(): void {
    for (const param of this.params) {
      param.grad?.dispose('was cleared by zeroGrad()');
      param.grad = null;
    }
  }

  /** Moves one parameter, the i-th, along its gradient. */
  protected abstract update(param: Tensor, grad: Tensor, i: number): void;

  /** The i-th parameter's tensor of optimizer state; zeros at first. */
  protected stateOf(name: string, i: number): Tensor {
    let tensors = this.state.get(name);
    if (!tensors) {
      tensors = [];
      this.state.set(name, tensors);
    }
    const { shape, device } = this.params[i];
    tensors[i] ??= zeros(shape, { device }).keep();
    return tensors[i];
  }

  /** Replaces a tensor's numbers by a kernel's result. */
  protected replace(target: Tensor, ...call: Parameters<Run>): void {
    target.assign(run(...call));
  }
}

/** Throws unless the option is a number of at least `least` and, where given, below `below`. */
export function checkNumber(
  op: string,
  option: string,
  value: number,
  least: number,
  below = Number.POSITIVE_INFINITY,
): number {
  if (value >= least && value < below) return value;
  const range =
    below === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} up to but not ${below}`;
  throw new OptionError(`${op}: ${option} is ${value}, expected a number ${range}`);
}
