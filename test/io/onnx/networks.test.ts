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
import { type ModelName, makeModel, modelNames, networks } from '../../../models/networks/index.js';
import { normNames, placesOf } from '../../../models/networks/norms.js';
import { everyDevice } from '../../devices.js';
import { normal } from '../../values.js';
import { ResNet, seasoned } from '../resnet.js';
import { agrees } from './runtime.js';

/** What each network takes, with a batch for its statistics, and a width that is quick. */
const given: Record<ModelName, { shape: Shape; width: number }> = {
  'cifar-cnn': { shape: [4, 3, 32, 32], width: 4 },
  mlp: { shape: [4, 1, 28, 28], width: 32 },
  'mnist-cnn': { shape: [4, 1, 28, 28], width: 6 },
};

const quiet = { log: () => {} };
const network = (model: ModelName, settings: Parameters<typeof makeModel>[1]) => {
  const { shape, width } = given[model];
  const random = createRandom('networks');
  return seasoned(makeModel(model, settings, { classes: 10, random, width, ...quiet }), shape);
};

for (const model of modelNames) {
  const normalized = placesOf(networks[model]).length > 0;
  for (const norm of normalized ? normNames : (['none'] as const)) {
    t.test(`${model} with ${norm}`, async (t) => {
      const settings = norm === 'ghost' ? { norm, virtualBatchSize: 2 } : { norm };
      await agrees(t, norm, network(model, settings), given[model].shape);
    });
  }
  if (!normalized) continue;
  t.test(`${model} with mixtures of every kind`, async (t) => {
    for (const posterior of ['joint', 'channel'] as const) {
      for (const [gradient, scale] of [
        ['unrolled', 'fisher'],
        ['detached', 'unit'],
      ] as const) {
        const settings = { norm: 'mn', posterior, gradient, scale, components: 2 } as const;
        await agrees(t, `${posterior}, ${gradient}, ${scale}`, network(model, settings), given[model].shape);
      }
      const shuffled = { norm: 'mn', posterior, shufflePosteriors: true, components: 2 } as const;
      await agrees(t, `${posterior}, shuffled`, network(model, shuffled), given[model].shape);
    }
  });
}

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
