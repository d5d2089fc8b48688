// The engine's mixture kernels where precision is hard to keep, and however their work is divided.
import { kernels } from '../../kernels/index.js';
import { numel, type Shape } from '../../kernels/spec.js';
import { normal, positive } from '../values.js';
import { type Compute, onBothBuilds } from './guarded.js';

const [N, C, S, K] = [24, 3, 20, 3];
const image = (i: number) => Math.floor(i / (C * S));
const sampled = (n: number) => n % (N / 4) === 0;
const imageOfTau = (i: number) => Math.floor(i / S) % N;
const x = normal([N, C, S], 'x');
const tau = positive([K, N, 1, S], 'tau');

const hard: Record<string, { values: Float64Array; weights?: Float64Array }> = {
  'mean 10': { values: x.map((v) => 10 + v) },
  'mean 1000': { values: x.map((v) => 1000 + v) },
  'the first image far from the others': { values: x.map((v, i) => v + (image(i) ? 0 : 1000)) },
  'every sampled image far from the others': {
    values: x.map((v, i) => v + (sampled(image(i)) ? 300 : 0)),
    weights: tau.map((v, i) => (sampled(imageOfTau(i)) ? 1e-7 * v : v)),
  },
  'components absent from the sampled images': {
    values: x.map((v) => 10 + v),
    weights: tau.map((v, i) => (sampled(imageOfTau(i)) ? 0 : v)),
  },
  'components of hardly any weight': { values: x, weights: tau.map((v) => 1e-17 * v) },
  'the same value everywhere': { values: x.map(() => 0.1) },
};

/** Mean and variance of component k in channel c, in float64. */
function momentsOf(values: Float64Array, weights: Float64Array, k: number, c: number): [number, number] {
  const sum = (term: (value: number) => number) => {
    let total = 0;
    for (let i = 0; i < N * S; i++) {
      total += weights[k * N * S + i] * term(values[(Math.floor(i / S) * C + c) * S + (i % S)]);
    }
    return total;
  };
  const count = Math.max(
    sum(() => 1),
    1e-12,
  );
  const mean = sum((v) => v) / count;
  return [mean, sum((v) => (v - mean) ** 2) / count];
}

for (const [title, { values, weights = tau }] of Object.entries(hard)) {
  onBothBuilds(`moments of a mixture, ${title}`, (t, compute) => {
    const [data, posteriors] = [values.map(Math.fround), weights.map(Math.fround)];
    const got = compute(
      'mixtureMoments',
      [
        [data, [N, C, S]],
        [posteriors, [K, N, 1, S]],
      ],
      {},
    );
    for (let at = 0; at < K * C; at++) {
      const [mean, variance] = momentsOf(data, posteriors, Math.floor(at / C), at % C);
      t.ok(Math.abs(got[at] - mean) <= 1.5e-7 * Math.hypot(mean, Math.sqrt(variance)), 'mean');
      t.ok(Math.abs(got[K * C + at] - variance) <= 1e-6 * variance + 1e-15, 'variance');
    }
  });
}

/** Entry `at` along an axis. */
function entry(values: ArrayLike<number>, shape: Shape, axis: number, at: number): number[] {
  const inner = numel(shape.slice(axis + 1));
  return Array.from(values).filter((_, i) => Math.floor(i / inner) % shape[axis] === at);
}

/** An input, and the axis along which it is divided with the call; −1 for none. */
type Divided = [values: ArrayLike<number>, shape: Shape, axis: number];

/** Calls by name, with the axis along which the output is divided. */
function dividedCalls(T: number) {
  const size = 300; // x has 21,600 elements, which is enough to be divided
  const channel = (axis: number) => (T > 1 ? axis : -1);
  const big = (seed: string): [Float64Array, Shape] => [normal([N, C, size], seed), [N, C, size]];
  const posteriors: [Float64Array, Shape] = [positive([K, N, T, size], 'τ'), [K, N, T, size]];
  const lambda: [Float64Array, Shape] = [positive([K, T], 'λ'), [K, T]];
  const moments: [Float64Array, Shape] = [positive([2, K, C], 'm'), [2, K, C]];
  const weight: Divided = [positive([C], 'γ'), [C], -1];
  const sums: Divided = [positive([4, K, C], 'sums'), [4, K, C], -1];
  const each: Divided = [normal([K, C], 'factors'), [K, C], -1];
  const byImages: Divided[] = [
    [...big('x'), 0],
    [...posteriors, 1],
    [...lambda, -1],
    [...moments, -1],
  ];
  const byChannels: Divided[] = [
    [...big('x'), 1],
    [...posteriors, channel(2)],
    [...lambda, channel(1)],
    [...moments, 2],
  ];
  const normed = { eps: 1e-5, fisher: true };
  return [
    {
      name: 'mixtureLogProb',
      inputs: [byImages[0], ...byImages.slice(2)],
      attrs: { regCovar: 1e-4 },
      axis: 1,
    },
    { name: 'mixturePosterior', inputs: [byImages[1]], attrs: {}, axis: 1 },
    { name: 'mixtureMoments', inputs: byChannels.slice(0, 2), attrs: {}, axis: 2 },
    { name: 'mixtureNorm', inputs: [...byImages, weight, weight], attrs: normed, axis: 0 },
    { name: 'mixtureNormGradSums', inputs: [[...big('g'), 1], ...byChannels], attrs: normed, axis: 2 },
    {
      name: 'mixtureNormGradInput',
      inputs: [[...big('g'), 0], ...byImages, weight, sums],
      attrs: { ...normed, training: true },
      axis: 0,
    },
    {
      name: 'mixtureNormGradPosterior',
      inputs: [[...big('g'), 0], byImages[0], byImages[3], each, each, each, byImages[2]],
      attrs: {},
      axis: 1,
    },
  ] as const;
}

for (const T of [1, C]) {
  onBothBuilds(`a divided mixture kernel computes the bits of its parts, T = ${T}`, (t, compute) => {
    const run = compute as (name: string, inputs: Parameters<Compute>[1], attrs: object) => number[];
    for (const { name, inputs, attrs, axis } of dividedCalls(T)) {
      const whole = run(
        name,
        inputs.map(([values, shape]) => [values, shape]),
        attrs,
      );
      const { shape } = kernels[name].plan(
        inputs.map((input) => input[1]),
        attrs as never,
      );
      for (let at = 0; at < shape[axis]; at++) {
        const part = run(
          name,
          inputs.map(([values, shape, along]) =>
            along < 0
              ? [values, shape]
              : [entry(values, shape, along, at), shape.map((n, i) => (i === along ? 1 : n))],
          ),
          attrs,
        );
        t.same(part, entry(whole, shape, axis, at), `${name} ${at}`);
      }
    }
  });
}

onBothBuilds('a posterior below 2⁻¹⁰⁰ of the largest is 0, and one above it or NaN stays', (t, compute) => {
  const others = [-1, -69, -69.5, -90, Number.NaN]; // 2⁻¹⁰⁰ is e^−69.31
  const got = compute('mixturePosterior', [[Float64Array.of(0, 0, 0, 0, 0, ...others), [2, 1, 1, 5]]], {});
  t.ok(Math.abs(got[5] - 1 / (1 + Math.E)) < 1e-6, 'an ordinary one');
  t.ok(Math.abs(got[6] / Math.exp(-69) - 1) < 1e-4, `${got[6]}`);
  t.same([got[7], got[8], got[2], got[3]], [0, 0, 1, 1]);
  t.ok(Number.isNaN(got[9]) && Number.isNaN(got[4]), 'NaN');
});
