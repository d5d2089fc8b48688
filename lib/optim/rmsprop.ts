// RMSprop, as PyTorch's. Hinton, "Neural Networks for Machine Learning", lecture 6; centered after Graves, arXiv 1308.0850.
import * as k from '../../kernels/optim.js';
import { flag, number, type Read, readOptions } from '../options.js';
import { run } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Params } from './groups.js';
import { Optimizer } from './optimizer.js';

/** Options of {@link RMSprop}; names and defaults are PyTorch's. */
export interface RMSpropOptions {
  /** Learning rate. @default 0.01 */
  lr?: number;
  /** How much of the last mean square remains. @default 0.99 */
  alpha?: number;
  /** Added to the divisor. @default 1e-8 */
  eps?: number;
  /** @default 0 */
  weightDecay?: number;
  /** @default 0 */
  momentum?: number;
  /** Divides by the standard deviation of the gradient in place of its root mean square. @default false */
  centered?: boolean;
}

const schema = {
  lr: number(0.01, { least: 0 }),
  alpha: number(0.99, { least: 0, below: 1 }),
  eps: number(1e-8, { least: 0 }),
  weightDecay: number(0, { least: 0 }),
  momentum: number(0, { least: 0 }),
  centered: flag(false),
};
type Options = Read<typeof schema>;

/**
 * d = g + weightDecay·w; v = α·v + (1 − α)·d²; b = momentum·b + d / (√v + eps); w −= lr·b. Where centered, v − m² stands in the
 * place of v under the root, with m = α·m + (1 − α)·d.
 * @throws OptionError naming the parameter or the option that does not fit
 *
 * @example
 * ```js
 * import { RMSprop, tensor } from 'mixgrad';
 *
 * const w = tensor([4, -2], { requiresGrad: true });
 * const optimizer = new RMSprop([w], { lr: 0.5, alpha: 0.75 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * console.log(await w.data());
 * ```
 * ```text
 * Float32Array(2) [ 3, -1 ]
 * ```
 */
export class RMSprop extends Optimizer<Options> {
  constructor(params: Params<RMSpropOptions>, options: RMSpropOptions = {}) {
    const kinds = {
      squareAvg: 'tensor',
      momentumBuffer: 'optional tensor',
      gradAvg: 'optional tensor',
    } as const;
    super(params, options, kinds, (given) => readOptions('RMSprop', given, schema));
  }

  protected update(w: Tensor, g: Tensor, i: number, options: Options): void {
    const { lr, alpha, eps, weightDecay: decay, momentum, centered } = options;
    const v = this.tensorOf(i, 'squareAvg');
    this.replace(v, k.movingSquare, [v, g, w], { keep: alpha, decay });
    const m = centered ? this.tensorOf(i, 'gradAvg') : v;
    if (centered) this.replace(m, k.movingMean, [m, g, w], { keep: alpha, take: 1 - alpha, decay });
    const buffer = momentum === 0 ? g : this.tensorOf(i, 'momentumBuffer');
    const attrs = { momentum, decay, center: Number(centered), eps };
    const direction = run(k.rmspropMomentum, [buffer, g, w, v, m], attrs);
    if (momentum !== 0) buffer.assign(direction);
    this.replace(w, k.sgdUpdate, [w, direction, g], { lr, step: 1, gain: 0, decay: 0 });
  }
}
