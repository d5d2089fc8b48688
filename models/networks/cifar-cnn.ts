// The CIFAR CNN: four convolutions, each normalized, rectified and pooled, then a linear classifier.
// After the 5-layer network of Kalayeh & Shah, arXiv 1806.02892.
import {
  avgPool2d,
  Conv2d,
  Linear,
  type MixtureNormLayerOptions,
  Module,
  maxPool2d,
  OptionError,
  type Random,
  relu,
  reshape,
  type Tensor,
} from '../../lib/index.js';
import { makeNorm, type NormName } from './norms.js';

/** How to build a {@link CifarCnn}. */
export interface CifarCnnOptions {
  classes: number;
  norm: NormName;
  /** The only places that have mixture normalization, the others then having BN. Default: all. */
  normAt?: readonly string[] | null;
  /** Options of mixture normalization. */
  mixture?: Omit<MixtureNormLayerOptions, 'random'>;
  /** Draws the weights and seeds the mixtures. */
  random: Random;
}

/** Halves height and width. */
const HALVE = { stride: 2, padding: 1 };

/** Images [N, 3, 32, 32] to logits [N, classes]. A convolution has a bias only where no norm follows. */
export class CifarCnn extends Module {
  /** Where a norm can be placed: after each convolution. */
  static readonly places: readonly string[] = ['conv1', 'conv2', 'conv3', 'conv4'];

  readonly conv1: Conv2d;
  readonly norm1: Module;
  readonly conv2: Conv2d;
  readonly norm2: Module;
  readonly conv3: Conv2d;
  readonly norm3: Module;
  readonly conv4: Conv2d;
  readonly norm4: Module;
  readonly linear: Linear;

  /** @throws OptionError where normAt names no place, or the norm is not mixture normalization. */
  constructor(options: CifarCnnOptions) {
    super();
    checkPlaces(options);
    const { random, classes } = options;
    this.conv1 = makeConv(3, 64, 5, 'conv1', options);
    this.norm1 = normAfter('conv1', 64, options);
    this.conv2 = makeConv(64, 128, 5, 'conv2', options);
    this.norm2 = normAfter('conv2', 128, options);
    this.conv3 = makeConv(128, 128, 5, 'conv3', options);
    this.norm3 = normAfter('conv3', 128, options);
    this.conv4 = makeConv(128, 256, 3, 'conv4', options);
    this.norm4 = normAfter('conv4', 256, options);
    this.linear = new Linear(256, classes, { random: random.fork('linear') });
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

/** A convolution that keeps height and width. */
function makeConv(from: number, to: number, size: number, place: string, options: CifarCnnOptions): Conv2d {
  const { random, norm } = options;
  return new Conv2d(from, to, size, {
    padding: (size - 1) / 2,
    bias: norm === 'none',
    random: random.fork(place),
  });
}

function normAfter(place: string, features: number, options: CifarCnnOptions): Module {
  const { norm, normAt, mixture, random } = options;
  const here = normAt && !normAt.includes(place) ? 'bn' : norm;
  const log = mixture?.log && ((message: string) => mixture.log?.(`after ${place}: ${message}`));
  return makeNorm(here, features, { ...mixture, log, random: random.fork(`mixture of ${place}`) });
}

function checkPlaces({ norm, normAt }: CifarCnnOptions): void {
  if (!normAt) return;
  if (norm !== 'mn')
    throw new OptionError(`CifarCnn: normAt places mixture normalization, but norm is '${norm}'`);
  const unknown = normAt.find((place) => !CifarCnn.places.includes(place));
  if (unknown === undefined && normAt.length > 0) return;
  throw new OptionError(
    `CifarCnn: normAt has '${unknown ?? ''}', expected some of ${CifarCnn.places.join(', ')}`,
  );
}
