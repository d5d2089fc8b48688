// Inception-v3 for images of 32×32. Szegedy, Vanhoucke, Ioffe, Shlens & Wojna, arXiv 1512.00567; the stem of five convolutions,
// 3×3 in the first pooled branches and means in the last reduction are those of github.com/weiaicunzai/pytorch-cifar100.
import { avgPool2d, Dropout, Linear, Module, reshape, type Tensor } from '../../lib/index.js';
import { build, conv, joined, type Part, placesIn, pool, row } from './inception-parts.js';
import type { NetworkOptions } from './network.js';

/** Channels of the first convolution where no width is given. */
const WIDTH = 32;

/** At 30×30: kernels of 5×5 and of 3×3 twice. */
const small = (pooled: number): Part =>
  joined({
    branch1x1: conv(64, 1),
    branch5x5: row(conv(48, 1), conv(64, 5)),
    branch3x3: row(conv(64, 1), conv(96, 3), conv(96, 3)),
    pooled: row(pool('mean'), conv(pooled, 3)),
  });

/** 30×30 to 14×14. */
const reduction1: Part = joined({
  branch3x3: conv(384, 3, 'half'),
  stack3x3: row(conv(64, 1), conv(96, 3), conv(96, 3, 'half')),
  pooled: pool('max', 'half'),
});

/** At 14×14: kernels of 7×7 as 7×1 and 1×7. */
const long = (inner: number): Part =>
  joined({
    branch1x1: conv(192, 1),
    branch7x7: row(conv(inner, 1), conv(inner, [7, 1]), conv(192, [1, 7])),
    stack7x7: row(
      conv(inner, 1),
      conv(inner, [7, 1]),
      conv(inner, [1, 7]),
      conv(inner, [7, 1]),
      conv(192, [1, 7]),
    ),
    pooled: row(pool('mean'), conv(192, 1)),
  });

/** 14×14 to 6×6. */
const reduction2: Part = joined({
  branch3x3: row(conv(192, 1), conv(320, 3, 'half')),
  branch7x7: row(conv(192, 1), conv(192, [1, 7]), conv(192, [7, 1]), conv(192, 3, 'half')),
  pooled: pool('mean', 'half'),
});

/** At 6×6: kernels of 3×3 as 1×3 beside 3×1. */
const wideAndTall = joined({ wide: conv(384, [1, 3]), tall: conv(384, [3, 1]) });
const broad: Part = joined({
  branch1x1: conv(320, 1),
  branch3x3: row(conv(384, 1), wideAndTall),
  stack3x3: row(conv(448, 1), conv(384, 3), wideAndTall),
  pooled: row(pool('mean'), conv(192, 1)),
});

/** The parts, by the names that the paper's authors gave them. */
const parts: Readonly<Record<string, Part>> = {
  stem: row(conv(32, 3), conv(32, 3), conv(64, 3), conv(80, 1), conv(192, 3, 'inner')),
  mixed5b: small(32),
  mixed5c: small(64),
  mixed5d: small(64),
  mixed6a: reduction1,
  mixed6b: long(128),
  mixed6c: long(160),
  mixed6d: long(160),
  mixed6e: long(192),
  mixed7a: reduction2,
  mixed7b: broad,
  mixed7c: broad,
};

/** Images [N, 3, 32, 32] to logits [N, classes]. A convolution has a bias only where no norm follows. */
export class InceptionV3 extends Module {
  static readonly input = [3, 32, 32] as const;
  /** After each of the 94 convolutions: `mixed6b.branch7x7.1.norm`. */
  static readonly places: Readonly<Record<string, number>> = placesIn(parts, 32);

  // After the parts, which have no declarations.
  declare readonly dropout: Dropout;
  declare readonly linear: Linear;

  /**
   * All numbers of channels are in proportion to the width.
   * @default width 32, dropout 0.5
   */
  constructor({ classes, norm, random, device, width = WIDTH, dropout = 0.5 }: NetworkOptions) {
    super();
    let channels = 3;
    for (const [name, part] of Object.entries(parts)) {
      const built = build(part, channels, name, { norm, random, device, scale: width / WIDTH });
      Object.assign(this, { [name]: built.module });
      channels = built.channels;
    }
    this.dropout = new Dropout({ p: dropout, random: random.fork('dropout') });
    this.linear = new Linear(channels, classes, { random: random.fork('linear'), device });
  }

  forward(x: Tensor): Tensor {
    const modules = this as unknown as Record<string, Module>;
    const y = Object.keys(parts).reduce((y, name) => modules[name].forward(y), x);
    const features = reshape(avgPool2d(y, 6), [x.shape[0], -1]);
    return this.linear.forward(this.dropout.forward(features));
  }
}
