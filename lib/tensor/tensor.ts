// Tensor: a shape over a device's buffer, with a place for its gradient.
import ndarray from 'ndarray';
import type { Device, DeviceBuffer, Floats } from '../../kernels/devices/device.js';
import { DeviceError, ShapeError, TapeError } from '../errors.js';
import { format, numel, type Shape } from '../shape.js';
import type { TapeRecord } from '../tape/tape.js';
import { currentDevice } from './device.js';
import { Storage } from './storage.js';

/** Numbers, nested to any depth; every level holds entries of one length. */
export type NestedNumbers = number | ArrayLike<number> | readonly NestedNumbers[];

/** One tensor's share of a storage. It outlives the tensor in the registry below. */
interface Claim {
  storage: Storage;
  released: boolean;
}

function releaseClaim(claim: Claim): void {
  if (claim.released) return;
  claim.released = true;
  claim.storage.release();
}

/** The safety net: a tensor that is garbage-collected gives back its storage. */
const forgotten = new FinalizationRegistry<Claim>(releaseClaim);

/** Called with every tensor that is made, so that a scope can release its temporaries. */
export type TensorObserver = (tensor: Tensor) => void;
let observer: TensorObserver | null = null;

/** Sets who is told of new tensors; returns who was told before. */
export function observeTensors(next: TensorObserver | null): TensorObserver | null {
  const previous = observer;
  observer = next;
  return previous;
}

/** An n-dimensional array on a device, and a node of the tape. */
export class Tensor {
  /** The accumulated gradient; on leaves only. */
  grad: Tensor | null = null;
  /** The record whose output this is; null on leaves and on what was never recorded. @internal */
  record: TapeRecord | null = null;
  /** @internal */
  hooks: ((gradient: Tensor) => Tensor | undefined)[] = [];
  private claim: Claim;
  private why = '';
  private kept = false;

  /** Takes over one ownership of the storage. */
  constructor(
    readonly shape: Shape,
    storage: Storage,
    /** Whether backward() computes a gradient for this tensor. */
    public requiresGrad = false,
  ) {
    this.claim = { storage, released: false };
    forgotten.register(this, this.claim, this);
    observer?.(this);
  }

  /** Number of elements. */
  get size(): number {
    return numel(this.shape);
  }

  get device(): Device {
    return this.claim.storage.device;
  }

  /** Whether the tensor was made by the user rather than by a recorded operation. */
  get isLeaf(): boolean {
    return this.record === null;
  }

  get isReleased(): boolean {
    return this.claim.released;
  }

  get isKept(): boolean {
    return this.kept;
  }

  /** The storage; TapeError where it was released. @internal */
  get storage(): Storage {
    if (this.claim.released) throw new TapeError(`a tensor of shape ${format(this.shape)} ${this.why}`);
    return this.claim.storage;
  }

  /** @internal */
  get buffer(): DeviceBuffer {
    return this.storage.buffer;
  }

  /** Replaces the numbers by another tensor's of the same shape, sharing its buffer. @internal */
  assign(other: Tensor): void {
    const storage = other.storage.retain();
    if (this.kept) storage.pin();
    const { released } = this.claim;
    const old = this.claim.storage;
    this.claim.storage = storage;
    this.claim.released = false;
    if (!released) old.release();
  }

  /** Keeps the numbers readable after backward() and after the noGrad() they were made in. */
  keep(): this {
    this.kept = true;
    this.storage.pin();
    return this;
  }

  /** Gives the buffer back now. Training loops need no dispose: backward() and noGrad() release. */
  dispose(why = 'was disposed of'): void {
    this.why = why;
    forgotten.unregister(this);
    releaseClaim(this.claim);
  }

  /** A copy of the numbers, row-major. */
  async data(): Promise<Floats> {
    return this.device.read(this.buffer);
  }

