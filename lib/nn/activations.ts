// Layers without weights: activations, Flatten and Identity.
import { ShapeError } from '../errors.js';
import {
  type EluOptions,
  elu,
  eluSchema,
  type GeluOptions,
  gelu,
  geluSchema,
  type LeakyReluOptions,
  leakyRelu,
  leakyReluSchema,
  type SoftplusOptions,
  sigmoid,
  silu,
  softplus,
  softplusSchema,
  tanh,
} from '../ops/activations.js';
import { relu } from '../ops/elementwise.js';
import { reshape } from '../ops/movement.js';
import { readOptions } from '../options.js';
import { checkTensors } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/**
 * max(x, 0)
 *
 * @example
 * ```js
 * import { ReLU, tensor } from 'mixgrad';
 *
 * console.log(await new ReLU().forward(tensor([-1, 2])).data());
 * ```
 * ```text
 * Float32Array(2) [ 0, 2 ]
 * ```
 */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    checkTensors('ReLU', { x });
    return relu(x);
  }
}

/**
 * tanh(x)
 *
 * @example
 * ```js
 * import { Tanh, tensor } from 'mixgrad';
 *
 * console.log(await new Tanh().forward(tensor([-20, 0])).data());
 * ```
 * ```text
 * Float32Array(2) [ -1, 0 ]
 * ```
 */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    checkTensors('Tanh', { x });
    return tanh(x);
  }
}

/**
 * 1 / (1 + e^−x)
 *
 * @example
 * ```js
 * import { Sigmoid, tensor } from 'mixgrad';
 *
 * console.log(await new Sigmoid().forward(tensor([0, 100])).data());
 * ```
 * ```text
 * Float32Array(2) [ 0.5, 1 ]
 * ```
 */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    checkTensors('Sigmoid', { x });
    return sigmoid(x);
  }
}

/**
 * x·sigmoid(x)
 *
 * @example
 * ```js
 * import { SiLU, tensor } from 'mixgrad';
 *
 * console.log(await new SiLU().forward(tensor([0, 100])).data());
 * ```
 * ```text
 * Float32Array(2) [ 0, 100 ]
 * ```
 */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    checkTensors('SiLU', { x });
    return silu(x);
  }
}

/**
 * x where x > 0, else negativeSlope·x.
 * @throws OptionError for an unknown option, or one that is no number
 *
 * @example
 * ```js
 * import { LeakyReLU, tensor } from 'mixgrad';
 *
 * const layer = new LeakyReLU({ negativeSlope: 0.25 });
 * console.log(`${layer}`, await layer.forward(tensor([-2, 3])).data());
 * ```
 * ```text
 * LeakyReLU(negativeSlope=0.25) Float32Array(2) [ -0.5, 3 ]
 * ```
 */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(options: LeakyReluOptions = {}) {
    super();
    this.negativeSlope = readOptions('LeakyReLU', options, leakyReluSchema).negativeSlope;
  }

  forward(x: Tensor): Tensor {
    checkTensors('LeakyReLU', { x });
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }

  protected override extraRepr(): string {
    return `negativeSlope=${this.negativeSlope}`;
  }
}

/**
 * x where x > 0, else alpha·(eˣ − 1).
 * @throws OptionError for an unknown option, or one that is no number
 *
 * @example
 * ```js
 * import { ELU, tensor } from 'mixgrad';
 *
 * const layer = new ELU({ alpha: 2 });
 * console.log(`${layer}`, await layer.forward(tensor([-100, 3])).data());
 * ```
 * ```text
 * ELU(alpha=2) Float32Array(2) [ -2, 3 ]
 * ```
 */
export class ELU extends Module {
  readonly alpha: number;

  constructor(options: EluOptions = {}) {
    super();
    this.alpha = readOptions('ELU', options, eluSchema).alpha;
  }

  forward(x: Tensor): Tensor {
    checkTensors('ELU', { x });
    return elu(x, { alpha: this.alpha });
  }

  protected override extraRepr(): string {
    return `alpha=${this.alpha}`;
  }
}

/**
 * x·Φ(x), exactly or by tanh.
 * @throws OptionError for an unknown option or word
 *
 * @example
 * ```js
 * import { GELU, tensor } from 'mixgrad';
 *
 * const layer = new GELU({ approximate: 'tanh' });
 * console.log(`${layer}`, await layer.forward(tensor([0, 100])).data());
 * ```
 * ```text
 * GELU(approximate=tanh) Float32Array(2) [ 0, 100 ]
 * ```
 */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(options: GeluOptions = {}) {
    super();
    this.approximate = readOptions('GELU', options, geluSchema).approximate;
  }

  forward(x: Tensor): Tensor {
    checkTensors('GELU', { x });
    return gelu(x, { approximate: this.approximate });
  }

  protected override extraRepr(): string {
    return `approximate=${this.approximate}`;
  }
}

/**
 * log(1 + e^(beta·x)) / beta; x where beta·x is above the threshold.
 * @throws OptionError for an unknown option, or a beta that is not above 0
 *
 * @example
 * ```js
 * import { Softplus, tensor } from 'mixgrad';
 *
 * const layer = new Softplus({ beta: 2 });
 * console.log(`${layer}`, await layer.forward(tensor([-200, 30])).data());
 * ```
 * ```text
 * Softplus(beta=2, threshold=20) Float32Array(2) [ 0, 30 ]
 * ```
 */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(options: SoftplusOptions = {}) {
    super();
    const { beta, threshold } = readOptions('Softplus', options, softplusSchema);
    this.beta = beta;
    this.threshold = threshold;
  }

  forward(x: Tensor): Tensor {
    checkTensors('Softplus', { x });
    return softplus(x, { beta: this.beta, threshold: this.threshold });
  }

  protected override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

/**
 * x as it is: a place in a network at which nothing is done.
 *
 * @example
 * ```js
 * import { Identity, tensor } from 'mixgrad';
 *
 * console.log(await new Identity().forward(tensor([-1, 2])).data());
 * ```
 * ```text
 * Float32Array(2) [ -1, 2 ]
 * ```
 */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    checkTensors('Identity', { x });
    return x;
  }
}

/**
 * [N, …] becomes [N, the product of the rest].
 * @throws ShapeError where x is a scalar
 *
 * @example
 * ```js
 * import { Flatten, ones } from 'mixgrad';
 *
 * console.log(new Flatten().forward(ones([2, 3, 4, 5])).shape);
 * ```
 * ```text
 * [ 2, 60 ]
 * ```
 */
export class Flatten extends Module {
  forward(x: Tensor): Tensor {
    checkTensors('Flatten', { x });
    if (x.shape.length === 0) throw new ShapeError('Flatten: x has shape [], expected [N, …]');
    return reshape(x, [x.shape[0], -1]);
  }
}
