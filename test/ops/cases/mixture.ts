// The EM fit and mixture normalization.
import {
  type Device,
  type EmOptions,
  emFit,
  type MixtureNormOptions,
  mixtureNorm,
  OptionError,
  ShapeError,
  type Tensor,
  tensor,
} from '../../../lib/index.js';
import { numel } from '../../../lib/shape.js';
import { readValues, type Values } from '../../golden/fixtures.js';
import { normal, positive } from '../../values.js';
import { type GoldenCall, type Maker, type OpCases, type Outputs, on, type Row } from '../row.js';

/** A mixture of K components to start from, the weights of each channel adding up to 1. */
export function start(
  x: Tensor,
  K: number,
  posterior: 'joint' | 'channel' = 'joint',
): MixtureNormOptions['init'] {
  const C = x.shape[1];
  const make = (shape: number[], values: Float64Array) =>
    tensor(values.map(Math.fround), { shape, device: x.device });
  const weights = posterior === 'joint' ? [K] : [K, C];
  return {
    weights: make(weights, new Float64Array(numel(weights)).fill(1 / K)),
    means: make([K, C], normal([K, C], `${K} means`)),
    variances: make([K, C], positive([K, C], `${K} variances`)),
  };
}

const like = ({ shape, device }: Tensor, values: number[]) => tensor(values, { shape, device });

type Options = Omit<MixtureNormOptions, 'init'> & { components: number };

/** mixtureNorm as a function of x, γ and β. */
function by({ components, scale = 'fisher', ...options }: Options) {
  return (x: Tensor, weight?: Tensor, bias?: Tensor) =>
    mixtureNorm(x, { init: start(x, components, options.posterior), weight, bias, scale, ...options }).y;
}

/** Composed of operations. */
const unrolled: OpCases = {
  'unrolled, two components': on(by({ components: 2, gradient: 'unrolled' }), [3, 2, 3, 2], [2], [2]),
  'unrolled, no EM round': on(
    by({ components: 3, gradient: 'unrolled', iterations: 0 }),
    [4, 3, 3],
    [3],
    [3],
  ),
  'unrolled, a posterior for each channel': on(
    by({ components: 2, gradient: 'unrolled', posterior: 'channel', iterations: 3 }),
    [3, 2, 3],
    [2],
    [2],
  ),
  'unrolled, without the 1/√λ': on(by({ components: 2, gradient: 'unrolled', scale: 'unit' }), [9, 2]),
  'unrolled, a floor that holds for one weight': on(
    by({ components: 2, gradient: 'unrolled', minWeight: 0.4 }),
    [5, 2, 3],
  ),
  'unrolled, without a floor': on(
    by({ components: 2, gradient: 'unrolled', minWeight: 0 }),
    [3, 2, 3],
    [2],
    [2],
  ),
  'unrolled, a mixture that stays as it is': on(
    by({ components: 2, gradient: 'unrolled', training: false }),
    [4, 2, 2],
    [2],
    [2],
  ),
};

const differentiable = (cases: OpCases): OpCases =>
  Object.fromEntries(
    Object.entries(cases).map(([title, entry]) => [title, { ...entry, second: 'operations' }]),
  );

/** With one component τ is 1, so that the detached gradient is exact; without a round nothing that is held moves with x. */
const exact: OpCases = {
  'detached, a single component': on(by({ components: 1 }), [3, 2, 3, 2], [2], [2]),
  'posterior, no EM round': on(
    by({ components: 3, gradient: 'posterior', iterations: 0 }),
    [4, 3, 3],
    [3],
    [3],
  ),
  'posterior, a mixture that stays as it is': on(
    by({ components: 2, gradient: 'posterior', posterior: 'channel', training: false }),
    [4, 2, 2],
    [2],
    [2],
  ),
  'posterior, a floor that holds for one weight': on(
    by({ components: 2, gradient: 'posterior', iterations: 0, minWeight: 0.4 }),
    [5, 2, 3],
  ),
  'posterior, for each channel, no EM round': on(
    by({ components: 2, gradient: 'posterior', posterior: 'channel', iterations: 0 }),
    [3, 2, 3],
    [2],
    [2],
  ),
  'posterior, without the 1/√λ, no EM round': on(
    by({ components: 2, gradient: 'posterior', scale: 'unit', iterations: 0 }),
    [9, 2],
  ),
  'posterior, joint, a mixture that stays as it is': on(
    by({ components: 2, gradient: 'posterior', training: false }),
    [4, 3, 2],
    [3],
    [3],
  ),
  'detached, a single component for each channel': on(
    by({ components: 1, posterior: 'channel' }),
    [3, 4, 5],
    [4],
    [4],
  ),
};

