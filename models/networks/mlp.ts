// A multilayer perceptron for MNIST: three layers, 784-256-128-10, as in the MNIST demonstration of jax-js.
import { Linear, Module, relu, reshape, type Tensor } from '../../lib/index.js';
import type { NetworkOptions } from './network.js';

/** Images [N, 1, 28, 28] to logits [N, classes]. No layer is normalized. */
export class Mlp extends Module {
  static readonly input = [1, 28, 28] as const;
  static readonly places: Readonly<Record<string, number>> = {};

  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly linear3: Linear;

  /**
   * The hidden layers have width and width / 2 features.
   * @default width 256
   */
  constructor({ classes, random, device, width = 256 }: NetworkOptions) {
    super();
    const half = Math.round(width / 2);
    const linear = (from: number, to: number, name: string) =>
      new Linear(from, to, { random: random.fork(name), device });
    this.linear1 = linear(28 * 28, width, 'linear1');
    this.linear2 = linear(width, half, 'linear2');
    this.linear3 = linear(half, classes, 'linear3');
  }

  forward(x: Tensor): Tensor {
    const y = relu(this.linear1.forward(reshape(x, [x.shape[0], -1])));
    return this.linear3.forward(relu(this.linear2.forward(y)));
  }
}
