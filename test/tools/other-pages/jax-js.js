import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { BATCH, CLASSES, LR, problemOf, product, time } from './problem.js';

const steps = {};

export async function train(name, least, milliseconds) {
  await init('wasm');
  defaultDevice('wasm');
  steps[name] ??= begin(problemOf(name));
  return time(steps[name], least, milliseconds);
}

function layer(h, { w, b }) {
  const [outputs] = b.shape;
  if (w.shape.length === 4)
    return lax
      .conv(
        h,
        w,
        [2, 2],
        [
          [1, 1],
          [1, 1],
        ],
      )
      .add(b.reshape([1, outputs, 1, 1])); // prettier-ignore
  return np.dot(h.reshape([BATCH, product(h.shape.slice(1))]), w.transpose()).add(b);
}

function lossOf(layers, x, y) {
  const out = layers.reduce((h, own, i) => (i === 0 ? layer(h, own) : layer(nn.relu(h), own)), x);
  return nn
    .logSoftmax(out, -1)
    .mul(y)
    .sum()
    .mul(-1 / BATCH);
}

function begin({ images, labels, weights }) {
  const x = np.array(images.values).reshape(images.shape);
  const y = nn.oneHot(np.array(labels), CLASSES);
  let layers = weights.map(({ shape, values }) => ({
    w: np.array(values).reshape(shape),
    b: np.zeros([shape[0]]),
  }));
  const update = jit((layers, x, y) => {
    const [loss, gradients] = valueAndGrad(lossOf)(
      layers.map(({ w, b }) => ({ w: w.ref, b: b.ref })), // what a function is given it frees
      x,
      y,
    );
    const moved = layers.map(({ w, b }, i) => ({
      w: w.sub(gradients[i].w.mul(LR)),
      b: b.sub(gradients[i].b.mul(LR)),
    }));
    return [loss, moved];
  });
  return async () => {
    const [loss, moved] = update(layers, x.ref, y.ref);
    layers = moved;
    return loss.jsAsync();
  };
}
