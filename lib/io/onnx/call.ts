// One operation of a model, as the rows of the table see it.
import type { Floats } from '../../../kernels/devices/device.js';
import { OptionError } from '../../errors.js';
import type { Shape } from '../../shape.js';
import type { TracedCall } from '../../tape/trace.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Names } from './names.js';
import { fixedSize, type Size, sizesOf } from './sizes.js';

/** Finds an argument, which may lie inside another: `running.means`. */
function argument({ args }: TracedCall, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], args);
}

/** A call in both runs: what differs between them depends on the batch. */
export class Call {
  constructor(
    /** The operation, and the module that it is in. */
    readonly what: string,
    private readonly first: TracedCall,
    private readonly second: TracedCall,
    private readonly names: Names,
  ) {}

  /** The name of a tensor argument's value. */
  tensor(path: string): string {
    return this.names.of(`${path} of ${this.what}`, ...this.both<Tensor>(path));
  }

  /** The names of a list of tensors. */
  list(path: string): string[] {
    return (argument(this.first, path) as readonly Tensor[]).map((_, i) => this.tensor(`${path}.${i}`));
  }

  /** The shape of a tensor argument. */
  shape(path: string): Size[] {
    const [a, b] = this.both<Tensor>(path);
    return sizesOf(`the shape of ${path} of ${this.what}`, a.shape, b.shape);
  }

  /** The shape of the result. */
  get out(): Size[] {
    return sizesOf(`the shape of ${this.what}`, this.first.outputs[0].shape, this.second.outputs[0].shape);
  }

  /** An argument that is a list of sizes. */
  sizes(path: string): Size[] {
    return sizesOf(`${path} of ${this.what}`, ...this.both<Shape>(path));
  }

  /** An argument that is a size or a position. */
  number(path: string): Size {
    const [a, b] = this.both<number>(path);
    return sizesOf(`${path} of ${this.what}`, [a], [b])[0];
  }

  /** A size of a tensor argument that is the same in every batch. */
  size(path: string, axis: number): number {
    const shape = this.shape(path);
    return fixedSize(`axis ${axis} of ${path} of ${this.what}`, shape.at(axis)!);
  }

  /** An argument that is a number, a text, a flag or a list of them. @throws OptionError where it depends on the batch */
  value<T>(path: string): T {
    const [a, b] = this.both<T>(path);
    if (JSON.stringify(a) === JSON.stringify(b)) return a;
    throw new OptionError(`exportOnnx: ${path} of ${this.what} depends on the size of the batch`);
  }

  /** Whether an argument is there. */
  has(path: string): boolean {
    return argument(this.first, path) != null;
  }

  /** The values of a tensor argument that is a weight or a constant. */
  values(path: string): Floats {
    return this.names.values(`${path} of ${this.what}`, ...this.both<Tensor>(path));
  }

  private both<T>(path: string): [T, T] {
    return [argument(this.first, path) as T, argument(this.second, path) as T];
  }
}
