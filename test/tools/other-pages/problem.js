// What every page trains: two small networks on made-up images, with the same weights everywhere.

/** Images of an update, classes, learning rate. */
export const [BATCH, CLASSES, LR] = [64, 10, 0.05];

/** Shapes of the weights, as PyTorch has them; each has a bias of its first size. `images` is an image's shape. */
export const networks = {
  // 784-512-256-10, ReLU between
  mlp: {
    image: [784],
    weights: [
      [512, 784],
      [256, 512],
      [CLASSES, 256],
    ],
  },
  // two convolutions 3×3 of stride 2, padding 1, with ReLU, and a linear layer
  convnet: {
    image: [3, 32, 32],
    weights: [
      [32, 3, 3, 3],
      [64, 32, 3, 3],
      [CLASSES, 64 * 8 * 8],
    ],
  },
};

export const product = (shape) => shape.reduce((a, b) => a * b, 1);

/** Numbers in [−1, 1), the same everywhere. */
function numbers(count, seed) {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Images, labels and weights of a network, uniform as PyTorch begins. */
export function problemOf(name) {
  const { image, weights } = networks[name];
  return {
    images: { shape: [BATCH, ...image], values: numbers(BATCH * product(image), 1) },
    labels: Int32Array.from({ length: BATCH }, (_, i) => i % CLASSES),
    weights: weights.map((shape, i) => ({
      shape,
      values: numbers(product(shape), i + 2).map((x) => x / Math.sqrt(product(shape.slice(1)))),
    })),
  };
}

/** Makes so many updates, and more until so many milliseconds are over; returns the loss before each and what it took. */
export async function time(step, least, milliseconds) {
  const [losses, ms] = [[], []];
  const start = performance.now();
  while (ms.length < least || performance.now() - start < milliseconds) {
    const before = performance.now();
    losses.push(await step());
    ms.push(performance.now() - before);
  }
  return { losses, ms };
}
