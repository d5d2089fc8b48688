// Making tensors, and devices.
import { DeviceError, OptionError, ShapeError, TapeError, type Tensor } from '../../lib/index.js';
import { closed, elsewhere, js, M, type Misuses, make, other, released, set, x } from './given.js';

/** backward() with a hook that misbehaves. */
function hooked(hook: unknown): void {
  const leaf = x();
  js(leaf).registerHook(hook);
  leaf.sum().backward();
}

export const values: Misuses = {
  tensor: {
    'ragged rows': [
      () => M.tensor([[1, 2], [3]]),
      ShapeError,
      'tensor: rows differ in length along axis 1 of [2, 2]',
    ],
    'numbers beside rows': [
      () => M.tensor([1, [2, 3]]),
      ShapeError,
      'tensor: rows differ in length along axis 1 of [2]',
    ],
    'null among numbers': [
      () => M.tensor([1, null]),
      OptionError,
      'tensor: a value is null, expected numbers in arrays nested evenly',
    ],
    text: [
      () => M.tensor(['1']),
      OptionError,
      "tensor: a value is '1', expected numbers in arrays nested evenly",
    ],
    BigInts: [
      () => M.tensor(new BigInt64Array(2)),
      OptionError,
      'tensor: a value is a BigInt64Array, expected numbers in arrays nested evenly',
    ],
    'no values': [
      () => M.tensor(),
      OptionError,
      'tensor: a value is undefined, expected numbers in arrays nested evenly',
    ],
    'a promise of values': [
      () => M.tensor(Promise.resolve([1])),
      OptionError,
      'tensor: a value is a Promise, expected numbers in arrays nested evenly',
    ],
    'a tensor': [
      () => M.tensor(x()),
      OptionError,
      'tensor: a value is a Tensor, expected numbers in arrays nested evenly',
    ],
    'an empty array': [
      () => M.tensor([]),
      ShapeError,
      'tensor: shape is [0], expected integers of at least 1',
    ],
    'a hole': [
      () => M.tensor(Object.assign(new Array(2), { 0: 1 })),
      OptionError,
      'tensor: a value is undefined, expected numbers in arrays nested evenly',
    ],
    'a shape that does not fit': [
      () => M.tensor([1, 2, 3], { shape: [2] }),
      ShapeError,
      'tensor: 3 values do not fill shape [2]',
    ],
    'a shape of NaN': [
      () => M.tensor([1], { shape: [Number.NaN] }),
      ShapeError,
      'tensor: shape is [NaN], expected integers of at least 1',
    ],
    'a shape with a hole': [
      () => M.tensor([1], { shape: new Array(1) }),
      ShapeError,
      'tensor: shape is [undefined], expected integers of at least 1',
    ],
    'a shape that is a number': [
      () => M.tensor([1, 2], { shape: 2 }),
      ShapeError,
      'tensor: shape is 2, expected integers of at least 1',
    ],
    'the name of a device': [
      () => M.tensor([1], { device: 'wasm' }),
      DeviceError,
      "tensor: device is 'wasm', expected an open device: await openDevice('wasm')",
    ],
    'an unawaited device': [
      () => M.tensor([1], { device: Promise.resolve(other) }),
      DeviceError,
      'tensor: device is a Promise, expected an open device: it lacks an await, as in await openDevice()',
    ],
    'a closed device': [
      () => M.tensor([1], { device: closed }),
      DeviceError,
      'tensor: device is the closed gpujs-cpu, expected an open device',
    ],
    'requiresGrad as text': [
      () => M.tensor([1], { requiresGrad: 'yes' }),
      OptionError,
      "tensor: requiresGrad is 'yes', expected true or false",
    ],
    'an option of another library': [
      () => M.tensor([1], { dtype: 'float32' }),
      OptionError,
      "tensor: no option 'dtype'; it has device, requiresGrad, shape",
    ],
    'options that are a shape': [
      () => M.tensor([1, 2], [2, 1]),
      OptionError,
      'tensor: its options are [2,1], expected an object such as { name: value }',
    ],
  },
  full: {
    'an array as value': [() => M.full([2], [1]), OptionError, 'full: value is [1], expected a number'],
    'a value left out': [() => M.full([2]), OptionError, 'full: value is undefined, expected a number'],
    'a negative size': [
      () => M.full([-1], 0),
      ShapeError,
      'full: shape is [-1], expected integers of at least 1',
    ],
    'a closed device': [
      () => M.full([1], 0, { device: closed }),
      DeviceError,
      'full: device is the closed gpujs-cpu, expected an open device',
    ],
  },
  zeros: {
    'sizes as arguments': [
      () => M.zeros(2, 3),
      OptionError,
      'zeros: its options are 3, expected an object such as { name: value }',
    ],
    'a size of 0': [
      () => M.zeros([0, 2]),
      ShapeError,
      'zeros: shape is [0,2], expected integers of at least 1',
    ],
    'half a size': [
      () => M.zeros([1.5]),
      ShapeError,
      'zeros: shape is [1.5], expected integers of at least 1',
    ],
    'a hole among sizes': [
      () => M.zeros(Object.assign(new Array(2), { 0: 2 })),
      ShapeError,
      'zeros: shape is [2,undefined], expected integers of at least 1',
    ],
    'an unknown option': [
      () => M.zeros([1], { value: 1 }),
      OptionError,
      "zeros: no option 'value'; it has device, requiresGrad",
    ],
  },
  ones: {
    'text as shape': [
      () => M.ones('2, 3'),
      ShapeError,
      "ones: shape is '2, 3', expected integers of at least 1",
    ],
    'an infinite size': [
      () => M.ones([Number.POSITIVE_INFINITY]),
      ShapeError,
      'ones: shape is [Infinity], expected integers of at least 1',
    ],
  },
  'init.uniform': {
    'low above high': [
      () => js(M.init).uniform([2], { low: 2, high: 1 }),
      OptionError,
      'uniform: low is 2, expected at most high, 1',
    ],
    'NaN as low': [
      () => js(M.init).uniform([2], { low: Number.NaN }),
      OptionError,
      'uniform: low is NaN, expected a number',
    ],
    'a seed for a generator': [
      () => js(M.init).uniform([2], { random: 7 }),
      OptionError,
      'uniform: random is 7, expected a generator of createRandom()',
    ],
  },
  'init.normal': {
    'a negative deviation': [
      () => js(M.init).normal([2], { std: -1 }),
      OptionError,
      'normal: std is -1, expected a number of at least 0',
    ],
    'no shape': [
      () => js(M.init).normal(),
      ShapeError,
      'normal: shape is undefined, expected integers of at least 1',
    ],
  },
  'init.kaimingUniform': {
    'one axis': [
      () => js(M.init).kaimingUniform([3]),
      ShapeError,
      'kaimingUniform: shape is [3], expected at least two axes',
    ],
    'a slope as text': [
      () => js(M.init).kaimingUniform([3, 3], { a: '1' }),
      OptionError,
      "kaimingUniform: a is '1', expected a number",
    ],
  },
  'init.constant': {
    'a shape of null': [
      () => js(M.init).constant(null, 1),
      ShapeError,
      'full: shape is null, expected integers of at least 1',
    ],
  },
  'init.zeros': {
    'a nested shape': [
      () => js(M.init).zeros([[2]]),
      ShapeError,
      'zeros: shape is [[2]], expected integers of at least 1',
    ],
  },
  'init.ones': {
    'an option of another function': [
      () => js(M.init).ones([2], { low: 0 }),
      OptionError,
      "ones: no option 'low'; it has device, requiresGrad",
    ],
  },
  Tensor: {
    'values in place of a storage': [
      () => make('Tensor', [1], [1]),
      OptionError,
      'Tensor: storage is [1]; tensor(values) makes tensors',
    ],
  },
  'Tensor.requiresGrad': {
    'switching it off on an output': [
      () => set(x().mul(2), 'requiresGrad', false),
      TapeError,
      'requiresGrad: affine made this tensor; detach() gives one without gradient',
    ],
    'a number': [
      () => set(x(), 'requiresGrad', 1),
      OptionError,
      'requiresGrad: its value is 1, expected true or false',
    ],
  },
  'Tensor.grad': {
    'an array': [
      () =>
        set(x(), 'grad', [
          [1, 2],
          [3, 4],
        ]),
      OptionError,
      'grad: got [[1,2],[3,4]], expected a tensor or null',
    ],
    'another shape': [
      () => set(x(), 'grad', M.ones([2])),
      ShapeError,
      'grad: its shape is [2], expected [2, 2]',
    ],
    'another device': [
      () => set(x(), 'grad', elsewhere()),
      DeviceError,
      'grad: it is on gpujs-cpu, expected wasm',
    ],
  },
  'Tensor.data': {
    'released values': [() => released().data(), TapeError, 'a tensor of shape [2, 2] was disposed of'],
  },
  'Tensor.item': {
    'several elements': [
      () => x().item(),
      ShapeError,
      'item: the tensor has shape [2, 2], expected a single element',
    ],
    'released values': [() => js(released([])).item(), TapeError, 'a tensor of shape [] was disposed of'],
  },
  'Tensor.ndarray': {
    'released values': [() => released().ndarray(), TapeError, 'a tensor of shape [2, 2] was disposed of'],
  },
  'Tensor.keep': {
    'released values': [() => released().keep(), TapeError, 'a tensor of shape [2, 2] was disposed of'],
  },
  'Tensor.detach': {
    'released values': [() => released().detach(), TapeError, 'a tensor of shape [2, 2] was disposed of'],
  },
  'Tensor.registerHook': {
    'no function': [
      () => js(x()).registerHook({}),
      OptionError,
      'registerHook: fn is an object, expected a function',
    ],
    'what an async hook returns': [
      () => hooked(async (g: Tensor) => g),
      OptionError,
      'registerHook: what the hook returned is a Promise, expected a tensor',
    ],
    'a gradient of another shape': [
      () => hooked((g: Tensor) => g.sum()),
      TapeError,
      'registerHook: what the hook returned has shape [] on wasm, expected [2, 2] on wasm',
    ],
    'a gradient of another device': [
      () => hooked(() => elsewhere()),
      TapeError,
      'registerHook: what the hook returned has shape [2, 2] on gpujs-cpu, expected [2, 2] on wasm',
    ],
  },
  'Tensor.add': {
    text: [() => js(x()).add('1'), OptionError, "add: b is '1', expected a tensor or a number"],
    'another device': [
      () => js(x()).add(elsewhere()),
      DeviceError,
      'add: tensors on wasm and gpujs-cpu, expected one device',
    ],
  },
  'Tensor.sub': {
    'an array': [() => js(x()).sub([1, 2]), OptionError, 'sub: b is [1,2], expected a tensor or a number'],
  },
  'Tensor.mul': {
    nothing: [() => js(x()).mul(), OptionError, 'mul: b is undefined, expected a tensor or a number'],
  },
  'Tensor.div': {
    'a BigInt': [() => js(x()).div(2n), OptionError, 'div: b is 2n, expected a tensor or a number'],
  },
  'Tensor.neg': {
    'released values': [() => js(released()).neg(), TapeError, 'affine: x of shape [2, 2] was disposed of'],
  },
  'Tensor.exp': {
    'released values': [() => js(released()).exp(), TapeError, 'exp: x of shape [2, 2] was disposed of'],
  },
  'Tensor.log': {
    'released values': [() => js(released()).log(), TapeError, 'log: x of shape [2, 2] was disposed of'],
  },
  'Tensor.sqrt': {
    'released values': [() => js(released()).sqrt(), TapeError, 'sqrt: x of shape [2, 2] was disposed of'],
  },
  'Tensor.relu': {
    'released values': [() => js(released()).relu(), TapeError, 'relu: x of shape [2, 2] was disposed of'],
  },
  'Tensor.matmul': {
    'a number': [() => js(x()).matmul(2), OptionError, 'matmul: b is 2, expected a tensor'],
  },
  'Tensor.reshape': {
    'sizes as arguments': [
      () => js(x()).reshape(4, 1),
      ShapeError,
      'reshape: shape is 4, expected an array of integers',
    ],
    'two open sizes': [
      () => js(x()).reshape([-1, -1]),
      ShapeError,
      'reshape: x has shape [2, 2] = 4 elements, got [-1, -1]',
    ],
  },
  'Tensor.permute': {
    'an axis twice': [
      () => js(x()).permute([0, 0]),
      ShapeError,
      'permute: x has 2 axes, got the order [0, 0]',
    ],
  },
  'Tensor.expand': {
    'a size that is not 1': [
      () => js(x()).expand([2, 3]),
      ShapeError,
      'expand: shapes [2, 2] and [2, 3] do not broadcast (sizes 2 and 3)',
    ],
  },
  'Tensor.slice': {
    'a range as array': [
      () => js(x()).slice(0, [0, 1]),
      ShapeError,
      'slice: [0,1] to 2, expected a range within the 2 entries of axis 0',
    ],
  },
  'Tensor.gather': {
    'a position beyond': [
      () => js(x()).gather(1, [[2], [0]]),
      OptionError,
      'gather: index 0 is 2, expected an integer from 0 to 1',
    ],
  },
  'Tensor.sum': {
    'the option of another library': [
      () => js(x()).sum({ dim: 0 }),
      OptionError,
      "sum: no option 'dim'; it has axis, keepDims",
    ],
    'an axis beyond': [
      () => js(x()).sum(2),
      ShapeError,
      'sum: axis 2 is not an axis of a tensor with 2 axes',
    ],
  },
  'Tensor.mean': {
    NaN: [
      () => js(x()).mean(Number.NaN),
      ShapeError,
      'mean: axis NaN is not an axis of a tensor with 2 axes',
    ],
  },
  'Tensor.max': {
    'an axis twice': [() => js(x()).max([0, -2]), ShapeError, 'max: axes [0, 0] name an axis twice'],
  },
  'Tensor.argMax': {
    'no axis': [
      () => js(x()).argMax(),
      ShapeError,
      'argMax: axis undefined is not an axis of a tensor with 2 axes',
    ],
  },
  'Tensor.logSumExp': {
    'an axis as text': [
      () => js(x()).logSumExp('0'),
      ShapeError,
      "logSumExp: axis '0' is not an axis of a tensor with 2 axes",
    ],
  },
  'Tensor.logSoftmax': {
    'an axis beyond': [
      () => js(x()).logSoftmax(-3),
      ShapeError,
      'logSoftmax: axis -3 is not an axis of a tensor with 2 axes',
    ],
  },
  'Tensor.backward': {
    'several elements without a gradient': [
      () => js(x()).mul(2).backward(),
      TapeError,
      'backward: the tensor has shape [2, 2]; pass { gradient } or reduce it first',
    ],
  },
  openDevice: {
    'a name there is not': [
      () => M.openDevice('cuda'),
      DeviceError,
      "openDevice: name is 'cuda', expected one of auto, wasm, reference, gpujs-cpu, gpujs-webasm, gpujs-webgpu",
    ],
    'a number': [
      () => M.openDevice(0),
      DeviceError,
      'openDevice: name is 0, expected one of auto, wasm, reference, gpujs-cpu, gpujs-webasm, gpujs-webgpu',
    ],
    'no threads': [
      () => M.openDevice('wasm', { threads: 0 }),
      OptionError,
      'wasm: threads is 0, expected an integer from 1 to 64',
    ],
    'half a thread': [
      () => M.openDevice('wasm', { threads: 1.5 }),
      OptionError,
      'wasm: threads is 1.5, expected an integer from 1 to 64',
    ],
    'a convolution there is not': [
      () => M.openDevice('wasm', { convolution: 'fft' }),
      OptionError,
      "wasm: convolution is 'fft', expected 'auto' or 'winograd' or 'direct'",
    ],
    'an option of another device': [
      () => M.openDevice('reference', { threads: 1 }),
      OptionError,
      "reference: no option 'threads'; it has none",
    ],
    'threads in place of options': [
      () => M.openDevice('wasm', 2),
      OptionError,
      'wasm: its options are 2, expected an object such as { name: value }',
    ],
  },
  setDevice: {
    'a name': [
      () => M.setDevice('wasm'),
      DeviceError,
      "setDevice: device is 'wasm', expected an open device: await openDevice('wasm')",
    ],
    'an unawaited device': [
      () => M.setDevice(Promise.resolve(other)),
      DeviceError,
      'setDevice: device is a Promise, expected an open device: it lacks an await, as in await openDevice()',
    ],
    nothing: [
      () => M.setDevice(),
      DeviceError,
      'setDevice: device is undefined, expected an open device, such as await openDevice() gives',
    ],
    'a closed device': [
      () => M.setDevice(closed),
      DeviceError,
      'setDevice: device is the closed gpujs-cpu, expected an open device',
    ],
    'an object that is none': [
      () => M.setDevice({ name: 'wasm' }),
      DeviceError,
      'setDevice: device is an object, expected an open device, such as await openDevice() gives',
    ],
  },
};
