// Sequential: modules one after the other.
import { OptionError } from '../errors.js';
import { describe } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

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
    modules.forEach((module, i) => {
      if (module instanceof Module && typeof module.forward === 'function') return;
      const expected = module instanceof Module ? 'a Module with a forward()' : 'a Module';
      throw new OptionError(`Sequential: module ${i} is ${describe(module)}, expected ${expected}`);
    });
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
