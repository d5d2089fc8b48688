// Tensor: a shape over a storage, with a place for its gradient; and the record that it is the output of.
import ndarray from 'ndarray';
import type { Device, Floats } from '../../kernels/devices/device.js';
import { DeviceError, OptionError, ShapeError, TapeError } from '../errors.js';
import { callback, describe, flag, required } from '../options.js';
import { format, numel, type Shape } from '../shape.js';
import { checkAlike } from './alike.js';
import { Claim } from './claim.js';
import { GradientPlace } from './gradient.js';
import type { FinishedGraph } from './state.js';
import { Storage } from './storage.js';
import { Values } from './values.js';

/** The gradient of one input of a record, with the argument's name. */
export interface InputGradient {
  name: string;
  input: Tensor;
  gradient: Tensor;
}

/** One recorded operation: a node of the graph. */
export interface TapeRecord {
  /** Position on the tape: every record's inputs were recorded before it. */
  readonly number: number;
  readonly op: string;
  /** The arguments of the call by name, tensors and attributes; empty once backward() has used the record up. */
  args: Readonly<Record<string, unknown>>;
  /** The tensors among the arguments, lists unfolded. */
  inputs: readonly Tensor[];
  readonly output: Tensor;
  /** From the output's gradient to those of the inputs that require one. */
  vjp: (g: Tensor) => InputGradient[];
  /** Tensors that only the vjp uses. */
  saved: readonly Tensor[];
  /** Milliseconds that the forward call took. */
  readonly milliseconds: number;
  /** In anomaly mode, the line that called it; '' elsewhere. */
  readonly calledAt: string;
  /** Whether backward() has used it up. */
  consumed: boolean;
}

/** Looks at a gradient; what it returns replaces it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing is a hook.
export type GradientHook = (gradient: Tensor) => Tensor | undefined | void;

/**
 * An n-dimensional array on a device, and a node of the graph.
 *
 * @example
 * ```js
 * import { tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * const y = x.mul(x).sum();
 * y.backward();
 * console.log(String(x), await y.item());
 * console.log(x.grad.shape, x.grad.ndarray().get(1, 0));
 * ```
 * ```text
 * Tensor(shape [2, 2], device wasm, requiresGrad) 30
 * [ 2, 2 ] 6
 * ```
 */
export class Tensor {
  /** The record whose output this is; null on leaves and on what was never recorded. @internal */
  record: TapeRecord | null = null;
  /** @internal */
  hooks: readonly { readonly fn: GradientHook }[] = [];
  /** Graphs that this leaf was part of and backward() has used up. @internal */
  finished: FinishedGraph[] = [];
  /** The place of its gradient. @internal */
  readonly gradient = new GradientPlace<Tensor>();
  /** Its share of the room on the device. @internal */
  readonly claim: Claim;
  /** What its record was computed from, retained until backward() has used the record. */
  private sources: readonly Storage[] = [];
  private store: Storage;
  private trained: boolean;
  private parameter: boolean;

  /** Takes over one ownership of the storage. */
  constructor(
    readonly shape: Shape,
    storage: Storage,
    requiresGrad = false,
  ) {
    if (!(storage instanceof Storage)) {
      throw new OptionError(`Tensor: storage is ${describe(storage)}; tensor(values) makes tensors`);
    }
    Object.freeze(shape); // it may be another tensor's as well
    this.store = storage;
    this.claim = new Claim(storage.lease);
    this.trained = this.parameter = requiresGrad;
    if (requiresGrad) this.claim.pin();
  }

  /** Number of elements. */
  get size(): number {
    return numel(this.shape);
  }

  /** The device that holds the values. */
  get device(): Device {
    return this.store.device;
  }

  /** Whether backward() computes a gradient for this tensor. */
  get requiresGrad(): boolean {
    return this.trained || this.record !== null;
  }

  /**
   * On a leaf: true makes it a parameter, false freezes it.
   * @throws OptionError unless it is true or false, TapeError on the output of a recorded operation
   */
  set requiresGrad(on: boolean) {
    required('requiresGrad', 'its value', on, flag(false));
    if (this.record) {
      if (on) return;
      throw new TapeError(`requiresGrad: ${this.record.op} made it; detach() gives one without gradient`);
    }
    this.trained = on;
    if (!on) return;
    this.parameter = true;
    this.pin();
  }

  /** The accumulated gradient; on leaves only. One that is set here stays its maker's: nothing else releases it. */
  get grad(): Tensor | null {
    return this.gradient.tensor;
  }

  /** @throws OptionError, ShapeError, DeviceError unless it is null or a tensor such as this one */
  set grad(g: Tensor | null) {
    if (g === this.gradient.tensor) return;
    if (g !== null && !(g instanceof Tensor))
      throw new OptionError(`grad: got ${describe(g)}, expected a tensor or null`);
    if (g !== null) checkAlike('grad', g, this);
    this.gradient.hold(g);
  }

