// Adam, and AdamW, which differs only in where weight decay goes.
// Kingma & Ba, arXiv 1412.6980; Loshchilov & Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101.
import * as k from '../../kernels/optim.js';
import { OptionError } from '../errors.js';
import { describe, number, type Read, type Reader, readOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Params } from './groups.js';
import { learningRate, Optimizer } from './optimizer.js';

/** Options of {@link Adam}; names and defaults are PyTorch's. */
export interface AdamOptions {
  /** Learning rate. @default 1e-3 */
  lr?: number;
  /** β₁ and β₂, how much of the last means remains. @default [0.9, 0.999] */
  betas?: readonly [number, number];
  /** Added to the divisor. @default 1e-8 */
  eps?: number;
  /** @default 0, of AdamW 0.01 */
  weightDecay?: number;
}

/** Options of {@link AdamW}: those of Adam. */
export type AdamWOptions = AdamOptions;

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
const schema = (weightDecay: number) => ({
  lr: learningRate,
  betas,
  eps: number(1e-8, { least: 0 }),
  weightDecay: number(weightDecay, { least: 0 }),
});
type Options = Read<ReturnType<typeof schema>>;
const adam = schema(0);
const adamW = schema(0.01);

/** What both share: the moments, and the step by them. */
abstract class AdamBase extends Optimizer<Options> {
  constructor(params: Params<AdamOptions>, options: AdamOptions, read: (given: unknown) => Options) {
    super(params, options, { step: 'count', expAvg: 'tensor', expAvgSq: 'tensor' }, read);
  }

  /** Moves w: `decay` of it is added to the gradient, and by `shrink` of it w gets smaller. */
  protected move(w: Tensor, g: Tensor, i: number, options: Options, decay: number, shrink: number): void {
    const { lr, betas, eps } = options;
    const [b1, b2] = betas;
    const step = this.count(i, 'step');
    const m = this.tensorOf(i, 'expAvg');
    const v = this.tensorOf(i, 'expAvgSq');
    const weights = decay === 0 ? g : w; // what is not read need not be fetched
    this.replace(m, k.movingMean, [m, g, weights], { keep: b1, take: 1 - b1, decay });
    this.replace(v, k.movingSquare, [v, g, weights], { keep: b2, decay });
    const scale = 1 / Math.sqrt(1 - b2 ** step);
    this.replace(w, k.adamUpdate, [w, m, v], { rate: lr / (1 - b1 ** step), scale, shrink, eps });
  }
}

/**
 * d = g + weightDecay·w; m = β₁m + (1 − β₁)d; v = β₂v + (1 − β₂)d²; w = w − lr·m̂ / (√v̂ + eps) with
 * m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) in step t.
 * @throws OptionError naming the parameter or the option that does not fit
 *
 * @example
 * ```js
 * import { Adam, tensor } from 'mixgrad';
 *
 * const w = tensor([1, -1], { requiresGrad: true });
 * const optimizer = new Adam([w], { lr: 0.5 });
 * w.mul(w).sum().backward();
 * optimizer.step();
 * console.log(await w.data(), optimizer.paramGroups[0].betas);
 * ```
 * ```text
 * Float32Array(2) [ 0.5, -0.5 ] [ 0.9, 0.999 ]
 * ```
 */
export class Adam extends AdamBase {
  constructor(params: Params<AdamOptions>, options: AdamOptions = {}) {
    super(params, options, (given) => readOptions('Adam', given, adam));
  }

  protected update(w: Tensor, g: Tensor, i: number, options: Options): void {
    this.move(w, g, i, options, options.weightDecay, 0);
  }
}

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
 * console.log(resumed.lr, (await resumed.stateDict()).state[1]);
 * ```
 * ```text
 * 0.1 {
 *   step: 1,
 *   expAvg: { shape: [ 1 ], data: Float32Array(1) [ 0.10000000149011612 ] },
 *   expAvgSq: { shape: [ 1 ], data: Float32Array(1) [ 0.0010000000474974513 ] }
 * }
 * ```
 */
export class AdamW extends AdamBase {
  constructor(params: Params<AdamWOptions>, options: AdamWOptions = {}) {
    super(params, options, (given) => readOptions('AdamW', given, adamW));
  }

  protected update(w: Tensor, g: Tensor, i: number, options: Options): void {
    this.move(w, g, i, options, 0, options.lr * options.weightDecay);
  }
}
