// Options of everything that takes them, in objects of any kind with any values: a result, or an error that says what is wrong.
import fc from 'fast-check';
import {
  Adam,
  AdamW,
  AvgPool2d,
  argMax,
  avgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  backward,
  batchNorm,
  bceWithLogits,
  Conv2d,
  ConvTranspose2d,
  clipGradNorm,
  conv2d,
  convTranspose2d,
  crossEntropy,
  Dropout2d,
  dropout,
  emFit,
  full,
  GhostBatchNorm2d,
  GroupNorm,
  ghostBatchNorm,
  grad,
  gradcheck,
  gradgradcheck,
  groupNorm,
  InstanceNorm2d,
  init,
  instanceNorm,
  LayerNorm,
  Linear,
  LinearLR,
  layerNorm,
  logSumExp,
  MaxPool2d,
  MixgradError,
  MixtureNorm1d,
  MixtureNorm2d,
  ModeNorm2d,
  max,
  maxPool2d,
  mean,
  mixtureNorm,
  modeNorm,
  nllLoss,
  OptionError,
  ones,
  openDevice,
  RMSprop,
  SGD,
  StepLR,
  smoothL1Loss,
  sum,
  type Tensor,
  tensor,
  variance,
  zeros,
} from '../lib/index.js';
import { property } from './property.js';

const image = (): Tensor => ones([1, 2, 4, 4], { requiresGrad: true });
const rows = (): Tensor =>
  tensor(
    [
      [1, 2],
      [3, 5],
      [0, 4],
    ],
    { requiresGrad: true },
  );
const mixture = () => ({
  weights: tensor([0.5, 0.5]),
  means: tensor([
    [0, 1],
    [2, 3],
  ]),
  variances: ones([2, 2]),
});

interface Site {
  /** Options that make a valid call, without those that may be left out. */
  needed?: () => Record<string, unknown>;
  names: string;
  call: (options: never) => unknown;
}

const place = 'device requiresGrad';
const norm = 'weight bias eps';
const em = 'init iterations posterior regCovar minWeight';
const pool = 'stride padding ceilMode';

