// Every option outside operators (test/ops/bad-input.test.ts has theirs): which of the values that may come are taken.
import t from 'tap';
import {
  AdamW,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  createRandom,
  defineOp,
  ELU,
  elementwise,
  emFit,
  full,
  GELU,
  gradcheck,
  init,
  kernel,
  LeakyReLU,
  Linear,
  MaxPool2d,
  MixgradError,
  MixtureNorm2d,
  openDevice,
  ReLU,
  SGD,
  Softplus,
  tensor,
} from '../lib/index.js';

const values: Record<string, unknown> = {
  '-1': -1,
  '0': 0,
  '0.5': 0.5,
  '2': 2,
  big: 1e308,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "'0.1'": '0.1',
  "''": '',
  null: null,
  true: true,
  '1n': 1n,
  symbol: Symbol('s'),
  '[]': [],
  '{}': {},
  fn: () => 1,
};

// What an option of some kind takes, of those above.
const count = '2';
const whole = '0 2';
const size = '0 0.5 2 big';
const any = '-1 0 0.5 2 big';
const share = '0 0.5';
const switched = 'true';
const nothing = '';
const orNull = 'null';
const place = { device: orNull, random: orNull };

const x = () => tensor([1, 2], { requiresGrad: true });
const mixture = () => ({ weights: tensor([1]), means: tensor([[0]]), variances: tensor([[1]]) });
const vjp = { x: null };
function one() {
  return 1;
}

type Given = Record<string, never>;
/** A call, options it accepts, and what else each of them takes. */
type Line = [call: (options: Given) => unknown, good: object, takes: Record<string, string>];

