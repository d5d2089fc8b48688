import {
  add,
  conv2d,
  crossEntropy,
  matmul,
  openDevice,
  relu,
  reshape,
  SGD,
  setDevice,
  tensor,
  transpose,
} from 'mixgrad';
import { BATCH, LR, problemOf, product, time } from './problem.js';

const steps = {};

export async function train(name, least, milliseconds) {
  setDevice(await openDevice('wasm'));
  steps[name] ??= begin(problemOf(name));
  return time(steps[name], least, milliseconds);
}

function begin({ images, labels, weights }) {
  const x = tensor(images.values, { shape: images.shape });
  const y = tensor(labels);
  const leaf = (values, shape) => tensor(values, { shape, requiresGrad: true });
  const layers = weights.map(({ shape, values }) => ({
    w: leaf(values, shape),
    b: leaf(new Float32Array(shape[0]), [shape[0]]),
  }));
  const optimizer = new SGD(
    layers.flatMap(({ w, b }) => [w, b]),
    { lr: LR },
  );
  const layer = (h, { w, b }) => {
    if (w.shape.length === 4) return conv2d(h, w, b, { stride: 2, padding: 1 });
    return add(matmul(reshape(h, [BATCH, product(h.shape.slice(1))]), transpose(w, 0, 1)), b);
  };
  return async () => {
    const out = layers.reduce((h, own, i) => (i === 0 ? layer(h, own) : layer(relu(h), own)), x);
    const loss = crossEntropy(out, y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}
