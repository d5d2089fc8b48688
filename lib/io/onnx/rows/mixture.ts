// Mixture normalization by a mixture that stays as it is. With v′ = v + regCovar, r = 1/√(v + eps) and a = r γ/√λ (or r γ):
// joint:   τ = softmax_k(−½ Σ_c x²/v′ + Σ_c x m/v′ + log λ − ½ Σ_c (m²/v′ + log v′)), y = x · Σ_k a τ − Σ_k a m τ + β;
// channel: the same for every channel by itself.
import type { Floats } from '../../../../kernels/devices/device.js';
import { OptionError } from '../../../errors.js';
import type { Call } from '../call.js';
import type { Graph } from '../graph.js';
import { isFar, perChannel } from './normalization.js';
import type { Row, Rows } from './row.js';

/** The mixture's numbers as [K, C], with means less the pivot, and how x stands to them. */
interface Parts {
  K: number;
  C: number;
  lambda: (k: number, c: number) => number;
  mean: (k: number, c: number) => number;
  /** v + regCovar */
  variance: (k: number, c: number) => number;
  /** γ / √(v + eps), and with fisher / √λ */
  scale: (k: number, c: number) => number;
  pivot: Float64Array | null;
}

/** The least λ that is divided by, as in the kernel. */
const LEAST = 1e-30;

function partsOf(call: Call): Parts {
  const [weights, means, variances] = ['weights', 'means', 'variances'].map((name) =>
    call.values(`running.${name}`),
  );
  const gamma = call.values('weight');
  const C = gamma.length;
  const K = means.length / C;
  const T = weights.length / K;
  const [eps, regCovar] = [call.value<number>('eps'), call.value<number>('regCovar')];
  const lambda = (k: number, c: number) => weights[k * T + (T === 1 ? 0 : c)];
  const pivot = isFar(means, variances, regCovar) ? centre(means, lambda, K, C) : null;
  const fisher = call.value<boolean>('fisher');
  return {
    K,
    C,
    lambda,
    mean: (k, c) => means[k * C + c] - (pivot?.[c] ?? 0),
    variance: (k, c) => variances[k * C + c] + regCovar,
    scale: (k, c) => {
      const share = fisher ? Math.sqrt(Math.max(lambda(k, c), LEAST)) : 1;
      return gamma[c] / Math.sqrt(variances[k * C + c] + eps) / share;
    },
    pivot,
  };
}

/** Σ_k λ m for each channel, as float32, which is what a file has. */
function centre(means: Floats, lambda: Parts['lambda'], K: number, C: number): Float64Array {
  return Float64Array.from({ length: C }, (_, c) => {
    let total = 0;
    for (let k = 0; k < K; k++) total += lambda(k, c) * means[k * C + c];
    return Math.fround(total);
  });
}

/** [K, C] or, `turned`, [C, K] of what fn says. */
function grid({ K, C }: Parts, fn: (k: number, c: number) => number, turned = false): Float64Array {
  return Float64Array.from({ length: K * C }, (_, i) =>
    turned ? fn(i % K, Math.floor(i / K)) : fn(Math.floor(i / C), i % C),
  );
}

/** log λ − ½ Σ_c (m²/v′ + log v′) */
function offsets({ K, C, lambda, mean, variance }: Parts): number[] {
  return Array.from({ length: K }, (_, k) => {
    let total = 0;
    for (let c = 0; c < C; c++) total += mean(k, c) ** 2 / variance(k, c) + Math.log(variance(k, c));
    return Math.log(lambda(k, 0)) - total / 2;
  });
}

/** y [N, C, H, W] of x, with one posterior a pixel. */
function joint(graph: Graph, x: string, parts: Parts, beta: Floats): string {
  const { K, C, mean, variance, scale } = parts;
  const mix = (input: string, values: Float64Array, [to, from]: [number, number], bias: number[] | Floats) =>
    graph.node('Conv', [input, graph.reals(values, [to, from, 1, 1]), graph.reals(bias)]);
  const squares = graph.node('Mul', [x, x]);
  const none = new Float32Array(C);
  const score = graph.node('Add', [
    mix(
      squares,
      grid(parts, (k, c) => -0.5 / variance(k, c)),
      [K, C],
      new Float32Array(K),
    ),
    mix(
      x,
      grid(parts, (k, c) => mean(k, c) / variance(k, c)),
      [K, C],
      offsets(parts),
    ),
  ]);
  const tau = graph.node('Softmax', [score], { axis: 1 });
  const slope = mix(tau, grid(parts, scale, true), [C, K], none);
  const shift = mix(
    tau,
    grid(parts, (k, c) => -scale(k, c) * mean(k, c), true),
    [C, K],
    beta,
  );
  return graph.node('Add', [graph.node('Mul', [x, slope]), shift]);
}

/** y [N, C, H, W] of x, with one posterior for each channel of a pixel: K as an axis of its own. */
function channelwise(graph: Graph, x: string, parts: Parts, beta: Floats): string {
  const { K, C, lambda, mean, variance, scale } = parts;
  const each = (fn: (k: number, c: number) => number) => graph.reals(grid(parts, fn), [K, C, 1, 1]);
  const centred = graph.node('Sub', [graph.node('Unsqueeze', [x, graph.integers([1])]), each(mean)]);
  const squares = graph.node('Mul', [centred, centred]);
  const score = graph.node('Add', [
    graph.node('Mul', [squares, each((k, c) => -0.5 / variance(k, c))]),
    each((k, c) => Math.log(lambda(k, c)) - Math.log(variance(k, c)) / 2),
  ]);
  const tau = graph.node('Softmax', [score], { axis: 1 });
  const shares = graph.node('Mul', [tau, graph.node('Mul', [centred, each(scale)])]);
  const y = graph.node('ReduceSum', [shares, graph.integers([1])], { keepdims: 0 });
  return graph.node('Add', [y, graph.reals(beta, [C, 1, 1])]);
}

const mixtureNorm: Row = (call, graph) => {
  if (!call.has('running'))
    throw new OptionError(`exportOnnx: ${call.what} fits a mixture to the batch, expected training: false`);
  const shape = call.shape('x');
  const parts = partsOf(call);
  const beta = call.values('bias');
  const given = call.tensor('x');
  const { pivot } = parts;
  const centred = pivot ? graph.node('Sub', [given, graph.reals(pivot, perChannel(shape))]) : given;
  const isImage = shape.length === 4;
  const x = isImage ? centred : graph.reshape(centred, [shape[0], ...pixels(shape)]);
  const y = (call.shape('running.weights').length === 1 ? joint : channelwise)(graph, x, parts, beta);
  return isImage ? y : graph.reshape(y, shape);
};

/** [C, pixels, 1] of [N, C, …]. */
function pixels(shape: readonly (number | object)[]): number[] {
  const [, C, ...rest] = shape as number[];
  return [C, rest.reduce((product, size) => product * size, 1), 1];
}

export const mixtures: Rows = { mixtureNorm };
