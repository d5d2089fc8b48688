// Softmax and its loss: why they are one operation, and what its gradient says.
import { crossEntropy, log, openDevice, setDevice, softmax, tensor } from 'mixgrad';

setDevice(await openDevice('wasm', { threads: 1 })); // float32, where it matters
const show = (values) => Array.from(values, (v) => v.toFixed(4)).join(' ');

// 1. p = e^x / Σ e^x, as it stands, is infinite over infinite from 89 on: e^89 is more than float32 has.
const f = Math.fround;
const naive = (x) => {
  const powers = x.map((v) => f(Math.exp(v)));
  const sum = powers.reduce((a, b) => f(a + b), 0);
  return powers.map((p) => f(p / sum));
};
const stable = (x) => naive(x.map((v) => v - Math.max(...x))); // the same fraction, reduced
console.log('as it stands:   ', naive([88, 89, 90]).join(' '));
console.log('less the largest:', show(stable([88, 89, 90])));

// 2. The loss −log p of the right class: a probability of 0 has no logarithm, a logit of −200 has.
const logits = tensor([0, -200], { shape: [1, 2], requiresGrad: true });
const [, p] = await softmax(logits, 1).data();
console.log('log(softmax) of -200:', (await log(softmax(logits, 1)).data())[1], `from p = ${p}`);
const loss = crossEntropy(logits, [1]);
loss.backward();
console.log('crossEntropy:        ', await loss.item());

// 3. Its gradient is p − 1 at the right class and p at the others: what the network believes, less what is true.
console.log('gradient:            ', show(await logits.grad.data()));
const x = tensor([1, 2, 3], { shape: [1, 3], requiresGrad: true });
crossEntropy(x, [0]).backward();
console.log('p:                   ', show(await softmax(x.detach(), 1).data()));
console.log('gradient, class 0:   ', show(await x.grad.data()));

// 4. A few steps: logits alone, without a network, learn what they are told.
let z = tensor([0, 0, 0], { shape: [1, 3], requiresGrad: true });
for (let step = 0; step <= 40; step++) {
  const now = crossEntropy(z, [2]);
  now.backward();
  if (step % 20 === 0) console.log(`step ${step}: loss ${(await now.item()).toFixed(4)}`);
  const next = await z.detach().sub(z.grad).data();
  z = tensor(next, { shape: [1, 3], requiresGrad: true });
}