const lines: Record<string, Line> = {
  SGD: [
    (o) => new SGD([x()], o),
    {},
    { lr: size, momentum: size, dampening: size, weightDecay: size, nesterov: nothing },
  ],
  'SGD with nesterov': [
    (o) => new SGD([x()], o),
    { momentum: 0.5, nesterov: true },
    { momentum: '0.5 2 big', dampening: '0', nesterov: switched },
  ],
  'SGD.lr': [({ lr }) => Object.assign(new SGD([x()]), { lr }), { lr: 1 }, { lr: size }],
  AdamW: [(o) => new AdamW([x()], o), {}, { lr: size, betas: nothing, eps: size, weightDecay: size }],
  Linear: [(o) => new Linear(2, 2, o), {}, { bias: switched, ...place }],
  'the sizes of Linear': [({ a, b }) => new Linear(a, b), { a: 2, b: 2 }, { a: count, b: count }],
  Conv2d: [
    (o) => new Conv2d(2, 2, 3, o),
    {},
    { stride: count, padding: whole, dilation: count, groups: count, bias: switched, ...place },
  ],
  'the sizes of Conv2d': [
    ({ a, b, k }) => new Conv2d(a, b, k),
    { a: 2, b: 2, k: 2 },
    { a: count, b: count, k: count },
  ],
  MaxPool2d: [(o) => new MaxPool2d(2, o), {}, { stride: '2 null', padding: whole, ceilMode: switched }],
  AvgPool2d: [
    (o) => new AvgPool2d(2, o),
    {},
    { stride: '2 null', padding: whole, ceilMode: switched, countIncludePad: switched },
  ],
  BatchNorm2d: [
    (o) => new BatchNorm2d(2, o),
    {},
    { eps: size, momentum: `${share} null`, affine: switched, device: orNull },
  ],
  'the features of BatchNorm2d': [({ n }) => new BatchNorm2d(n), { n: 2 }, { n: count }],
  MixtureNorm2d: [
    (o) => new MixtureNorm2d(2, o),
    {},
    {
      ...{ components: count, iterations: whole, initIterations: whole, momentum: share },
      ...{ posterior: nothing, gradient: nothing, scale: nothing, eps: size, regCovar: size, minWeight: '0' },
      ...{ affine: switched, log: 'null fn', ...place },
    },
  ],
  LeakyReLU: [(o) => new LeakyReLU(o), {}, { negativeSlope: any }],
  ELU: [(o) => new ELU(o), {}, { alpha: any }],
  GELU: [(o) => new GELU(o), {}, { approximate: nothing }],
  Softplus: [(o) => new Softplus(o), {}, { beta: '0.5 2 big', threshold: any }],
  emFit: [
    (o) => emFit(tensor([[1], [2]]), { init: mixture(), ...o }),
    {},
    { init: nothing, iterations: whole, posterior: nothing, regCovar: size, minWeight: share },
  ],
  tensor: [(o) => tensor([1, 2], o), {}, { shape: orNull, device: orNull, requiresGrad: switched }],
  full: [
    ({ value, ...o }) => full([1], value, o),
    { value: 1 },
    { value: `${any} NaN Infinity`, device: orNull },
  ],
  'init.uniform': [
    (o) => init.uniform([1], o),
    { low: -1, high: 2 },
    { low: '-1 0 0.5 2', high: any, ...place },
  ],
  'init.normal': [(o) => init.normal([1], o), {}, { mean: any, std: size, ...place }],
  'init.kaimingUniform': [(o) => init.kaimingUniform([1, 2], o), {}, { a: any, ...place }],
  gradcheck: [
    (o) => gradcheck((a) => a, [[1]], o),
    { tolerance: 10 },
    { step: '0.5 2 big', tolerance: '0.5 2 big', seed: '-1 0 2' },
  ],
  backward: [
    (o) => x().sum().backward(o),
    {},
    { gradient: orNull, retainGraph: 'null true', createGraph: switched },
  ],
  'Tensor.requiresGrad': [(o) => Object.assign(x(), o), { requiresGrad: true }, { requiresGrad: switched }],
  'Tensor.grad': [(o) => Object.assign(x(), o), { grad: null }, { grad: orNull }],
  train: [({ on }) => new ReLU().train(on), { on: true }, { on: switched }],
  loadStateDict: [(o) => new ReLU().loadStateDict({}, o), {}, { strict: switched }],
  createRandom: [({ seed }) => createRandom(seed), { seed: 1 }, { seed: `${any} '0.1' ''` }],
  'Random.integer': [({ n }) => createRandom(1).integer(n), { n: 1 }, { n: count }],
  'Random.permutation': [({ n }) => createRandom(1).permutation(n), { n: 1 }, { n: whole }],
  kernel: [
    ({ name, body, plan }) => kernel(name, body, plan),
    { name: 'k', body: one, plan: elementwise },
    { name: "'0.1'", body: nothing, plan: 'fn' },
  ],
  defineOp: [
    ({ name, ...o }) => defineOp(name, o as never),
    { name: 'o', forward: x, vjp },
    { name: "'0.1'", forward: 'fn', vjp: nothing, shared: 'fn' },
  ],
  wasm: [
    (o) => openDevice('wasm', o),
    { threads: 1 },
    { threads: count, relaxed: switched, convolution: nothing },
  ],
  'the name of a device': [({ name }) => openDevice(name), { name: 'reference' }, { name: nothing }],
  'the options of the reference': [({ o }) => openDevice('reference', o), { o: {} }, { o: 'null {}' }],
};

/** Whether a call returns; what it throws must be ours. */
async function takes(call: Line[0], options: object): Promise<boolean> {
  try {
    const result = await call(options as Given);
    (result as { close?: () => void } | undefined)?.close?.();
    return true;
  } catch (error) {
    if (error instanceof MixgradError) return false;
    throw error;
  }
}

for (const [name, [call, good, expected]] of Object.entries(lines)) {
  t.test(`${name} takes of each option what it can use`, async (t) => {
    t.ok(await takes(call, good), 'the call that others are made of');
    for (const [option, words] of Object.entries(expected)) {
      const taken: string[] = [];
      for (const [word, value] of Object.entries(values)) {
        if (await takes(call, { ...good, [option]: value })) taken.push(word);
      }
      t.same(taken.sort(), words.split(' ').filter(Boolean).sort(), option);
    }
  });
}
