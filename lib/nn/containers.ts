// Sequential and ModuleList: modules in a row.
import { OptionError } from '../errors.js';
import { describe } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { type AnyModule, Module } from './module.js';

/**
 * Runs modules one after the other; their names are 0, 1, 2, …
 * @throws OptionError for what is no module, or has no forward()
 *
 * @example
 * ```js
 * import { Linear, ReLU, Sequential, tensor } from 'mixgrad';
 *
 * const net = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
 * console.log(net);
 * console.log(net.forward(tensor([[1, 2]])).shape);
 * ```
 * ```text
 * Sequential(
 *   (0): Linear(inFeatures=2, outFeatures=3, bias=true)
 *   (1): ReLU()
 *   (2): Linear(inFeatures=3, outFeatures=1, bias=true)
 * )
 * [ 1, 1 ]
 * ```
 */
export class Sequential extends Module {
  readonly length: number;

  constructor(...modules: Module[]) {
    super();
    checkModules('Sequential', modules);
    for (const [i, module] of modules.entries()) {
      if (typeof module.forward === 'function') continue;
      throw new OptionError(
        `Sequential: module ${i} is ${describe(module)}, expected a Module with a forward()`,
      );
    }
    this.length = modules.length;
    Object.assign(this, modules);
  }

  forward(x: Tensor): Tensor {
    // By index: a module that stands in several places runs in each of them.
    const modules = this as unknown as ArrayLike<Module>;
    let y = x;
    for (let i = 0; i < modules.length; i++) y = modules[i].forward(y);
    return y;
  }
}

/**
 * Modules in a row that something else calls; their names are 0, 1, 2, … An array of modules does the same: this is for who
 * looks for PyTorch's.
 * @throws OptionError for what is no module
 *
 * @example
 * ```js
 * import { Linear, Module, ModuleList, relu, tensor } from 'mixgrad';
 *
 * class Net extends Module {
 *   layers = new ModuleList([new Linear(2, 3), new Linear(3, 1)]);
 *
 *   forward(x) {
 *     let y = x;
 *     for (const layer of this.layers) y = relu(layer.forward(y));
 *     return y;
 *   }
 * }
 *
 * const net = new Net();
 * console.log(net.forward(tensor([[1, 2]])).shape, net.layers.length, net.layers[1].outFeatures);
 * console.log(Object.keys(await net.stateDict()));
 * ```
 * ```text
 * [ 1, 1 ] 2 1
 * [
 *   'layers.0.weight',
 *   'layers.0.bias',
 *   'layers.1.weight',
 *   'layers.1.bias'
 * ]
 * ```
 */
export class ModuleList<M extends AnyModule = Module> extends Module<never, never> implements Iterable<M> {
  readonly length: number;
  readonly [index: number]: M;

  constructor(modules: readonly M[] = []) {
    super();
    if (!Array.isArray(modules)) {
      throw new OptionError(`ModuleList: modules is ${describe(modules)}, expected an array of modules`);
    }
    checkModules('ModuleList', modules);
    this.length = modules.length;
    Object.assign(this, modules);
  }

  *[Symbol.iterator](): Iterator<M> {
    for (let i = 0; i < this.length; i++) yield this[i];
  }

  /** @throws OptionError: the modules are called one by one */
  forward(): never {
    throw new OptionError('ModuleList: it has no order of computation, expected calls of its modules');
  }
}

function checkModules(op: string, modules: readonly unknown[]): void {
  for (const [i, module] of modules.entries()) {
    if (module instanceof Module) continue;
    throw new OptionError(`${op}: module ${i} is ${describe(module)}, expected a Module`);
  }
}
