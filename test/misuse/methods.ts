// Tensors and their methods.
import { DeviceError, OptionError, ShapeError, TapeError, type Tensor } from '../../lib/index.js';
import { elsewhere, js, M, type Misuses, make, released, set, x } from './given.js';

/** backward() with a hook that misbehaves. */
function hooked(hook: unknown): void {
  const leaf = x();
  js(leaf).registerHook(hook);
  leaf.sum().backward();
}

export const methods: Misuses = {
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
      'requiresGrad: affine made it; detach() gives one without gradient',
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
      TapeError,
      'registerHook: the hook is async, and what follows an await would run outside; await outside',
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
  'Tensor.abs': {
    'released values': [() => js(released()).abs(), TapeError, 'abs: x of shape [2, 2] was disposed of'],
  },
  'Tensor.sign': {
    'released values': [() => js(released()).sign(), TapeError, 'sign: x of shape [2, 2] was disposed of'],
  },
  'Tensor.tanh': {
    'released values': [() => js(released()).tanh(), TapeError, 'tanh: x of shape [2, 2] was disposed of'],
  },
  'Tensor.sigmoid': {
    'released values': [
      () => js(released()).sigmoid(),
      TapeError,
      'sigmoid: x of shape [2, 2] was disposed of',
    ],
  },
  'Tensor.square': {
    'released values': [() => js(released()).square(), TapeError, 'mul: a of shape [2, 2] was disposed of'],
  },
  'Tensor.pow': {
    nothing: [() => js(x()).pow(), OptionError, 'pow: b is undefined, expected a tensor or a number'],
  },
  'Tensor.maximum': {
    'an array': [
      () => js(x()).maximum([1, 2]),
      OptionError,
      'maximum: b is [1,2], expected a tensor or a number',
    ],
  },
  'Tensor.minimum': {
    text: [() => js(x()).minimum('1'), OptionError, "minimum: b is '1', expected a tensor or a number"],
  },
  'Tensor.eq': {
    null: [() => js(x()).eq(null), OptionError, 'eq: b is null, expected a tensor or a number'],
  },
  'Tensor.ne': {
    'a BigInt': [() => js(x()).ne(2n), OptionError, 'ne: b is 2n, expected a tensor or a number'],
  },
  'Tensor.lt': {
    true: [() => js(x()).lt(true), OptionError, 'lt: b is true, expected a tensor or a number'],
  },
  'Tensor.le': {
    'an array': [() => js(x()).le([1]), OptionError, 'le: b is [1], expected a tensor or a number'],
  },
  'Tensor.gt': {
    nothing: [() => js(x()).gt(), OptionError, 'gt: b is undefined, expected a tensor or a number'],
  },
  'Tensor.ge': {
    text: [() => js(x()).ge('0'), OptionError, "ge: b is '0', expected a tensor or a number"],
  },
  'Tensor.clamp': {
    'bounds as arguments': [
      () => js(x()).clamp(0, 1),
      OptionError,
      'clamp: its options are 0, expected an object such as { name: value }',
    ],
    'the names of another library': [
      () => js(x()).clamp({ low: 0 }),
      OptionError,
      "clamp: no option 'low'; it has min, max",
    ],
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
  'Tensor.softmax': {
    'no axis': [
      () => js(x()).softmax(),
      ShapeError,
      'softmax: axis undefined is not an axis of a tensor with 2 axes',
    ],
  },
  'Tensor.var': {
    'the option of another library': [
      () => js(x()).var({ ddof: 1 }),
      OptionError,
      "variance: no option 'ddof'; it has axis, keepDims, correction",
    ],
    'an axis beyond': [
      () => js(x()).var(2),
      ShapeError,
      'variance: axis 2 is not an axis of a tensor with 2 axes',
    ],
  },
  'Tensor.backward': {
    'several elements without a gradient': [
      () => js(x()).mul(2).backward(),
      TapeError,
      'backward: the tensor has shape [2, 2]; pass { gradient } or reduce it first',
    ],
  },
};
