// A small residual network with batch normalization, as test/fixtures/checkpoint.py has it in PyTorch.
import {
  BatchNorm2d,
  Conv2d,
  createRandom,
  type Device,
  Linear,
  Module,
  type Random,
  relu,
  Sequential,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { normal } from '../values.js';

const norm = (features: number) => new BatchNorm2d(features);

/** Two convolutions beside a shortcut, which has a convolution of its own where the sizes change. */
class Block extends Module {
  readonly conv1: Conv2d;
  readonly bn1: Module;
  readonly conv2: Conv2d;
  readonly bn2: Module;
  readonly shortcut: Sequential | null;

  constructor(from: number, to: number, stride: number, random: Random, make = norm) {
    super();
    this.conv1 = new Conv2d(from, to, 3, { stride, padding: 1, bias: false, random });
    this.bn1 = make(to);
    this.conv2 = new Conv2d(to, to, 3, { padding: 1, bias: false, random });
    this.bn2 = make(to);
    const changes = stride !== 1 || from !== to;
    this.shortcut = changes
      ? new Sequential(new Conv2d(from, to, 1, { stride, bias: false, random }), make(to))
      : null;
  }

  forward(x: Tensor): Tensor {
    const inner = relu(this.bn1.forward(this.conv1.forward(x)));
    const beside = this.shortcut ? this.shortcut.forward(x) : x;
    return relu(this.bn2.forward(this.conv2.forward(inner)).add(beside));
  }
}

/** Images [N, 3, H, W] to five numbers. */
export class ResNet extends Module {
  readonly conv1: Conv2d;
  readonly bn1: Module;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly linear: Linear;

  constructor(make: (features: number) => Module = norm, random = createRandom('resnet')) {
    super();
    const block = (from: number, to: number, stride: number) =>
      new Block(from, to, stride, random, make as typeof norm);
    this.conv1 = new Conv2d(3, 4, 3, { padding: 1, bias: false, random });
    this.bn1 = make(4);
    this.layer1 = new Sequential(block(4, 4, 1), block(4, 4, 1));
    this.layer2 = new Sequential(block(4, 8, 2), block(8, 8, 1));
    this.linear = new Linear(8, 5, { random });
  }

  forward(x: Tensor): Tensor {
    const y = relu(this.bn1.forward(this.conv1.forward(x)));
    return this.linear.forward(this.layer2.forward(this.layer1.forward(y)).mean([2, 3]));
  }
}

/** The network after it has seen some batches. */
export function seasoned<M extends Module>(net: M, shape: readonly number[], device?: Device): M {
  for (const seed of ['first', 'second', 'third'])
    net.forward(tensor(normal(shape, seed), { shape, device }));
  return net;
}
