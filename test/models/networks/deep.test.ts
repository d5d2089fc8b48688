// DenseNet, ResNet-20 and Inception-v3: names, starting values, gradients, and that they learn.
import t from 'tap';
import {
  createRandom,
  crossEntropy,
  Dropout,
  gradcheck,
  type Module,
  noGrad,
  SGD,
  type Tensor,
  tensor,
} from '../../../lib/index.js';
import { type ModelName, type ModelOptions, makeModel } from '../../../models/networks/index.js';
import type { NormSettings } from '../../../models/networks/norms.js';
import { normal } from '../../values.js';

const log = () => {};
const deep = ['densenet-40', 'densenet-100', 'densenet-bc-100', 'inception-v3', 'resnet-20'] as const;
const make = (name: ModelName, norms: NormSettings, options: Partial<ModelOptions> = {}) =>
  makeModel(name, norms, { classes: 10, random: createRandom(1), width: 4, log, ...options });
const keysOf = async (name: ModelName, options: Partial<ModelOptions> = {}) =>
  Object.keys(await make(name, { norm: 'bn' }, options).stateDict());
const imagesOf = (count: number, title = 'images'): Tensor => {
  const shape = [count, 3, 32, 32];
  return tensor(normal(shape, title), { shape });
};
/** The names without what a norm has beside its weight. */
const layersOf = (keys: string[]) =>
  keys.flatMap((key) => (key.endsWith('.weight') ? [key.replace('.weight', '')] : []));

t.test('a layer of DenseNet has a norm before each convolution', async (t) => {
  const layers = layersOf(await keysOf('densenet-40'));
  t.equal(
    layers.length,
    40 + 39,
    '39 convolutions, each with a norm before it but the first, a last norm, a classifier',
  );
  t.strictSame(layers.slice(0, 3), ['conv', 'block1.0.norm1', 'block1.0.conv1']);
  t.strictSame(layers.slice(-4), ['block3.11.norm1', 'block3.11.conv1', 'norm', 'linear']);
  t.ok(layers.includes('transition2.norm') && layers.includes('transition2.conv'));
  const short = layersOf(await keysOf('densenet-bc-100'));
  t.equal(short.length, 100 + 99);
  t.strictSame(
    short.filter((name) => name.startsWith('block2.3.')),
    ['norm1', 'conv1', 'norm2', 'conv2'].map((name) => `block2.3.${name}`),
  );
  t.equal(layersOf(await keysOf('densenet-100')).length, 100 + 99);
});

t.test(
  'ResNet-20 has 19 convolutions, each with a norm after it, and shortcuts without parameters',
  async (t) => {
    const layers = layersOf(await keysOf('resnet-20'));
    t.equal(layers.length, 2 * 19 + 1);
    t.strictSame(layers.slice(0, 4), ['conv1', 'norm1', 'layer1.0.conv1', 'layer1.0.norm1']);
    t.strictSame(layers.slice(-3), ['layer3.2.conv2', 'layer3.2.norm2', 'linear']);
  },
);

t.test('Inception-v3 has 94 convolutions, each with a norm after it', async (t) => {
  const layers = layersOf(await keysOf('inception-v3'));
  t.equal(layers.length, 2 * 94 + 1);
  t.strictSame(layers.slice(0, 2), ['stem.0.conv', 'stem.0.norm']);
  t.strictSame(layers.slice(-3), ['mixed7c.pooled.1.conv', 'mixed7c.pooled.1.norm', 'linear']);
});

t.test('only where no norm follows has a convolution a bias, and in DenseNet none has', async (t) => {
  for (const [name, biases] of [
    ['densenet-40', 0],
    ['densenet-bc-100', 0],
    ['resnet-20', 19],
    ['inception-v3', 94],
  ] as const) {
    const keys = Object.keys(await make(name, { norm: 'none' }).stateDict());
    t.equal(keys.filter((key) => key.endsWith('bias') && key !== 'linear.bias').length, biases, name);
  }
});

t.test('convolutions of DenseNet and ResNet start from N(0, 2 / (outChannels · size²))', async (t) => {
  for (const [name, key, outChannels] of [
    ['resnet-20', 'layer3.1.conv2.weight', 64],
    ['densenet-bc-100', 'block3.9.conv1.weight', 48],
  ] as const) {
    const { [key]: weight } = await make(name, { norm: 'bn' }, { width: undefined }).stateDict();
    const fanOut = outChannels * weight.shape[2] * weight.shape[3];
    const values = Array.from(weight.data as Float32Array);
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    t.ok(Math.abs((square * fanOut) / 2 - 1) < 0.05, `${name}: ${square} of ${values.length} values`);
    t.ok(
      values.filter((value) => value * value > 4 * square).length > 0.03 * values.length,
      'with normal tails',
    );
  }
});

