// The CIFAR CNN: its layers, their names and sizes.
import t from 'tap';
import { createRandom } from '../../../lib/index.js';
import { type ModelOptions, makeModel } from '../../../models/networks/index.js';
import type { NormName } from '../../../models/networks/norms.js';

const stateOf = (norm: NormName, options: Partial<ModelOptions> = {}) =>
  makeModel('cifar-cnn', { norm }, { classes: 10, random: createRandom(1), ...options }).stateDict();

t.test('state is named by layer, in the order of the layers', async (t) => {
  const keys = Object.keys(await stateOf('bn'));
  const ofNorm = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];
  t.strictSame(
    new Set(keys),
    new Set([
      ...[1, 2, 3, 4].flatMap((n) => [`conv${n}.weight`, ...ofNorm.map((key) => `norm${n}.${key}`)]),
      'linear.weight',
      'linear.bias',
    ]),
  );
  t.strictSame(
    keys.filter((key) => key.endsWith('.weight')),
    [1, 2, 3, 4].flatMap((n) => [`conv${n}.weight`, `norm${n}.weight`]).concat('linear.weight'),
  );
});

t.test('a convolution has a bias only where no norm follows', async (t) => {
  const keys = Object.keys(await stateOf('none'));
  t.strictSame(
    keys,
    ['conv1', 'conv2', 'conv3', 'conv4', 'linear'].flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]),
  );
});

t.test('the channels follow the width, which is 64 by default', async (t) => {
  const shapesOf = async (options: Partial<ModelOptions>) =>
    Object.entries(await stateOf('bn', options))
      .filter(([key]) => /^(conv\d|linear)\.weight$/.test(key))
      .map(([, { shape }]) => shape);
  t.strictSame(await shapesOf({}), [
    [64, 3, 5, 5],
    [128, 64, 5, 5],
    [128, 128, 5, 5],
    [256, 128, 5, 5],
    [10, 256],
  ]);
  t.strictSame(await shapesOf({ width: 2, classes: 7 }), [
    [2, 3, 5, 5],
    [4, 2, 5, 5],
    [4, 4, 5, 5],
    [8, 4, 5, 5],
    [7, 8],
  ]);
});
