import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { BATCH, CLASSES, LR, problemOf, product, time } from './problem.js';

const steps = {};

export async function train(name, least, milliseconds) {
  setWasmPaths('./');
  // its wasm backend has no gradient of a convolution's weights
  await tf.setBackend(name === 'convnet' ? 'cpu' : 'wasm');
  await tf.ready();
  steps[name] ??= begin(problemOf(name));
  return time(steps[name], least, milliseconds);
}

/** Images and convolutions have their channels last. */
function begin({ images, labels, weights }) {
  const x = tf.tensor(images.values, images.shape);
  const last = images.shape.length === 4 ? tf.transpose(x, [0, 2, 3, 1]) : x;
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES);
  const layers = weights.map(({ shape, values }) => {
    const w = tf.tensor(values, shape);
    const own = shape.length === 4 ? tf.transpose(w, [2, 3, 1, 0]) : w;
    return { w: tf.variable(own), b: tf.variable(tf.zeros([shape[0]])) };
  });
  const optimizer = tf.train.sgd(LR);
  const layer = (h, { w, b }) => {
    if (w.shape.length === 4)
      return tf.add(
        tf.conv2d(h, w, 2, [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]),
        b,
      ); // prettier-ignore
    const first = h.shape.length === 4 ? tf.transpose(h, [0, 3, 1, 2]) : h;
    return tf.add(tf.matMul(tf.reshape(first, [BATCH, product(h.shape.slice(1))]), w, false, true), b);
  };
  return async () => {
    const loss = optimizer.minimize(() => {
      const out = layers.reduce((h, own, i) => (i === 0 ? layer(h, own) : layer(tf.relu(h), own)), last);
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(out), y), -1)));
    }, true);
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
}
