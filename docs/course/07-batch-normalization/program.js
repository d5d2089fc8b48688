// Batch normalization from scratch: forward, gradient, running statistics, beside mixgrad's.
import { BatchNorm1d, createRandom, openDevice, setDevice, tensor } from 'mixgrad';

setDevice(await openDevice('reference'));
const [N, EPS] = [6, 1e-5];
const random = createRandom(3);
const mean = (v) => v.reduce((a, b) => a + b, 0) / v.length;
const show = (values) => Array.from(values, (v) => v.toFixed(4).padStart(8)).join('');

/** One channel of a batch: y = γ (x − μ)/√(σ² + ε) + β, and what its gradient needs. */
function forward(x, gamma, beta) {
  const mu = mean(x);
  const variance = mean(x.map((v) => (v - mu) ** 2)); // divided by N
  const s = Math.sqrt(variance + EPS);
  const xHat = x.map((v) => (v - mu) / s);
  return { y: xHat.map((v) => gamma * v + beta), mu, variance, s, xHat };
}

/** x is in all of μ, σ² and its own numerator; the three together are this. */
function backward(g, { xHat, s }, gamma) {
  const [sum, product] = [mean(g), mean(g.map((v, i) => v * xHat[i]))];
  return {
    x: g.map((v, i) => (gamma / s) * (v - sum - xHat[i] * product)),
    gamma: N * product,
    beta: N * sum,
  };
}

const [gamma, beta] = [1.5, 0.2];
const x = Array.from({ length: N }, () => 3 + 2 * random.normal());
const g = Array.from({ length: N }, () => random.normal());

const layer = new BatchNorm1d(1);
layer.weight.assign(tensor([gamma]));
layer.bias.assign(tensor([beta]));
const input = tensor(x, { shape: [N, 1], requiresGrad: true });
const out = layer.forward(input);
out.backward({ gradient: tensor(g, { shape: [N, 1] }) });

const own = forward(x, gamma, beta);
const gradients = backward(g, own, gamma);
console.log('y      by hand', show(own.y));
console.log('       mixgrad', show(await out.data()));
console.log('dx     by hand', show(gradients.x));
console.log('       mixgrad', show(await input.grad.data()));
console.log('dγ, dβ by hand', show([gradients.gamma, gradients.beta]));
console.log('       mixgrad', show([await layer.weight.grad.item(), await layer.bias.grad.item()]));

// Running statistics: averages of the batches' own, for the day when an image comes alone. σ² is divided by N − 1 there.
const share = 0.1;
const running = [share * own.mu, (1 - share) * 1 + (share * own.variance * N) / (N - 1)];
console.log('running by hand', show(running));
console.log('        mixgrad', show([await layer.runningMean.item(), await layer.runningVar.item()]));
layer.eval();
const alone = tensor([x[0]], { shape: [1, 1] });
console.log(
  'the first alone: in the batch',
  show([own.y[0]]),
  ' by running statistics',
  show(await layer.forward(alone).data()),
);
