// Adam with decoupled weight decay. Loshchilov & Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101.
import { kernels as k } from '../../kernels/index.js';
import { OptionError } from '../errors.js';
import { describe, number, type Read, type Reader, readOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { learningRate, Optimizer } from './optimizer.js';

/** Options of {@link AdamW}; names and defaults are PyTorch's. */
export interface AdamWOptions {
  /** Learning rate. @default 1e-3 */
  lr?: number;
  /** β₁ and β₂, how much of the last means remains. @default [0.9, 0.999] */
  betas?: readonly [number, number];
  /** Added to the divisor. @default 1e-8 */
  eps?: number;
  /** @default 0.01 */
  weightDecay?: number;
}

const share = number(0, { least: 0, below: 1 });
const betas: Reader<readonly [number, number]> = {
  fallback: [0.9, 0.999],
  read(op, name, value) {
    if (!Array.isArray(value) || value.length !== 2) {
      throw new OptionError(`${op}: ${name} is ${describe(value)}, expected a pair of numbers`);
    }
    return [share.read(op, `${name}[0]`, value[0]), share.read(op, `${name}[1]`, value[1])];
  },
};
const schema = {
  lr: learningRate,
  betas,
  eps: number(1e-8, { least: 0 }),
  weightDecay: number(0.01, { least: 0 }),
};

/**
 * m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; w = (1 − lr·weightDecay)·w − lr·m̂ / (√v̂ + eps) with m̂ = m/(1 − β₁ᵗ) and
 * v̂ = v/(1 − β₂ᵗ) in step t.
 * @throws OptionError naming the parameter or the option that does not fit
 *
 * @example
 * ```js
 * import { AdamW, Linear, ones } from 'mixgrad';
 *
 * const layer = new Linear(2, 1);
 * const optimizer = new AdamW(layer.parameters(), { lr: 0.1 });
 * layer.forward(ones([1, 2])).sum().backward();
 * optimizer.step();
 *
 * const resumed = new AdamW(layer.parameters());
 * resumed.loadStateDict(await optimizer.stateDict());
 * console.log(resumed.lr, resumed.betas);
 * console.log((await resumed.stateDict()).state[1]);
 * ```
 * ```text
 * 0.1 [ 0.9, 0.999 ]
 * {
 *   step: 1,
 *   expAvg: { shape: [ 1 ], data: Float32Array(1) [ 0.10000000149011612 ] },
 *   expAvgSq: { shape: [ 1 ], data: Float32Array(1) [ 0.0010000000474974513 ] }
 * }
 * ```
 */
export class AdamW extends Optimizer<Read<typeof schema>> {
  constructor(params: readonly Tensor[], options: AdamWOptions = {}) {
    super(params, options, { step: 'count', expAvg: 'tensor', expAvgSq: 'tensor' }, (given) =>
      readOptions('AdamW', given, schema),
    );
  }

  get betas(): readonly [number, number] {
    return this.options.betas;
  }

  get eps(): number {
    return this.options.eps;
  }

  get weightDecay(): number {
    return this.options.weightDecay;
  }

  protected update(w: Tensor, g: Tensor, i: number): void {
    const { lr, betas, eps, weightDecay } = this.options;
    const step = this.count(i, 'step');
    const m = this.tensorOf(i, 'expAvg');
    const v = this.tensorOf(i, 'expAvgSq');
    this.replace(m, k.adamMean, [m, g], { beta: betas[0] });
    this.replace(v, k.adamSquare, [v, g], { beta: betas[1] });
    this.replace(w, k.adamUpdate, [w, m, v], {
      rate: lr / (1 - betas[0] ** step),
      scale: 1 / Math.sqrt(1 - betas[1] ** step),
      shrink: lr * weightDecay,
      eps,
    });
  }
}
