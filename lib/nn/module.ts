// Module: named parameters, buffers and sub-modules, found by walking a layer's own properties.

import type { Floats } from '../../kernels/devices/device.js';
import { OptionError, ShapeError } from '../errors.js';
import { format, type Shape, sameShape } from '../shape.js';
import { Tensor, tensor } from '../tensor/tensor.js';

/** One entry of a state dictionary. */
export interface StateEntry {
  shape: Shape;
  data: Floats;
}

/** Parameters and buffers by PyTorch's key names, such as `0.weight` and `1.running_mean`. */
export type StateDict = Record<string, StateEntry>;

/** The base of layers and networks. A property that holds a Tensor or a Module belongs to it. */
export abstract class Module {
  /** Whether the module is in training mode. */
  training = true;

  /** Computes the output; networks define it. */
  abstract forward(x: Tensor): Tensor;

  /** Sub-modules by property name. */
  children(): [string, Module][] {
    return Object.entries(this).filter((entry): entry is [string, Module] => entry[1] instanceof Module);
  }

  /** Parameters by dotted name, in the order of their definition. */
  namedParameters(): [string, Tensor][] {
    return this.namedTensors().filter(([, t]) => t.requiresGrad);
  }

  /** Tensors that are state but not trained, by dotted name. */
  namedBuffers(): [string, Tensor][] {
    return this.namedTensors().filter(([, t]) => !t.requiresGrad);
  }

  /** The parameters, for an optimizer. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, t]) => t);
  }

  /** Modules of this one's tree with their dotted names, itself first, as ''. */
  namedModules(prefix = ''): [string, Module][] {
    const inner = this.children().flatMap(([name, child]) => child.namedModules(join(prefix, name)));
    return [[prefix, this], ...inner];
  }

  /** Switches training mode on or off for the whole tree. */
  train(on = true): this {
    for (const [, module] of this.namedModules()) module.training = on;
    return this;
  }

  /** Switches to evaluation mode. */
  eval(): this {
    return this.train(false);
  }

  /** A copy of all parameters and buffers under PyTorch's key names. */
  async stateDict(): Promise<StateDict> {
    const state: StateDict = {};
    for (const [name, t] of this.namedTensors())
      state[pytorchName(name)] = { shape: t.shape, data: await t.data() };
    return state;
  }

  /**
   * Takes parameters and buffers from a state dictionary. Nothing changes unless all of it fits.
   * @throws OptionError for missing or unexpected keys, ShapeError for a wrong shape.
   */
  loadStateDict(state: StateDict): void {
    const own = new Map(this.namedTensors().map(([name, t]) => [pytorchName(name), t]));
    const missing = [...own.keys()].filter((key) => !(key in state));
    const unexpected = Object.keys(state).filter((key) => !own.has(key));
    if (missing.length + unexpected.length > 0) {
      const list = (keys: string[]) => keys.join(', ') || 'none';
      throw new OptionError(
        `loadStateDict: missing keys: ${list(missing)}; unexpected keys: ${list(unexpected)}`,
      );
    }
    for (const [key, t] of own) {
      const { shape, data } = state[key];
      if (!sameShape(shape, t.shape)) {
        throw new ShapeError(`loadStateDict: ${key} has shape ${format(shape)}, expected ${format(t.shape)}`);
      }
      if (data.length !== t.size) {
        throw new ShapeError(`loadStateDict: ${key} holds ${data.length} numbers, expected ${t.size}`);
      }
    }
    for (const [prefix, module] of this.namedModules())
      module.stateLoaded((name) => state[join(prefix, name)]?.data);
    for (const [key, t] of own)
      t.assign(tensor(state[key].data, { shape: t.shape, device: t.device }).keep());
  }

  /** Called when a state dictionary is taken over; `numbers` finds this module's own entries by key. */
  protected stateLoaded(_numbers: (key: string) => Floats | undefined): void {}

  private namedTensors(prefix = ''): [string, Tensor][] {
    const own = Object.entries(this).filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor);
    const named = own.map(([name, t]): [string, Tensor] => [join(prefix, name), t]);
    return [...named, ...this.children().flatMap(([name, child]) => child.namedTensors(join(prefix, name)))];
  }
}

function join(prefix: string, name: string): string {
  return prefix ? `${prefix}.${name}` : name;
}

/** runningMean → running_mean, in the last part of a dotted name; the modules' own names stay. */
function pytorchName(name: string): string {
  const start = name.lastIndexOf('.') + 1;
  return name.slice(0, start) + name.slice(start).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Runs modules one after the other; their names are 0, 1, 2, … */
export class Sequential extends Module {
  readonly length: number;

  constructor(...modules: Module[]) {
    super();
    this.length = modules.length;
    Object.assign(this, modules);
  }

  forward(x: Tensor): Tensor {
    return this.children().reduce((y, [, module]) => module.forward(y), x);
  }
}
