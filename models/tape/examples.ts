// Programs to begin with.

export interface Example {
  name: string;
  title: string;
  code: string;
}

const example = (name: string, title: string, code: string): Example => ({ name, title, code: code.trim() });

export const examples: readonly Example[] = [
  example(
    'expression',
    'a · b + c',
    `
import { tensor } from 'mixgrad';

const a = tensor([2], { requiresGrad: true });
const b = tensor([-3], { requiresGrad: true });
const c = tensor([10], { requiresGrad: true });

const product = a.mul(b);
const loss = product.add(c);
loss.backward();

console.log('d loss / d a =', await a.grad.item());
`,
  ),
  example(
    'twice',
    'a tensor used twice',
    `
import { tensor } from 'mixgrad';

// Each use sends a gradient to x. They add up.
const x = tensor([3], { requiresGrad: true });
const square = x.mul(x);
const loss = square.add(x);
loss.backward();

console.log('2x + 1 =', await x.grad.item());
`,
  ),
  example(
    'broadcasting',
    'broadcasting',
    `
import { tensor } from 'mixgrad';

// The row is used for both rows of x: its gradient is a sum.
const x = tensor([[1, 2, 3], [4, 5, 6]]);
const row = tensor([1, 0, -1], { requiresGrad: true });
const shift = tensor([[10], [20]], { requiresGrad: true });

const scaled = x.mul(row);
const shifted = scaled.add(shift);
const loss = shifted.square().mean();
loss.backward();

console.log(row.grad.shape, await row.grad.data());
`,
  ),
  example(
    'perceptron',
    'two layers',
    `
import { crossEntropy, Linear, manualSeed } from 'mixgrad';
import { Module, tensor } from 'mixgrad';

manualSeed(1);

class Net extends Module {
  hidden = new Linear(2, 4);
  last = new Linear(4, 3);

  forward(x) {
    const h = this.hidden.forward(x).relu();
    return this.last.forward(h);
  }
}

const net = new Net();
const x = tensor([[1, 0], [0, 1], [-1, -1]]);
const logits = net.forward(x);
const loss = crossEntropy(logits, [0, 1, 2]);
loss.backward();

console.log('loss', await loss.item());
`,
  ),
  example(
    'convolution',
    'convolution and pooling',
    `
import { batchNorm, conv2d, maxPool2d, relu } from 'mixgrad';
import { createRandom, ones, tensor, zeros } from 'mixgrad';

const random = createRandom(1);
const uniform = (shape, requiresGrad) => {
  const length = shape.reduce((a, b) => a * b);
  const values = Array.from({ length }, () => random.uniform() - 0.5);
  return tensor(values, { shape, requiresGrad });
};

const x = uniform([2, 1, 6, 6], false);
const kernel = uniform([2, 1, 3, 3], true);
const gamma = ones([2], { requiresGrad: true });
const beta = zeros([2], { requiresGrad: true });

const maps = conv2d(x, kernel);
const affine = { weight: gamma, bias: beta };
const normed = batchNorm(maps, { ...affine, training: true });
const active = relu(normed);
const pooled = maxPool2d(active, 2);
const loss = pooled.square().sum();
loss.backward();
`,
  ),
  example(
    'mixture',
    'mixture normalization',
    `
import { mixtureNorm, ones, tensor, zeros } from 'mixgrad';

// One channel with two modes. EM fits a mixture from init.
const samples = [[-2.1], [-1.9], [-2.4], [1.8], [2.2], [2.0]];
const x = tensor(samples, { requiresGrad: true });
const gamma = ones([1], { requiresGrad: true });
const beta = zeros([1], { requiresGrad: true });
const init = {
  weights: tensor([0.5, 0.5]),
  means: tensor([[-1], [1]]),
  variances: tensor([[1], [1]]),
};
const { y } = mixtureNorm(x, {
  init,
  weight: gamma,
  bias: beta,
  training: true,
  gradient: 'posterior',
});
const target = tensor([[-1], [0], [1], [-1], [0], [1]]);
const loss = y.sub(target).square().sum();
loss.backward();

console.log(await x.grad.data());
`,
  ),
  example(
    'detach',
    'detach and noGrad',
    `
import { noGrad, tensor } from 'mixgrad';

// What is detached, or made in noGrad, is a constant to the tape.
const w = tensor([2], { requiresGrad: true });
const y = w.mul(w);
const target = y.detach();
const scale = noGrad(() => w.mul(10));
const loss = y.sub(target).add(1).square().mul(scale);
loss.backward();

console.log(await w.grad.item());
`,
  ),
];
