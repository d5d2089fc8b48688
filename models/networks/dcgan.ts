// DCGAN for 32×32 images, of convolutions alone. Radford, Metz & Chintala, arXiv 1511.06434.
import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  type Device,
  leakyRelu,
  Module,
  type Random,
  relu,
  type Tensor,
  tanh,
} from '../../lib/index.js';
import { type NormContext, type NormFactory, type NormSettings, normFactory } from './norms.js';

/** Numbers that an image is made of. */
export const LATENT = 100;
/** How far weights, and the γ of norms, are spread at the start. */
const SPREAD = 0.02;
const SLOPE = 0.2;
/** Halves height and width, or doubles them. */
const TWO = { bias: false, stride: 2, padding: 1 };
/** Joins 4×4 pixels in one, or makes them of one. */
const FOUR = { bias: false };

/** What both networks are built from. */
export interface DcganOptions {
  random: Random;
  device?: Device;
  /** Channels of the widest images, to which the others are in proportion. @default 64 */
  width?: number;
}

/** Numbers [N, 100, 1, 1] to images [N, 3, 32, 32] in −1 … 1. Three norms, each after a convolution. */
export class Generator extends Module {
  /** Where a norm can be placed: after each convolution but the last. */
  static readonly places: Readonly<Record<string, number>> = {
    deconv1: 4 * 4,
    deconv2: 8 * 8,
    deconv3: 16 * 16,
  };

  readonly deconv1: ConvTranspose2d;
  readonly norm1: Module;
  readonly deconv2: ConvTranspose2d;
  readonly norm2: Module;
  readonly deconv3: ConvTranspose2d;
  readonly norm3: Module;
  readonly deconv4: ConvTranspose2d;

  constructor({ norm, random, device, width = 64 }: DcganOptions & { norm: NormFactory }) {
    super();
    this.deconv1 = new ConvTranspose2d(LATENT, 4 * width, 4, { ...FOUR, device, random });
    this.norm1 = norm(4 * width, 'deconv1');
    this.deconv2 = new ConvTranspose2d(4 * width, 2 * width, 4, { ...TWO, device, random });
    this.norm2 = norm(2 * width, 'deconv2');
    this.deconv3 = new ConvTranspose2d(2 * width, width, 4, { ...TWO, device, random });
    this.norm3 = norm(width, 'deconv3');
    this.deconv4 = new ConvTranspose2d(width, 3, 4, { ...TWO, device, random });
  }

  forward(z: Tensor): Tensor {
    let y = relu(this.norm1.forward(this.deconv1.forward(z)));
    y = relu(this.norm2.forward(this.deconv2.forward(y)));
    y = relu(this.norm3.forward(this.deconv3.forward(y)));
    return tanh(this.deconv4.forward(y));
  }
}

/** Images [N, 3, 32, 32] to logits [N, 1, 1, 1]: above 0 where an image seems real. Batch normalization, but not after the first. */
export class Discriminator extends Module {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly norm2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly norm3: BatchNorm2d;
  readonly conv4: Conv2d;

  constructor({ random, device, width = 64 }: DcganOptions) {
    super();
    this.conv1 = new Conv2d(3, width, 4, { ...TWO, device, random });
    this.conv2 = new Conv2d(width, 2 * width, 4, { ...TWO, device, random });
    this.norm2 = new BatchNorm2d(2 * width, { device });
    this.conv3 = new Conv2d(2 * width, 4 * width, 4, { ...TWO, device, random });
    this.norm3 = new BatchNorm2d(4 * width, { device });
    this.conv4 = new Conv2d(4 * width, 1, 4, { ...FOUR, device, random });
  }

  forward(x: Tensor): Tensor {
    let y = leakyRelu(this.conv1.forward(x), { negativeSlope: SLOPE });
    y = leakyRelu(this.norm2.forward(this.conv2.forward(y)), { negativeSlope: SLOPE });
    y = leakyRelu(this.norm3.forward(this.conv3.forward(y)), { negativeSlope: SLOPE });
    return this.conv4.forward(y);
  }
}

/** Both networks. */
export interface Dcgan {
  generator: Generator;
  discriminator: Discriminator;
}

/**
 * Both networks at the start of the DCGAN paper and its code: weights from N(0, 0.02²), every γ times 1 + 0.02ε with ε from N(0, 1), all
 * else as its layer has it. Each is drawn from a fork of its layer's name, so that the norms change no other draw.
 * @throws OptionError where the norms do not fit
 */
export async function makeDcgan(
  norms: NormSettings,
  { random, device, width, log }: DcganOptions & Pick<NormContext, 'log'>,
): Promise<Dcgan> {
  const norm = normFactory(norms, Generator, { random: random.fork('norms'), device, log });
  const generator = new Generator({ norm, random, device, width });
  const discriminator = new Discriminator({ random, device, width });
  await start(generator, random.fork('generator'));
  await start(discriminator, random.fork('discriminator'));
  return { generator, discriminator };
}

async function start(network: Module, random: Random): Promise<void> {
  const state = await network.stateDict();
  for (const [name, module] of network.namedModules()) {
    const key = `${name}.weight`;
    if (!Object.hasOwn(state, key)) continue;
    const isConv = module instanceof Conv2d || module instanceof ConvTranspose2d;
    const { normal } = random.fork(name);
    const { data } = state[key];
    for (let i = 0; i < data.length; i++)
      data[i] = isConv ? SPREAD * normal() : data[i] * (1 + SPREAD * normal());
  }
  network.loadStateDict(state);
}
