// Initial values: their distributions, their bounds, rejected arguments.
import t from 'tap';
import { createRandom, init, OptionError, ShapeError, type Tensor } from '../../lib/index.js';

const N = 20_000;

async function moments(of: Tensor) {
  const values = Array.from(await of.data());
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, variance, low: Math.min(...values), high: Math.max(...values) };
}

t.test('drawn values have the moments of their distributions', async (t) => {
  const random = createRandom('init');
  const bound = Math.sqrt(6 / (1 + 0.25) / 20);
  const cases: [string, Tensor, mean: number, variance: number, low: number, high: number][] = [
    ['uniform', init.uniform([N], { low: 2, high: 5, random }), 3.5, 9 / 12, 2, 5],
    ['normal', init.normal([N], { mean: -1, std: 0.5, random }), -1, 0.25, -9, 9],
    [
      'kaimingUniform',
      init.kaimingUniform([N / 20, 20], { a: 0.5, random }),
      0,
      bound ** 2 / 3,
      -bound,
      bound,
    ],
    [
      'kaimingUniform of a convolution',
      init.kaimingUniform([N / 20, 5, 2, 2], { a: 0.5, random }),
      0,
      bound ** 2 / 3,
      -bound,
      bound,
    ],
  ];
  for (const [name, drawn, mean, variance, low, high] of cases) {
    const found = await moments(drawn);
    // Five standard errors.
    t.ok(Math.abs(found.mean - mean) < 5 * Math.sqrt(variance / N), `${name}: mean ${found.mean}`);
    t.ok(Math.abs(found.variance / variance - 1) < 5 * Math.sqrt(2 / N), `${name}: ${found.variance}`);
    t.ok(found.low >= low && found.high <= high, `${name}: from ${found.low} to ${found.high}`);
  }
});

t.test('constants are constant', async (t) => {
  t.same([...(await init.constant([2], 3).data())], [3, 3]);
  t.same([...(await init.zeros([2]).data()), ...(await init.ones([2]).data())], [0, 0, 1, 1]);
});

t.test('what cannot be drawn is named', async (t) => {
  const cases: [() => unknown, Error][] = [
    [() => init.uniform(5 as never), new ShapeError('uniform: shape is 5, expected integers of at least 1')],
    [() => init.normal([2, 0]), new ShapeError('normal: shape is [2,0], expected integers of at least 1')],
    [
      () => init.kaimingUniform([4]),
      new ShapeError('kaimingUniform: shape is [4], expected at least two axes'),
    ],
    [() => init.uniform([2], { low: 2 }), new OptionError('uniform: low is 2, expected at most high, 1')],
    [
      () => init.normal([2], { std: -1 }),
      new OptionError('normal: std is -1, expected a number of at least 0'),
    ],
    [
      () => init.normal([2], { sd: 1 } as never),
      new OptionError("normal: no option 'sd'; it has device, random, mean, std"),
    ],
  ];
  for (const [call, error] of cases) t.throws(call, error);
});