t.test('the width is the first layer’s, and the others follow', async (t) => {
  const shapesOf = async (name: ModelName, width: number, keys: string[]) => {
    const state = await make(name, { norm: 'bn' }, { width }).stateDict();
    return keys.map((key) => state[key].shape.slice(0, 2));
  };
  t.strictSame(
    await shapesOf('densenet-40', 8, ['conv.weight', 'block1.1.conv1.weight', 'transition1.conv.weight']),
    [
      [8, 3],
      [6, 14],
      [80, 80],
    ],
  );
  t.strictSame(
    await shapesOf('densenet-bc-100', 8, [
      'block1.1.conv1.weight',
      'block1.1.conv2.weight',
      'transition1.conv.weight',
    ]),
    [
      [16, 12],
      [4, 16],
      [36, 72],
    ],
  );
  t.strictSame(
    await shapesOf('inception-v3', 8, [
      'stem.0.conv.weight',
      'mixed7c.branch1x1.conv.weight',
      'linear.weight',
    ]),
    [
      [8, 3],
      [80, 512],
      [10, 512],
    ],
  );
  t.strictSame(await shapesOf('resnet-20', 8, ['layer2.0.conv1.weight', 'linear.weight']), [
    [16, 8],
    [10, 32],
  ]);
});

for (const name of deep) {
  t.test(`${name} learns a batch, and the same seed the same way`, async (t) => {
    const losses = async (seed: number) => {
      const norms: NormSettings = {
        norm: 'mn',
        normAt: [name === 'inception-v3' ? 'stem' : name === 'resnet-20' ? 'norm1' : 'transition1'],
      };
      const network = make(name, norms, { random: createRandom(seed), dropout: 0, width: 3 });
      const optimizer = new SGD(network.parameters(), { lr: 0.05 });
      const [images, labels] = [imagesOf(4).keep(), Int32Array.from([0, 1, 2, 3])];
      const found: number[] = [];
      for (let step = 0; step < 3; step++) {
        const loss = crossEntropy(network.forward(images), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        found.push(await loss.item());
      }
      return found;
    };
    const first = await losses(1);
    t.ok(first[2] < first[1] && first[1] < first[0], String(first));
    t.strictSame(await losses(1), first);
    t.notSame(await losses(2), first);
  });
}

t.test('dropout is in training alone, where there is any', async (t) => {
  const x = imagesOf(2).keep();
  const twice = async (network: Module) => {
    const values = async () => [...(await noGrad(() => network.forward(x)).data())];
    return [await values(), await values()];
  };
  for (const [name, count] of [
    ['densenet-40', 3 * 12 + 2],
    ['densenet-bc-100', 3 * 16 + 2],
    ['inception-v3', 1],
  ] as const) {
    const network = make(name, { norm: 'none' }, { dropout: 0.5 });
    t.equal(network.namedModules().filter(([, module]) => module instanceof Dropout).length, count, name);
    const [first, second] = await twice(network);
    t.notSame(first, second);
    const [third, fourth] = await twice(network.eval());
    t.strictSame(third, fourth);
  }
  t.notOk(
    (await keysOf('densenet-40')).some((key) => key.includes('random_state')),
    'DenseNet has none by default',
  );
  const network = make('inception-v3', { norm: 'bn' });
  t.strictSame(
    network.namedModules().flatMap(([, module]) => (module instanceof Dropout ? [module.p] : [])),
    [0.5],
  );
});

t.test('ResNet-20’s shortcut takes every second pixel and adds zeros', async (t) => {
  const network = make('resnet-20', { norm: 'none' }, { width: 1 }).eval();
  const block = network.namedModules().find(([name]) => name === 'layer2.0')![1];
  const state = await block.stateDict();
  for (const { data } of Object.values(state)) (data as Float32Array).fill(0);
  block.loadStateDict(state);
  const x = tensor([...Array(16).keys()], { shape: [1, 1, 4, 4] });
  const y = (block as Module & { forward(x: Tensor): Tensor }).forward(x);
  t.strictSame(y.shape, [1, 2, 2, 2]);
  t.strictSame([...(await y.data())], [0, 2, 8, 10, 0, 0, 0, 0]);
});

for (const name of ['densenet-40', 'densenet-bc-100', 'inception-v3', 'resnet-20'] as const) {
  t.test(`${name} has the gradient that central differences have, along a direction of its images`, (t) => {
    const along = (e: Tensor): Tensor => {
      const network = make(name, { norm: 'bn' }, { width: 1, dropout: 0 });
      return network.forward(imagesOf(1).add(imagesOf(1, 'direction').mul(e)));
    };
    const [{ error, numeric }] = gradcheck(along, [[0]]);
    t.ok(error < 1e-6 && Math.abs(numeric) > 1e-4, `${numeric}, off by ${error}`);
    t.end();
  });
}
