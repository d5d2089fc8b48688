// Layers: what they compute, how they start, what they reject.
import t from 'tap';
import {
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  createRandom,
  DeviceError,
  defaultRandom,
  ELU,
  elu,
  Flatten,
  GELU,
  gelu,
  Identity,
  LeakyReLU,
  Linear,
  leakyRelu,
  MaxPool2d,
  MixtureNorm1d,
  MixtureNorm2d,
  Module,
  manualSeed,
  OptionError,
  ReLU,
  Sequential,
  ShapeError,
  Sigmoid,
  SiLU,
  Softplus,
  sigmoid,
  silu,
  softplus,
  Tanh,
  tanh,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';

everyDevice('Linear is x·Wᵀ + b', async (t, device) => {
  const layer = new Linear(3, 2, { random: createRandom(0), device });
  layer.loadStateDict({
    weight: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    bias: { shape: [2], data: Float32Array.of(0.5, -0.5) },
  });
  const y = layer.forward(tensor([[1, 0, -1]], { device }));
  t.same([...(await y.data())], [-1.5, -2.5]);
});

t.test("weights and biases start uniform within PyTorch's bound 1/√fanIn", async (t) => {
  const random = createRandom('start');
  const conv = new Conv2d(8, 16, 5, { groups: 2, random });
  const linear = new Linear(100, 50, { random });
  for (const [layer, fanIn] of [
    [conv, 4 * 25],
    [linear, 100],
  ] as const) {
    const bound = 1 / Math.sqrt(fanIn);
    const values = Array.from(await layer.weight.data());
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    t.ok(largest <= bound && largest > 0.99 * bound, `largest ${largest} of ${bound}`);
    t.ok(Math.abs(variance / (bound * bound) - 1 / 3) < 0.03, `variance ${variance}`);
  }
});

t.test('the same seed gives the same weights, another seed others', async (t) => {
  const weights = async (seed: number) =>
    (await new Linear(4, 4, { random: createRandom(seed) }).weight.data()).join();
  t.equal(await weights(1), await weights(1));
  t.not(await weights(1), await weights(2));
});

t.test('layers say which input they expect', async (t) => {
  const linear = new Linear(3, 2, { random: createRandom(0) });
  t.throws(
    () => linear.forward(tensor([[1, 2]])),
    new ShapeError('Linear: x has shape [1, 2], expected a last axis of 3'),
  );
});

t.test(
  'without a generator layers draw from the process-wide one, which manualSeed starts again',
  async (t) => {
    const draw = async () => {
      const net = new Sequential(new Linear(2, 3), new Conv2d(1, 2, 3), new MixtureNorm1d(2));
      return JSON.stringify(await net.stateDict());
    };
    manualSeed(5);
    const first = await draw();
    t.not(await draw(), first, 'it goes on');
    manualSeed(5);
    t.equal(await draw(), first);
    const state = defaultRandom().state();
    const next = await draw();
    defaultRandom().load(state);
    t.equal(await draw(), next, 'its state can be read and set');
    manualSeed(5);
    const random = createRandom(5);
    t.same(await new Linear(2, 3).weight.data(), await new Linear(2, 3, { random }).weight.data());
  },
);

t.test(
  'loading the state of one mixture normalization leaves the process-wide generator alone',
  async (t) => {
    const [a, b] = [new MixtureNorm2d(1), new MixtureNorm2d(1)];
    const states = [await a.stateDict(), await b.stateDict()].map(({ random_state }) => random_state.data);
    t.notSame(states[0], states[1], 'each has its own');
    const before = defaultRandom().state();
    b.loadStateDict(await a.stateDict());
    t.same(defaultRandom().state(), before);
  },
);

t.test('options can be read from a layer', async (t) => {
  const conv = new Conv2d(4, 6, 3, { stride: [2, 1], padding: 1, groups: 2 });
  t.match(conv, { inChannels: 4, outChannels: 6, groups: 2 });
  const { kernelSize, stride, padding, dilation } = conv;
  t.same(
    { kernelSize, stride, padding, dilation },
    { kernelSize: [3, 3], stride: [2, 1], padding: [1, 1], dilation: [1, 1] },
  );
  const pool = new AvgPool2d([2, 3], { padding: 1 });
  t.same(
    [pool.kernelSize, pool.stride, pool.padding],
    [
      [2, 3],
      [2, 3],
      [1, 1],
    ],
  );
  t.same([pool.ceilMode, pool.countIncludePad], [false, true]);
  const bn = new BatchNorm2d(3, { eps: 0.5, momentum: 1, affine: false });
  t.same([bn.numFeatures, bn.eps, bn.momentum, bn.affine], [3, 0.5, 1, false]);
  const mn = new MixtureNorm2d(3, { components: 2, scale: 'unit', regCovar: 0.5 });
  t.same([mn.components, mn.scale, mn.regCovar, mn.posterior, mn.iterations], [2, 'unit', 0.5, 'joint', 2]);
});

t.test('a stride and a padding of a layer take part in what it computes', async (t) => {
  const x = tensor([[[[1, 2, 3, 4]]]]);
  t.same([...(await new MaxPool2d([1, 2], { stride: 1 }).forward(x).data())], [2, 3, 4]);
  t.same([...(await new AvgPool2d([1, 2]).forward(x).data())], [1.5, 3.5]);
  t.same(new Conv2d(1, 5, [1, 3], { padding: [0, 1], stride: [1, 3] }).forward(x).shape, [1, 5, 1, 2]);
});

t.test('constructors name the argument that does not fit', async (t) => {
  // As plain JavaScript calls them.
  const make = (Layer: unknown, ...args: unknown[]) =>
    new (Layer as new (...args: unknown[]) => object)(...args);
  const cases: [layer: unknown, args: unknown[], message: string][] = [
    [Linear, [], 'Linear: inFeatures is undefined, expected an integer of at least 1'],
    [Linear, [2, 0], 'Linear: outFeatures is 0, expected an integer of at least 1'],
    [Linear, [2, 1.5], 'Linear: outFeatures is 1.5, expected an integer of at least 1'],
    [Linear, ['2', 1], "Linear: inFeatures is '2', expected an integer of at least 1"],
    [Linear, [2, 1, false], 'Linear: its options are false, expected an object such as { name: value }'],
    [Linear, [2, 1, { bais: true }], "Linear: no option 'bais'; it has device, random, bias"],
    [Linear, [2, 1, { bias: 0 }], 'Linear: bias is 0, expected true or false'],
    [Linear, [2, 1, { random: 7 }], 'Linear: random is 7, expected a generator of createRandom()'],
    [Conv2d, [0, 1, 3], 'Conv2d: inChannels is 0, expected an integer of at least 1'],
    [Conv2d, [1, -1, 3], 'Conv2d: outChannels is -1, expected an integer of at least 1'],
    [Conv2d, [1, 1], 'Conv2d: kernelSize is undefined, expected an integer of at least 1, or a pair of them'],
    [Conv2d, [1, 1, [3]], 'Conv2d: kernelSize is [3], expected an integer of at least 1, or a pair of them'],
    [
      Conv2d,
      [1, 1, 3, { pad: 1 }],
      "Conv2d: no option 'pad'; it has device, random, stride, padding, dilation, groups, bias",
    ],
    [
      Conv2d,
      [1, 1, 3, { padding: -1 }],
      'Conv2d: padding is -1, expected an integer of at least 0, or a pair of them',
    ],
    [
      Conv2d,
      [4, 6, 3, { groups: 4 }],
      'Conv2d: groups is 4, expected a divisor of 4 inChannels and 6 outChannels',
    ],
    [MaxPool2d, [0], 'MaxPool2d: kernelSize is 0, expected an integer of at least 1, or a pair of them'],
    [MaxPool2d, [2, { strides: 1 }], "MaxPool2d: no option 'strides'; it has stride, padding, ceilMode"],
    [
      AvgPool2d,
      [2, { stride: 0 }],
      'AvgPool2d: stride is 0, expected an integer of at least 1, or a pair of them',
    ],
    [AvgPool2d, [2, { countIncludePad: 1 }], 'AvgPool2d: countIncludePad is 1, expected true or false'],
    [BatchNorm1d, [], 'BatchNorm1d: numFeatures is undefined, expected an integer of at least 1'],
    [BatchNorm2d, [3, { eps: -1 }], 'BatchNorm2d: eps is -1, expected a number of at least 0'],
    [
      BatchNorm2d,
      [3, { momentum: 2 }],
      'BatchNorm2d: momentum is 2, expected a number of at least 0 and at most 1',
    ],
    [BatchNorm2d, [3, { mean: 2 }], "BatchNorm2d: no option 'mean'; it has device, affine, eps, momentum"],
    [
      MixtureNorm2d,
      [3, { iterations: -1 }],
      'MixtureNorm2d: iterations is -1, expected an integer of at least 0',
    ],
    [MixtureNorm2d, [3, { scale: 'x' }], "MixtureNorm2d: scale is 'x', expected 'fisher' or 'unit'"],
    [
      MixtureNorm2d,
      [3, { minWeight: 1 }],
      'MixtureNorm2d: minWeight is 1, expected a number of at least 0 and below 1',
    ],
    [MixtureNorm2d, [3, { log: true }], 'MixtureNorm2d: log is true, expected a function'],
    [Sequential, [new ReLU(), 5], 'Sequential: module 1 is 5, expected a Module'],
    [Sequential, [[new ReLU()]], 'Sequential: module 0 is an array of 1, expected a Module'],
  ];
  for (const [layer, args, message] of cases) t.throws(() => make(layer, ...args), new OptionError(message));
  t.throws(
    () => make(Linear, 2, 1, { device: 'wasm' }),
    new DeviceError("Linear: device is 'wasm', expected an open device: await openDevice('wasm')"),
  );
});

t.test('a module without forward() is refused where one is needed', (t) => {
  // @ts-expect-error: plain JavaScript may forget it
  class Bare extends Module {}
  const bare = new Bare();
  t.throws(
    () => new Sequential(new ReLU(), bare),
    new OptionError('Sequential: module 1 is a Bare, expected a Module with a forward()'),
  );
  t.throws(
    () => bare.registerForwardHook(() => {}),
    new OptionError('registerForwardHook: Bare has no forward()'),
  );
  t.end();
});

t.test('layers say that an input is no tensor', async (t) => {
  const layers = [new Linear(1, 1), new ReLU(), new Flatten(), new BatchNorm1d(1), new MixtureNorm1d(1)];
  for (const layer of layers) {
    const message = `${layer.constructor.name}: x is [1], expected a tensor`;
    t.throws(() => layer.forward([1] as never), new OptionError(message));
  }
  t.throws(
    () => new Flatten().forward(tensor(1)),
    new ShapeError('Flatten: x has shape [], expected [N, …]'),
  );
  t.throws(
    () => new ReLU().train('no' as never),
    new OptionError("train: on is 'no', expected true or false"),
  );
});

everyDevice(
  'activation layers are their functions, with the options they were made with',
  async (t, device) => {
    const x = tensor([-3, -0.5, 0, 0.5, 3], { device });
    for (const [layer, expected, printed] of [
      [new Tanh(), tanh(x), 'Tanh()'],
      [new Sigmoid(), sigmoid(x), 'Sigmoid()'],
      [new SiLU(), silu(x), 'SiLU()'],
      [new LeakyReLU(), leakyRelu(x), 'LeakyReLU(negativeSlope=0.01)'],
      [
        new LeakyReLU({ negativeSlope: 0.3 }),
        leakyRelu(x, { negativeSlope: 0.3 }),
        'LeakyReLU(negativeSlope=0.3)',
      ],
      [new ELU({ alpha: 0.5 }), elu(x, { alpha: 0.5 }), 'ELU(alpha=0.5)'],
      [new GELU(), gelu(x), 'GELU(approximate=none)'],
      [new GELU({ approximate: 'tanh' }), gelu(x, { approximate: 'tanh' }), 'GELU(approximate=tanh)'],
      [
        new Softplus({ beta: 3, threshold: 2 }),
        softplus(x, { beta: 3, threshold: 2 }),
        'Softplus(beta=3, threshold=2)',
      ],
      [new Identity(), x, 'Identity()'],
    ] as const) {
      t.same(await layer.forward(x).data(), await expected.data(), printed);
      t.equal(`${layer}`, printed);
    }
  },
);
