// DenseNet for CIFAR: every layer of a block takes what all before it gave, and adds a few channels.
// Huang, Liu, van der Maaten & Weinberger, arXiv 1608.06993.
import { avgPool2d, concat, Dropout, Linear, Module, relu, reshape, type Tensor } from '../../lib/index.js';
import { HeConv2d } from './convolutions.js';
import type { NetworkOptions } from './network.js';

/** What tells one DenseNet from another. */
interface Plan {
  /** Layers in each of the three blocks. */
  layers: number;
  /** Channels of the first convolution where no width is given. */
  width: number;
  /** Channels that a layer adds, in proportion to the width. */
  growth: number;
  /** Whether a 1×1 convolution to 4·growth channels stands before the 3×3 one (B). */
  bottleneck: boolean;
  /** The part of its channels that a transition keeps (C). */
  kept: number;
}

/** The sides of images in the three blocks. */
const SIDES = [32, 16, 8];

/** Where the norms of a plan stand. */
function placesIn({ layers, bottleneck }: Plan): Record<string, number> {
  const norms = bottleneck ? ['norm1', 'norm2'] : ['norm1'];
  const places: Record<string, number> = {};
  for (const [i, side] of SIDES.entries()) {
    for (let layer = 0; layer < layers; layer++)
      for (const norm of norms) places[`block${i + 1}.${layer}.${norm}`] = side * side;
    if (i < 2) places[`transition${i + 1}.norm`] = side * side;
  }
  places.norm = 8 * 8;
  return places;
}

/** What makes the layers of a network. */
type Maker = Pick<NetworkOptions, 'norm' | 'random' | 'device' | 'dropout'>;

const convolution = (from: number, to: number, size: number, name: string, { random, device }: Maker) =>
  new HeConv2d(from, to, size, { random: random.fork(name), device });

/** relu after a norm, then a convolution. */
const through = (x: Tensor, norm: Module, conv: HeConv2d) => conv.forward(relu(norm.forward(x)));

/** Adds `growth` channels to x: relu after a norm, then a 3×3 convolution; with a bottleneck the same with 1×1 before. */
class DenseLayer extends Module {
  readonly norm1: Module;
  readonly conv1: HeConv2d;
  readonly norm2: Module | null = null;
  readonly conv2: HeConv2d | null = null;
  readonly dropout: Dropout | null = null;

  constructor(from: number, growth: number, bottleneck: boolean, name: string, maker: Maker) {
    super();
    const { norm, random, dropout = 0 } = maker;
    this.norm1 = norm(from, `${name}.norm1`);
    if (bottleneck) {
      this.conv1 = convolution(from, 4 * growth, 1, `${name}.conv1`, maker);
      this.norm2 = norm(4 * growth, `${name}.norm2`);
      this.conv2 = convolution(4 * growth, growth, 3, `${name}.conv2`, maker);
    } else this.conv1 = convolution(from, growth, 3, `${name}.conv1`, maker);
    if (dropout > 0) this.dropout = new Dropout({ p: dropout, random: random.fork(`${name}.dropout`) });
  }

  forward(x: Tensor): Tensor {
    let y = this.dropped(through(x, this.norm1, this.conv1));
    if (this.norm2 && this.conv2) y = this.dropped(through(y, this.norm2, this.conv2));
    return concat([x, y], 1);
  }

  private dropped(y: Tensor): Tensor {
    return this.dropout ? this.dropout.forward(y) : y;
  }
}

/** Halves height and width: relu after a norm, a 1×1 convolution, and means of 2×2. */
class Transition extends Module {
  readonly norm: Module;
  readonly conv: HeConv2d;
  readonly dropout: Dropout | null;

  constructor(from: number, to: number, name: string, maker: Maker) {
    super();
    const { norm, random, dropout = 0 } = maker;
    this.norm = norm(from, `${name}.norm`);
    this.conv = convolution(from, to, 1, `${name}.conv`, maker);
    this.dropout = dropout > 0 ? new Dropout({ p: dropout, random: random.fork(`${name}.dropout`) }) : null;
  }

  forward(x: Tensor): Tensor {
    const y = through(x, this.norm, this.conv);
    return avgPool2d(this.dropout ? this.dropout.forward(y) : y, 2);
  }
}

/** Images [N, 3, 32, 32] to logits [N, classes]. No convolution has a bias. */
abstract class DenseNet extends Module {
  static readonly input = [3, 32, 32] as const;

  readonly conv: HeConv2d;
  readonly block1: DenseLayer[];
  readonly transition1: Transition;
  readonly block2: DenseLayer[];
  readonly transition2: Transition;
  readonly block3: DenseLayer[];
  readonly norm: Module;
  readonly linear: Linear;

  constructor({ layers, growth, bottleneck, kept, ...plan }: Plan, options: NetworkOptions) {
    super();
    const { classes, random, device, width = plan.width } = options;
    const added = Math.max(1, Math.round(growth * width));
    let channels = width;
    const block = (name: string) =>
      Array.from({ length: layers }, (_, i) => {
        channels += added;
        return new DenseLayer(channels - added, added, bottleneck, `${name}.${i}`, options);
      });
    const transition = (name: string) => {
      const from = channels;
      channels = Math.floor(kept * from);
      return new Transition(from, channels, name, options);
    };
    this.conv = convolution(3, width, 3, 'conv', options);
    this.block1 = block('block1');
    this.transition1 = transition('transition1');
    this.block2 = block('block2');
    this.transition2 = transition('transition2');
    this.block3 = block('block3');
    this.norm = options.norm(channels, 'norm');
    this.linear = new Linear(channels, classes, { random: random.fork('linear'), device });
  }

  forward(x: Tensor): Tensor {
    const block = (layers: DenseLayer[], x: Tensor) => layers.reduce((y, layer) => layer.forward(y), x);
    let y = this.transition1.forward(block(this.block1, this.conv.forward(x)));
    y = this.transition2.forward(block(this.block2, y));
    y = avgPool2d(relu(this.norm.forward(block(this.block3, y))), 8);
    return this.linear.forward(reshape(y, [x.shape[0], -1]));
  }
}

/** The networks of the paper's first rows: layers that are one convolution each, and transitions that keep all channels. */
const basic = (layers: number): Plan => ({ layers, width: 16, growth: 12 / 16, bottleneck: false, kept: 1 });
const plan40 = basic(12);
const plan100 = basic(32);
const planBC100: Plan = { layers: 16, width: 24, growth: 12 / 24, bottleneck: true, kept: 0.5 };

/** 40 layers deep. A layer adds 12 channels, 3/4 of the width. @default width 16 */
export class DenseNet40 extends DenseNet {
  static readonly places: Readonly<Record<string, number>> = placesIn(plan40);
  constructor(options: NetworkOptions) {
    super(plan40, options);
  }
}

/** 100 layers deep. A layer adds 12 channels, 3/4 of the width. @default width 16 */
export class DenseNet100 extends DenseNet {
  static readonly places: Readonly<Record<string, number>> = placesIn(plan100);
  constructor(options: NetworkOptions) {
    super(plan100, options);
  }
}

/** 100 layers deep, with bottlenecks and halved channels. A layer adds 12 channels, half the width. @default width 24 */
export class DenseNetBC100 extends DenseNet {
  static readonly places: Readonly<Record<string, number>> = placesIn(planBC100);
  constructor(options: NetworkOptions) {
    super(planBC100, options);
  }
}
