// The CIFAR CNN: four convolutions, each normalized, rectified and pooled, then a linear classifier.
// After the 5-layer network of Kalayeh & Shah, arXiv 1806.02892.
import { avgPool2d, Conv2d, Linear, Module, maxPool2d, relu, reshape, type Tensor } from '../../lib/index.js';
import type { NetworkOptions } from './network.js';
import { Identity } from './norms.js';

/** Halves height and width. */
const HALVE = { stride: 2, padding: 1 };

/** Images [N, 3, 32, 32] to logits [N, classes]. A convolution has a bias only where no norm follows. */
export class CifarCnn extends Module {
  static readonly input = [3, 32, 32] as const;
  /** Where a norm can be placed: after each convolution. */
  static readonly places: Readonly<Record<string, number>> = {
    conv1: 32 * 32,
    conv2: 16 * 16,
    conv3: 8 * 8,
    conv4: 4 * 4,
  };

  readonly conv1: Conv2d;
  readonly norm1: Module;
  readonly conv2: Conv2d;
  readonly norm2: Module;
  readonly conv3: Conv2d;
  readonly norm3: Module;
  readonly conv4: Conv2d;
  readonly norm4: Module;
  readonly linear: Linear;

  /**
   * The convolutions have width, 2·width, 2·width and 4·width channels.
   * @default width 64
   */
  constructor({ classes, norm, random, device, width = 64 }: NetworkOptions) {
    super();
    /** A convolution that keeps height and width, and the norm after it. */
    const normed = (from: number, to: number, size: number, place: string): [Conv2d, Module] => {
      const after = norm(to, place);
      const bias = after instanceof Identity;
      const padding = (size - 1) / 2;
      return [new Conv2d(from, to, size, { padding, bias, random: random.fork(place), device }), after];
    };
    [this.conv1, this.norm1] = normed(3, width, 5, 'conv1');
    [this.conv2, this.norm2] = normed(width, 2 * width, 5, 'conv2');
    [this.conv3, this.norm3] = normed(2 * width, 2 * width, 5, 'conv3');
    [this.conv4, this.norm4] = normed(2 * width, 4 * width, 5, 'conv4');
    this.linear = new Linear(4 * width, classes, { random: random.fork('linear'), device });
  }

  forward(x: Tensor): Tensor {
    // max(x, 0) rises with x, so relu and maxPool2d commute, gradients included; after pooling relu has a quarter to do
    let y = relu(maxPool2d(this.norm1.forward(this.conv1.forward(x)), 3, HALVE));
    y = relu(maxPool2d(this.norm2.forward(this.conv2.forward(y)), 3, HALVE));
    y = relu(maxPool2d(this.norm3.forward(this.conv3.forward(y)), 3, HALVE));
    y = avgPool2d(relu(this.norm4.forward(this.conv4.forward(y))), 4);
    return this.linear.forward(reshape(y, [x.shape[0], -1]));
  }
}
