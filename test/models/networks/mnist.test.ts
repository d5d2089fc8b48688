// The networks of MNIST's images: their layers and how many parameters they have.
import t from 'tap';
import { createRandom } from '../../../lib/index.js';
import { type ModelName, makeModel, modelNames, modelsOf } from '../../../models/networks/index.js';

const shapesOf = async (name: ModelName, options = {}) => {
  const network = makeModel(name, { norm: 'none' }, { classes: 10, random: createRandom(1), ...options });
  const state = Object.entries(await network.stateDict());
  return Object.fromEntries(state.map(([key, { shape }]) => [key, shape]));
};
const count = (shapes: Record<string, readonly number[]>) =>
  Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((size, n) => size * n, 1), 0);

t.test('the MLP is 784-256-128-10 and has 235,146 parameters', async (t) => {
  const shapes = await shapesOf('mlp');
  t.strictSame(shapes, {
    'linear1.weight': [256, 784],
    'linear1.bias': [256],
    'linear2.weight': [128, 256],
    'linear2.bias': [128],
    'linear3.weight': [10, 128],
    'linear3.bias': [10],
  });
  t.equal(count(shapes), 235146);
});

t.test('the convolutional network has 24 and 32 channels, 128 features and 111,386 parameters', async (t) => {
  const shapes = await shapesOf('mnist-cnn');
  t.strictSame(shapes, {
    'conv1.weight': [24, 1, 5, 5],
    'conv1.bias': [24],
    'conv2.weight': [32, 24, 3, 3],
    'conv2.bias': [32],
    'linear1.weight': [128, 800],
    'linear1.bias': [128],
    'linear2.weight': [10, 128],
    'linear2.bias': [10],
  });
  t.equal(count(shapes), 111386);
});

t.test('networks are found by the shape of their images', (t) => {
  t.strictSame(modelsOf([1, 28, 28]), ['mlp', 'mnist-cnn']);
  const ofCifar = modelNames.filter((name) => !['mlp', 'mnist-cnn'].includes(name));
  t.strictSame(modelsOf([3, 32, 32]), ofCifar);
  t.strictSame(modelsOf([1, 32, 32]), []);
  t.end();
});