const detached: OpCases = {
  'detached, three components': on(by({ components: 3 }), [3, 5, 3, 3], [5], [5]),
  'detached, a posterior for each channel': on(
    by({ components: 3, posterior: 'channel' }),
    [4, 3, 7],
    [3],
    [3],
  ),
  'detached, without the 1/√λ': on(by({ components: 2, scale: 'unit' }), [17, 2]),
  'detached, one channel, no EM round': on(by({ components: 2, iterations: 0 }), [5, 1, 7]),
  'detached, a mixture that stays as it is': on(by({ components: 3, training: false }), [3, 5, 3], [5], [5]),
  'posterior, three components': on(by({ components: 3, gradient: 'posterior' }), [3, 5, 3, 3], [5], [5]),
  'posterior, for each channel': on(
    by({ components: 2, gradient: 'posterior', posterior: 'channel', scale: 'unit', iterations: 3 }),
    [4, 3, 7],
    [3],
    [3],
  ),
};

type Init = Record<'weights' | 'means' | 'variances', Values>;

/** The mixture that a golden case starts from. */
function read(init: Init, device: Device): EmOptions['init'] {
  const made = (key: keyof Init) => {
    const { data, shape } = readValues(`init.${key}`, init[key]);
    return tensor(data, { shape, device });
  };
  return { weights: made('weights'), means: made('means'), variances: made('variances') };
}

type GoldenAttrs<T> = Omit<T, 'init'> & { init: Init; components: number };

function goldenMixtureNorm({ inputs, attrs, device }: GoldenCall<GoldenAttrs<MixtureNormOptions>>): Outputs {
  const { x, weight, bias } = inputs;
  const { components: _, init, ...options } = attrs;
  const golden = { scale: 'fisher', minWeight: 0 } as const;
  return { ...mixtureNorm(x, { ...golden, ...options, weight, bias, init: read(init, device) }) };
}

function goldenEmFit({ inputs: { x }, attrs, device }: GoldenCall<GoldenAttrs<EmOptions>>): Outputs {
  const { components: _, init, ...options } = attrs;
  const { logLikelihoods, ...fit } = emFit(x, { ...options, init: read(init, device) });
  return { ...fit, meanLogLikelihood: logLikelihoods.at(-1)! };
}

/** What both refuse of a mixture of two components for x [4, 3, 2], and of how it is fitted. */
function badFits(name: string, fn: (x: Tensor, options: EmOptions) => unknown): Row['bad'] {
  const says = (text: string) => new RegExp(`^${name}: ${text.replace(/[[\]{}]/g, '\\$&')}$`);
  const given = (options: (of: Maker, init: EmOptions['init']) => object) => (of: Maker) => {
    const x = of(4, 3, 2);
    const init = start(x, 2);
    return fn(x, { init, ...options(of, init) } as EmOptions);
  };
  return {
    'x without channels': [
      (of) => fn(of(3), { init: start(of(4, 3), 2) }),
      ShapeError,
      says('x has shape [3], expected [N, C, …]'),
    ],
    'no mixture': [
      (of) => fn(of(4, 3, 2), {} as never),
      OptionError,
      says('init is null, expected { weights, means, variances }'),
    ],
    'a mixture without variances': [
      given((_, { weights, means }) => ({ init: { weights, means } })),
      OptionError,
      says('init.variances is undefined, expected a tensor'),
    ],
    'weights of three components': [
      given((of, init) => ({ init: { ...init, weights: of(3) } })),
      ShapeError,
      says('init.weights has shape [3], expected [2]'),
    ],
    'means of four channels': [
      given((of, init) => ({ init: { ...init, means: of(2, 4) } })),
      ShapeError,
      says('init.means has shape [2, 4], expected [2, 3]'),
    ],
    'variances transposed': [
      given((of, init) => ({ init: { ...init, variances: of(3, 2) } })),
      ShapeError,
      says('init.variances has shape [3, 2], expected [2, 3]'),
    ],
    'means of no axes': [
      given((of, init) => ({ init: { ...init, means: of() } })),
      ShapeError,
      says('init.means has shape [], expected [K, C]'),
    ],
    'joint weights for each channel': [
      given(() => ({ posterior: 'channel' })),
      ShapeError,
      says('init.weights has shape [2], expected [2, 3]'),
    ],
    'another posterior': [
      given(() => ({ posterior: 'pixel' })),
      OptionError,
      says("posterior is 'pixel', expected 'joint' or 'channel'"),
    ],
    'negative iterations': [
      given(() => ({ iterations: -1 })),
      OptionError,
      says('iterations is -1, expected an integer of at least 0'),
    ],
    'a negative regCovar': [
      given(() => ({ regCovar: -1 })),
      OptionError,
      says('regCovar is -1, expected a number of at least 0'),
    ],
    'weights that do not add up': [
      given((_, init) => ({ init: { ...init, weights: like(init.weights, [0.5, 0.375]) } })),
      OptionError,
      says('init.weights add up to 0.875, expected 1'),
    ],
    'weights of a channel that do not add up': [
      given((_, { means, variances }) => {
        const weights = like(means, [0.5, 0.5, 0.5, 0.5, 0.5, 0.25]);
        return { posterior: 'channel', init: { weights, means, variances } };
      }),
      OptionError,
      says('init.weights of channel 2 add up to 0.75, expected 1'),
    ],
    'a weight above 1 and one below 0': [
      given((_, init) => ({ init: { ...init, weights: like(init.weights, [1.5, -0.5]) } })),
      OptionError,
      says('init.weights holds 1.5 at position 0, expected finite numbers of at least 0 and at most 1.0001'),
    ],
    'a mean that is not finite': [
      given((_, init) => ({ init: { ...init, means: like(init.means, [0, 0, 0, 0, Number.NaN, 0]) } })),
      OptionError,
      says('init.means holds NaN at position 4, expected finite numbers'),
    ],
    'a variance of 0': [
      given((_, init) => ({ init: { ...init, variances: like(init.variances, [1, 1, 0, 1, 1, 1]) } })),
      OptionError,
      says('init.variances holds 0 at position 2, expected finite numbers above 0'),
    ],
    'a floor too high for two': [
      given(() => ({ minWeight: 0.5 })),
      OptionError,
      says('minWeight is 0.5, expected a number of at least 0 and below 1/2'),
    ],
  };
}

