// State of optimizers: a resumed run repeats the uninterrupted one bit for bit; what does not fit changes nothing.
import t from 'tap';
import {
  Adam,
  AdamW,
  type AdamWOptions,
  BatchNorm1d,
  createRandom,
  type Device,
  Linear,
  loadSafetensors,
  MixtureNorm1d,
  type Optimizer,
  type OptimizerState,
  OptionError,
  RMSprop,
  type RMSpropOptions,
  Sequential,
  SGD,
  type SGDOptions,
  ShapeError,
  saveSafetensors,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';

const sgdSettings: SGDOptions[] = [
  { lr: 0.1 },
  { lr: 0.1, momentum: 0.9, dampening: 0.5, weightDecay: 0.01 },
  { lr: 0.1, momentum: 0.9, nesterov: true },
];
const adamWSettings: AdamWOptions[] = [{ lr: 0.1 }, { lr: 0.1, betas: [0.5, 0.75], weightDecay: 0.2 }];
const rmspropSettings: RMSpropOptions[] = [
  { lr: 0.1 },
  { lr: 0.1, alpha: 0.5, momentum: 0.9, centered: true, weightDecay: 0.2 },
];
const makers: ((params: Tensor[]) => Optimizer)[] = [
  ...sgdSettings.map((options) => (params: Tensor[]) => new SGD(params, options)),
  ...adamWSettings.map((options) => (params: Tensor[]) => new AdamW(params, options)),
  ...adamWSettings.map((options) => (params: Tensor[]) => new Adam(params, options)),
  ...rmspropSettings.map((options) => (params: Tensor[]) => new RMSprop(params, options)),
];
/** An optimizer of the same kind with other options. */
const plain = (like: Optimizer, params: Tensor[]): Optimizer => {
  for (const Kind of [SGD, Adam, AdamW, RMSprop])
    if (like instanceof Kind) return new Kind(params, { lr: 5 });
  throw new Error('an optimizer without a kind');
};

/** Steps from `first` to before `last`. The second parameter takes part from step 2 on, the third never. */
function steps(optimizer: Optimizer, first: number, last: number, device: Device): void {
  for (let step = first; step < last; step++) {
    optimizer.params.forEach((param, i) => {
      if (i < 2 && step >= 2 * i) param.grad = tensor(normal([3], `${step} ${i}`), { device });
    });
    optimizer.step();
    optimizer.zeroGrad();
    optimizer.lr *= 0.5;
  }
}

const makeParams = (device: Device, seed = 'start') =>
  ['a', 'b', 'c'].map((name) => tensor(normal([3], seed + name), { device, requiresGrad: true }));
const valuesOf = (params: readonly Tensor[]) => Promise.all(params.map((param) => param.data()));

everyDevice('three steps, save, load and three steps are six steps, bit for bit', async (t, device) => {
  for (const make of makers) {
    const whole = make(makeParams(device));
    steps(whole, 0, 6, device);
    const first = make(makeParams(device));
    steps(first, 0, 3, device);
    const state = await first.stateDict();
    const params = (await valuesOf(first.params)).map((data) => tensor(data, { device, requiresGrad: true }));
    const resumed = plain(first, params);
    resumed.loadStateDict(state);
    steps(first, 3, 4, device);
    steps(resumed, 3, 6, device);
    t.same(await valuesOf(resumed.params), await valuesOf(whole.params));
    t.same(await resumed.stateDict(), await whole.stateDict());
  }
});

t.test('a state dictionary has the form of PyTorch', async (t) => {
  const [a, b] = [tensor([1, 2], { requiresGrad: true }), tensor([3], { requiresGrad: true })];
  const entry = (...data: number[]) => ({ shape: [data.length], data: Float32Array.from(data) });
  b.grad = tensor([2]);
  const sgd = new SGD([a, b], { lr: 0.5, momentum: 0.5 });
  const group = { lr: 0.5, momentum: 0.5, dampening: 0, weightDecay: 0, nesterov: false, params: [0, 1] };
  t.same(await sgd.stateDict(), { optimizer: 'SGD', state: {}, paramGroups: [group] });
  sgd.step();
  const state = { 1: { momentumBuffer: entry(2) } };
  t.same(await sgd.stateDict(), { optimizer: 'SGD', state, paramGroups: [group] });
  const adamW = new AdamW([a, b], { betas: [0.5, 0.75] });
  adamW.step();
  adamW.step();
  t.same(await adamW.stateDict(), {
    optimizer: 'AdamW',
    state: { 1: { step: 2, expAvg: entry(1.5), expAvgSq: entry(1.75) } },
    paramGroups: [{ lr: 1e-3, betas: [0.5, 0.75], eps: 1e-8, weightDecay: 0.01, params: [0, 1] }],
  });
});

t.test('a state dictionary is a copy', async (t) => {
  const w = tensor([1], { requiresGrad: true });
  w.grad = tensor([1]);
  const optimizer = new AdamW([w]);
  optimizer.step();
  const state = await optimizer.stateDict();
  (state.paramGroups[0].betas as number[])[0] = 0;
  const { expAvg } = state.state[0];
  if (typeof expAvg !== 'number') expAvg.data[0] = 7;
  t.same(optimizer.paramGroups[0].betas, [0.9, 0.999]);
  t.notSame((await optimizer.stateDict()).state, state.state);
});

t.test('options can be read, and the learning rate written', async (t) => {
  const w = tensor([1], { requiresGrad: true });
  const sgd = new SGD([w], { momentum: 0.5, weightDecay: 0.25, nesterov: true });
  t.match(sgd.paramGroups, [
    { lr: 1e-3, momentum: 0.5, dampening: 0, weightDecay: 0.25, nesterov: true, params: [w] },
  ]);
  t.match(new AdamW([w], { eps: 1 }).paramGroups, [
    { lr: 1e-3, betas: [0.9, 0.999], eps: 1, weightDecay: 0.01 },
  ]);
  sgd.lr = 2;
  t.equal(sgd.lr, 2);
  t.equal(sgd.paramGroups[0].lr, 2);
  const refused = () => {
    sgd.lr = Number.NaN;
  };
  t.throws(refused, new OptionError('SGD: lr is NaN, expected a number of at least 0'));
  t.equal(sgd.lr, 2);
});

t.test('a state that does not fit is refused by name, and changes nothing', async (t) => {
  const params = [tensor([1, 2], { requiresGrad: true }), tensor([3], { requiresGrad: true })];
  const optimizer = new AdamW(params, { lr: 0.5 });
  for (const param of params) param.grad = param.detach();
  optimizer.step();
  const before = await optimizer.stateDict();
  const { optimizer: name, state, paramGroups } = before;
  const [group] = paramGroups;
  const { lr, ...withoutRate } = group;
  const entry = (size: number) => ({ shape: [size], data: new Float32Array(size) });
  const slots = (change: object) => ({
    optimizer: name,
    paramGroups,
    state: { ...state, 1: { ...state[1], ...change } },
  });
  const cases: [unknown, Error][] = [
    [null, new OptionError('AdamW: the state is null, expected { optimizer, state, paramGroups }')],
    [{ state, paramGroups }, new OptionError("AdamW: optimizer of the state is undefined, expected 'AdamW'")],
    [
      { ...before, optimizer: 'Adam' },
      new OptionError("AdamW: optimizer of the state is 'Adam', expected 'AdamW'"),
    ],
    [
      { optimizer: name, paramGroups },
      new OptionError('AdamW: state is undefined, expected an object of entries by parameter'),
    ],
    [
      { optimizer: name, state },
      new OptionError('AdamW: paramGroups is undefined, expected an array of one group'),
    ],
    [
      { optimizer: name, state, paramGroups: [group, group] },
      new OptionError('AdamW: paramGroups is an array of 2, expected an array of one group'),
    ],
    [
      { optimizer: name, state, paramGroups: [7] },
      new OptionError('AdamW: paramGroups[0] is 7, expected an object'),
    ],
    [
      { optimizer: name, state, paramGroups: [{ ...group, params: [0] }] },
      new OptionError('AdamW: paramGroups[0].params is [0], expected 2 indices from 0 on'),
    ],
    [
      { optimizer: name, state, paramGroups: [withoutRate] },
      new OptionError(
        'AdamW: paramGroups[0] has betas, eps, weightDecay, expected lr, betas, eps, weightDecay',
      ),
    ],
    [
      { optimizer: name, state, paramGroups: [{ ...withoutRate, rate: 1 }] },
      new OptionError(
        'AdamW: paramGroups[0] has betas, eps, weightDecay, rate, expected lr, betas, eps, weightDecay',
      ),
    ],
    [
      { optimizer: name, state, paramGroups: [{ ...group, lr: -1 }] },
      new OptionError('AdamW: lr is -1, expected a number of at least 0'),
    ],
    [
      { optimizer: name, state: { ...state, 2: state[1] }, paramGroups },
      new OptionError('AdamW: state has an entry 2, expected one of 2 parameters'),
    ],
    [
      { optimizer: name, state: { 0: 5 }, paramGroups },
      new OptionError('AdamW: state[0] is 5, expected an object'),
    ],
    [
      { optimizer: name, state: { 0: { momentumBuffer: entry(2) } }, paramGroups },
      new OptionError('AdamW: state[0] has momentumBuffer, expected step, expAvg, expAvgSq'),
    ],
    [slots({ step: 0.5 }), new OptionError('AdamW: state[1].step is 0.5, expected an integer of at least 1')],
    [slots({ expAvg: entry(2) }), new ShapeError('AdamW: state[1].expAvg has shape [2], expected [1]')],
    [
      slots({ expAvgSq: 4 }),
      new OptionError(
        'AdamW: state[1].expAvgSq is 4, expected { shape, data } with data a Float32Array or Float64Array',
      ),
    ],
  ];
  for (const [given, error] of cases) {
    t.throws(() => optimizer.loadStateDict(given as OptimizerState), error);
    t.same(await optimizer.stateDict(), before);
  }
});

t.test('a network with mixture normalization resumes from files, bit for bit', async (t) => {
  const make = (seed: string) => {
    const random = createRandom(seed);
    const log = () => {};
    const network = new Sequential(
      new Linear(2, 4, { random }),
      new MixtureNorm1d(4, { components: 6, minWeight: 0.1, random, log }),
      new BatchNorm1d(4),
      new Linear(4, 1, { random }),
    );
    return { network, optimizer: new SGD(network.parameters(), { lr: 0.05, momentum: 0.9 }) };
  };
  const train = ({ network, optimizer }: ReturnType<typeof make>, first: number, last: number) => {
    for (let step = first; step < last; step++) {
      const y = network.forward(tensor(normal([16, 2], `batch ${step}`), { shape: [16, 2] }));
      optimizer.zeroGrad();
      sum(y.mul(y)).backward();
      optimizer.step();
    }
  };
  const [whole, half, resumed] = [make('run'), make('run'), make('another')];
  train(whole, 0, 6);
  train(half, 0, 3);
  const drawnOnce = (await half.network.stateDict())['1.random_state'].data;
  const bytes = saveSafetensors(await half.network.stateDict());
  resumed.network.loadStateDict(loadSafetensors(bytes).state);
  resumed.optimizer.loadStateDict(await half.optimizer.stateDict());
  train(resumed, 3, 6);
  t.same(await resumed.network.stateDict(), await whole.network.stateDict());
  t.notSame((await whole.network.stateDict())['1.random_state'].data, drawnOnce, 'draws took part');
});
