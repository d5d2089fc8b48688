// Modules: names, modes, state dictionaries.
import t from 'tap';
import {
  BatchNorm2d,
  Conv2d,
  createRandom,
  Flatten,
  Linear,
  MixtureNorm2d,
  Module,
  OptionError,
  ReLU,
  Sequential,
  ShapeError,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { normal } from '../values.js';

const random = createRandom('modules');
const network = (seed = 'network') => {
  const draws = createRandom(seed);
  return new Sequential(
    new Conv2d(3, 4, 3, { padding: 1, random: draws }),
    new Sequential(new BatchNorm2d(4), new ReLU(), new MixtureNorm2d(4, { random: draws })),
    new Flatten(),
    new Linear(4 * 5 * 5, 2, { random: draws }),
  );
};
const images = (seed: string) => tensor(normal([6, 3, 5, 5], seed), { shape: [6, 3, 5, 5] });

t.test("state dictionaries have PyTorch's key names", async (t) => {
  // biome-ignore format: one layer a line
  const expected = [
    '0.weight', '0.bias',
    '1.0.weight', '1.0.bias', '1.0.num_batches_tracked', '1.0.running_mean', '1.0.running_var',
    '1.2.weight', '1.2.bias', '1.2.num_batches_tracked',
    '1.2.running_weights', '1.2.running_means', '1.2.running_variances', '1.2.random_state',
    '3.weight', '3.bias',
  ];
  t.same(Object.keys(await network().stateDict()), expected);
});

t.test('parameters are what requires a gradient, buffers what does not', async (t) => {
  const names = network().namedParameters();
  t.ok(names.every(([, p]) => p.requiresGrad));
  t.same(
    names.map(([name]) => name),
    ['0.weight', '0.bias', '1.0.weight', '1.0.bias', '1.2.weight', '1.2.bias', '3.weight', '3.bias'],
  );
  t.same(
    network()
      .namedBuffers()
      .map(([name]) => name.split('.').pop())
      .includes('runningMean'),
    true,
  );
});

t.test('train() and eval() reach every module of the tree', async (t) => {
  const net = network().eval();
  t.notOk(net.namedModules().some(([, module]) => module.training));
  t.ok(
    net
      .train()
      .namedModules()
      .every(([, module]) => module.training),
  );
});

t.test(
  'a loaded network computes what the saved one did, in evaluation and in the next training step',
  async (t) => {
    const [saved, loaded] = [network('saved'), network('other')];
    saved.forward(images('first batch'));
    loaded.loadStateDict(await saved.stateDict());
    for (const mode of [true, false]) {
      const [a, b] = [saved, loaded].map((net) => net.train(mode).forward(images('second batch')));
      t.same(await b.data(), await a.data(), mode ? 'training' : 'evaluation');
    }
  },
);

t.test(
  'a module under a camelCase property keeps its name in the state, and its mixture when loaded',
  async (t) => {
    class Net extends Module {
      readonly firstNorm = new MixtureNorm2d(3, { random: createRandom('norm') });
      forward(x: Tensor): Tensor {
        return this.firstNorm.forward(x);
      }
    }
    const [saved, loaded] = [new Net(), new Net()];
    saved.forward(images('first batch'));
    const state = await saved.stateDict();
    t.ok('firstNorm.running_means' in state, Object.keys(state).join());
    loaded.loadStateDict(state);
    const [a, b] = [saved, loaded].map((net) => net.forward(images('second batch')));
    t.same(await b.data(), await a.data());
  },
);

t.test(
  'loadStateDict names missing, unexpected and misshapen entries and then changes nothing',
  async (t) => {
    const net = new Linear(2, 3, { random });
    const before = await net.stateDict();
    const { weight, ...rest } = before;
    t.throws(
      () => net.loadStateDict({ ...rest, extra: weight }),
      new OptionError('loadStateDict: missing keys: weight; unexpected keys: extra'),
    );
    t.throws(
      () => net.loadStateDict({ weight: { shape: [3, 2], data: new Float32Array(6) }, bias: weight }),
      new ShapeError('loadStateDict: bias has shape [3, 2], expected [3]'),
    );
    t.throws(
      () => net.loadStateDict({ ...before, bias: { shape: [3], data: new Float32Array(2) } }),
      new ShapeError('loadStateDict: bias has 2 values, expected 3'),
    );
    t.same(await net.stateDict(), before);
  },
);