  /** The only number of a one-element tensor. */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError(`item: the tensor has shape ${format(this.shape)}, expected a single element`);
    }
    return (await this.data())[0];
  }

  /**
   * A view of the numbers as an ndarray, sharing the buffer: valid until the tensor is released or the
   * device's memory grows. DeviceError on an asynchronous device: await data() there.
   */
  ndarray(): ndarray.NdArray<Floats> {
    return ndarray(this.device.view(this.buffer), [...this.shape]);
  }

  /** Calls fn with this tensor's gradient when backward() has it; what fn returns replaces it. */
  registerHook(fn: (gradient: Tensor) => Tensor | undefined): () => void {
    this.hooks.push(fn);
    return () => {
      this.hooks = this.hooks.filter((hook) => hook !== fn);
    };
  }

  /** The same numbers, cut off from the tape. */
  detach(): Tensor {
    return new Tensor(this.shape, this.storage.retain().settle());
  }

  toString(): string {
    const grad = this.requiresGrad ? ', requiresGrad' : '';
    return `Tensor(shape ${format(this.shape)}, device ${this.device.name}${grad})`;
  }
}

/** Options for making a tensor. */
export interface TensorOptions {
  /** Shape of flat data; nested data tells its own. */
  shape?: Shape;
  device?: Device;
  requiresGrad?: boolean;
}

/**
 * Makes a tensor from nested or flat numbers.
 * @throws ShapeError where nested rows differ in length or flat data does not fill the shape.
 */
export function tensor(values: NestedNumbers, options: TensorOptions = {}): Tensor {
  const { device = currentDevice(), requiresGrad = false } = options;
  const found = shapeOf(values);
  const shape = checkedShape(options.shape ?? found);
  if (numel(shape) !== numel(found)) {
    throw new ShapeError(`tensor: ${numel(found)} numbers do not fill shape ${format(shape)}`);
  }
  const flat = found.length === 1 ? (values as ArrayLike<number>) : flatten(values, found);
  const storage = Storage.fromHost(device, flat);
  if (requiresGrad) storage.pin();
  return new Tensor(shape, storage, requiresGrad);
}

/** A tensor filled with one value. */
export function full(shape: Shape, value: number, options: Omit<TensorOptions, 'shape'> = {}): Tensor {
  return tensor(new Float64Array(numel(checkedShape(shape))).fill(value), { ...options, shape });
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options: Omit<TensorOptions, 'shape'> = {}): Tensor {
  return full(shape, 0, options);
}

/** A tensor of ones. */
export function ones(shape: Shape, options: Omit<TensorOptions, 'shape'> = {}): Tensor {
  return full(shape, 1, options);
}

function checkedShape(shape: Shape): Shape {
  if (!shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new ShapeError(`tensor: shape ${format(shape)}, expected whole numbers of at least 1`);
  }
  return Object.freeze([...shape]);
}

function shapeOf(values: NestedNumbers): number[] {
  if (typeof values === 'number') return [];
  if (ArrayBuffer.isView(values) || values.length === 0) return [values.length];
  return [values.length, ...shapeOf(values[0])];
}

function flatten(values: NestedNumbers, shape: Shape): Float64Array {
  const out = new Float64Array(numel(shape));
  let at = 0;
  const visit = (part: NestedNumbers, axis: number): void => {
    const wrong = typeof part === 'number' ? axis !== shape.length : part.length !== shape[axis];
    if (wrong) throw new ShapeError(`tensor: rows differ in length along axis ${axis} of ${format(shape)}`);
    if (typeof part === 'number') out[at++] = part;
    else for (let i = 0; i < part.length; i++) visit(part[i], axis + 1);
  };
  visit(values, 0);
  return out;
}

/** Throws unless all tensors are on one device; returns it. */
export function commonDevice(op: string, tensors: readonly Tensor[]): Device {
  const { device } = tensors[0];
  const other = tensors.find((t) => t.device !== device);
  if (other) {
    throw new DeviceError(`${op}: tensors on ${device.name} and ${other.device.name}, expected one device`);
  }
  return device;
}
