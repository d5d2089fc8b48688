// defineOp: an operation's forward and its gradient rules side by side. The only place that records.
import { type KernelName, kernels } from '../../kernels/index.js';
import type { Attrs } from '../../kernels/spec.js';
import { TapeError } from '../errors.js';
import type { Shape } from '../shape.js';
import { Storage } from '../tensor/storage.js';
import { commonDevice, observeTensors, Tensor } from '../tensor/tensor.js';
import { checkFinite } from './anomaly.js';
import { beginRecording, type InputGradient, isGradEnabled, record, withRecording } from './tape.js';

/** Runs one kernel on tensors of one device. */
export type Run = (name: KernelName, inputs: readonly Tensor[], attrs?: Attrs) => Tensor;

/** Runs a kernel outside the tape: the result is a new tensor that requires no gradient. */
export const run: Run = (name, inputs, attrs = {}) => {
  const device = commonDevice(name, inputs);
  const plan = kernels[name].plan(
    inputs.map((input) => input.shape),
    attrs,
  );
  const buffer = device.run(
    name,
    inputs.map((input) => input.buffer),
    plan,
  );
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
  /** What the operation's `shared` computed, once for all rules. */
  shared: Tensor;
}

/** The gradient of one argument: rule(run, g, { out, saved, shared }, ...arguments). */
export type OpRule<A extends unknown[], S> = (
  run: Run,
  g: Tensor,
  context: RuleContext<S>,
  ...args: A
) => Tensor;

/** An operation: how to compute it, and one gradient rule for each tensor argument, in order. */
export interface OpDefinition<A extends unknown[], S> {
  forward: (run: Run, ...args: A) => Tensor | Saving<S>;
  /** What several rules need, computed when the first of them asks. */
  shared?: (run: Run, g: Tensor, context: Saving<S>, ...args: A) => Tensor;
  /** Named after the tensor arguments, in their order; empty for what has no gradient. */
  vjp: Record<string, OpRule<A, S>>;
}

/** Makes a differentiable function of its forward and its rules. Tensor arguments come first. */
export function defineOp<A extends unknown[], S extends Record<string, Tensor> = Record<string, Tensor>>(
  name: string,
  definition: OpDefinition<A, S>,
): (...args: A) => Tensor {
  const hasGradient = Object.keys(definition.vjp).length > 0;
  return (...args) => {
    const inputs = args.filter((arg): arg is Tensor & A[number] => arg instanceof Tensor);
    const differentiable = hasGradient && isGradEnabled() && inputs.some((input) => input.requiresGrad);
    if (differentiable) beginRecording(inputs);
    const start = performance.now();
    const saving = computeForward(() => definition.forward(run, ...args), differentiable);
    const { out, saved } = saving;
    checkFinite(`${name}: its output`, out);
    if (differentiable) {
      const vjp = (g: Tensor) => applyRules(name, definition, saving, inputs, args, g);
      const milliseconds = performance.now() - start;
      record({ op: name, inputs, output: out, vjp, saved: Object.values(saved), milliseconds });
    } else if (isGradEnabled()) {
      out.storage.settle();
    }
    return out;
  };
}

/** Applies the rule of every input that requires a gradient. */
function applyRules<A extends unknown[], S>(
  name: string,
  { vjp, shared }: OpDefinition<A, S>,
  saving: Saving<S>,
  inputs: readonly Tensor[],
  args: A,
  g: Tensor,
): InputGradient[] {
  const names = Object.keys(vjp);
  const runner = isGradEnabled() ? refuseTwice(name) : run;
  let once: Tensor | undefined;
  const context = {
    out: saving.out,
    saved: saving.saved,
    get shared() {
      once ??= shared!(runner, g, saving, ...args);
      return once;
    },
  };
  return inputs.flatMap((input, i) => {
    if (!input.requiresGrad) return [];
    if (!names[i]) throw new TapeError(`${name}: no gradient rule for its tensor argument ${i + 1}`);
    return [{ name: names[i], input, gradient: vjp[names[i]](runner, g, context, ...args) }];
  });
}

/** Runs a forward outside the tape; of the tensors it made, only the output and what is saved survive. */
function computeForward<S extends Record<string, Tensor>>(
  fn: () => Tensor | Saving<S>,
  save: boolean,
): Saving<S> {
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
    throw new TapeError(
      `${op}: its gradient is the fused kernel ${kernel}, which cannot be differentiated again`,
    );
  };
}
