// The convolutions of the deeper networks.
import {
  Conv2d,
  conv2d,
  type Device,
  init,
  Module,
  parameter,
  type Random,
  relu,
  type Tensor,
} from '../../lib/index.js';
import type { NormFactory } from './norms.js';
import { Identity } from './norms.js';

/** A kernel's height and width. */
export type Kernel = number | readonly [height: number, width: number];

/** What draws a layer's weights, and where they are. */
export interface Drawn {
  random: Random;
  device?: Device;
}

interface HeOptions extends Drawn {
  /** @default 1 */
  stride?: number;
  /** Whether there is a bias, which starts from 0. @default false */
  bias?: boolean;
}

/**
 * A convolution that at stride 1 keeps height and width. Its weight starts from N(0, 2 / (outChannels · size²)); He et al.,
 * arXiv 1502.01852, by fan-out.
 */
export class HeConv2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  private readonly windows: { stride: number; padding: number };

  constructor(inChannels: number, outChannels: number, size: number, options: HeOptions) {
    super();
    const { random, device, stride = 1, bias = false } = options;
    const std = Math.sqrt(2 / (outChannels * size * size));
    this.weight = parameter(init.normal([outChannels, inChannels, size, size], { std, random, device }));
    this.bias = bias ? parameter(init.zeros([outChannels], { device })) : null;
    this.windows = { stride, padding: (size - 1) / 2 };
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.windows);
  }
}

interface NormedOptions extends Drawn {
  norm: NormFactory;
  /** The place of its norm is `${name}.norm`. */
  name: string;
  /** @default 1 */
  stride?: number;
  /** Whether there is a margin, so that at stride 1 height and width stay. @default true */
  margin?: boolean;
}

/** relu(norm(convolution)). The convolution has a bias only where no norm follows. */
export class NormedConv extends Module {
  readonly conv: Conv2d;
  readonly norm: Module;

  constructor(inChannels: number, outChannels: number, kernel: Kernel, options: NormedOptions) {
    super();
    const { norm, name, random, device, stride = 1, margin = true } = options;
    const size = typeof kernel === 'number' ? ([kernel, kernel] as const) : kernel;
    const padding = margin ? ([(size[0] - 1) / 2, (size[1] - 1) / 2] as const) : 0;
    this.norm = norm(outChannels, `${name}.norm`);
    const bias = this.norm instanceof Identity;
    this.conv = new Conv2d(inChannels, outChannels, size, {
      stride,
      padding,
      bias,
      random: random.fork(name),
      device,
    });
  }

  forward(x: Tensor): Tensor {
    return relu(this.norm.forward(this.conv.forward(x)));
  }
}
