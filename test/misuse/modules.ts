// Layers and modules.
import { DeviceError, OptionError, ShapeError, type Tensor } from '../../lib/index.js';
import { closed, Echo, elsewhere, image, js, M, type Misuses, make, other, x } from './given.js';

const entry = (shape: number[]) => ({ shape, data: new Float32Array(shape[0]) });

/** A module with two buffers of one name in a state dictionary. */
const colliding = () =>
  js(Object.assign(new Echo(), { runningMean: M.zeros([1]), running_mean: M.zeros([1]) }));

export const modules: Misuses = {
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
  BatchNorm1d: {
    'no features': [
      () => make('BatchNorm1d'),
      OptionError,
      'BatchNorm1d: numFeatures is undefined, expected an integer of at least 1',
    ],
    'an eps of NaN': [
      () => make('BatchNorm1d', 2, { eps: Number.NaN }),
      OptionError,
      'BatchNorm1d: eps is NaN, expected a number of at least 0',
    ],
    'affine as number': [
      () => make('BatchNorm1d', 2, { affine: 1 }),
      OptionError,
      'BatchNorm1d: affine is 1, expected true or false',
    ],
  },
  'BatchNorm1d.forward': {
    'other features': [
      () => make('BatchNorm1d', 3).forward(x()),
      ShapeError,
      'BatchNorm1d: x has shape [2, 2], expected [N, 3] or [N, 3, L]',
    ],
    'four axes': [
      () => make('BatchNorm1d', 1).forward(image()),
      ShapeError,
      'BatchNorm1d: x has shape [1, 1, 2, 2], expected [N, 1] or [N, 1, L]',
    ],
    'one value a channel': [
      () => make('BatchNorm1d', 2).forward(M.ones([1, 2])),
      ShapeError,
      'batchNorm: x has shape [1, 2], one value a channel: nothing to normalize by',
    ],
  },
  BatchNorm2d: {
    'a negative size': [
      () => make('BatchNorm2d', -1),
      OptionError,
      'BatchNorm2d: numFeatures is -1, expected an integer of at least 1',
    ],
    'a momentum of 2': [
      () => make('BatchNorm2d', 1, { momentum: 2 }),
      OptionError,
      'BatchNorm2d: momentum is 2, expected a number of at least 0 and at most 1',
    ],
  },
  'BatchNorm2d.forward': {
    'two axes': [
      () => make('BatchNorm2d', 2).forward(x()),
      ShapeError,
      'BatchNorm2d: x has shape [2, 2], expected [N, 2, H, W]',
    ],
    'another device': [
      () => make('BatchNorm2d', 2).forward(M.ones([1, 2, 2, 2], { device: other })),
      DeviceError,
      'batchNorm: tensors on gpujs-cpu and wasm, expected one device',
    ],
  },
  MixtureNorm1d: {
    'no components': [
      () => make('MixtureNorm1d', 2, { components: 0 }),
      OptionError,
      'MixtureNorm1d: components is 0, expected an integer of at least 1',
    ],
    'a posterior there is not': [
      () => make('MixtureNorm1d', 2, { posterior: 'hard' }),
      OptionError,
      "MixtureNorm1d: posterior is 'hard', expected 'joint' or 'channel'",
    ],
    'a log that is no function': [
      () => make('MixtureNorm1d', 2, { log: true }),
      OptionError,
      'MixtureNorm1d: log is true, expected a function',
    ],
  },
  'MixtureNorm1d.forward': {
    'other features': [
      () => make('MixtureNorm1d', 3).forward(x()),
      ShapeError,
      'MixtureNorm1d: x has shape [2, 2], expected [N, 3] or [N, 3, L]',
    ],
  },
  MixtureNorm2d: {
    'a scale there is not': [
      () => make('MixtureNorm2d', 2, { scale: 'none' }),
      OptionError,
      "MixtureNorm2d: scale is 'none', expected 'fisher' or 'unit'",
    ],
    'a floor of 1': [
      () => make('MixtureNorm2d', 2, { minWeight: 1 }),
      OptionError,
      'MixtureNorm2d: minWeight is 1, expected a number of at least 0 and below 1',
    ],
  },
  'MixtureNorm2d.forward': {
    'two axes': [
      () => make('MixtureNorm2d', 2).forward(x()),
      ShapeError,
      'MixtureNorm2d: x has shape [2, 2], expected [N, 2, H, W]',
    ],
  },
  'Module.train': {
    'a number': [() => js(new Echo()).train(1), OptionError, 'train: on is 1, expected true or false'],
  },
  'Module.registerForwardHook': {
    'no function': [
      () => js(new Echo()).registerForwardHook('hook'),
      OptionError,
      "registerForwardHook: hook is 'hook', expected a function",
    ],
  },
  'Module.stateDict': {
    'two entries of one name': [
      () => colliding().stateDict(),
      OptionError,
      'stateDict: two entries are running_mean',
    ],
  },
  'Module.loadStateDict': {
    nothing: [() => js(new Echo()).loadStateDict(), OptionError, /^loadStateDict: /],
    'a promise that lacks an await': [
      () => make('Linear', 1, 1).loadStateDict(Promise.resolve({})),
      OptionError,
      /^loadStateDict: /,
    ],
    'missing keys': [() => make('Linear', 1, 1).loadStateDict({}), OptionError, /^loadStateDict: /],
    'unexpected keys': [
      () => js(new Echo()).loadStateDict({ weight: entry([1]) }),
      OptionError,
      /^loadStateDict: /,
    ],
    'another shape': [
      () => make('Linear', 1, 1, { bias: false }).loadStateDict({ weight: entry([2]) }),
      ShapeError,
      /^loadStateDict: /,
    ],
    'values that are an array': [
      () => make('Linear', 1, 1, { bias: false }).loadStateDict({ weight: { shape: [1, 1], data: [1] } }),
      OptionError,
      /^loadStateDict: /,
    ],
  },
};
