// Normalization layers beside batch and mixture normalization: of samples, groups, instances, parts and modes.
import { OptionError, ShapeError } from '../../lib/index.js';
import { image, M, type Misuses, make, x } from './given.js';

export const moreNorms: Misuses = {
  LayerNorm: {
    'no shape': [
      () => make('LayerNorm'),
      OptionError,
      'LayerNorm: normalizedShape is undefined, expected an integer of at least 1, or an array of them',
    ],
    'an empty shape': [
      () => make('LayerNorm', []),
      OptionError,
      'LayerNorm: normalizedShape is [], expected an integer of at least 1, or an array of them',
    ],
    'options in the place of the shape': [
      () => make('LayerNorm', { eps: 1 }),
      OptionError,
      'LayerNorm: normalizedShape is an object, expected an integer of at least 1, or an array of them',
    ],
    "another layer's option": [
      () => make('LayerNorm', 2, { affine: true }),
      OptionError,
      "LayerNorm: no option 'affine'; it has device, eps, elementwiseAffine, bias",
    ],
  },
  'LayerNorm.forward': {
    'other last axes': [
      () => make('LayerNorm', 3).forward(x()),
      ShapeError,
      'layerNorm: x has shape [2, 2], expected last axes of [3]',
    ],
    'no tensor': [
      () => make('LayerNorm', 3).forward([1]),
      OptionError,
      'LayerNorm: x is [1], expected a tensor',
    ],
  },
  GroupNorm: {
    'no channels': [
      () => make('GroupNorm', 2),
      OptionError,
      'GroupNorm: numChannels is undefined, expected an integer of at least 1',
    ],
    'groups that do not divide': [
      () => make('GroupNorm', 2, 3),
      OptionError,
      'GroupNorm: numGroups is 2, expected a divisor of the 3 channels',
    ],
    'no groups': [
      () => make('GroupNorm', 0, 3),
      OptionError,
      'GroupNorm: numGroups is 0, expected an integer of at least 1',
    ],
  },
  'GroupNorm.forward': {
    'other channels': [
      () => make('GroupNorm', 1, 3).forward(x()),
      ShapeError,
      'GroupNorm: x has shape [2, 2], expected [N, 3, …]',
    ],
    'a scalar': [
      () => make('GroupNorm', 1, 3).forward(M.ones([])),
      ShapeError,
      'GroupNorm: x has shape [], expected [N, 3, …]',
    ],
  },
  InstanceNorm1d: {
    'a momentum of null': [
      () => make('InstanceNorm1d', 2, { momentum: null }),
      OptionError,
      'InstanceNorm1d: momentum is null, expected a number of at least 0 and at most 1',
    ],
    'trackRunningStats as number': [
      () => make('InstanceNorm1d', 2, { trackRunningStats: 1 }),
      OptionError,
      'InstanceNorm1d: trackRunningStats is 1, expected true or false',
    ],
  },
  'InstanceNorm1d.forward': {
    'two axes': [
      () => make('InstanceNorm1d', 2).forward(x()),
      ShapeError,
      'InstanceNorm1d: x has shape [2, 2], expected [N, 2, L]',
    ],
    'one value a channel': [
      () => make('InstanceNorm1d', 2).forward(M.ones([3, 2, 1])),
      ShapeError,
      'instanceNorm: x has shape [3, 2, 1], one value a channel of a sample: nothing to normalize by',
    ],
  },
  InstanceNorm2d: {
    'no features': [
      () => make('InstanceNorm2d'),
      OptionError,
      'InstanceNorm2d: numFeatures is undefined, expected an integer of at least 1',
    ],
  },
  'InstanceNorm2d.forward': {
    'three axes': [
      () => make('InstanceNorm2d', 2).forward(M.ones([3, 2, 4])),
      ShapeError,
      'InstanceNorm2d: x has shape [3, 2, 4], expected [N, 2, H, W]',
    ],
    'one pixel, with running statistics': [
      () => make('InstanceNorm2d', 2, { trackRunningStats: true }).forward(M.ones([3, 2, 1, 1])),
      ShapeError,
      'instanceNorm: x has shape [3, 2, 1, 1], one value a channel of a sample: nothing to normalize by',
    ],
  },
  GhostBatchNorm2d: {
    'no size of a part': [
      () => make('GhostBatchNorm2d', 2),
      OptionError,
      'GhostBatchNorm2d: virtualBatchSize is undefined, expected an integer of at least 1',
    ],
    'the name of another layer': [
      () => make('GhostBatchNorm2d', 2, { virtualBatchSize: 2, numGroups: 2 }),
      OptionError,
      "GhostBatchNorm2d: no option 'numGroups'; it has device, affine, eps, momentum, virtualBatchSize, groups",
    ],
    'both sizes': [
      () => make('GhostBatchNorm2d', 2, { virtualBatchSize: 2, groups: 2 }),
      OptionError,
      'GhostBatchNorm2d: groups is 2, expected none beside virtualBatchSize',
    ],
    'no groups': [
      () => make('GhostBatchNorm2d', 2, { groups: 0 }),
      OptionError,
      'GhostBatchNorm2d: groups is 0, expected an integer of at least 1',
    ],
  },
  'GhostBatchNorm2d.forward': {
    'a batch that does not divide': [
      () => make('GhostBatchNorm2d', 1, { virtualBatchSize: 2 }).forward(image()),
      ShapeError,
      'ghostBatchNorm: x has 1 samples, expected a multiple of virtualBatchSize 2',
    ],
    'fewer samples than groups': [
      () => make('GhostBatchNorm2d', 1, { groups: 2 }).forward(image()),
      ShapeError,
      'GhostBatchNorm2d: x has 1 samples, expected at least 2',
    ],
    'two axes': [
      () => make('GhostBatchNorm2d', 2, { virtualBatchSize: 1 }).forward(x()),
      ShapeError,
      'GhostBatchNorm2d: x has shape [2, 2], expected [N, 2, H, W]',
    ],
  },
  ModeNorm1d: {
    'no modes': [
      () => make('ModeNorm1d', 2, { components: 0 }),
      OptionError,
      'ModeNorm1d: components is 0, expected an integer of at least 1',
    ],
    'an option of mixture normalization': [
      () => make('ModeNorm1d', 2, { posterior: 'joint' }),
      OptionError,
      "ModeNorm1d: no option 'posterior'; it has device, affine, random, components, eps, momentum",
    ],
  },
  'ModeNorm1d.forward': {
    'other features': [
      () => make('ModeNorm1d', 3).forward(x()),
      ShapeError,
      'ModeNorm1d: x has shape [2, 2], expected [N, 3] or [N, 3, L]',
    ],
    'one value a channel': [
      () => make('ModeNorm1d', 2).forward(M.ones([1, 2])),
      ShapeError,
      'modeNorm: x has shape [1, 2], one value a channel: nothing to normalize by',
    ],
  },
  ModeNorm2d: {
    'a generator that is a seed': [
      () => make('ModeNorm2d', 2, { random: 7 }),
      OptionError,
      'ModeNorm2d: random is 7, expected a generator of createRandom()',
    ],
  },
  'ModeNorm2d.forward': {
    'no tensor': [
      () => make('ModeNorm2d', 2).forward(null),
      OptionError,
      'ModeNorm2d: x is null, expected a tensor',
    ],
  },
};