  /** Whether this leaf requires a gradient, or did before it was frozen: modules count it among their parameters. */
  get isParameter(): boolean {
    return this.parameter;
  }

  /** Whether the tensor was made by the user rather than by a recorded operation. */
  get isLeaf(): boolean {
    return this.record === null;
  }

  /** Whether the values were given back: reading them throws. */
  get isReleased(): boolean {
    return this.claim.released;
  }

  /** Whether keep() was called, or a tensor has this one as the gradient that it was given. */
  get isKept(): boolean {
    return this.claim.isKept;
  }

  /** The storage; TapeError where it was released. @internal */
  get storage(): Storage {
    if (this.claim.released) this.checkHeld('a tensor');
    return this.store;
  }

  /** Throws where the values were given back; `what` names the tensor. @internal */
  checkHeld(what: string): void {
    const { released, why } = this.claim;
    if (released) throw new TapeError(`${what} of shape ${format(this.shape)} ${why}`);
  }

  /** Whether the values are those of a storage, neither replaced nor released since. @internal */
  shows(storage: Storage): boolean {
    return this.store === storage && !this.claim.released;
  }

  /** Makes this tensor the output of a record, which keeps the storages it was computed from. @internal */
  setRecord(record: TapeRecord, sources: readonly Storage[]): void {
    this.record = record;
    this.sources = sources.map((storage) => storage.retain());
  }

  /** Releases what the record keeps. @internal */
  forgetSources(): void {
    for (const storage of this.sources) storage.release();
    this.sources = [];
  }

  /** Replaces the values by another tensor's of the same shape, sharing its storage. @internal */
  assign(other: Tensor): void {
    this.store = other.storage.retain();
    this.claim.move(this.store.lease);
    if (this.isKept || this.parameter) this.pin();
  }

  /** Keeps the values readable after backward() and after the noGrad() they were made in. Returns the tensor. */
  keep(): this {
    this.claim.kept = true;
    this.pin();
    return this;
  }

  /** Keeps the values on the device over boundaries. @throws TapeError where they were released */
  private pin(): void {
    if (this.storage) this.claim.pin();
  }

  /** Gives the storage back now. Training loops need no dispose: backward() and noGrad() release. */
  dispose(why = 'was disposed of'): void {
    this.claim.dispose(why);
    this.store.forget();
  }

  /** A copy of the values, row-major, when all that was asked of the device before is done. */
  async data(): Promise<Floats> {
    return this.storage.read();
  }

  /** The only value of a one-element tensor. @throws ShapeError where it has several */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError(`item: the tensor has shape ${format(this.shape)}, expected a single element`);
    }
    return (await this.data())[0];
  }

  /**
   * A view of the values as an ndarray. It shows this tensor for as long as it is held, also after an optimizer's step; what is
   * written is the tensor's and that of all that share its values (detach(), reshape(), records). Its `data` looks values up at
   * each access: it has `get`, `set`, `length`, indices and iteration, but is no typed array, which `await data()` gives.
   * @throws DeviceError on an asynchronous device, or in a page that forbids eval: await data() there. TapeError when a released tensor is read or written.
   *
   * @example
   * ```js
   * import { tensor } from 'mixgrad';
   *
   * const x = tensor([[1, 2], [3, 4]]);
   * const view = x.ndarray().transpose(1, 0);
   * view.set(1, 0, 9);
   * console.log(view.get(0, 1), [...view.data], await x.data());
   * ```
   * ```text
   * 3 [ 1, 9, 3, 4 ] Float32Array(4) [ 1, 9, 3, 4 ]
   * ```
   */
  ndarray(): ndarray.NdArray<Values> {
    const { name, sync } = this.device;
    if (!sync) {
      throw new DeviceError(`ndarray: ${name} is asynchronous: await tensor.data() or tensor.item() instead`);
    }
    try {
      return ndarray(new Values(this), [...this.shape]);
    } catch (error) {
      // The package ndarray makes its classes while running.
      if (!(error instanceof EvalError)) throw error;
      throw new DeviceError(
        "ndarray: the page's Content-Security-Policy lacks script-src 'unsafe-eval'; await data()",
      );
    }
  }

  /**
   * Calls fn with this tensor's gradient when backward() has it; what fn returns replaces it.
   * @returns a function that removes the hook
   * @throws OptionError where fn is no function
   */
  registerHook(fn: GradientHook): () => void {
    required('registerHook', 'fn', fn, callback(null));
    const entry = { fn };
    this.hooks = [...this.hooks, entry];
    return () => {
      this.hooks = this.hooks.filter((other) => other !== entry);
    };
  }

  /** The same values, cut off from the graph. */
  detach(): Tensor {
    return new Tensor(this.shape, this.storage.retain().makeTransient());
  }

  toString(): string {
    return `Tensor(shape ${format(this.shape)}, device ${this.device.name}${this.requiresGrad ? ', requiresGrad' : ''})`;
  }
}
