// Batch normalization is the Fisher vector of a Gaussian, and mixture normalization that of a mixture, summed over components.
import t from 'tap';
import {
  batchNorm,
  createRandom,
  type Device,
  emFit,
  fisherVector,
  type Mixture,
  mean,
  mixtureNorm,
  mul,
  openDevice,
  sum,
  type Tensor,
  tensor,
  variance,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';
import { fromParameters, onALine, parameters } from './cases.js';

const reference = await openDevice('reference');

/** Nothing under roots, nothing added to variances, no floor. */
const exactly = { scale: 'fisher', eps: 0, regCovar: 0, minWeight: 0 } as const;

const shape = [4, 3, 2, 5];

/** The Gaussian of a batch [N, C, …]: the means and biased variances of its channels. */
function gaussianOf(x: Tensor): Mixture {
  const over = [0, ...x.shape.slice(2).map((_, i) => i + 2)];
  const [means, variances] = [mean(x, over), variance(x, over, { correction: 0 })];
  const row = (t: Tensor) => t.reshape([1, -1]);
  return { weights: tensor([1], { device: x.device }), means: row(means), variances: row(variances) };
}

const furthest = async (got: Tensor, expected: Tensor) =>
  worstDifference(await got.data(), await expected.data(), expected.shape).error;

everyDevice(
  "the Gaussian's entry for the mean is batchNorm's output, and so is the gradient",
  async (t, device) => {
    const [x, same] = [0, 1].map(() => leaf(normal(shape, 'x'), shape, device));
    const g = tensor(normal(shape, 'g'), { shape, device });
    const y = sum(fisherVector(x, gaussianOf(x)).means, 0);
    const expected = batchNorm(same, { training: true, eps: 0 });
    const bound = device.dtype === 'float64' ? 1e-12 : 1e-5;
    t.ok((await furthest(y, expected)) <= bound);
    sum(mul(y, g)).backward();
    sum(mul(expected, g)).backward();
    t.ok((await furthest(x.grad!, same.grad!)) <= bound, 'gradient');
  },
);

t.test("BN's eps is added to the variance, and that is all that the Gaussian lacks of it", async (t) => {
  const x = tensor(normal(shape, 'x'), { shape, device: reference });
  const gaussian = gaussianOf(x);
  const widened = { ...gaussian, variances: gaussian.variances.add(0.5) };
  const expected = batchNorm(x, { training: true, eps: 0.5 });
  t.ok((await furthest(sum(fisherVector(x, widened).means, 0), expected)) <= 1e-12);
  t.ok((await furthest(sum(fisherVector(x, gaussian).means, 0), expected)) > 0.1);
});

for (const posterior of ['joint', 'channel'] as const) {
  const of = (device: Device) => fromParameters(parameters(3, 3, posterior === 'channel', 'norms', device));

  everyDevice(
    `${posterior}: the mixture's entries for the means add up to mixtureNorm's output`,
    async (t, device) => {
      const x = tensor(normal(shape, 'x'), { shape, device });
      const init = of(device);
      const { y } = mixtureNorm(x, { init, posterior, training: false, ...exactly });
      const bound = device.dtype === 'float64' ? 1e-12 : 1e-5;
      t.ok((await furthest(sum(fisherVector(x, init).means, 0), y)) <= bound);
      const unit = mixtureNorm(x, { init, posterior, training: false, ...exactly, scale: 'unit' }).y;
      t.ok((await furthest(unit, y)) > 0.05, "which scale 'unit' does not give");
    },
  );

  t.test(`${posterior}: in training they do at EM's fixed point, to which the rounds lead`, async (t) => {
    const random = createRandom('modes');
    const x = tensor(
      Float64Array.from({ length: 600 }, () => 6 * random.integer(3) + random.normal()),
      { shape: [200, 3], device: reference },
    );
    const near = of(reference);
    const init = { ...near, means: near.means.add(tensor([[0], [6], [12]], { device: reference })) };
    const distances: number[] = [];
    for (const iterations of [0, 2, 8, 100]) {
      const { y, ...statistics } = mixtureNorm(x, { init, posterior, iterations, ...exactly });
      distances.push(await furthest(sum(fisherVector(x, statistics).means, 0), y));
    }
    t.comment(distances.map((d) => d.toExponential(1)).join(', '));
    for (let i = 1; i < distances.length; i++) t.ok(distances[i] < distances[i - 1], 'nearer');
    t.ok(distances[3] < 1e-9, 'and there');
  });
}

t.test("mixtureNorm's posteriors are one round older than its statistics", async (t) => {
  const x = tensor(normal([50, 2], 'x'), { shape: [50, 2], device: reference });
  const init = fromParameters(parameters(2, 2, false, 'older', reference));
  const before = emFit(x, { init, iterations: 3, regCovar: 0 });
  const { y, weights, means, variances } = mixtureNorm(x, { init, iterations: 3, ...exactly });
  const tau = before.posteriors.permute([1, 0]).reshape([2, 50, 1]);
  const column = (t: Tensor) => t.reshape([2, 1, -1]);
  const z = x.sub(column(means)).div(column(variances).sqrt());
  t.ok((await furthest(sum(tau.mul(z).div(column(weights).sqrt()), 0), y)) <= 1e-12);
});

t.test("at EM's fixed point the Fisher vector of the whole batch is 0", async (t) => {
  const values = normal([300, 1], 'x').map((v, i) => v + 6 * (i % 3 === 0 ? 1 : 0));
  const x = tensor(values, { shape: [300, 1], device: reference });
  const init = onALine([0.5, 0.5], [-1, 8], [2, 2], reference);
  const fit = emFit(x, { init, iterations: 100, regCovar: 0 });
  const largest = async (mixture: Mixture) => {
    const parts = Object.values(fisherVector(x, mixture)).map((part: Tensor) => mean(part, 1).abs());
    return Math.max(
      ...(await Promise.all(parts.map((part) => part.data()))).flatMap((values) => [...values]),
    );
  };
  t.ok((await largest(fit)) < 1e-9);
  t.ok((await largest(init)) > 0.1, 'elsewhere it is not');
});
