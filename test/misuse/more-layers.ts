// Layers that came later: transposed convolution, dropout, softmax, lists of modules.
import { OptionError, ShapeError } from '../../lib/index.js';
import { Echo, image, M, type Misuses, make, x } from './given.js';

export const moreLayers: Misuses = {
  ConvTranspose2d: {
    'no channels': [
      () => make('ConvTranspose2d'),
      OptionError,
      'ConvTranspose2d: inChannels is undefined, expected an integer of at least 1',
    ],
    'groups that do not divide': [
      () => make('ConvTranspose2d', 4, 3, 1, { groups: 2 }),
      OptionError,
      'ConvTranspose2d: groups is 2, expected a divisor of 4 inChannels and 3 outChannels',
    ],
    'the name of another library': [
      () => make('ConvTranspose2d', 1, 1, 1, { output_padding: 1 }),
      OptionError,
      "ConvTranspose2d: no option 'output_padding'; it has device, random, stride, padding, dilation, groups, outputPadding, bias",
    ],
  },
  'ConvTranspose2d.forward': {
    'other channels': [
      () => make('ConvTranspose2d', 2, 1, 1).forward(image()),
      ShapeError,
      'convTranspose2d: x has 1 channels, weight expects 2',
    ],
    'an output padding of a stride': [
      () => make('ConvTranspose2d', 1, 1, 2, { stride: 2, outputPadding: 2 }).forward(image()),
      OptionError,
      'convTranspose2d: outputPadding is [2, 2], expected less than the stride or the dilation',
    ],
  },
  Dropout: {
    'p in the place of options': [
      () => make('Dropout', 0.5),
      OptionError,
      'Dropout: its options are 0.5, expected an object such as { name: value }',
    ],
    'p above 1': [
      () => make('Dropout', { p: 50 }),
      OptionError,
      'Dropout: p is 50, expected a number of at least 0 and at most 1',
    ],
    'a seed': [
      () => make('Dropout', { random: 1 }),
      OptionError,
      'Dropout: random is 1, expected a generator of createRandom()',
    ],
  },
  'Dropout.forward': {
    'an array': [() => make('Dropout').forward([1]), OptionError, 'Dropout: x is [1], expected a tensor'],
    'no tensor, in evaluation': [
      () => make('Dropout').eval().forward(),
      OptionError,
      'Dropout: x is undefined, expected a tensor',
    ],
  },
  Dropout2d: {
    'p as text': [
      () => make('Dropout2d', { p: '0.5' }),
      OptionError,
      "Dropout2d: p is '0.5', expected a number of at least 0 and at most 1",
    ],
  },
  'Dropout2d.forward': {
    'two axes': [
      () => make('Dropout2d').forward(x()),
      ShapeError,
      'dropout2d: x has shape [2, 2], expected [N, C, H, W]',
    ],
  },
  Softmax: {
    'no axis': [() => make('Softmax'), OptionError, 'Softmax: axis is undefined, expected an integer'],
  },
  'Softmax.forward': {
    'an axis beyond': [
      () => make('Softmax', 2).forward(x()),
      ShapeError,
      'softmax: axis 2 is not an axis of a tensor with 2 axes',
    ],
  },
  ModuleList: {
    'modules one by one': [
      () => make('ModuleList', new Echo(), new Echo()),
      OptionError,
      'ModuleList: modules is a Echo, expected an array of modules',
    ],
    'what is no module': [
      () => make('ModuleList', [M.ones]),
      OptionError,
      'ModuleList: module 0 is the function ones, expected a Module',
    ],
  },
  'ModuleList.forward': {
    'a tensor': [
      () => make('ModuleList', [new Echo()]).forward(x()),
      OptionError,
      'ModuleList: it has no order of computation, expected calls of its modules',
    ],
  },
};
