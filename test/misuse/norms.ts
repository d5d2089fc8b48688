// Normalization layers, and what all modules have.
import { DeviceError, OptionError, ShapeError } from '../../lib/index.js';
import { Echo, image, js, M, type Misuses, make, other, x } from './given.js';

const entry = (shape: number[]) => ({ shape, data: new Float32Array(shape[0]) });

/** A module with two buffers of one name in a state dictionary. */
const colliding = () =>
  js(Object.assign(new Echo(), { runningMean: M.zeros([1]), running_mean: M.zeros([1]) }));

export const norms: Misuses = {
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
    'seeds of another kind': [
      () => make('MixtureNorm2d', 2, { seeding: 'random' }),
      OptionError,
      "MixtureNorm2d: seeding is 'random', expected 'warm' or 'kmeans'",
    ],
    'an order for shuffle': [
      () => make('MixtureNorm2d', 2, { shuffle: [1, 0] }),
      OptionError,
      'MixtureNorm2d: shuffle is [1,0], expected true or false',
    ],
    'shuffled posteriors that are differentiated': [
      () => make('MixtureNorm2d', 2, { shuffle: true, gradient: 'posterior' }),
      OptionError,
      "MixtureNorm2d: shuffle is true, expected false where gradient is 'posterior'",
    ],
    'more components than are matched': [
      () => make('MixtureNorm2d', 2, { seeding: 'kmeans', components: 7 }),
      OptionError,
      "MixtureNorm2d: components is 7, expected at most 6 where seeding is 'kmeans'",
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
