// Whole networks as ONNX files: those of models/networks with every norm, and a residual one.

import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import t from 'tap';
import {
  BatchNorm2d,
  Conv2d,
  createRandom,
  exportOnnx,
  MixtureNorm2d,
  Sequential,
  type Shape,
  tensor,
} from '../../../lib/index.js';
import { type ModelName, makeModel, modelNames } from '../../../models/networks/index.js';
import { normNames } from '../../../models/networks/norms.js';
import { everyDevice } from '../../devices.js';
import { normal } from '../../values.js';
import { ResNet, seasoned } from '../resnet.js';
import { agrees } from './runtime.js';

/** What each network takes, with a batch for its statistics, and a width that is quick. */
const given: Record<ModelName, { shape: Shape; width: number }> = {
  'cifar-cnn': { shape: [4, 3, 32, 32], width: 4 },
  'densenet-40': { shape: [4, 3, 32, 32], width: 3 },
  'densenet-100': { shape: [2, 3, 32, 32], width: 2 },
  'densenet-bc-100': { shape: [2, 3, 32, 32], width: 3 },
  'inception-v3': { shape: [2, 3, 32, 32], width: 2 },
  'resnet-20': { shape: [4, 3, 32, 32], width: 3 },
  mlp: { shape: [4, 1, 28, 28], width: 32 },
  'mnist-cnn': { shape: [4, 1, 28, 28], width: 6 },
};

const quiet = { log: () => {} };
const network = (model: ModelName, settings: Parameters<typeof makeModel>[1]) => {
  const { shape, width } = given[model];
  const random = createRandom('networks');
  return seasoned(makeModel(model, settings, { classes: 10, random, width, ...quiet }), shape);
};

/** What is compared of each network: every norm in the CIFAR CNN, and in deeper ones BN, and MN in a group of places. */
const compared: Record<ModelName, Parameters<typeof makeModel>[1][]> = {
  'cifar-cnn': normNames.map((norm) => (norm === 'ghost' ? { norm, virtualBatchSize: 2 } : { norm })),
  'densenet-40': [{ norm: 'bn' }, { norm: 'mn', normAt: ['block2', 'norm'] }],
  'densenet-100': [{ norm: 'bn' }],
  'densenet-bc-100': [{ norm: 'mn', normAt: ['transition1', 'block3.15'] }],
  'inception-v3': [{ norm: 'mn', normAt: ['mixed5b', 'mixed7a.branch3x3'] }],
  'resnet-20': [{ norm: 'bn' }, { norm: 'mn', normAt: ['layer2'] }],
  mlp: [{ norm: 'none' }],
  'mnist-cnn': [{ norm: 'none' }],
};

for (const model of modelNames) {
  for (const settings of compared[model]) {
    const { norm, normAt } = settings;
    const title = `${model} with ${norm}${normAt ? ` at ${normAt.join(' and ')}` : ''}`;
    t.test(title, (t) => agrees(t, norm, network(model, settings), given[model].shape));
  }
}

t.test('the CIFAR CNN with mixtures of every kind', async (t) => {
  for (const posterior of ['joint', 'channel'] as const) {
    for (const [gradient, scale] of [
      ['unrolled', 'fisher'],
      ['detached', 'unit'],
    ] as const) {
      const settings = { norm: 'mn', posterior, gradient, scale, components: 2 } as const;
      const title = `${posterior}, ${gradient}, ${scale}`;
      await agrees(t, title, network('cifar-cnn', settings), given['cifar-cnn'].shape);
    }
    const shuffled = { norm: 'mn', posterior, shufflePosteriors: true, components: 2 } as const;
    await agrees(t, `${posterior}, shuffled`, network('cifar-cnn', shuffled), given['cifar-cnn'].shape);
  }
});

const image: Shape = [4, 3, 8, 8];

t.test('a residual network with BN, and with MN', async (t) => {
  await agrees(t, 'BN', seasoned(new ResNet(), image), image);
  await agrees(t, 'MN', seasoned(new ResNet((features) => new MixtureNorm2d(features, quiet)), image), image);
});

everyDevice('a network on the device', async (t, device) => {
  const net = seasoned(
    new Sequential(new Conv2d(3, 2, 3, { device }), new BatchNorm2d(2, { device })),
    image,
    device,
  );
  await agrees(t, device.name, net, image, (title, shape) => tensor(normal(shape, title), { shape, device }));
});

t.test('a file has the names of the state dictionary, and leaves the batch open', async (t) => {
  const net = seasoned(new ResNet(), image);
  const file = await exportOnnx(net, { input: image });
  const { graph, irVersion, opsetImport } = fromBinary(ModelProtoSchema, file);
  t.equal(irVersion, 8n);
  t.same(
    opsetImport.map(({ version }) => version),
    [17n],
  );
  const names = graph!.initializer.map(({ name }) => name);
  for (const [key, { shape }] of Object.entries(await net.stateDict())) {
    if (key.endsWith('num_batches_tracked')) continue;
    const found = graph!.initializer.find(({ name }) => name === key);
    t.same(found?.dims.map(Number), shape, `${key} among ${names}`);
  }
  for (const [value, sizes] of [
    [graph!.input[0], [3n, 8n, 8n]],
    [graph!.output[0], [5n]],
  ] as const) {
    const type = value.type!.value;
    const dims = type.case === 'tensorType' ? type.value.shape!.dim.map((dim) => dim.value.value) : [];
    t.same(dims, ['N', ...sizes], value.name);
  }
  t.ok(
    graph!.node.some(({ name }) => name === 'layer2.0.shortcut.0/Conv'),
    'nodes say which module they are of',
  );
  t.equal(net.training, true, 'the model trains on');
  t.equal(net.layer1.training, true);
});

t.test('mixture normalization is nine nodes', async (t) => {
  const net = seasoned(new MixtureNorm2d(3, quiet), image);
  const { graph } = fromBinary(ModelProtoSchema, await exportOnnx(net, { input: image }));
  t.same(
    graph!.node.map(({ opType }) => opType),
    'Mul Conv Conv Add Softmax Conv Conv Mul Add'.split(' '),
  );
  t.equal(graph!.node.length, 9);
});
