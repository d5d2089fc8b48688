// ResNet-20 for CIFAR. He, Zhang, Ren & Sun, arXiv 1512.03385, section 4.2, with shortcuts that have no parameters (option A).
import { avgPool2d, Linear, Module, pad, relu, reshape, slice, type Tensor } from '../../lib/index.js';
import { HeConv2d } from './convolutions.js';
import type { NetworkOptions } from './network.js';
import { Identity } from './norms.js';

/** Blocks at each of three sizes: 6·3 convolutions, and two layers more. */
const BLOCKS = 3;

const SIDES = [32, 16, 8];

type Maker = Pick<NetworkOptions, 'norm' | 'random' | 'device'>;

/** A 3×3 convolution and the norm after it. There is a bias only where no norm follows. */
function normed(from: number, to: number, names: [conv: string, norm: string], maker: Maker, stride = 1) {
  const norm = maker.norm(to, names[1]);
  const { random, device } = maker;
  const bias = norm instanceof Identity;
  const conv = new HeConv2d(from, to, 3, { stride, bias, random: random.fork(names[0]), device });
  return [conv, norm] as const;
}

/** Two convolutions beside a shortcut: where there are twice the channels, every second pixel, and zeros for the new ones. */
class Block extends Module {
  readonly conv1: HeConv2d;
  readonly norm1: Module;
  readonly conv2: HeConv2d;
  readonly norm2: Module;
  private readonly added: number;

  constructor(from: number, to: number, name: string, maker: Maker) {
    super();
    this.added = to - from;
    const stride = this.added > 0 ? 2 : 1;
    [this.conv1, this.norm1] = normed(from, to, [`${name}.conv1`, `${name}.norm1`], maker, stride);
    [this.conv2, this.norm2] = normed(to, to, [`${name}.conv2`, `${name}.norm2`], maker);
  }

  forward(x: Tensor): Tensor {
    const inner = relu(this.norm1.forward(this.conv1.forward(x)));
    return relu(this.norm2.forward(this.conv2.forward(inner)).add(this.shortcut(x)));
  }

  private shortcut(x: Tensor): Tensor {
    if (this.added === 0) return x;
    const [, , height, width] = x.shape;
    const some = slice(slice(x, 2, 0, height, 2), 3, 0, width, 2);
    return pad(some, [
      [0, 0],
      [0, this.added],
      [0, 0],
      [0, 0],
    ]);
  }
}

/** Images [N, 3, 32, 32] to logits [N, classes]. */
export class ResNet20 extends Module {
  static readonly input = [3, 32, 32] as const;
  static readonly places: Readonly<Record<string, number>> = placesOfBlocks();

  readonly conv1: HeConv2d;
  readonly norm1: Module;
  readonly layer1: Block[];
  readonly layer2: Block[];
  readonly layer3: Block[];
  readonly linear: Linear;

  /**
   * The three layers have width, 2·width and 4·width channels.
   * @default width 16
   */
  constructor(options: NetworkOptions) {
    super();
    const { classes, random, device, width = 16 } = options;
    const layer = (from: number, to: number, name: string) =>
      Array.from({ length: BLOCKS }, (_, i) => new Block(i === 0 ? from : to, to, `${name}.${i}`, options));
    [this.conv1, this.norm1] = normed(3, width, ['conv1', 'norm1'], options);
    this.layer1 = layer(width, width, 'layer1');
    this.layer2 = layer(width, 2 * width, 'layer2');
    this.layer3 = layer(2 * width, 4 * width, 'layer3');
    this.linear = new Linear(4 * width, classes, { random: random.fork('linear'), device });
  }

  forward(x: Tensor): Tensor {
    let y = relu(this.norm1.forward(this.conv1.forward(x)));
    for (const block of [...this.layer1, ...this.layer2, ...this.layer3]) y = block.forward(y);
    return this.linear.forward(reshape(avgPool2d(y, 8), [x.shape[0], -1]));
  }
}

function placesOfBlocks(): Record<string, number> {
  const places: Record<string, number> = { norm1: 32 * 32 };
  for (const [i, side] of SIDES.entries()) {
    for (let block = 0; block < BLOCKS; block++)
      for (const norm of ['norm1', 'norm2']) places[`layer${i + 1}.${block}.${norm}`] = side * side;
  }
  return places;
}
