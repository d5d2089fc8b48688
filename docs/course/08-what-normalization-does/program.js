// Three things that batch normalization does to gradients.
import { batchNorm, createRandom, matmul, openDevice, relu, setDevice, tensor } from 'mixgrad';

setDevice(await openDevice('reference'));
const random = createRandom(1);
const draw = (shape, scale = 1) => {
  const size = shape.reduce((a, b) => a * b);
  return tensor(
    Float64Array.from({ length: size }, () => scale * random.normal()),
    { shape, requiresGrad: true },
  );
};
const norm = (v) => Math.sqrt(v.reduce((sum, a) => sum + a * a, 0));
const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const bn = (x) => batchNorm(x, { training: true, eps: 0 });
const [N, C] = [32, 16];
const target = draw([N, 1]).detach();

// 1. Two directions of x make no difference, and the gradient has no part in them: a shift, and a scaling about the mean.
const x = draw([N, 1]);
const y = bn(x);
y.sub(target).mul(y.sub(target)).sum().backward();
const [gx, at] = [await x.grad.data(), await y.data()];
const ones = gx.map(() => 1);
console.log('along a shift:   ', (Math.abs(dot(gx, ones)) / norm(gx)).toFixed(10));
console.log('along a scaling: ', (Math.abs(dot(gx, at)) / norm(gx) / norm(at)).toFixed(10));

// 2. Weights before the layer: their length makes no difference either. A gradient at twice the length is half as long, and it
// stands at right angles to the weights, so that a step against it makes them longer.
const inputs = draw([N, C]).detach();
const first = draw([C, 1]);
console.log('|w|   |gradient|   cosine with w');
for (const scale of [1, 2, 4, 8]) {
  const w = tensor(
    (await first.data()).map((v) => scale * v),
    { shape: [C, 1], requiresGrad: true },
  );
  const out = bn(matmul(inputs, w));
  out.sub(target).mul(out.sub(target)).mean().backward();
  const [value, gradient] = [await w.data(), await w.grad.data()];
  const cosine = Math.abs(dot(value, gradient)) / norm(value) / norm(gradient);
  console.log([norm(value), norm(gradient)].map((v) => v.toFixed(3)).join('   '), '  ', cosine.toFixed(3));
}

// 3. Depth: how long is the gradient of the first layer's weights beside the last one's, with weights that are a little too small?
for (const [name, layer] of [
  ['without', (h) => h],
  ['with', bn],
]) {
  const weights = Array.from({ length: 20 }, () => draw([C, C], 0.7 * Math.sqrt(2 / C)));
  let h = inputs;
  for (const w of weights) h = relu(layer(matmul(h, w)));
  h.mul(h).mean().backward();
  const lengths = [];
  for (const w of weights) lengths.push(norm(await w.grad.data()));
  const shown = [0, 4, 9, 14, 19].map((i) => lengths[i].toExponential(1));
  console.log(`20 layers ${name} it, gradients of 1, 5, 10, 15, 20: ${shown.join('  ')}`);
}
