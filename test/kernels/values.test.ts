// The engine on values that draws do not have: NaN and infinities, the ends of float32, ties, long sums.
import { normal } from '../values.js';
import { onBothBuilds } from './guarded.js';

/** The largest |got / expected − 1|, of logarithms |got − expected| where the expected is below 1. */
const worst = (got: number[], expected: number[], least = 0) =>
  Math.max(...got.map((v, i) => Math.abs(v - expected[i]) / Math.max(Math.abs(expected[i]), least)));

onBothBuilds('exp and log are right to 2e-7 over the whole range of float32', (t, compute) => {
  const x = Array.from({ length: 20001 }, (_, i) => Math.fround(-87 + (i * 175) / 20000));
  t.ok(worst(compute('exp', [[x, [20001]]], {}), x.map(Math.exp)) < 2e-7);
  const y = x.map((v) => Math.fround(Math.exp(v)));
  t.ok(worst(compute('log', [[y, [20001]]], {}), y.map(Math.log), 1) < 2e-7);
});

onBothBuilds('exp and log treat the ends of the range like JavaScript', (t, compute) => {
  const x = [0, -0, Infinity, -Infinity, NaN, 89, -104, -100, 1e-40, -1].map(Math.fround);
  for (const [name, rule] of [
    ['exp', Math.exp],
    ['log', Math.log],
  ] as const) {
    compute(name, [[x, [10]]], {}).forEach((got, i) => {
      const expected = Math.fround(rule(x[i]));
      if (Number.isFinite(expected)) t.ok(Math.abs(got - expected) <= 2e-7 * Math.max(Math.abs(expected), 1));
      else t.same(got, expected, `${name}(${x[i]})`);
    });
  }
});

onBothBuilds('relu and its gradient pass NaN', (t, compute) => {
  const x = [-1, 0, 2, NaN, 3, -4, 5];
  const g = [1, 2, 3, 4, 5, 6, 7];
  t.same(compute('relu', [[x, [7]]], {}), [0, 0, 2, NaN, 3, 0, 5]);
  t.same(
    compute(
      'reluGrad',
      [
        [g, [7]],
        [x, [7]],
      ],
      {},
    ),
    [0, 0, 3, 4, 5, 0, 7],
  );
});

const line = Array.from({ length: 4001 }, (_, i) => Math.fround(-100 + i / 20));
const near0 = Array.from({ length: 81 }, (_, i) => Math.fround((i % 2 ? -1 : 1) * 10 ** (-i / 2)));

