// Making tensors.
import { DeviceError, OptionError, ShapeError } from '../../lib/index.js';
import { closed, js, M, type Misuses, other, x } from './given.js';

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
    'an array inside itself': [
      () => {
        const inside: unknown[] = [];
        inside.push(inside);
        return M.tensor(inside);
      },
      ShapeError,
      'tensor: arrays are nested more than 64 deep, expected numbers in them',
    ],
    'an ndarray that is too short': [
      () => M.tensor({ data: [1, 2], shape: [3], stride: [1], offset: 0 }),
      OptionError,
      'tensor: the value at [2] of an ndarray is undefined, expected a number',
    ],
    'an ndarray with too few strides': [
      () => M.tensor({ data: [1, 2], shape: [2, 1], stride: [1], offset: 0 }),
      OptionError,
      'tensor: the value at [0, 0] of an ndarray is undefined, expected a number',
    ],
    'an ndarray of text': [
      () => M.tensor({ data: ['1'], shape: [1], stride: [1], offset: 0 }),
      OptionError,
      "tensor: the value at [0] of an ndarray is '1', expected a number",
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
      'constant: shape is null, expected integers of at least 1',
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
};
