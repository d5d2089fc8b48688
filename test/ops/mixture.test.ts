// Mixture normalization and the EM fit it rests on.
import t from 'tap';
import {
  add,
  batchNorm,
  div,
  emFit,
  type MixtureNormOptions,
  mixtureNorm,
  mul,
  OptionError,
  permute,
  reshape,
  ShapeError,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { numel } from '../../lib/shape.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { leaf, normal, positive } from '../values.js';
import { checkGradient, checkParity, type OpCases } from './checks.js';

/** A mixture of K components to start from, the weights of each channel adding up to 1. */
function start(x: Tensor, K: number, posterior: 'joint' | 'channel' = 'joint'): MixtureNormOptions['init'] {
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

type Options = Omit<MixtureNormOptions, 'init'> & { components: number };

/** mixtureNorm as a function of x, γ and β. */
function by({ components, ...options }: Options) {
  return (x: Tensor, weight?: Tensor, bias?: Tensor) =>
    mixtureNorm(x, { init: start(x, components, options.posterior), weight, bias, ...options }).y;
}

const unrolled: OpCases = {
  'unrolled, two components': {
    inputs: [[3, 2, 3, 2], [2], [2]],
    fn: by({ components: 2, gradient: 'unrolled' }),
  },
  'unrolled, no EM round': {
    inputs: [[4, 3, 3], [3], [3]],
    fn: by({ components: 3, gradient: 'unrolled', iterations: 0 }),
  },
  'unrolled, a posterior for each channel': {
    inputs: [[4, 3, 5], [3], [3]],
    fn: by({ components: 2, gradient: 'unrolled', posterior: 'channel', iterations: 3 }),
  },
  'unrolled, without the 1/√λ': {
    inputs: [[9, 2]],
    fn: by({ components: 2, gradient: 'unrolled', scale: 'unit' }),
  },
  'unrolled, a floor that holds for one weight': {
    inputs: [[5, 2, 3]],
    fn: by({ components: 2, gradient: 'unrolled', minWeight: 0.4 }),
  },
};

/** With one component τ is 1, so that the detached gradient is exact. */
const single: OpCases = {
  'detached, a single component': { inputs: [[3, 2, 3, 2], [2], [2]], fn: by({ components: 1 }) },
  'detached, a single component for each channel': {
    inputs: [[3, 4, 5], [4], [4]],
    fn: by({ components: 1, posterior: 'channel' }),
  },
};

const detached: OpCases = {
  'detached, three components': { inputs: [[3, 5, 3, 3], [5], [5]], fn: by({ components: 3 }) },
  'detached, a posterior for each channel': {
    inputs: [[4, 3, 7], [3], [3]],
    fn: by({ components: 3, posterior: 'channel' }),
  },
  'detached, without the 1/√λ': { inputs: [[17, 2]], fn: by({ components: 2, scale: 'unit' }) },
  'detached, one channel, no EM round': { inputs: [[5, 1, 7]], fn: by({ components: 2, iterations: 0 }) },
};

checkGradient('mixtureNorm', { ...unrolled, ...single });
checkParity('mixtureNorm', { ...unrolled, ...single, ...detached });

const fitted = (key: 'weights' | 'means' | 'variances' | 'posteriors') => (x: Tensor) =>
  emFit(x, { init: start(x, 3), iterations: 4 })[key];
checkParity('emFit', {
  weights: { inputs: [[33, 2]], fn: fitted('weights') },
  means: { inputs: [[33, 2]], fn: fitted('means') },
  variances: { inputs: [[5, 3, 4, 3]], fn: fitted('variances') },
  'posteriors of a single channel': { inputs: [[17, 1]], fn: fitted('posteriors') },
  'the last log-likelihood': {
    inputs: [[33, 2]],
    fn: (x) => emFit(x, { init: start(x, 2), iterations: 3 }).logLikelihoods[3],
  },
});

/** Σ_k (τ_k/√λ_k)(x − μ_k)/√(σ²_k + eps) of plain operations, τ and λ being constants. */
function composed(x: Tensor, K: number): Tensor {
  const [N, C, S] = x.shape;
  const { posteriors } = emFit(x, { init: start(x, K), iterations: 2, regCovar: 1e-4 });
  const tau = permute(reshape(posteriors.detach(), [N, S, K, 1]), [2, 0, 3, 1]);
  const over = { axis: [1, 3], keepDims: true };
  const count = sum(tau, over);
  const centred = sub(reshape(x, [1, N, C, S]), div(sum(mul(tau, reshape(x, [1, N, C, S])), over), count));
  const variances = div(sum(mul(tau, mul(centred, centred)), over), count);
  const shares = div(tau, sqrt(div(count, N * S)));
  return sum(div(mul(shares, centred), sqrt(add(variances, 1e-5))), { axis: 0 });
}

everyDevice('the fused mixtureNorm equals its composition with constant posteriors', async (t, device) => {
  const shape = [4, 3, 5];
  const inputs = () => [shape, [3], [3]].map((shape, i) => leaf(normal(shape, `input ${i}`), shape, device));
  const [[x, weight, bias], same] = [inputs(), inputs()];
  const cotangent = tensor(normal(shape, 'g'), { shape, device });
  const out = mixtureNorm(x, { init: start(x, 3), minWeight: 0, weight, bias }).y;
  const [gamma, beta] = [same[1], same[2]].map((t) => reshape(t, [1, 3, 1]));
  const expected = add(mul(composed(same[0], 3), gamma), beta);
  const bound = device.dtype === 'float64' ? 1e-12 : 2e-5;
  t.ok(worstDifference(await out.data(), await expected.data(), shape).error <= bound);
  sum(mul(out, cotangent)).backward();
  sum(mul(expected, cotangent)).backward();
  for (const [i, input] of [x, weight, bias].entries()) {
    const found = worstDifference(await input.grad!.data(), await same[i].grad!.data(), input.shape);
    t.ok(found.error <= bound, `gradient ${i}`, { found });
  }
});

everyDevice('with one component mixtureNorm is batchNorm, forward and backward', async (t, device) => {
  const shapes = [[4, 3, 5], [3], [3]];
  const make = () => shapes.map((shape, i) => leaf(normal(shape, i), shape, device));
  const [mixed, plain] = [make(), make()];
  const cotangent = tensor(normal(shapes[0], 'g'), { shape: shapes[0], device });
  const out = mixtureNorm(mixed[0], { init: start(mixed[0], 1), weight: mixed[1], bias: mixed[2] }).y;
  const expected = batchNorm(plain[0], { weight: plain[1], bias: plain[2], training: true });
  const bound = device.dtype === 'float64' ? 1e-12 : 2e-6;
  t.ok(worstDifference(await out.data(), await expected.data(), out.shape).error <= bound);
  sum(mul(out, cotangent)).backward();
  sum(mul(expected, cotangent)).backward();
  for (const [i, { grad }] of mixed.entries()) {
    const found = worstDifference(await grad!.data(), await plain[i].grad!.data(), shapes[i]);
    t.ok(found.error <= bound, `gradient ${i}`, { found });
  }
});

/** 300 draws from three well separated Gaussians on a line. */
function threeModes(): Float64Array {
  return normal([300, 1], 'modes').map((value, i) => [-6, 0, 9][i % 3] + [0.5, 1, 2][i % 3] * value);
}

everyDevice('EM finds three separated modes: weights, means and deviations', async (t, device) => {
  const x = tensor(threeModes(), { shape: [300, 1], device });
  const vector = (shape: number[], ...values: number[]) => tensor(values, { shape, device });
  const init = {
    weights: vector([3], 1 / 3, 1 / 3, 1 / 3),
    means: vector([3, 1], -4, 1, 5),
    variances: vector([3, 1], 4, 4, 4),
  };
  const fit = emFit(x, { init, iterations: 30 });
  for (const weight of await fit.weights.data()) t.ok(Math.abs(weight - 1 / 3) < 0.02, `weight ${weight}`);
  const means = await fit.means.data();
  const variances = await fit.variances.data();
  for (const [k, [expected, deviation]] of [
    [-6, 0.5],
    [0, 1],
    [9, 2],
  ].entries()) {
    t.ok(Math.abs(means[k] - expected) < 0.5 * deviation, `mean ${means[k]} near ${expected}`);
    t.ok(Math.abs(Math.sqrt(variances[k]) - deviation) < 0.25 * deviation, `variance ${variances[k]}`);
  }
});

t.test('no round of EM lowers the log-likelihood', async (t) => {
  const x = tensor(threeModes(), { shape: [300, 1] });
  const { logLikelihoods } = emFit(x, { init: start(x, 3), iterations: 15, regCovar: 0 });
  t.equal(logLikelihoods.length, 16);
  const values = await Promise.all(logLikelihoods.map((value) => value.item()));
  for (let i = 1; i < values.length; i++) {
    t.ok(values[i] >= values[i - 1] - 1e-5, `${values[i - 1]} then ${values[i]}`);
  }
});

t.test('what does not fit is refused by name, with what was expected', async (t) => {
  const of = (...shape: number[]) => tensor(normal(shape, 0), { shape });
  const x = of(4, 3, 2);
  const init = start(x, 2);
  for (const [name, fn] of Object.entries({ mixtureNorm, emFit })) {
    for (const [options, error] of [
      [
        { init: { ...init, weights: of(3) } },
        new ShapeError(`${name}: init.weights has shape [3], expected [2]`),
      ],
      [
        { init: { ...init, means: of(2, 4) } },
        new ShapeError(`${name}: init.means has shape [2, 4], expected [2, 3]`),
      ],
      [
        { init: { ...init, variances: of(3, 2) } },
        new ShapeError(`${name}: init.variances has shape [3, 2], expected [2, 3]`),
      ],
      [
        { init, posterior: 'channel' },
        new ShapeError(`${name}: init.weights has shape [2], expected [2, 3]`),
      ],
      [
        { init, posterior: 'pixel' },
        new OptionError(`${name}: posterior is 'pixel', expected 'joint' or 'channel'`),
      ],
      [
        { init, iterations: -1 },
        new OptionError(`${name}: iterations is -1, expected a whole number of at least 0`),
      ],
      [{ init, regCovar: -1 }, new OptionError(`${name}: regCovar is -1, expected a number at least 0`)],
      [
        { init, minWeight: 0.5 },
        new OptionError(`${name}: minWeight is 0.5, expected a number from 0 up to but not 1/2`),
      ],
    ] as [MixtureNormOptions, Error][]) {
      t.throws(() => fn(x, options), error);
    }
  }
  for (const [options, error] of [
    [
      { init, gradient: 'exact' },
      new OptionError("mixtureNorm: gradient is 'exact', expected 'detached' or 'unrolled'"),
    ],
    [{ init, scale: 'none' }, new OptionError("mixtureNorm: scale is 'none', expected 'fisher' or 'unit'")],
    [{ init, weight: of(2) }, new ShapeError('mixtureNorm: weight has shape [2], x has 3 channels')],
    [{ init, eps: -1 }, new OptionError('mixtureNorm: eps is -1, expected a number at least 0')],
  ] as [MixtureNormOptions, Error][]) {
    t.throws(() => mixtureNorm(x, options), error);
  }
});
