// defineOp: an operation's forward and its gradient rules side by side. The only place that records.
import { OptionError, TapeError } from '../errors.js';
import { checkRecord, describe } from '../options.js';
import { type Disposable, state } from '../tensor/state.js';
import { type InputGradient, Tensor } from '../tensor/tensor.js';
import { checkFinite, placeOfCall } from './anomaly.js';
import { contextOf, keep, storagesOf } from './call.js';
import { checkTensors, view } from './run.js';
import { checkDone, scope, tensorsIn } from './scope.js';
import { type Args, type Call, record, releaseFinished } from './tape.js';

/** A forward's result where it is more than one tensor. */
export interface Result {
  out: Tensor;
  /** What the gradient rules will need beside the arguments. */
  saved?: object;
  /** Further outputs, which have no gradient. */
  also?: object;
}

type SavedOf<R> = R extends { saved: infer S } ? S : Record<never, never>;
type Returned<R> = R extends { also: infer O } ? { out: Tensor } & O : Tensor;

/** What a gradient rule sees: the arguments by name, the output's gradient g, and what the forward left. */
export type RuleContext<A, R> = Readonly<A> & {
  readonly g: Tensor;
  readonly out: Tensor;
  readonly saved: SavedOf<R>;
  /** What the operation's `shared` computed, once for all rules. */
  readonly shared: Tensor;
};

/** For each tensor argument its gradient, for a list of tensors a list of gradients; null where it has none. */
export type Rules<A, R> = {
  [K in keyof A as A[K] extends Tensor | readonly Tensor[] ? K : never]:
    | ((context: RuleContext<A, R>) => A[K] extends Tensor ? Tensor : readonly Tensor[])
    | null;
};

/** An operation: how to compute it, and one gradient rule for each tensor argument. */
export interface OpDefinition<A, R> {
  forward: (args: A) => R;
  /** What several rules need, computed when the first of them asks. */
  shared?: (context: Omit<RuleContext<A, R>, 'shared'>) => Tensor;
  vjp: Rules<NoInfer<A>, NoInfer<R>>;
  /**
   * Rules made of operations, in place of those of `vjp` that are fused kernels: used where gradients are recorded, since a
   * kernel cannot be differentiated again. They do without `shared`.
   */
  twins?: Twins<NoInfer<A>, NoInfer<R>>;
}

/** An operation of one output. Operations whose rules name each other say so, since the compiler cannot find out. */
export type Op<A> = (args: A) => Tensor;

/** A second rule for some of the arguments that have one. */
export type Twins<A, R> = {
  [K in keyof Rules<A, R>]?: (
    context: Omit<RuleContext<A, R>, 'shared'>,
  ) => A[K] extends Tensor ? Tensor : readonly Tensor[];
};

type Rule = ((context: object) => Tensor | readonly Tensor[]) | null;

/**
 * Makes a differentiable function of named arguments from its forward and its gradient rules. The compiler demands a rule
 * for each argument that is a tensor or a list of tensors, and accepts no other.
 *
 * @example
 * ```js
 * import { defineOp, kernels, run, tensor } from 'mixgrad';
 *
 * const square = defineOp('square', {
 *   forward: ({ x }) => run(kernels.exp, [run(kernels.affine, [run(kernels.log, [x])], { scale: 2, shift: 0 })]),
 *   vjp: { x: ({ g, x }) => g.mul(x).mul(2) },
 * });
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * square({ x }).sum().backward();
 * console.log(await x.grad.data());
 * ```
 * ```text
 * Float32Array(3) [ 2, 4, 6 ]
 * ```
 */
export function defineOp<A extends object, R extends Tensor | Result>(
  name: string,
  definition: OpDefinition<A, R>,
): (args: A) => Returned<R> {
  checkDefinition(name, definition);
  const op = new Operation(name, definition as unknown as OpDefinition<Args, Tensor | Result>);
  return (args) => op.apply(args as Args) as Returned<R>;
}