// biome-ignore format: one line a site
const sites: Record<string, Site> = {
  tensor: { names: `shape ${place}`, call: (o) => tensor([1, 2], o) },
  full: { names: place, call: (o) => full([2], 1, o) },
  zeros: { names: place, call: (o) => zeros([2], o) },
  ones: { names: place, call: (o) => ones([2], o) },
  'init.uniform': { names: 'low high device random', call: (o) => init.uniform([2, 2], o) },
  'init.normal': { names: 'mean std device random', call: (o) => init.normal([2, 2], o) },
  'init.kaimingUniform': { names: 'a device random', call: (o) => init.kaimingUniform([2, 2], o) },
  sum: { names: 'axis keepDims', call: (o) => sum(rows(), o) },
  mean: { names: 'axis keepDims', call: (o) => mean(rows(), o) },
  max: { names: 'axis keepDims', call: (o) => max(rows(), o) },
  argMax: { names: 'keepDims', call: (o) => argMax(rows(), 0, o) },
  logSumExp: { names: 'keepDims', call: (o) => logSumExp(rows(), 0, o) },
  conv2d: { names: 'stride padding dilation groups', call: (o) => conv2d(image(), ones([2, 2, 2, 2]), null, o) },
  convTranspose2d: { names: 'stride padding dilation groups outputPadding', call: (o) => convTranspose2d(image(), ones([2, 2, 2, 2]), null, o) },
  maxPool2d: { names: pool, call: (o) => maxPool2d(image(), 2, o) },
  avgPool2d: { names: `${pool} countIncludePad`, call: (o) => avgPool2d(image(), 2, o) },
  batchNorm: { needed: () => ({ training: true }), names: `${norm} runningMean runningVar training momentum`, call: (o) => batchNorm(rows(), o) },
  ghostBatchNorm: { needed: () => ({ training: true }), names: `${norm} runningMean runningVar training momentum`, call: (o) => ghostBatchNorm(rows(), 3, o) },
  modeNorm: { needed: () => ({ gateWeight: ones([2, 2]), gateBias: zeros([2]), training: true }), names: `${norm} gateWeight gateBias runningMeans runningSquares training momentum`, call: (o) => modeNorm(rows(), o) },
  layerNorm: { names: norm, call: (o) => layerNorm(rows(), 2, o) },
  groupNorm: { names: norm, call: (o) => groupNorm(image(), 2, o) },
  instanceNorm: { names: norm, call: (o) => instanceNorm(image(), o) },
  emFit: { needed: () => ({ init: mixture(), iterations: 1 }), names: em, call: (o) => emFit(rows(), o) },
  mixtureNorm: { needed: () => ({ init: mixture() }), names: `${em} ${norm} gradient scale training`, call: (o) => mixtureNorm(rows(), o) },
  crossEntropy: { names: 'reduction labelSmoothing weight ignoreIndex', call: (o) => crossEntropy(rows(), [0, 1, 0], o) },
  nllLoss: { names: 'reduction weight ignoreIndex', call: (o) => nllLoss(rows(), [0, 1, 0], o) },
  smoothL1Loss: { names: 'reduction beta', call: (o) => smoothL1Loss(rows(), rows(), o) },
  bceWithLogits: { names: 'reduction weight posWeight', call: (o) => bceWithLogits(rows(), rows(), o) },
  variance: { names: 'axis keepDims correction', call: (o) => variance(rows(), o) },
  dropout: { names: 'p random', call: (o) => dropout(rows(), o) },
  gradcheck: { names: 'step tolerance seed', call: (o) => gradcheck((x) => x.mul(2), [[1, 2]], o) },
  gradgradcheck: { names: 'step tolerance seed', call: (o) => gradgradcheck((x) => x.mul(2), [[1, 2]], o) },
  grad: { names: 'gradOutputs retainGraph createGraph allowUnused', call: (o) => { const x = rows(); return grad(x.sum(), x, o); } },
  backward: { names: 'gradient retainGraph createGraph', call: (o) => backward(rows().sum(), o) },
  openDevice: { names: 'relaxed threads convolution', call: async (o) => (await openDevice('wasm', o)).close() },
  Linear: { names: 'bias device random', call: (o) => new Linear(2, 2, o) },
  Conv2d: { names: 'stride padding dilation groups bias device random', call: (o) => new Conv2d(2, 2, 2, o) },
  ConvTranspose2d: { names: 'stride padding outputPadding dilation groups bias device random', call: (o) => new ConvTranspose2d(2, 2, 2, o) },
  Dropout2d: { names: 'p random', call: (o) => new Dropout2d(o) },
  BatchNorm1d: { names: 'eps momentum affine device', call: (o) => new BatchNorm1d(2, o) },
  BatchNorm2d: { names: 'eps momentum affine device', call: (o) => new BatchNorm2d(2, o) },
  MixtureNorm1d: { names: 'components iterations initIterations momentum posterior gradient scale eps regCovar minWeight seeding shuffle affine device random log', call: (o) => new MixtureNorm1d(2, o).forward(rows()) },
  MixtureNorm2d: { names: 'components momentum log', call: (o) => new MixtureNorm2d(2, o) },
  GhostBatchNorm2d: { needed: () => ({ virtualBatchSize: 1 }), names: 'virtualBatchSize groups eps momentum affine device', call: (o) => new GhostBatchNorm2d(2, o).forward(image()) },
  LayerNorm: { names: 'eps elementwiseAffine bias device', call: (o) => new LayerNorm(2, o).forward(rows()) },
  GroupNorm: { names: 'eps affine device', call: (o) => new GroupNorm(2, 2, o).forward(image()) },
  InstanceNorm2d: { names: 'eps momentum affine trackRunningStats device', call: (o) => new InstanceNorm2d(2, o).forward(image()) },
  ModeNorm2d: { names: 'components eps momentum affine device random', call: (o) => new ModeNorm2d(2, o).forward(image()) },
  MaxPool2d: { names: pool, call: (o) => new MaxPool2d(2, o).forward(image()) },
  AvgPool2d: { names: `${pool} countIncludePad`, call: (o) => new AvgPool2d(2, o).forward(image()) },
  SGD: { names: 'lr momentum dampening weightDecay nesterov', call: (o) => new SGD([rows()], o) },
  AdamW: { names: 'lr betas eps weightDecay', call: (o) => new AdamW([rows()], o) },
  Adam: { names: 'lr betas eps weightDecay', call: (o) => new Adam([rows()], o) },
  RMSprop: { names: 'lr alpha eps weightDecay momentum centered', call: (o) => new RMSprop([rows()], o) },
  clipGradNorm: { names: 'normType errorIfNonfinite', call: (o) => clipGradNorm([rows()], 1, o) },
  LinearLR: { names: 'startFactor endFactor totalIters', call: (o) => new LinearLR(new SGD([rows()]), o) },
  StepLR: { needed: () => ({ stepSize: 1 }), names: 'gamma', call: (o) => new StepLR(new SGD([rows()]), o as never) },
};
const titles = fc.constantFrom(...Object.keys(sites));

