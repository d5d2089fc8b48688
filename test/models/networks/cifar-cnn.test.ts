// The CIFAR CNN: shapes, names, and where its norms stand.
import t from 'tap';
import { BatchNorm2d, createRandom, MixtureNorm2d, noGrad, OptionError, tensor } from '../../../lib/index.js';
import { CifarCnn, type CifarCnnOptions } from '../../../models/networks/cifar-cnn.js';

const make = (options: Partial<CifarCnnOptions> = {}) =>
  new CifarCnn({ classes: 10, norm: 'bn', random: createRandom(1), ...options });

t.test('images become one logit for each class', (t) => {
  const network = make({ classes: 7 }).eval();
  const images = tensor(new Float32Array(2 * 3 * 32 * 32).fill(0.5), { shape: [2, 3, 32, 32] });
  t.strictSame(noGrad(() => network.forward(images)).shape, [2, 7]);
  t.end();
});

t.test('state is named by layer, and a convolution has a bias only where no norm follows', async (t) => {
  const bn = Object.keys(await make().stateDict());
  for (const key of [
    'conv1.weight',
    'norm1.weight',
    'norm1.running_mean',
    'norm4.running_var',
    'linear.bias',
  ]) {
    t.ok(bn.includes(key), key);
  }
  t.notOk(bn.includes('conv1.bias'));
  const none = Object.keys(await make({ norm: 'none' }).stateDict());
  t.ok(none.includes('conv4.bias'));
  t.notOk(none.some((key) => key.startsWith('norm')));
});

t.test('normAt places mixture normalization there and batch normalization elsewhere', (t) => {
  const { norm1, norm2, norm3, norm4 } = make({ norm: 'mn', normAt: ['conv2', 'conv4'] });
  t.strictSame(
    [norm1, norm2, norm3, norm4].map((norm) => norm.constructor),
    [BatchNorm2d, MixtureNorm2d, BatchNorm2d, MixtureNorm2d],
  );
  t.end();
});

t.test('normAt is refused at unknown places and without mixture normalization', (t) => {
  t.throws(() => make({ norm: 'mn', normAt: ['conv5'] }), OptionError);
  t.throws(() => make({ norm: 'mn', normAt: ['conv5'] }), { message: /'conv5'.*conv1, conv2, conv3, conv4/ });
  t.throws(() => make({ norm: 'bn', normAt: ['conv1'] }), { message: /norm is 'bn'/ });
  t.end();
});

t.test('the same weights are drawn whatever the norm', async (t) => {
  const [bn, mn] = [await make().stateDict(), await make({ norm: 'mn' }).stateDict()];
  for (const key of ['conv1.weight', 'conv4.weight', 'linear.weight'])
    t.strictSame(bn[key].data, mn[key].data);
});
