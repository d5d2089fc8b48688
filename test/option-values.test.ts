// Every option outside operators (test/ops/bad-input.test.ts has theirs): which of the values that may come are taken.
import t from 'tap';
import {
  Adam,
  AdamW,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  CosineAnnealingLR,
  clipGradNorm,
  clipGradValue,
  createRandom,
  Dropout,
  defineOp,
  ELU,
  elementwise,
  emFit,
  full,
  GELU,
  GhostBatchNorm2d,
  GroupNorm,
  grad,
  gradcheck,
  gradgradcheck,
  InstanceNorm2d,
  init,
  kernel,
  LayerNorm,
  LeakyReLU,
  Linear,
  LinearLR,
  MaxPool2d,
  MixgradError,
  MixtureNorm2d,
  ModeNorm2d,
  MultiStepLR,
  OneCycleLR,
  openDevice,
  ReLU,
  RMSprop,
  SGD,
  Softmax,
  Softplus,
  StepLR,
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
const sgd = () => new SGD([x()]);
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
  Adam: [(o) => new Adam([x()], o), {}, { lr: size, betas: nothing, eps: size, weightDecay: size }],
  AdamW: [(o) => new AdamW([x()], o), {}, { lr: size, betas: nothing, eps: size, weightDecay: size }],
  'a group of AdamW': [
    (o) => new AdamW([{ params: [x()], ...o }]),
    {},
    { lr: size, betas: nothing, eps: size, weightDecay: size },
  ],
  RMSprop: [
    (o) => new RMSprop([x()], o),
    {},
    { lr: size, alpha: share, eps: size, weightDecay: size, momentum: size, centered: switched },
  ],
  clipGradNorm: [
    ({ max, ...o }) => clipGradNorm([x()], max, o),
    { max: 1 },
    { max: size, normType: '0.5 2 big Infinity', errorIfNonfinite: switched },
  ],
  clipGradValue: [({ limit }) => clipGradValue([x()], limit), { limit: 1 }, { limit: size }],
  StepLR: [(o) => new StepLR(sgd(), o as never), { stepSize: 3 }, { stepSize: count, gamma: size }],
  MultiStepLR: [
    (o) => new MultiStepLR(sgd(), o as never),
    { milestones: [3] },
    { milestones: '[]', gamma: size },
  ],
  CosineAnnealingLR: [
    (o) => new CosineAnnealingLR(sgd(), o as never),
    { tMax: 3 },
    { tMax: count, etaMin: size },
  ],
  LinearLR: [(o) => new LinearLR(sgd(), o), {}, { startFactor: '0.5', endFactor: share, totalIters: count }],
  OneCycleLR: [
    (o) => new OneCycleLR(sgd(), o as never),
    { maxLr: 0.5, totalSteps: 3 },
    {
      maxLr: '0.5 2 big',
      totalSteps: count,
      pctStart: share,
      divFactor: '0.5 2 big',
      finalDivFactor: '0.5 2 big',
    },
  ],
  Linear: [(o) => new Linear(2, 2, o), {}, { bias: switched, ...place }],
  'the sizes of Linear': [({ a, b }) => new Linear(a, b), { a: 2, b: 2 }, { a: count, b: count }],
  Conv2d: [
    (o) => new Conv2d(2, 2, 3, o),
    {},
    { stride: count, padding: whole, dilation: count, groups: count, bias: switched, ...place },
  ],
  ConvTranspose2d: [
    (o) => new ConvTranspose2d(2, 2, 3, o),
    {},
    {
      ...{ stride: count, padding: whole, dilation: count, groups: count, bias: switched, ...place },
      outputPadding: whole,
    },
  ],
  Dropout: [(o) => new Dropout(o), {}, { p: share, random: orNull }],
  'the axis of Softmax': [({ axis }) => new Softmax(axis), { axis: 1 }, { axis: '-1 0 2' }],
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
  GhostBatchNorm2d: [
    (o) => new GhostBatchNorm2d(2, o as never),
    { virtualBatchSize: 2 },
    { virtualBatchSize: count, eps: size, momentum: `${share} null`, affine: switched, device: orNull },
  ],
  'groups of GhostBatchNorm2d': [
    (o) => new GhostBatchNorm2d(2, o as never),
    { groups: 2 },
    { groups: count },
  ],
  LayerNorm: [
    (o) => new LayerNorm(2, o),
    {},
    { eps: size, elementwiseAffine: switched, bias: switched, device: orNull },
  ],
  'the shape of LayerNorm': [({ n }) => new LayerNorm(n), { n: [2, 3] }, { n: count }],
  GroupNorm: [(o) => new GroupNorm(2, 4, o), {}, { eps: size, affine: switched, device: orNull }],
  'the sizes of GroupNorm': [({ n, c }) => new GroupNorm(n, c), { n: 2, c: 2 }, { n: count, c: count }],
  InstanceNorm2d: [
    (o) => new InstanceNorm2d(2, o),
    {},
    { eps: size, momentum: share, affine: switched, trackRunningStats: switched, device: orNull },
  ],
  ModeNorm2d: [
    (o) => new ModeNorm2d(2, o),
    {},
    { components: count, eps: size, momentum: share, affine: switched, ...place },
  ],
  'the features of BatchNorm2d': [({ n }) => new BatchNorm2d(n), { n: 2 }, { n: count }],
  MixtureNorm2d: [
    (o) => new MixtureNorm2d(2, o),
    {},
    {
      ...{ components: count, iterations: whole, initIterations: whole, momentum: share },
      ...{ posterior: nothing, gradient: nothing, scale: nothing, eps: size, regCovar: size, minWeight: '0' },
      ...{ seeding: nothing, shuffle: switched },
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
  gradgradcheck: [
    (o) => gradgradcheck((a) => a, [[1]], o),
    { tolerance: 10 },
    { step: '0.5 2 big', tolerance: '0.5 2 big', seed: '-1 0 2' },
  ],
  grad: [
    (o) => {
      const a = x();
      return grad(a.sum(), a, o);
    },
    {},
    { gradOutputs: orNull, retainGraph: 'null true', createGraph: switched, allowUnused: switched },
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
    { name: "'0.1'", forward: 'fn', vjp: nothing, shared: 'fn', twins: '{}' },
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
