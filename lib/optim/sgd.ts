// Stochastic gradient descent with momentum, as PyTorch's.
import { OptionError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkNumber, Optimizer } from './optimizer.js';

/** Options of SGD; names and defaults are PyTorch's. */
export interface SGDOptions {
  lr: number;
  momentum?: number;
  dampening?: number;
  weightDecay?: number;
  nesterov?: boolean;
}

/**
 * d = g + weightDecay·w; v = momentum·v + (1 − dampening)·d (at first v = d); w −= lr·v, or with nesterov
 * w −= lr·(d + momentum·v).
 */
export class SGD extends Optimizer {
  private readonly momentum: number;
  private readonly dampening: number;
  private readonly weightDecay: number;
  private readonly nesterov: boolean;
  private readonly started = new Set<number>();

  constructor(params: readonly Tensor[], options: SGDOptions) {
    super(params, options.lr);
    this.momentum = checkNumber('SGD', 'momentum', options.momentum ?? 0, 0);
    this.dampening = checkNumber('SGD', 'dampening', options.dampening ?? 0, 0);
    this.weightDecay = checkNumber('SGD', 'weightDecay', options.weightDecay ?? 0, 0);
    this.nesterov = options.nesterov ?? false;
    if (this.nesterov && (this.momentum === 0 || this.dampening !== 0)) {
      throw new OptionError('SGD: nesterov needs a momentum above 0 and a dampening of 0');
    }
  }

  protected update(w: Tensor, g: Tensor, i: number): void {
    const { lr, momentum, weightDecay: decay } = this;
    if (momentum === 0) {
      this.replace(w, 'sgdUpdate', [w, g, g], { lr, step: 0, gain: 1, decay });
      return;
    }
    const v = this.stateOf('momentum', i);
    const gain = this.started.has(i) ? 1 - this.dampening : 1;
    this.started.add(i);
    this.replace(v, 'sgdMomentum', [v, g, w], { momentum, gain, decay });
    const mix = this.nesterov ? { step: momentum, gain: 1 } : { step: 1, gain: 0 };
    this.replace(w, 'sgdUpdate', [w, v, g], { lr, ...mix, decay });
  }
}
