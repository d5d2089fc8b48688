// What each tensor of a model's run is called in the file.
import type { Floats } from '../../../kernels/devices/device.js';
import { OptionError } from '../../errors.js';
import type { Module } from '../../nn/module.js';
import { type Shape, sameShape } from '../../shape.js';
import { tensorsIn } from '../../tape/scope.js';
import type { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { type Graph, INPUT } from './graph.js';
import type { Pass, Passes } from './passes.js';
import { sizesOf } from './sizes.js';

/** Values that have a name, and the shape that they have under it. */
interface Named {
  name: string;
  shape: Shape;
}

/** The storages that a run's operations took and that none of them made: a view of one is no new one. */
function leavesOf({ calls, input, result, storageOf }: Pass): Set<Storage> {
  const computed = new Set([storageOf(input)]);
  const leaves = new Set<Storage>();
  const take = (values: unknown) => {
    for (const t of tensorsIn(values)) if (!computed.has(storageOf(t))) leaves.add(storageOf(t));
  };
  for (const { args, outputs } of calls) {
    take(args);
    for (const t of outputs) if (!leaves.has(storageOf(t))) computed.add(storageOf(t));
  }
  take(result);
  return leaves;
}

/** Tensors by name: the input, weights, constants, and what nodes compute. Views share values, and are reshaped. */
export class Names {
  private readonly tensors = new Map<Tensor, string>();
  private readonly storages = new Map<Storage, Named>();
  private readonly state = new Map<Storage, Named>();

  private constructor(
    private readonly graph: Graph,
    private readonly passes: Passes,
    /** What the model was given or made without an operation. */
    private readonly leaves: ReadonlyMap<Storage, Floats>,
  ) {
    this.name(passes.first.input, INPUT);
  }

  /** Reads the values of everything that no operation made. */
  static async of(graph: Graph, model: Module, passes: Passes): Promise<Names> {
    const leaves = new Map<Storage, Floats>();
    for (const pass of [passes.first, passes.second]) {
      for (const storage of leavesOf(pass)) leaves.set(storage, await storage.read());
    }
    const names = new Names(graph, passes, leaves);
    for (const [name, item] of model.stateItems()) {
      if (!(item instanceof Tensor) || names.state.has(item.storage)) continue;
      names.state.set(item.storage, { name, shape: item.shape });
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

  /** The values of a tensor that is no result of an operation. @throws OptionError where it is, or depends on the batch */
  values(what: string, first: Tensor, second: Tensor): Floats {
    const [a, b] = [
      this.leaves.get(this.passes.first.storageOf(first)),
      this.leaves.get(this.passes.second.storageOf(second)),
    ];
    if (!a || !b) throw new OptionError(`exportOnnx: ${what} is computed by the model, expected a constant`);
    if (a === b || (a.length === b.length && a.every((value, i) => Object.is(value, b[i])))) return a;
    throw new OptionError(`exportOnnx: ${what} depends on the size of the batch, expected a constant`);
  }

  /** Adds a weight or a constant to the file. */
  private constant(what: string, first: Tensor, second: Tensor): Named {
    const storage = this.passes.first.storageOf(first);
    const values = this.values(what, first, second);
    const { name, shape } = this.state.get(storage) ?? { name: undefined, shape: first.shape };
    const named = { name: this.graph.reals(values, shape, name), shape };
    this.storages.set(storage, named);
    return named;
  }
}
