// Mixture normalization and the EM fit it rests on.
import t from 'tap';
import {
  add,
  batchNorm,
  div,
  emFit,
  mixtureNorm,
  mul,
  openDevice,
  permute,
  reshape,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';
import { start } from './cases/mixture.js';

/** Σ_k (τ_k/√λ_k)(x − μ_k)/√(σ²_k + eps) of plain operations, τ and λ being constants. */
function composed(x: Tensor, K: number): Tensor {
  const [N, C, S] = x.shape;
  const { posteriors } = emFit(x, { init: start(x, K), iterations: 2, regCovar: 1e-4 });
  const tau = permute(reshape(posteriors.detach(), [N, S, K, 1]), [2, 0, 3, 1]);
  const over = [[1, 3], { keepDims: true }] as const;
  const count = sum(tau, ...over);
  const centred = sub(reshape(x, [1, N, C, S]), div(sum(mul(tau, reshape(x, [1, N, C, S])), ...over), count));
  const variances = div(sum(mul(tau, mul(centred, centred)), ...over), count);
  const shares = div(tau, sqrt(div(count, N * S)));
  return sum(div(mul(shares, centred), sqrt(add(variances, 1e-5))), 0);
}

everyDevice('the fused mixtureNorm equals its composition with constant posteriors', async (t, device) => {
  const shape = [4, 3, 5];
  const inputs = () => [shape, [3], [3]].map((shape, i) => leaf(normal(shape, `input ${i}`), shape, device));
  const [[x, weight, bias], same] = [inputs(), inputs()];
  const cotangent = tensor(normal(shape, 'g'), { shape, device });
  const out = mixtureNorm(x, { init: start(x, 3), scale: 'fisher', minWeight: 0, weight, bias }).y;
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

t.test(
  'the gradient through posteriors is that of the function with the result of EM as a constant',
  async (t) => {
    const device = await openDevice('reference');
    const shape = [4, 2, 3];
    const values = normal(shape, 'x');
    const cotangent = normal(shape, 'g');
    for (const posterior of ['joint', 'channel'] as const) {
      for (const iterations of [0, 1, 3]) {
        const x = leaf(values, shape, device);
        const init = start(x, 2, posterior);
        const em = { posterior, regCovar: 1e-3, minWeight: 0.1 };
        const { y } = mixtureNorm(x, { ...em, init, iterations, gradient: 'posterior' });
        const detached = mixtureNorm(x, { ...em, init, iterations }).y;
        t.ok(worstDifference(await y.data(), await detached.data(), shape).error < 1e-12, 'the same output');
        sum(mul(y, tensor(cotangent, { shape, device }))).backward();
        const held = emFit(x, { ...em, init, iterations });
        const total = (at: number, step: number) => {
          const moved = tensor(
            values.map((v, i) => (i === at ? v + step : v)),
            { shape, device },
          );
          const out = mixtureNorm(moved, { ...em, init: held, iterations: 0 }).y.storage.peek();
          return cotangent.reduce((all, g, i) => all + g * out[i], 0);
        };
        const numeric = values.map((_, at) => (total(at, 1e-5) - total(at, -1e-5)) / 2e-5);
        const found = worstDifference(await x.grad!.data(), numeric, shape);
        t.ok(found.error < 1e-7, `${posterior}, ${iterations} rounds`, { found });
      }
    }
  },
);

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

everyDevice('a component that lost every sample leaves everything finite, both ways', async (t, device) => {
  const column = (values: number[]) => tensor(values, { shape: [2, 1], device });
  const init = {
    weights: tensor([0.5, 0.5], { device }),
    means: column([0, 1e4]), // so far away that its posteriors underflow
    variances: column([1, 1]),
  };
  const tolerance = device.dtype === 'float64' ? 1e-12 : 1e-5;
  for (const minWeight of [0.001, 0]) {
    const results: number[][] = [];
    for (const gradient of ['detached', 'unrolled'] as const) {
      const x = leaf([-1, 0, 1, 2], [4, 1], device);
      const { y, means } = mixtureNorm(x, { init, gradient, minWeight });
      sum(mul(y, y)).backward();
      t.ok([...(await x.grad!.data())].every(Number.isFinite), `${gradient}: gradient`);
      results.push([...(await y.data()), ...(await means.data())]);
    }
    t.ok(results.flat().every(Number.isFinite), 'values');
    t.ok(
      results[0].every((value, i) => Math.abs(value - results[1][i]) < tolerance),
      'both ways',
    );
  }
});