const badNorm = (options: (of: Maker) => object) => (of: Maker) => {
  const x = of(4, 3, 2);
  return mixtureNorm(x, { init: start(x, 2), ...options(of) });
};

const mixtureNormRow: Row = {
  cases: { ...differentiable(unrolled), ...exact },
  devicesOnly: {
    because: 'posteriors and weights, or the mixture they are of, are constants by definition',
    cases: detached,
  },
  second: { refusedBy: 'mixtureNorm' },
  golden: goldenMixtureNorm,
  call: (of) => {
    const x = of(4, 3, 2);
    const em = { iterations: 1, posterior: 'joint', regCovar: 1e-3, minWeight: 0.1 };
    const options = { gradient: 'detached', scale: 'unit', training: true, eps: 1e-3 };
    return [x, { init: start(x, 2), weight: of(3), bias: of(3), ...em, ...options }];
  },
  bad: {
    ...badFits('mixtureNorm', mixtureNorm),
    'another gradient': [
      badNorm(() => ({ gradient: 'exact' })),
      OptionError,
      /^mixtureNorm: gradient is 'exact', expected 'detached' or 'posterior' or 'unrolled'$/,
    ],
    'a negative variance in evaluation': [
      (of) => {
        const x = of(4, 3, 2);
        const init = start(x, 2);
        const variances = like(init.variances, [1, 1, 0, 1, 1, -1]);
        return mixtureNorm(x, { init: { ...init, variances }, training: false });
      },
      OptionError,
      /^mixtureNorm: init.variances holds -1 at position 5, expected finite numbers of at least 0$/,
    ],
    'one value a channel': [
      (of) => {
        const x = of(1, 3);
        return mixtureNorm(x, { init: start(x, 2) });
      },
      ShapeError,
      /^mixtureNorm: x has shape \[1, 3\], one value a channel: nothing to normalize by$/,
    ],
    'another scale': [
      badNorm(() => ({ scale: 'none' })),
      OptionError,
      /^mixtureNorm: scale is 'none', expected 'fisher' or 'unit'$/,
    ],
    'another weight': [
      badNorm((of) => ({ weight: of(2) })),
      ShapeError,
      /^mixtureNorm: weight has shape \[2\], expected \[3\]$/,
    ],
    'a negative eps': [
      badNorm(() => ({ eps: -1 })),
      OptionError,
      /^mixtureNorm: eps is -1, expected a number of at least 0$/,
    ],
  },
};

const fitted = (key: 'weights' | 'means' | 'variances' | 'posteriors') => (x: Tensor) =>
  emFit(x, { init: start(x, 3), iterations: 4 })[key];

const emFitRow: Row = {
  cases: {
    weights: on(fitted('weights'), [33, 2]),
    means: on(fitted('means'), [33, 2]),
    variances: on(fitted('variances'), [5, 3, 4, 3]),
    'posteriors of a single channel': on(fitted('posteriors'), [17, 1]),
    'the last log-likelihood': on(
      (x) => emFit(x, { init: start(x, 2), iterations: 3 }).logLikelihoods[3],
      [33, 2],
    ),
  },
  gradient: { without: 'it stands outside the tape; mixtureNorm differentiates through EM' },
  second: { without: 'there is no first' },
  golden: goldenEmFit,
  call: (of) => {
    const x = of(4, 3, 2);
    return [x, { init: start(x, 2), iterations: 1, posterior: 'joint', regCovar: 1e-3, minWeight: 0.1 }];
  },
  bad: badFits('emFit', emFit),
};

export const mixtures = { mixtureNorm: mixtureNormRow, emFit: emFitRow };
