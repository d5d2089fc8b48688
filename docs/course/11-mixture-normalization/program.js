// What mixture normalization's gradient leaves out: three answers to one question, beside the truth.
import { createRandom, mixtureNorm, openDevice, setDevice, tensor } from 'mixgrad';

setDevice(await openDevice('reference')); // float64
const N = 64;
const random = createRandom(2);
const noise = Array.from({ length: N }, () => random.normal());
const target = tensor(
  noise.map(() => random.normal()),
  { shape: [N, 1] },
);

const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const length = (v) => Math.sqrt(dot(v, v));
const column = (v, options) => tensor(v, { shape: [N, 1], ...options });

console.log('distance   error of the gradient             cosine with the truth');
console.log('of modes   detached  posterior  unrolled     detached  posterior  unrolled');
for (const separation of [0.5, 1, 2, 3, 4, 6]) {
  // Every second sample is around 0, the others are so many deviations away.
  const x = noise.map((v, i) => (i % 2) * separation + v);
  // Where EM begins: a layer's running mixture, which has found the modes.
  const init = {
    weights: tensor([0.5, 0.5]),
    means: tensor([[0], [separation]]),
    variances: tensor([[1], [1]]),
  };

  /** The loss: how far the output of two rounds of EM is from the targets. */
  const lossOf = (input, gradient) => {
    const { y } = mixtureNorm(input, { init, training: true, iterations: 2, gradient, scale: 'unit' });
    return y.sub(target).mul(y.sub(target)).mean();
  };

  // The truth: move each sample a little, and run everything again, EM included.
  const h = 1e-5;
  const truth = [];
  for (let i = 0; i < N; i++) {
    const [up, down] = [h, -h].map((step) => lossOf(column(x.with(i, x[i] + step)), 'detached'));
    truth.push(((await up.item()) - (await down.item())) / (2 * h));
  }

  const [errors, cosines] = [[], []];
  for (const gradient of ['detached', 'posterior', 'unrolled']) {
    const input = column(x, { requiresGrad: true });
    lossOf(input, gradient).backward();
    const found = Array.from(await input.grad.data());
    errors.push(length(found.map((v, i) => v - truth[i])) / length(truth));
    cosines.push(dot(found, truth) / length(found) / length(truth));
  }
  const shown = (values) => values.map((v) => v.toFixed(3).padEnd(10)).join('');
  console.log(String(separation).padEnd(10), `${shown(errors)}   ${shown(cosines)}`.trimEnd());
}