onBothBuilds('tanh, sigmoid, elu and softplus are right to 4e-7 in the tails and near 0', (t, compute) => {
  for (const [name, rule, attrs] of [
    ['tanh', Math.tanh, {}],
    ['sigmoid', (x: number) => 1 / (1 + Math.exp(-x)), {}],
    ['elu', (x: number) => (x > 0 ? x : Math.expm1(x)), { alpha: 1 }],
    [
      'softplus',
      (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
      { beta: 1, threshold: 90 },
    ],
  ] as const) {
    // e^−87 is the least normal number
    const x = [...line, ...near0].filter((v) => v > -87 && Math.abs(v) > 1e-37);
    const got = compute(name, [[x, [x.length]]], attrs as never);
    t.ok(worst(got, x.map(rule)) < 4e-7, `${name}: ${worst(got, x.map(rule))}`);
  }
});

onBothBuilds('activations keep the sign of 0, and reach their ends', (t, compute) => {
  const ends = [0, -0, 1e30, -1e30, Infinity, -Infinity, NaN];
  const at = (name: 'tanh' | 'sigmoid' | 'elu', attrs = {}) => compute(name, [[ends, [7]]], attrs as never);
  t.same(at('tanh'), [0, -0, 1, -1, 1, -1, NaN]);
  t.same(at('sigmoid'), [0.5, 0.5, 1, 0, 1, 0, NaN]);
  t.same(at('elu', { alpha: 2 }), [0, -0, Math.fround(1e30), -2, Infinity, -2, NaN]);
  t.ok(Object.is(at('tanh')[1], -0) && Object.is(at('tanh')[0], 0));
});

onBothBuilds('powers are those of C, and exact where float32 is', (t, compute) => {
  const pairs = [
    ...[
      [3, 4, 81],
      [-3, 3, -27],
      [-2, -2, 0.25],
      [2, 100, 2 ** 100],
      [0.5, 149, 2 ** -149],
      [-8, 1 / 3, NaN],
    ],
    ...[
      [1, NaN, 1],
      [-1, Infinity, 1],
      [-1, 3e9, 1],
      [NaN, 0, 1],
      [0, 0, 1],
      [-0, -1, -Infinity],
      [-0, -2, Infinity],
    ],
    ...[
      [-Infinity, 3, -Infinity],
      [-Infinity, 0.5, Infinity],
      [0.5, -Infinity, Infinity],
      [2, 128, Infinity],
    ],
  ];
  const column = (i: number) => pairs.map((pair) => pair[i]);
  const n = [pairs.length];
  t.same(
    compute(
      'pow',
      [
        [column(0), n],
        [column(1), n],
      ],
      {},
    ),
    column(2),
  );
  const x = line.map(Math.abs).filter((v) => v > 0);
  const powers = compute(
    'pow',
    [
      [x, [x.length]],
      [[2.5], []],
    ],
    {},
  );
  t.ok(
    worst(
      powers,
      x.map((v) => v ** 2.5),
    ) < 2e-7,
  );
});

onBothBuilds('argMax is the first of the largest, and the first NaN', (t, compute) => {
  const rows = [
    [1, 3, 3, 2],
    [5, NaN, 7, NaN],
    [NaN, 1, 2, 3],
    [-Infinity, -Infinity, -Infinity, -Infinity],
    [-1, 0, -0, Infinity],
  ];
  const expected = [1, 1, 0, 0, 3];
  t.same(compute('argMax', [[rows.flat(), [5, 4, 1]]], {}), expected);
  const columns = [0, 1, 2, 3].flatMap((c) => rows.map((row) => row[c]));
  t.same(compute('argMax', [[columns, [1, 4, 5]]], {}), expected);
});

onBothBuilds('a NaN is the largest of its windows; where all are −∞ it is the first inside', (t, compute) => {
  const steps = { KH: 3, KW: 3, strideH: 2, strideW: 2, padH: 1, padW: 1 };
  const x = Array.from({ length: 64 }, (_, i) => (i === 27 ? NaN : i));
  const index = compute('maxPool2dIndex', [[x, [1, 1, 8, 8]]], { ...steps, OH: 4, OW: 4 });
  t.same(index, [9, 11, 13, 15, 25, 27, 27, 31, 41, 27, 27, 47, 57, 59, 61, 63]);
  const low = new Array(16).fill(-Infinity);
  t.same(compute('maxPool2dIndex', [[low, [1, 1, 4, 4]]], { ...steps, OH: 2, OW: 2 }), [0, 1, 4, 5]);
});

onBothBuilds('logSumExp bears large and infinite values', (t, compute) => {
  const x = [1e4, 1e4, -Infinity, -Infinity, Infinity, 0];
  const [large, ...infinite] = compute('logSumExp', [[x, [3, 2, 1]]], {});
  t.ok(Math.abs(large - 1e4 - Math.log(2)) < 1e-3);
  t.same(infinite, [-Infinity, Infinity]);
});

onBothBuilds('sums of a million are as accurate as short ones', (t, compute) => {
  const length = 1_000_003;
  const x = normal([length], 'sum').map((v) => Math.fround(10 + v));
  const sum = x.reduce((a, b) => a + b, 0);
  t.ok(worst(compute('sum', [[x, [1, length, 1]]], {}), [sum]) < 1.5e-7, 'a row');
  const columns = Float64Array.from({ length: 3 * 400_001 }, (_, i) => x[Math.floor(i / 3)]);
  const half = x.subarray(0, 400_001).reduce((a, b) => a + b, 0);
  t.ok(worst(compute('sum', [[columns, [1, 400_001, 3]]], {}), [half, half, half]) < 1.5e-7, 'columns');
});

onBothBuilds('row moments about a mean far from 0', (t, compute) => {
  for (const [N, R, S] of [
    [5, 3, 1],
    [2, 5, 1027],
    [3, 2, 16],
    [4, 3, 100_003],
  ]) {
    for (const about of [10, 1000]) {
      const x = normal([N, R, S], `${S}`).map((v) => Math.fround(about + v));
      const row = (r: number) => x.filter((_, i) => Math.floor(i / S) % R === r);
      const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
      const rows = Array.from({ length: R }, (_, r) => row(r));
      const means = rows.map(mean);
      const variances = rows.map((values, r) => mean(values.map((v) => (v - means[r]) ** 2)));
      const got = compute('rowMoments', [[x, [N, R, S]]], {});
      t.ok(worst(got.slice(0, R), means) < 2e-7, 'means');
      t.ok(worst(got.slice(R), variances) < 1e-6, 'variances');
    }
  }
});
