// A small convolutional network for MNIST, after LeNet, as in the MNIST demonstration of jax-js.
import { Conv2d, Linear, Module, maxPool2d, relu, reshape, type Tensor } from '../../lib/index.js';
import type { NetworkOptions } from './network.js';

/**
 * Images [N, 1, 28, 28] to logits [N, classes]: convolutions 5×5 and 3×3 without padding, each pooled 2×2 and rectified
 * (24×24 → 12×12, 10×10 → 5×5), then two linear layers. No layer is normalized.
 */
export class MnistCnn extends Module {
  static readonly input = [1, 28, 28] as const;
  static readonly places: Readonly<Record<string, number>> = {};

  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly linear1: Linear;
  readonly linear2: Linear;

  /**
   * The convolutions have width and 4/3·width channels, the hidden layer has 16/3·width features: 24, 32 and 128.
   * @default width 24
   */
  constructor({ classes, random, device, width = 24 }: NetworkOptions) {
    super();
    const [channels, hidden] = [Math.round((4 * width) / 3), Math.round((16 * width) / 3)];
    const options = (name: string) => ({ random: random.fork(name), device });
    this.conv1 = new Conv2d(1, width, 5, options('conv1'));
    this.conv2 = new Conv2d(width, channels, 3, options('conv2'));
    this.linear1 = new Linear(5 * 5 * channels, hidden, options('linear1'));
    this.linear2 = new Linear(hidden, classes, options('linear2'));
  }

  forward(x: Tensor): Tensor {
    // relu after pooling has a quarter to do, and both commute
    let y = relu(maxPool2d(this.conv1.forward(x), 2));
    y = relu(maxPool2d(this.conv2.forward(y), 2));
    y = relu(this.linear1.forward(reshape(y, [x.shape[0], -1])));
    return this.linear2.forward(y);
  }
}