function checkDefinition(
  name: unknown,
  definition: { forward: unknown; vjp: object; shared?: unknown; twins?: object },
): void {
  if (typeof name !== 'string' || name === '') {
    throw new OptionError(`defineOp: name is ${describe(name)}, expected a word`);
  }
  const { forward, vjp, shared, twins = {} } = definition ?? {};
  if (typeof forward !== 'function') {
    throw new OptionError(`defineOp: forward of ${name} is ${describe(forward)}, expected a function`);
  }
  if (shared !== undefined && typeof shared !== 'function') {
    throw new OptionError(`defineOp: shared of ${name} is ${describe(shared)}, expected a function`);
  }
  const rules = typeof vjp === 'object' && vjp !== null ? Object.entries(vjp) : [];
  if (rules.length === 0) {
    throw new OptionError(
      `defineOp: vjp of ${name} is ${describe(vjp)}, expected a rule for each tensor argument`,
    );
  }
  for (const [argument, rule] of rules) {
    if (rule === null || typeof rule === 'function') continue;
    throw new OptionError(
      `defineOp: the rule of ${argument} is ${describe(rule)}, expected a function or null`,
    );
  }
  checkTwins(name, twins, Object.fromEntries(rules));
}

/** Throws unless every twin is a function beside a rule of its argument. */
function checkTwins(name: string, twins: unknown, rules: Readonly<Record<string, Rule>>): void {
  for (const [argument, twin] of Object.entries(
    checkRecord('defineOp', `twins of ${name}`, twins, 'rules'),
  )) {
    if (typeof twin === 'function' && rules[argument]) continue;
    const expected = rules[argument] ? 'a function' : 'none, since vjp has no rule of it';
    throw new OptionError(`defineOp: the twin of ${argument} is ${describe(twin)}, expected ${expected}`);
  }
}

class Operation {
  /** The names of the tensor arguments. */
  private readonly names: readonly string[];
  private readonly rules: Readonly<Record<string, Rule>>;
  /** The rules where gradients are recorded: twins in place of those that have one. */
  private readonly recordedRules: Readonly<Record<string, Rule>>;

  constructor(
    private readonly name: string,
    private readonly definition: OpDefinition<Args, Tensor | Result>,
  ) {
    this.rules = definition.vjp as Record<string, Rule>;
    this.recordedRules = { ...this.rules, ...(definition.twins as Record<string, Rule>) };
    this.names = Object.keys(this.rules);
  }

  apply(args: Args): Tensor | ({ out: Tensor } & object) {
    if (typeof args !== 'object' || args === null) {
      throw new OptionError(
        `${this.name}: its arguments are ${describe(args)}, expected an object of them by name`,
      );
    }
    const inputs: Tensor[] = [];
    let wanted = false;
    for (const name of this.names) {
      for (const t of this.tensorsAt(name, args)) {
        if (t.isReleased) t.checkHeld(`${this.name}: ${name}`);
        inputs.push(t);
        wanted ||= t.requiresGrad && this.rules[name] !== null;
      }
    }
    const recording = state.recording && wanted;
    if (state.recording) this.checkRules(args);
    if (recording) releaseFinished(inputs);
    const start = performance.now();
    const before = recording ? storagesOf(args) : null;
    const { out, saved, also, own } = this.forward(args, recording);
    const calledAt = placeOfCall();
    checkFinite(this.name, 'its output', out, calledAt);
    if (state.trace && state.op === null)
      state.trace(this.name, args, also ? [out, ...tensorsIn(also)] : [out]);
    if (before) {
      const call = keep(args, inputs, before, out, saved);
      const vjp = (g: Tensor) => this.gradients(call, g);
      const milliseconds = performance.now() - start;
      record({ op: this.name, call, saved: own, vjp, milliseconds, calledAt });
    } else if (state.recording) out.storage.makeTransient();
    if (!also) return out;
    if (state.recording) for (const t of tensorsIn(also)) t.storage.makeTransient();
    return { out, ...also };
  }

