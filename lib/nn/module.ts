// Module: named parameters, buffers and sub-modules, found by walking a layer's own properties.
import type { Floats } from '../../kernels/devices/device.js';
import { OptionError } from '../errors.js';
import { checkRecord, describe, flag, readOptions, required } from '../options.js';
import { checkDone } from '../tape/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { eachModule, everyModule, firstOfEach, join, membersOf } from './members.js';
import {
  checkEntry,
  compareKeys,
  entryOf,
  isStateful,
  type KeyReport,
  pytorchName,
  type StateDict,
  type Stateful,
  takeEntry,
} from './state-dict.js';

/** A module of any inputs and output. */
export type AnyModule = Module<unknown[], unknown>;

/** Called after forward(); what it returns, unless undefined, replaces the output. */
export type ForwardHook<M, I, O> = (module: M, inputs: I, output: O) => O | undefined;

/**
 * The base of layers and networks, from inputs I to an output O. What its properties hold belongs to it: tensors,
 * modules and generators, also in arrays, Maps, Sets and plain objects, nested or not. Names are the way there:
 * `layers.0.weight`. What is held twice is one parameter, buffer or module, under its first name.
 *
 * @example
 * ```js
 * import { Linear, Module, relu, tensor } from 'mixgrad';
 *
 * class Net extends Module {
 *   layers = [new Linear(2, 3), new Linear(3, 1)];
 *
 *   forward(x) {
 *     return this.layers.reduce((y, layer) => relu(layer.forward(y)), x);
 *   }
 * }
 *
 * const net = new Net();
 * console.log(net.forward(tensor([[1, 2]])).shape);
 * console.log(net.namedParameters().map(([name]) => name));
 * console.log(net);
 * ```
 * ```text
 * [ 1, 1 ]
 * [
 *   'layers.0.weight',
 *   'layers.0.bias',
 *   'layers.1.weight',
 *   'layers.1.bias'
 * ]
 * Net(
 *   (layers.0): Linear(inFeatures=2, outFeatures=3, bias=true)
 *   (layers.1): Linear(inFeatures=3, outFeatures=1, bias=true)
 * )
 * ```
 */
export abstract class Module<I extends unknown[] = [x: Tensor], O = Tensor> {
  /** Whether the module is in training mode. */
  training = true;
  // Truly private: what a subclass calls `hooks` is its own.
  readonly #hooks = new Map<object, (...call: unknown[]) => unknown>();
  #unhook: (() => void) | null = null;

  /** Computes the output; layers and networks define it. */
  abstract forward(...inputs: I): O;

  /** What stands in parentheses when the module is printed: its options. */
  protected extraRepr(): string {
    return '';
  }

  /** The modules that this one holds, by name; one that is held twice appears twice. */
  children(): [string, AnyModule][] {
    return membersOf(this).flatMap(({ path, value }): [string, AnyModule][] =>
      value instanceof Module ? [[path.join('.'), value]] : [],
    );
  }

  /** Parameters by dotted name, in the order of their definition; frozen ones stay. */
  namedParameters(): [string, Tensor][] {
    return this.namedTensors().filter(([, t]) => t.isParameter);
  }

  /** Tensors that are state but not trained, by dotted name. */
  namedBuffers(): [string, Tensor][] {
    return this.namedTensors().filter(([, t]) => !t.isParameter);
  }

  /** The parameters, for an optimizer. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, t]) => t);
  }

  /** The tensors that are state but not trained. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, t]) => t);
  }

  /** The modules of this one's tree with their dotted names, itself first, as ''. */
  namedModules(): [string, AnyModule][] {
    return [...eachModule<AnyModule>(this)];
  }

  /**
   * Switches training mode on or off for the whole tree.
   * @throws OptionError unless `on` is true or false
   */
  train(on = true): this {
    required('train', 'on', on, flag(true));
    for (const [, module] of this.namedModules()) module.training = on;
    return this;
  }

