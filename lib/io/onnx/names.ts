// What each tensor of a model's run is called in the file.
import type { Floats } from '../../../kernels/devices/device.js';
import { OptionError } from '../../errors.js';
import { type Shape, sameShape } from '../../shape.js';
import type { Storage } from '../../tensor/storage.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Graph, INPUT } from './graph.js';
import type { Pass, Passes } from './passes.js';
import { sizesOf } from './sizes.js';

/** Values that have a name, and the shape that they have under it. */
interface Named {
  name: string;
  shape: Shape;
}

/** The storages of a run whose values do not depend on its input. A view of one is no new one. */
function constantsOf({ calls, input, result, storageOf }: Pass): Set<Storage> {
  const computed = new Set([storageOf(input)]);
  const constants = new Set<Storage>();
  /** Whether none of these depends on the input. */
  const take = (tensors: readonly Tensor[]): boolean => {
    const storages = tensors.map(storageOf);
    for (const storage of storages) if (!computed.has(storage)) constants.add(storage);
    return storages.every((storage) => !computed.has(storage));
  };
  for (const { inputs, outputs } of calls) {
    if (take(inputs)) take(outputs);
    else for (const t of outputs) if (!constants.has(storageOf(t))) computed.add(storageOf(t));
  }
  take([result]);
  return constants;
}

/** Tensors by name: the input, weights, constants, and what nodes compute. Views share values, and are reshaped. */
export class Names {
  private readonly tensors = new Map<Tensor, string>();
  private readonly storages = new Map<Storage, Named>();
  private readonly state = new Map<Storage, Named>();

  private constructor(
    private readonly graph: Graph,
    private readonly passes: Passes,
    /** What does not depend on the input. */
    private readonly constants: ReadonlyMap<Storage, Floats>,
  ) {
    this.name(passes.first.input, INPUT);
  }

  /** Reads the values of everything that no operation made. */
  static async of(graph: Graph, passes: Passes): Promise<Names> {
    const constants = new Map<Storage, Floats>();
    for (const pass of [passes.first, passes.second]) {
      for (const storage of constantsOf(pass)) constants.set(storage, await storage.read());
    }
    const names = new Names(graph, passes, constants);
    for (const [name, { storage, shape }] of passes.state) {
      if (!names.state.has(storage)) names.state.set(storage, { name, shape });
    }
    return names;
  }

  /** Says what a tensor of the first run is called. */
  name(t: Tensor, name: string): void {
    this.tensors.set(t, name);
    const storage = this.passes.first.storageOf(t);
    if (!this.storages.has(storage)) this.storages.set(storage, { name, shape: t.shape });
  }

  /** The name of a tensor, which is `second` in the second run. @throws OptionError where its values depend on the batch */
  of(what: string, first: Tensor, second: Tensor): string {
    const known = this.tensors.get(first);
    if (known !== undefined) return known;
    const storage = this.passes.first.storageOf(first);
    const named = this.storages.get(storage) ?? this.constant(what, first, second);
    const same = sameShape(named.shape, first.shape);
    const name = same ? named.name : this.graph.reshape(named.name, sizesOf(what, first.shape, second.shape));
    this.tensors.set(first, name);
    return name;
  }

  /** Whether a tensor of the first run does not depend on the input. */
  isConstant(t: Tensor): boolean {
    return this.constants.has(this.passes.first.storageOf(t));
  }

  /** The values of a tensor. @throws OptionError where they depend on the input or the size of the batch */
  values(what: string, first: Tensor, second: Tensor): Floats {
    const [a, b] = [
      this.constants.get(this.passes.first.storageOf(first)),
      this.constants.get(this.passes.second.storageOf(second)),
    ];
    if (!a || !b) throw new OptionError(`exportOnnx: ${what} depends on the input, expected a constant`);
    if (a === b || (a.length === b.length && a.every((value, i) => Object.is(value, b[i])))) return a;
    throw new OptionError(`exportOnnx: ${what} depends on the size of the batch, expected a constant`);
  }

  /** Adds a weight or a constant to the file. */
  private constant(what: string, first: Tensor, second: Tensor): Named {
    const storage = this.passes.first.storageOf(first);
    const level = this.level(first, second);
    if (level !== null) {
      const sizes = this.graph.shape(sizesOf(what, first.shape, second.shape));
      const name = this.graph.node('Expand', [this.graph.reals([level], []), sizes]);
      return this.keep(storage, { name, shape: first.shape });
    }
    const values = this.values(what, first, second);
    const { name, shape } = this.state.get(storage) ?? { name: undefined, shape: first.shape };
    return this.keep(storage, { name: this.graph.reals(values, shape, name), shape });
  }

  private keep(storage: Storage, named: Named): Named {
    this.storages.set(storage, named);
    return named;
  }

  /** The value of a constant that is the same everywhere, in a shape that depends on the batch; null of others. */
  private level(first: Tensor, second: Tensor): number | null {
    const { passes, constants } = this;
    const a = constants.get(passes.first.storageOf(first));
    const b = constants.get(passes.second.storageOf(second));
    if (!a || !b || a.length === b.length) return null;
    return [a, b].every((values) => values.every((value) => Object.is(value, a[0]))) ? a[0] : null;
  }
}