  /** Throws where a tensor requires a gradient and no rule gives it one. */
  private checkRules(args: Args): void {
    for (const name in args) {
      if (typeof args[name] !== 'object' || name in this.rules) continue;
      if (!tensorsIn(args[name]).some((t) => t.requiresGrad)) continue;
      throw new TapeError(
        `${this.name}: no gradient rule for its argument ${name}; ${name}: null says that it has none`,
      );
    }
  }

  /** The tensors of an argument: itself or a list of them; where it takes no gradient, all that it holds. */
  private tensorsAt(name: string, args: Args): readonly Tensor[] {
    const value = args[name];
    if (this.rules[name] === null) return tensorsIn(value);
    const list = Array.isArray(value) ? value : [value];
    for (const t of list) if (!(t instanceof Tensor)) checkTensors(this.name, { [name]: t });
    return list;
  }

  /** Runs the forward outside the tape; of the tensors it made, only outputs and what is saved survive. */
  private forward(args: Args, save: boolean): Forwarded {
    const { recording, op } = state;
    state.recording = false;
    state.op = this.name;
    try {
      return scope('was a temporary of its operation', (made) => this.compute(args, save, made), survivorsOf);
    } finally {
      state.recording = recording;
      state.op = op;
    }
  }

  private compute(args: Args, save: boolean, made: readonly Disposable[]): Forwarded {
    const result = checkDone(this.name, 'its forward', this.definition.forward(args));
    const { out: found, saved, also }: Result = result instanceof Tensor ? { out: result } : (result ?? {});
    if (!(found instanceof Tensor)) {
      throw new TapeError(
        `${this.name}: its forward returned ${describe(result)}, expected a tensor or { out, saved, also }`,
      );
    }
    const out = made.includes(found.claim) ? found : view(found, found.shape);
    if (!save || !saved) return { out, also, own: [] };
    const returned = also ? [out, ...tensorsIn(also)] : [out];
    return {
      out,
      also,
      saved,
      own: tensorsIn(saved).filter((t) => made.includes(t.claim) && !returned.includes(t)),
    };
  }

  /** Applies the rule of every argument that requires a gradient, or its twin, to the values that the forward saw. */
  private gradients(call: Call, g: Tensor): InputGradient[] {
    const { shared } = this.definition;
    const context = contextOf(call, g);
    if (shared) {
      defineLazily(context, 'shared', () => checkDone(this.name, 'shared', shared(context as never)));
    }
    const found: InputGradient[] = [];
    const rules = state.recording ? this.recordedRules : this.rules;
    const before = state.rule;
    state.rule = this.name;
    try {
      for (const name of this.names) {
        const rule = rules[name];
        if (!rule) continue;
        const tensors = this.tensorsAt(name, call.args);
        if (!tensors.some((t) => t.requiresGrad)) continue;
        const returned = checkDone(this.name, `the rule of ${name}`, rule(context));
        this.collect(name, returned, tensors, found);
      }
    } finally {
      state.rule = before;
    }
    return found;
  }

  /** Adds what the rule of an argument returned to the gradients found. */
  private collect(
    name: string,
    returned: Tensor | readonly Tensor[],
    tensors: readonly Tensor[],
    found: InputGradient[],
  ): void {
    const gradients = Array.isArray(returned) ? returned : [returned];
    if (gradients.length !== tensors.length) {
      throw new TapeError(
        `${this.name}: the rule of ${name} returned ${gradients.length} gradients, expected ${tensors.length}`,
      );
    }
    tensors.forEach((input, i) => {
      if (input.requiresGrad) found.push({ name, input, gradient: gradients[i] });
    });
  }
}

/** What a forward left. `out` is always a tensor of its own, and `own` was made for the gradient rules alone. */
type Forwarded = Result & { own: readonly Tensor[] };

const survivorsOf = ({ out, also, own }: Forwarded) => [out, ...own, ...(also ? tensorsIn(also) : [])];

/** Gives an object a property that is computed when it is first read. */
function defineLazily(object: object, name: string, compute: () => unknown): void {
  let value: unknown;
  Object.defineProperty(object, name, {
    get() {
      value ??= compute();
      return value;
    },
  });
}