  /** Switches to evaluation mode. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Calls hook(module, inputs, output) after every forward(); what it returns, unless undefined, replaces the
   * output. Several hooks run in the order they came. Returns a function that removes the hook.
   * @throws OptionError unless the hook is a function and the module has a forward()
   *
   * @example
   * ```js
   * import { ReLU, tensor } from 'mixgrad';
   *
   * const layer = new ReLU();
   * const remove = layer.registerForwardHook((module, [x], y) => {
   *   console.log(`${module} of ${x.shape}`);
   *   return y.mul(10);
   * });
   * console.log(await layer.forward(tensor([-1, 2])).data());
   * remove();
   * console.log(await layer.forward(tensor([-1, 2])).data());
   * ```
   * ```text
   * ReLU() of 2
   * Float32Array(2) [ 0, 20 ]
   * Float32Array(2) [ 0, 2 ]
   * ```
   */
  registerForwardHook(hook: ForwardHook<this, I, O>): () => void {
    if (typeof hook !== 'function') {
      throw new OptionError(`registerForwardHook: hook is ${describe(hook)}, expected a function`);
    }
    if (typeof this.forward !== 'function') {
      throw new OptionError(`registerForwardHook: ${this.constructor.name} has no forward()`);
    }
    this.#unhook ??= this.hookForward();
    const key = {};
    this.#hooks.set(key, hook as (...call: unknown[]) => unknown);
    return () => {
      if (!this.#hooks.delete(key) || this.#hooks.size > 0) return;
      this.#unhook?.();
      this.#unhook = null;
    };
  }

  /**
   * A copy of all parameters, buffers and generators' states under PyTorch's key names. What is shared is there
   * under every name.
   * @throws OptionError where two of them have one key
   */
  async stateDict(): Promise<StateDict> {
    const items = this.stateItems();
    const copies = new Map(
      // All copies are asked for before the first is there: they are of one moment.
      [...new Set(items.values())].map((item) => [item, entryOf(item)]),
    );
    const entries = [...items].map(async ([key, item]) => [key, await copies.get(item)!] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  /**
   * Takes parameters, buffers and generators' states from a state dictionary. Nothing changes unless all of it
   * fits. A generator without an entry, as in weights that come from PyTorch, goes on where it is. Where the names
   * of something shared disagree, the last one counts.
   * @param options.strict whether every key must be there, and no other. @default true
   * @returns the keys that were missing and those that were unexpected: none if strict
   * @throws OptionError for missing or unexpected keys and for what is no entry, ShapeError for a wrong shape
   *
   * @example
   * ```js
   * import { Linear } from 'mixgrad';
   *
   * const [trained, fresh] = [new Linear(2, 3), new Linear(2, 3)];
   * const state = await trained.stateDict();
   * console.log(Object.keys(state), state.weight.shape);
   * fresh.loadStateDict(state);
   * console.log(String(await fresh.weight.data()) === String(await trained.weight.data()));
   * console.log(fresh.loadStateDict({ bias: state.bias, head: state.bias }, { strict: false }));
   * ```
   * ```text
   * [ 'weight', 'bias' ] [ 3, 2 ]
   * true
   * { missingKeys: [ 'weight' ], unexpectedKeys: [ 'head' ] }
   * ```
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): KeyReport {
    const { strict } = readOptions('loadStateDict', options, { strict: flag(true) });
    checkRecord('loadStateDict', 'state', state, 'a state dictionary');
    const items = this.stateItems();
    const report = compareKeys(items, state, strict);
    const given = [...items].filter(([key]) => Object.hasOwn(state, key));
    for (const [key, item] of given) checkEntry('loadStateDict', key, state[key], item);
    for (const [prefix, module] of everyModule<AnyModule>(this))
      module.stateLoaded((name) => state[join(prefix, name)]?.data);
    for (const [key, item] of given) takeEntry(item, state[key]);
    return report;
  }

  /** Called when a state dictionary is taken over; `values` finds this module's own entries by key. */
  protected stateLoaded(_values: (key: string) => Floats | undefined): void {}

  /** The module and what it holds, a line each, as PyTorch prints it. */
  toString(): string {
    return this.print();
  }

  /** What Node prints for a module. @internal */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** Every tensor of the tree once. */
  private namedTensors(): [string, Tensor][] {
    const all = this.namedModules().flatMap(([prefix, module]) =>
      membersOf(module).flatMap(({ path, value }): [string, Tensor][] =>
        value instanceof Tensor ? [[join(prefix, path.join('.')), value]] : [],
      ),
    );
    return firstOfEach(all);
  }

  /** All that has state, by key, under every name. @internal */
  stateItems(): Map<string, Stateful> {
    const items = new Map<string, Stateful>();
    for (const [prefix, module] of everyModule<AnyModule>(this)) {
      for (const { path, value } of membersOf(module)) {
        if (!isStateful(value)) continue;
        const key = join(prefix, pytorchName(path, value));
        if ((items.get(key) ?? value) !== value) throw new OptionError(`stateDict: two entries are ${key}`);
        items.set(key, value);
      }
    }
    return items;
  }

  /** While there are hooks, a property `forward` stands before the class's method and runs them. */
  private hookForward(): () => void {
    const own = Object.getOwnPropertyDescriptor(this, 'forward');
    const { forward } = this;
    const value = (...inputs: I): O => {
      let output = forward.apply(this, inputs);
      for (const hook of [...this.#hooks.values()]) {
        const replaced = checkDone('registerForwardHook', 'the hook', hook(this, inputs, output));
        if (replaced !== undefined) output = replaced as O;
      }
      return output;
    };
    Object.defineProperty(this, 'forward', { value, configurable: true, writable: true });
    return () => {
      if (own) Object.defineProperty(this, 'forward', own);
      else Reflect.deleteProperty(this, 'forward');
    };
  }

  /** The lines of this module and its children, but not of one that it is inside of. */
  private print(above: readonly AnyModule[] = []): string {
    const name = this.constructor.name;
    const extra = this.extraRepr();
    const inner = [...above, this];
    const lines = this.children().map(([key, child]) => {
      const text = inner.includes(child) ? `${child.constructor.name}(…)` : child.print(inner);
      return `(${key}): ${text}`;
    });
    if (lines.length === 0) return `${name}(${extra})`;
    const body = (extra ? [extra, ...lines] : lines).join('\n').replaceAll('\n', '\n  ');
    return `${name}(\n  ${body}\n)`;
  }
}
