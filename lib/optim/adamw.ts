// Adam with decoupled weight decay. Loshchilov & Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101.
import type { Tensor } from '../tensor/tensor.js';
import { checkNumber, Optimizer } from './optimizer.js';

/** Options of AdamW; names and defaults are PyTorch's. */
export interface AdamWOptions {
  lr?: number;
  betas?: readonly [number, number];
  eps?: number;
  weightDecay?: number;
}

/** m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; w = (1 − lr·weightDecay)·w − lr·m̂ / (√v̂ + eps) */
export class AdamW extends Optimizer {
  private readonly betas: readonly [number, number];
  private readonly eps: number;
  private readonly weightDecay: number;
  private readonly steps: number[] = [];

  constructor(
    params: readonly Tensor[],
    { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0.01 }: AdamWOptions = {},
  ) {
    super(params, lr);
    this.betas = [
      checkNumber('AdamW', 'betas[0]', betas[0], 0, 1),
      checkNumber('AdamW', 'betas[1]', betas[1], 0, 1),
    ];
    this.eps = checkNumber('AdamW', 'eps', eps, 0);
    this.weightDecay = checkNumber('AdamW', 'weightDecay', weightDecay, 0);
  }

  protected update(w: Tensor, g: Tensor, i: number): void {
    const [beta1, beta2] = this.betas;
    this.steps[i] = (this.steps[i] ?? 0) + 1;
    const m = this.stateOf('mean', i);
    const v = this.stateOf('square', i);
    this.replace(m, 'adamMean', [m, g], { beta: beta1 });
    this.replace(v, 'adamSquare', [v, g], { beta: beta2 });
    this.replace(w, 'adamUpdate', [w, m, v], {
      rate: this.lr / (1 - beta1 ** this.steps[i]),
      scale: 1 / Math.sqrt(1 - beta2 ** this.steps[i]),
      shrink: this.lr * this.weightDecay,
      eps: this.eps,
    });
  }
}
