// defineOp: an operation's forward and its gradient rules side by side. The only place that records.
import { OptionError, TapeError } from '../errors.js';
import { describe } from '../options.js';
import { state, withState } from '../tensor/state.js';
import type { Storage } from '../tensor/storage.js';
import { type InputGradient, Tensor } from '../tensor/tensor.js';
import { checkFinite } from './anomaly.js';
import { checkTensors, view } from './run.js';
import { replaceTensors, scope, tensorsIn } from './scope.js';
import { record, releaseFinished } from './tape.js';

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
}

type Rule = ((context: object) => Tensor | readonly Tensor[]) | null;
type Args = Readonly<Record<string, unknown>>;

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

function checkDefinition(name: unknown, definition: { forward: unknown; vjp: object }): void {
  if (typeof name !== 'string' || name === '') {
    throw new OptionError(`defineOp: name is ${describe(name)}, expected a word`);
  }
  const { forward, vjp } = definition ?? {};
  if (typeof forward !== 'function') {
    throw new OptionError(`defineOp: forward of ${name} is ${describe(forward)}, expected a function`);
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
}

class Operation {
  /** The names of the tensor arguments. */
  private readonly names: readonly string[];
  private readonly rules: Readonly<Record<string, Rule>>;

  constructor(
    private readonly name: string,
    private readonly definition: OpDefinition<Args, Tensor | Result>,
  ) {
    this.rules = definition.vjp as Record<string, Rule>;
    this.names = Object.keys(this.rules);
  }

  apply(args: Args): Tensor | ({ out: Tensor } & object) {
    if (typeof args !== 'object' || args === null) {
      throw new OptionError(
        `${this.name}: its arguments are ${describe(args)}, expected an object of them by name`,
      );
    }
    const inputs = this.names.flatMap((name) => this.tensorsAt(name, args));
    const recording = state.recording && this.names.some((name) => this.wants(name, args));
    if (state.recording) this.checkRules(args);
    if (recording) releaseFinished(inputs);
    const start = performance.now();
    const sources = recording ? storagesOf(Object.values(args)) : new Map();
    const { out, saved = {}, also, own } = this.forward(args, recording);
    checkFinite(`${this.name}: its output`, out);
    if (recording) {
      const call = { args: copied(args), inputs, out, saved, sources: storagesOf([out, saved], sources) };
      this.record(call, own, performance.now() - start);
    } else if (state.recording) out.storage.makeTransient();
    if (!also) return out;
    if (state.recording) for (const t of tensorsIn(also)) t.storage.makeTransient();
    return { out, ...also };
  }

  private record(call: Call, saved: readonly Tensor[], milliseconds: number): void {
    const { args, inputs, out } = call;
    // What the forward made to be saved is the record's alone, and needs no second owner.
    const sources = [...call.sources].flatMap(([t, storage]) => (saved.includes(t) ? [] : [storage]));
    const vjp = (g: Tensor) => this.gradients(call, g);
    record({ op: this.name, args, inputs, sources, output: out, vjp, saved, milliseconds });
  }

  /** Throws where a tensor requires a gradient and no rule gives it one. */
  private checkRules(args: Args): void {
    for (const name in args) {
      if (name in this.rules) continue;
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

  /** Whether the argument takes a gradient. */
  private wants(name: string, args: Args): boolean {
    return this.rules[name] !== null && this.tensorsAt(name, args).some((t) => t.requiresGrad);
  }

  /**
   * Runs the forward outside the tape; of the tensors it made, only outputs and what is saved survive. `out` is always a
   * tensor of its own, and `own` what was made for the gradient rules alone.
   */
  private forward(args: Args, save: boolean): Result & { own: readonly Tensor[] } {
    return withState({ recording: false }, () =>
      scope('was a temporary of its operation', (made) => {
        const result = this.definition.forward(args);
        const {
          out: found,
          saved,
          also,
        }: Result = result instanceof Tensor ? { out: result } : (result ?? {});
        if (!(found instanceof Tensor)) {
          throw new TapeError(
            `${this.name}: its forward returned ${describe(result)}, expected a tensor or { out, saved, also }`,
          );
        }
        const out = made.includes(found) ? found : view(found, found.shape);
        if (!save) return { out, also, own: [] };
        const returned = [out, ...tensorsIn(also)];
        const own = tensorsIn(saved).filter((t) => made.includes(t) && !returned.includes(t));
        return { out, also, saved, own };
      }),
    );
  }

  /** Applies the rule of every argument that requires a gradient, to the values that the forward saw. */
  private gradients(call: Call, g: Tensor): InputGradient[] {
    const { args } = call;
    const { shared } = this.definition;
    const context = { ...asComputed(call), g };
    if (shared) defineLazily(context, 'shared', () => shared(context as never));
    return withState({ rule: this.name }, () =>
      this.names.flatMap((name) => {
        if (!this.wants(name, args)) return [];
        const found = this.rules[name]!(context);
        const gradients = Array.isArray(found) ? found : [found];
        const tensors = this.tensorsAt(name, args);
        if (gradients.length !== tensors.length) {
          throw new TapeError(
            `${this.name}: the rule of ${name} returned ${gradients.length} gradients, expected ${tensors.length}`,
          );
        }
        return tensors.flatMap((input, i) =>
          input.requiresGrad ? [{ name, input, gradient: gradients[i] }] : [],
        );
      }),
    );
  }
}

/** The storages that tensors have now, by tensor, added to those known before. */
function storagesOf(values: unknown, known: Sources = new Map()): Sources {
  const sources = new Map(known);
  for (const t of tensorsIn(values)) if (!sources.has(t)) sources.set(t, t.storage);
  return sources;
}

/** What the rules see beside g; a tensor whose values were replaced or released since stands as it was. */
function asComputed({ args, out, saved, sources }: Call): object {
  const context = { ...args, out, saved };
  if ([...sources].every(([t, storage]) => t.shows(storage))) return context;
  const past = new Map<Tensor, Tensor>();
  return replaceTensors(context, (t) => {
    const source = sources.get(t);
    if (!source || t.shows(source)) return t;
    const then = past.get(t) ?? asItWas(t, source);
    past.set(t, then);
    return then;
  });
}

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

/** Arguments that stay as they are when the caller changes its lists. */
function copied(args: Args): Args {
  const copy: Record<string, unknown> = {};
  for (const name in args) copy[name] = Array.isArray(args[name]) ? [...args[name]] : args[name];
  return copy;
}

type Sources = ReadonlyMap<Tensor, Storage>;

/** One recorded call. */
interface Call {
  args: Args;
  inputs: readonly Tensor[];
  /** What every tensor that the rules may see held in the forward. */
  sources: Sources;
  out: Tensor;
  saved: object;
}

/** A tensor with the values it had; while gradients are recorded it passes its own gradient on to the tensor. */
function asItWas(input: Tensor, source: Storage): Tensor {
  const past = new Tensor(input.shape, source.retain());
  if (state.recording && input.requiresGrad) {
    const vjp = (g: Tensor) => [{ name: 'x', input, gradient: g }];
    const args = { x: input };
    record({
      op: 'asItWas',
      args,
      inputs: [input],
      sources: [],
      output: past,
      vjp,
      saved: [],
      milliseconds: 0,
    });
  }
  return past;
}
