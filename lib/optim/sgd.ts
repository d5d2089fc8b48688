// Stochastic gradient descent with momentum, as PyTorch's.
import * as k from '../../kernels/optim.js';
import { OptionError } from '../errors.js';
import { flag, number, type Read, readOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Params } from './groups.js';
import { learningRate, Optimizer } from './optimizer.js';

/** Options of {@link SGD}; names and defaults are PyTorch's. */
export interface SGDOptions {
  /** Learning rate. @default 1e-3 */
  lr?: number;
  /** @default 0 */
  momentum?: number;
  /** @default 0 */
  dampening?: number;
  /** @default 0 */
  weightDecay?: number;
  /** @default false */
  nesterov?: boolean;
}

const schema = {
  lr: learningRate,
  momentum: number(0, { least: 0 }),
  dampening: number(0, { least: 0 }),
  weightDecay: number(0, { least: 0 }),
  nesterov: flag(false),
};
type Options = Read<typeof schema>;

function read(given: unknown): Options {
  const options = readOptions('SGD', given, schema);
  if (options.nesterov && (options.momentum === 0 || options.dampening !== 0)) {
    throw new OptionError('SGD: nesterov needs a momentum above 0 and a dampening of 0');
  }
  return options;
}

/**
 * d = g + weightDecay·w; v = momentum·v + (1 − dampening)·d (at first v = d); w −= lr·v, or with nesterov
 * w −= lr·(d + momentum·v).
 * @throws OptionError naming the parameter or the option that does not fit
 *
 * @example
 * ```js
 * import { SGD, tensor } from 'mixgrad';
 *
 * const w = tensor([4, -2], { requiresGrad: true });
 * const optimizer = new SGD([w], { lr: 0.25, momentum: 0.5 });
 * for (let step = 0; step < 2; step++) {
 *   optimizer.zeroGrad();
 *   w.mul(w).sum().backward();
 *   optimizer.step();
 *   console.log(await w.data());
 * }
 * console.log((await optimizer.stateDict()).paramGroups);
 * ```
 * ```text
 * Float32Array(2) [ 2, -1 ]
 * Float32Array(2) [ 0, 0 ]
 * [
 *   {
 *     lr: 0.25,
 *     momentum: 0.5,
 *     dampening: 0,
 *     weightDecay: 0,
 *     nesterov: false,
 *     params: [ 0 ]
 *   }
 * ]
 * ```
 */
export class SGD extends Optimizer<Options> {
  constructor(params: Params<SGDOptions>, options: SGDOptions = {}) {
    super(params, options, { momentumBuffer: 'tensor' }, read);
  }

  protected update(w: Tensor, g: Tensor, i: number, options: Options): void {
    const { lr, momentum, dampening, weightDecay: decay, nesterov } = options;
    if (momentum === 0) {
      this.replace(w, k.sgdUpdate, [w, g, g], { lr, step: 0, gain: 1, decay });
      return;
    }
    const take = this.remembers(i) ? 1 - dampening : 1;
    const v = this.tensorOf(i, 'momentumBuffer');
    this.replace(v, k.movingMean, [v, g, w], { keep: momentum, take, decay });
    const mix = nesterov ? { step: momentum, gain: 1 } : { step: 1, gain: 0 };
    this.replace(w, k.sgdUpdate, [w, v, g], { lr, ...mix, decay });
  }
}
