// Layers.
import { DeviceError, OptionError, ShapeError, type Tensor } from '../../lib/index.js';
import { closed, Echo, elsewhere, image, M, type Misuses, make, x } from './given.js';

export const layers: Misuses = {
  parameter: {
    'a number': [() => M.parameter(1), OptionError, 'parameter: t is 1, expected a tensor'],
    'an output': [
      () => M.parameter(x().mul(2)),
      OptionError,
      'parameter: t is the output of an operation, expected t.detach()',
    ],
  },
  buffer: {
    'an array': [() => M.buffer([1]), OptionError, 'buffer: t is [1], expected a tensor'],
    'a parameter': [
      () => M.buffer(x()),
      OptionError,
      'buffer: t is a parameter, expected a tensor without a gradient',
    ],
  },
  Linear: {
    'no sizes': [
      () => make('Linear'),
      OptionError,
      'Linear: inFeatures is undefined, expected an integer of at least 1',
    ],
    'half a size': [
      () => make('Linear', 1.5, 2),
      OptionError,
      'Linear: inFeatures is 1.5, expected an integer of at least 1',
    ],
    'the name of another library': [
      () => make('Linear', 2, 2, { inFeatures: 2 }),
      OptionError,
      "Linear: no option 'inFeatures'; it has device, random, bias",
    ],
    'a closed device': [
      () => make('Linear', 2, 2, { device: closed }),
      DeviceError,
      'Linear: device is the closed gpujs-cpu, expected an open device',
    ],
    'bias as number': [
      () => make('Linear', 2, 2, { bias: 0 }),
      OptionError,
      'Linear: bias is 0, expected true or false',
    ],
  },
  'Linear.forward': {
    'another last axis': [
      () => make('Linear', 3, 1).forward(x()),
      ShapeError,
      'Linear: x has shape [2, 2], expected a last axis of 3',
    ],
    'an array': [
      () => make('Linear', 2, 1).forward([[1, 2]]),
      OptionError,
      'Linear: x is [[1,2]], expected a tensor',
    ],
    'another device': [
      () => make('Linear', 2, 1).forward(elsewhere()),
      DeviceError,
      'matmul: tensors on gpujs-cpu and wasm, expected one device',
    ],
    'a scalar': [
      () => make('Linear', 2, 1).forward(M.ones([])),
      ShapeError,
      'Linear: x has shape [], expected a last axis of 2',
    ],
  },
  Conv2d: {
    'no kernel size': [
      () => make('Conv2d', 1, 1),
      OptionError,
      'Conv2d: kernelSize is undefined, expected an integer of at least 1, or a pair of them',
    ],
    'a kernel size of three': [
      () => make('Conv2d', 1, 1, [1, 2, 3]),
      OptionError,
      'Conv2d: kernelSize is [1,2,3], expected an integer of at least 1, or a pair of them',
    ],
    'groups that do not divide': [
      () => make('Conv2d', 3, 4, 1, { groups: 2 }),
      OptionError,
      'Conv2d: groups is 2, expected a divisor of 3 inChannels and 4 outChannels',
    ],
    'a stride of NaN': [
      () => make('Conv2d', 1, 1, 1, { stride: Number.NaN }),
      OptionError,
      'Conv2d: stride is NaN, expected an integer of at least 1, or a pair of them',
    ],
  },
  'Conv2d.forward': {
    'other channels': [
      () => make('Conv2d', 2, 1, 1).forward(image()),
      ShapeError,
      'conv2d: x has 1 channels, weight expects 2 (groups 1)',
    ],
    'no batch': [
      () => make('Conv2d', 1, 1, 1).forward(x()),
      ShapeError,
      'conv2d: x has shape [2, 2], expected [N, C, H, W]',
    ],
  },
  MaxPool2d: {
    'no size': [
      () => make('MaxPool2d'),
      OptionError,
      'MaxPool2d: kernelSize is undefined, expected an integer of at least 1, or a pair of them',
    ],
  },
  'MaxPool2d.forward': {
    'too much padding': [
      () => make('MaxPool2d', 2, { padding: 2 }).forward(image()),
      OptionError,
      'maxPool2d: padding is [2, 2], expected at most half of kernelSize [2, 2]',
    ],
    'two axes': [
      () => make('MaxPool2d', 2).forward(x()),
      ShapeError,
      'maxPool2d: x has shape [2, 2], expected [N, C, H, W]',
    ],
    'a window larger than the image': [
      () => make('MaxPool2d', 3).forward(image()),
      ShapeError,
      'maxPool2d: the window [3, 3] is larger than the padded input [2, 2]',
    ],
  },
  AvgPool2d: {
    'a stride of 0': [
      () => make('AvgPool2d', 2, { stride: 0 }),
      OptionError,
      'AvgPool2d: stride is 0, expected an integer of at least 1, or a pair of them',
    ],
    'ceilMode as text': [
      () => make('AvgPool2d', 2, { ceilMode: 'yes' }),
      OptionError,
      "AvgPool2d: ceilMode is 'yes', expected true or false",
    ],
  },
  'AvgPool2d.forward': {
    'no tensor': [
      () => make('AvgPool2d', 2).forward(null),
      OptionError,
      'avgPool2d: x is null, expected a tensor',
    ],
  },
  'ReLU.forward': {
    'no tensor': [() => make('ReLU').forward(3), OptionError, 'ReLU: x is 3, expected a tensor'],
  },
  'Tanh.forward': {
    'no tensor': [() => make('Tanh').forward(3), OptionError, 'Tanh: x is 3, expected a tensor'],
  },
  'Sigmoid.forward': {
    'no tensor': [() => make('Sigmoid').forward(3), OptionError, 'Sigmoid: x is 3, expected a tensor'],
  },
  'SiLU.forward': {
    'no tensor': [() => make('SiLU').forward(3), OptionError, 'SiLU: x is 3, expected a tensor'],
  },
  'LeakyReLU.forward': {
    'no tensor': [() => make('LeakyReLU').forward(3), OptionError, 'LeakyReLU: x is 3, expected a tensor'],
  },
  'ELU.forward': {
    'no tensor': [() => make('ELU').forward(3), OptionError, 'ELU: x is 3, expected a tensor'],
  },
  'GELU.forward': {
    'no tensor': [() => make('GELU').forward(3), OptionError, 'GELU: x is 3, expected a tensor'],
  },
  'Softplus.forward': {
    'no tensor': [() => make('Softplus').forward(3), OptionError, 'Softplus: x is 3, expected a tensor'],
  },
  'Identity.forward': {
    'no tensor': [() => make('Identity').forward(3), OptionError, 'Identity: x is 3, expected a tensor'],
  },
  LeakyReLU: {
    'a slope as argument': [
      () => make('LeakyReLU', 0.2),
      OptionError,
      'LeakyReLU: its options are 0.2, expected an object such as { name: value }',
    ],
  },
  ELU: {
    'an infinite alpha': [
      () => make('ELU', { alpha: Number.POSITIVE_INFINITY }),
      OptionError,
      'ELU: alpha is Infinity, expected a number',
    ],
  },
  GELU: {
    'another word': [
      () => make('GELU', { approximate: true }),
      OptionError,
      "GELU: approximate is true, expected 'none' or 'tanh'",
    ],
  },
  Softplus: {
    'a negative beta': [
      () => make('Softplus', { beta: -1 }),
      OptionError,
      'Softplus: beta is -1, expected a number above 0',
    ],
  },
  'Flatten.forward': {
    'a scalar': [
      () => make('Flatten').forward(M.ones([])),
      ShapeError,
      'Flatten: x has shape [], expected [N, …]',
    ],
    'no tensor': [() => make('Flatten').forward(), OptionError, 'Flatten: x is undefined, expected a tensor'],
  },
  Sequential: {
    'what is no module': [
      () => make('Sequential', (a: Tensor) => a),
      OptionError,
      'Sequential: module 0 is the function without a name, expected a Module',
    ],
    'an array of modules': [
      () => make('Sequential', [new Echo()]),
      OptionError,
      'Sequential: module 0 is an array of 1, expected a Module',
    ],
  },
  'Sequential.forward': {
    'what its first module refuses': [
      () => make('Sequential', make('ReLU')).forward(1),
      OptionError,
      'ReLU: x is 1, expected a tensor',
    ],
  },
};