const refusing = (options: object): object =>
  new Proxy(options, {
    ownKeys() {
      throw new TypeError('thrown by a Proxy');
    },
  });

/** What no option takes; a few of them are what some do. */
const values = fc.constantFrom<(() => unknown)[]>(
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    0,
    0.5,
    1,
    2,
    2 ** 53,
    null,
    undefined,
    true,
    '',
    'x',
    '1',
    7n,
  ].map((value) => () => value),
  ...[
    [],
    [1],
    [1, 2],
    ['a', 'b'],
    new Array(2),
    [[1, 2]],
    [Number.NaN, 1],
    {},
    Object.create(null),
    Object.freeze({ a: 1 }),
  ].map((value) => () => value),
  ...[new Map(), new Date(0), new Uint8Array(2), Promise.resolve(1), Symbol('s'), () => 1, class {}, /x/].map(
    (value) => () => value,
  ),
  () => ones([3, 3, 3]),
  () => {
    const released = ones([2]);
    released.dispose();
    return released;
  },
  () => ({ weights: 1, means: null }),
  () => ({ name: Symbol('s'), constructor: { name: Symbol('s') } }),
);

/** Ways to hold options: what they become, and whether such an object is one. */
const wrappings: Record<string, (options: Record<string, unknown>) => unknown> = {
  plain: (options) => options,
  frozen: Object.freeze,
  'null prototype': (options) => Object.assign(Object.create(null), options),
  getters: (options) => {
    const seen: Record<string, unknown> = {};
    for (const name in options)
      Object.defineProperty(seen, name, { get: () => options[name], enumerable: true });
    return seen;
  },
  proxy: (options) => new Proxy(options, {}),
};
const noOptions: Record<string, (options: Record<string, unknown>) => unknown> = {
  inherited: (options) => Object.create(options),
  instance: (options) => Object.assign(new (class Options {})(), options),
  array: (options) => Object.assign([], options),
  'getter that throws': (options) =>
    Object.defineProperty({ ...options }, 'lr', {
      enumerable: true,
      get() {
        throw new RangeError('thrown by a getter');
      },
    }),
  'refusing proxy': refusing,
  text: () => 'options',
  symbol: () => Symbol('options'),
  map: (options) => new Map(Object.entries(options)),
};

/** What a call ended in: null for a result. An error without a type gets out. */
async function refusal({ call }: Site, options: unknown): Promise<MixgradError | null> {
  try {
    await call(options as never);
    return null;
  } catch (error) {
    if (error instanceof MixgradError) return error;
    throw error;
  }
}

const given = fc.array(fc.tuple(fc.nat(20), values), { minLength: 1, maxLength: 2 });

property(
  'any values of the options there are, in an object of any kind',
  [titles, given, fc.constantFrom(...Object.values(wrappings))],
  async (title, entries, wrap) => {
    const site = sites[title];
    const names = site.names.split(' ');
    const options = site.needed?.() ?? {};
    for (const [n, value] of entries) options[names[n % names.length]] = value();
    const error = await refusal(site, wrap(options));
    if (error && !/^[\w.]+: .{5,}/s.test(error.message)) throw new Error(`says little: ${error.message}`);
  },
  { runs: 2000 },
);

property(
  'what is needed is taken from an object of any kind, and a name that there is not is refused',
  [titles, fc.constantFrom(...Object.values(wrappings)), fc.string({ unit: 'grapheme', minLength: 1 })],
  async (title, wrap, name) => {
    const site = sites[title];
    const error = await refusal(site, wrap(site.needed?.() ?? {}));
    if (error) throw error;
    if (site.names.split(' ').includes(name)) return;
    const options = { ...site.needed?.() };
    Object.defineProperty(options, name, { value: undefined, enumerable: true });
    const refused = await refusal(site, wrap(options));
    if (!(refused instanceof OptionError && refused.message.includes(`no option '${name}'; it has `))) {
      throw new Error(`${title} with ${name}: ${refused}`);
    }
  },
  { runs: 300 },
);

property(
  'what is no object of options is refused as such',
  [titles, fc.constantFrom(...Object.values(noOptions))],
  async (title, wrap) => {
    const site = sites[title];
    // An array is the axis of a reduction.
    const error = await refusal(site, wrap(site.needed?.() ?? {}));
    return error !== null || (['sum', 'mean', 'max', 'variance'].includes(title) && wrap === noOptions.array);
  },
  { runs: 500 },
);
