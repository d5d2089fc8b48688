// Batch normalization.
import t from 'tap';
import {
  add,
  type BatchNormOptions,
  batchNorm,
  div,
  mean,
  mul,
  OptionError,
  reshape,
  ShapeError,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { leaf, normal, positive } from '../values.js';
import { above0, checkGradient, checkParity, type OpCases } from './checks.js';

/** In training, or in evaluation by given moments. */
const trained = (x: Tensor, weight?: Tensor, bias?: Tensor) => batchNorm(x, { weight, bias, training: true });
function evaluated(x: Tensor, weight?: Tensor, bias?: Tensor): Tensor {
  const channels = [x.shape[1]];
  const moment = (values: Float64Array) =>
    tensor(values.map(Math.fround), { shape: channels, device: x.device });
  const running = { runningMean: moment(normal(channels, 'm')), runningVar: moment(positive(channels, 'v')) };
  return batchNorm(x, { ...running, weight, bias });
}

function batchNormCases(fn: typeof trained): OpCases {
  return {
    images: { inputs: [[3, 4, 5, 2], [4], [4]], fn },
    'one channel': { inputs: [[2, 1, 3, 3], [1], [1]], fn },
    'rows of features': { inputs: [[6, 5], [5], [5]], fn },
    'a single image': { inputs: [[1, 3, 4, 3], [3], [3]], fn },
    sequences: { inputs: [[2, 3, 7], [3], [3]], fn },
    'without an affine map': { inputs: [[3, 2, 5]], fn: (x) => fn(x) },
    'a positive scale only': { inputs: [[3, 2, 5], above0([2])], fn: (x, weight) => fn(x, weight) },
  };
}

const named = (prefix: string, cases: OpCases) =>
  Object.fromEntries(Object.entries(cases).map(([title, entry]) => [`${prefix}, ${title}`, entry]));

const cases = {
  ...named('training', batchNormCases(trained)),
  ...named('evaluation', batchNormCases(evaluated)),
};
checkGradient('batchNorm', cases);
checkParity('batchNorm', {
  ...cases,
  'training, odd sizes': { inputs: [[5, 7, 9, 11], [7], [7]], fn: trained },
});

/** The same, of plain operations. */
function composed(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  const over = { axis: [0, 2, 3], keepDims: true };
  const centred = sub(x, mean(x, over));
  const variance = mean(mul(centred, centred), over);
  const normalized = div(centred, sqrt(add(variance, eps)));
  return add(mul(normalized, reshape(weight, [-1, 1, 1])), reshape(bias, [-1, 1, 1]));
}

everyDevice(
  'the fused batchNorm equals its composition of plain operations, forward and backward',
  async (t, device) => {
    const shapes = [[3, 4, 5, 3], [4], [4]];
    const make = () => shapes.map((shape, i) => leaf(normal(shape, i), shape, device));
    const [fused, plain] = [make(), make()];
    const cotangent = tensor(normal(shapes[0], 'g'), { shape: shapes[0], device });
    const [x, weight, bias] = fused;
    const out = batchNorm(x, { weight, bias, training: true });
    const expected = composed(plain[0], plain[1], plain[2], 1e-5);
    const bound = device.dtype === 'float64' ? 1e-12 : 2e-5;
    t.ok(worstDifference(await out.data(), await expected.data(), out.shape).error <= bound);
    sum(mul(out, cotangent)).backward();
    sum(mul(expected, cotangent)).backward();
    for (const [i, { grad }] of fused.entries()) {
      const found = worstDifference(await grad!.data(), await plain[i].grad!.data(), shapes[i]);
      t.ok(found.error <= bound, `gradient ${i}`, { found });
    }
  },
);

everyDevice('training moves the running moments by `momentum`, the variance unbiased', async (t, device) => {
  const x = tensor(
    [
      [1, 10],
      [3, 30],
    ],
    { device },
  );
  const runningMean = tensor([0, 0], { device });
  const runningVar = tensor([1, 1], { device });
  batchNorm(x, { runningMean, runningVar, training: true, momentum: 0.25 });
  const near = (got: ArrayLike<number>, expected: number[]) =>
    worstDifference(got, expected, [2]).error < 1e-6;
  t.ok(near(await runningMean.data(), [0.25 * 2, 0.25 * 20]));
  t.ok(near(await runningVar.data(), [0.75 + 0.25 * 2, 0.75 + 0.25 * 200]));
});

everyDevice('evaluation leaves the running moments as they are', async (t, device) => {
  const runningMean = tensor([0.5, -0.5], { device });
  const runningVar = tensor([1.5, 2.5], { device });
  batchNorm(
    tensor(
      [
        [1, 10],
        [3, 30],
      ],
      { device },
    ),
    { runningMean, runningVar },
  );
  t.same([...(await runningMean.data())], [0.5, -0.5]);
  t.same([...(await runningVar.data())], [1.5, 2.5]);
});

everyDevice('each channel of a training batch comes out with mean 0 and variance 1', async (t, device) => {
  const x = tensor(
    normal([64, 3], 0).map((value, i) => 100 * (i % 3) + 3 * value),
    { shape: [64, 3], device },
  );
  const y = await batchNorm(x, { training: true }).data();
  for (let c = 0; c < 3; c++) {
    const column = Array.from(y).filter((_, i) => i % 3 === c);
    const average = column.reduce((a, b) => a + b, 0) / 64;
    const variance = column.reduce((a, b) => a + (b - average) ** 2, 0) / 64;
    t.ok(Math.abs(average) < 1e-5, `mean ${average}`);
    t.ok(Math.abs(variance - 1) < 1e-4, `variance ${variance}`);
  }
});

t.test('what does not fit is refused by name, with what was expected', async (t) => {
  const of = (...shape: number[]) => tensor(normal(shape, 0), { shape });
  const x = of(2, 3, 4);
  const given = (options: BatchNormOptions) => () => batchNorm(x, options);
  for (const [fn, error] of [
    [() => batchNorm(of(3)), new ShapeError('batchNorm: x has shape [3], expected [N, C, …]')],
    [
      given({ weight: of(4), training: true }),
      new ShapeError('batchNorm: weight has shape [4], x has 3 channels'),
    ],
    [
      given({ bias: of(3, 1), training: true }),
      new ShapeError('batchNorm: bias has shape [3, 1], x has 3 channels'),
    ],
    [
      given({ runningMean: of(2), training: true }),
      new ShapeError('batchNorm: runningMean has shape [2], x has 3 channels'),
    ],
    [given({}), new OptionError('batchNorm: evaluation needs runningMean and runningVar')],
    [
      given({ training: true, eps: -1 }),
      new OptionError('batchNorm: eps is -1, expected a number at least 0'),
    ],
    [
      given({ training: true, momentum: 2 }),
      new OptionError('batchNorm: momentum is 2, expected a number from 0 to 1'),
    ],
    [
      () => batchNorm(of(1, 3), { training: true }),
      new ShapeError('batchNorm: x has shape [1, 3], one value a channel: nothing to normalize by'),
    ],
  ] as const) {
    t.throws(fn, error);
  }
});
