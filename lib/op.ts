// defineOp: an operation's forward and its gradient rules side by side. The only place that records.
import { type KernelName, kernels } from '../kernels/index.js';
import type { Attrs } from '../kernels/spec.js';
import { checkFinite } from './anomaly.js';
import { TapeError } from './errors.js';
import type { Shape } from './shape.js';
import { beginRecording, isGradEnabled, record, withRecording } from './tape.js';
import { Storage } from './storage.js';
import { commonDevice, observeTensors, Tensor } from './tensor.js';

/** Runs one kernel on tensors of one device. */
export type Run = (name: KernelName, inputs: readonly Tensor[], attrs?: Attrs) => Tensor;

/** Runs a kernel outside the tape: the result is a new tensor that requires no gradient. */
export const run: Run = (name, inputs, attrs = {}) => {
  const device = commonDevice(name, inputs);
  const plan = kernels[name].plan(inputs.map((input) => input.shape), attrs);
  const buffer = device.run(name, inputs.map((input) => input.buffer), plan);
  return new Tensor(plan.shape, Storage.fromDevice(device, buffer));
};

/** The same numbers under another shape, sharing the buffer; outside the tape. */
export function view(x: Tensor, shape: Shape): Tensor {
  return new Tensor(shape, x.storage.retain());
}

/** A forward result with what its gradient rules will need. */
export interface Saving<S> {
  out: Tensor;
  saved: S;
}

/** What a gradient rule sees beside g and the arguments. */
export interface RuleContext<S> {
  out: Tensor;
  saved: S;
}

/** The gradient of one argument: rule(run, g, { out, saved }, ...arguments). */
export type OpRule<A extends unknown[], S> = (run: Run, g: Tensor, context: RuleContext<S>, ...args: A) => Tensor;

/** An operation: how to compute it, and one gradient rule for each tensor argument, in order. */
export interface OpDefinition<A extends unknown[], S> {
  forward: (run: Run, ...args: A) => Tensor | Saving<S>;
  /** Named after the tensor arguments, in their order; empty for what has no gradient. */
  vjp: Record<string, OpRule<A, S>>;
}

/** Names of all operations defined so far. */
export const definedOps = new Set<string>();

/** Makes a differentiable function of its forward and its rules. Tensor arguments come first. */
export function defineOp<A extends unknown[], S extends Record<string, Tensor> = Record<string, Tensor>>(
  name: string,
  { forward, vjp }: OpDefinition<A, S>,
): (...args: A) => Tensor {
  definedOps.add(name);
  const names = Object.keys(vjp);
  return (...args) => {
    const inputs = args.filter((arg): arg is Tensor & A[number] => arg instanceof Tensor);
    const differentiable = names.length > 0 && isGradEnabled() && inputs.some((input) => input.requiresGrad);
    if (differentiable) beginRecording(inputs);
    const start = performance.now();
    const { out, saved } = computeForward(() => forward(run, ...args), differentiable);
    checkFinite(`${name}: its output`, out);
    if (differentiable) {
      const rules = names.map((input) => ({
        name: input,
        rule: (g: Tensor) => vjp[input](isGradEnabled() ? refuseTwice(name) : run, g, { out, saved }, ...args),
      }));
      const milliseconds = performance.now() - start;
      record({ op: name, inputs, output: out, rules, saved: Object.values(saved), milliseconds });
    } else if (isGradEnabled()) {
      out.storage.settle();
    }
    return out;
  };
}

/** Runs a forward outside the tape; of the tensors it made, only the output and what is saved survive. */
function computeForward<S extends Record<string, Tensor>>(fn: () => Tensor | Saving<S>, save: boolean): Saving<S> {
  const made: Tensor[] = [];
  const outer = observeTensors((t) => made.push(t));
  try {
    const result = withRecording(false, fn);
    const saving = result instanceof Tensor ? { out: result, saved: {} as S } : result;
    const keep = new Set<Tensor>([saving.out, ...(save ? Object.values(saving.saved) : [])]);
    for (const t of made) if (!keep.has(t)) t.dispose('was a temporary of its operation');
    outer?.(saving.out);
    return saving;
  } finally {
    observeTensors(outer);
  }
}

/** Stands in for `run` while gradients are recorded: a kernel's result has no gradient. */
function refuseTwice(op: string): Run {
  return (kernel) => {
    throw new TapeError(`${op}: its gradient is the fused kernel ${kernel}, which cannot be differentiated again`);
  };
}
