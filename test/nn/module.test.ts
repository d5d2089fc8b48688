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
    '1.0.weight', '1.0.bias', '1.0.running_mean', '1.0.running_var', '1.0.num_batches_tracked',
    '1.2.weight', '1.2.bias',
    '1.2.running_weights', '1.2.running_means', '1.2.running_variances', '1.2.num_batches_tracked', '1.2.random_state',
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

t.test('without strictness what fits is loaded, and the keys that differ are returned', async (t) => {
  const net = network();
  const before = await net.stateDict();
  const { '0.bias': taken, '1.2.random_state': own, ...rest } = await network('other').stateDict();
  const state = { ...rest, extra: taken, 'also.extra': own };
  t.same(net.loadStateDict(state, { strict: false }), {
    missingKeys: ['0.bias'],
    unexpectedKeys: ['extra', 'also.extra'],
  });
  const after = await net.stateDict();
  t.same(after['0.weight'], rest['0.weight']);
  t.same(after['0.bias'], before['0.bias'], 'what was missing stays');
  t.same(net.loadStateDict(after), { missingKeys: [], unexpectedKeys: [] }, 'nothing is missing');
  t.throws(
    () => net.loadStateDict({ '3.bias': { shape: [5], data: new Float32Array(5) } }, { strict: false }),
    new ShapeError('loadStateDict: 3.bias has shape [5], expected [2]'),
  );
  for (const [given, message] of [
    [{ strict: 'no' }, "loadStateDict: strict is 'no', expected true or false"],
    [{ srict: false }, "loadStateDict: no option 'srict'; it has strict"],
    [false, 'loadStateDict: its options are false, expected an object such as { name: value }'],
  ] as const) {
    t.throws(() => net.loadStateDict(after, given as never), new OptionError(message));
  }
});

t.test('what is no state dictionary is refused, a promise of one with what it lacks', async (t) => {
  const net = new Linear(2, 3, { random });
  for (const [state, message] of [
    [null, 'loadStateDict: state is null, expected a state dictionary'],
    [new Map(), 'loadStateDict: state is a Map, expected a state dictionary'],
    [net.stateDict(), 'loadStateDict: state is a Promise, expected a state dictionary; it lacks an await'],
  ] as const) {
    t.throws(() => net.loadStateDict(state as never, { strict: false }), new OptionError(message));
  }
});

t.test('counts are integers in a state dictionary, so that files have them as I64', async (t) => {
  const state = await network().stateDict();
  const counts = Object.keys(state).filter((key) => state[key].dtype === 'I64');
  t.same(counts, ['1.0.num_batches_tracked', '1.2.num_batches_tracked']);
});

t.test('a count that is none is refused, and then nothing changes', async (t) => {
  const net = new BatchNorm2d(2);
  const before = await net.stateDict();
  for (const value of [Number.NaN, -1, 0.5, Infinity]) {
    const state = await net.stateDict();
    state.num_batches_tracked.data[0] = value;
    state.weight.data[0] = 7;
    t.throws(
      () => net.loadStateDict(state),
      new OptionError(
        `loadStateDict: num_batches_tracked holds ${value}, expected a count, an integer of at least 0`,
      ),
    );
  }
  t.same(await net.stateDict(), before);
});
