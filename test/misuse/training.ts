// Random draws and files.
import { DataError, OptionError, ShapeError } from '../../lib/index.js';
import { Echo, file, js, M, type Misuses, make, x } from './given.js';

export const training: Misuses = {
  createRandom: {
    'no seed': [
      () => M.createRandom(),
      OptionError,
      'createRandom: seed is undefined, expected a number or a string',
    ],
    'a seed of NaN': [
      () => M.createRandom(Number.NaN),
      OptionError,
      'createRandom: seed is NaN, expected a number or a string',
    ],
    'a generator as seed': [
      () => M.createRandom(M.createRandom(1)),
      OptionError,
      'createRandom: seed is a Random, expected a number or a string',
    ],
  },
  manualSeed: {
    null: [
      () => M.manualSeed(null),
      OptionError,
      'createRandom: seed is null, expected a number or a string',
    ],
  },
  'Random.integer': {
    'a range of 0': [
      () => js(M.createRandom(1)).integer(0),
      OptionError,
      'integer: n is 0, expected an integer of at least 1',
    ],
    'half a range': [
      () => js(M.createRandom(1)).integer(0.5),
      OptionError,
      'integer: n is 0.5, expected an integer of at least 1',
    ],
  },
  'Random.permutation': {
    'a negative length': [
      () => js(M.createRandom(1)).permutation(-1),
      OptionError,
      'permutation: n is -1, expected an integer of at least 0 and at most 2147483647',
    ],
    text: [
      () => js(M.createRandom(1)).permutation('3'),
      OptionError,
      "permutation: n is '3', expected an integer of at least 0 and at most 2147483647",
    ],
  },
  'Random.fork': {
    'no name': [
      () => js(M.createRandom(1)).fork(),
      OptionError,
      'fork: name is undefined, expected a string or a number',
    ],
    'a name of NaN': [
      () => js(M.createRandom(1)).fork(Number.NaN),
      OptionError,
      'fork: name is NaN, expected a string or a number',
    ],
  },
  'Random.load': {
    nothing: [
      () => js(M.createRandom(1)).load(),
      OptionError,
      'load: state is undefined, expected what state() of a generator returned',
    ],
    'a seed in place of a state': [
      () => js(M.createRandom(1)).load({ seed: '1' }),
      OptionError,
      'load: state is an object, expected what state() of a generator returned',
    ],
    'a state that is cut': [
      () => js(M.createRandom(1)).load({ seed: '1', arc4: { i: 0, j: 0, S: [0, 1] } }),
      OptionError,
      'load: state is an object, expected what state() of a generator returned',
    ],
  },
  DataLoader: {
    nothing: [
      () => make('DataLoader'),
      OptionError,
      'DataLoader: source is undefined, expected { length, get }',
    ],
    'an array': [
      () => make('DataLoader', [1, 2]),
      OptionError,
      /^DataLoader: source is .*, expected \{ length, get \}$/,
    ],
    'a source without a length': [
      () => make('DataLoader', { get() {} }),
      OptionError,
      'DataLoader: source.length is undefined, expected an integer of at least 0',
    ],
    'batches of nothing': [
      () => make('DataLoader', { length: 3, get() {} }, { batchSize: 0 }),
      OptionError,
      'DataLoader: batchSize is 0, expected an integer of at least 1',
    ],
    'a seed that is none': [
      () => make('DataLoader', { length: 3, get() {} }, { seed: Number.NaN }),
      OptionError,
      /seed/,
    ],
  },
  saveSafetensors: {
    nothing: [() => M.saveSafetensors(), OptionError, /^saveSafetensors: /],
    'a tensor in place of an entry': [() => M.saveSafetensors({ w: x() }), OptionError, /^saveSafetensors: /],
    'a shape that does not fit': [
      () => M.saveSafetensors({ w: { shape: [3], data: Float32Array.of(1) } }),
      ShapeError,
      /^saveSafetensors: /,
    ],
    'a number among the metadata': [
      () => M.saveSafetensors({}, { epoch: 3 }),
      OptionError,
      /^saveSafetensors: /,
    ],
  },
  saveCheckpoint: {
    nothing: [
      () => M.saveCheckpoint(),
      OptionError,
      'saveCheckpoint: parts is undefined, expected { model, optimizer, … }',
    ],
    'a module in place of parts': [() => M.saveCheckpoint(new Echo()), OptionError, /^saveCheckpoint: /],
    'a tensor as a part': [
      () => M.saveCheckpoint({ w: x() }),
      OptionError,
      /^saveCheckpoint: w is .*, expected an object with stateDict\(\) and loadStateDict\(\), or a generator$/,
    ],
    'a number as values': [
      () => M.saveCheckpoint({}, 3),
      OptionError,
      'saveCheckpoint: values is 3, expected an object of values',
    ],
    'a value of NaN': [
      () => M.saveCheckpoint({}, { loss: Number.NaN }),
      OptionError,
      /^saveCheckpoint: values\.loss is NaN, expected a number/,
    ],
  },
  loadCheckpoint: {
    nothing: [
      () => M.loadCheckpoint(),
      OptionError,
      'loadCheckpoint: parts is undefined, expected { model, optimizer, … }',
    ],
    'no parts': [() => M.loadCheckpoint(new Uint8Array(8)), OptionError, /^loadCheckpoint: parts/],
    text: [() => M.loadCheckpoint('file', {}), DataError, /^safetensors: file/],
    weights: [
      () => M.loadCheckpoint(M.saveSafetensors({}), {}),
      DataError,
      /^loadCheckpoint: the file is no checkpoint/,
    ],
  },
  loadSafetensors: {
    nothing: [() => M.loadSafetensors(), DataError, /^safetensors: /],
    text: [() => M.loadSafetensors('weights'), DataError, /^safetensors: /],
    'too few bytes': [() => M.loadSafetensors(new Uint8Array(3)), DataError, /^safetensors: /],
    'a header that is no JSON': [() => M.loadSafetensors(file('{')), DataError, /^safetensors: /],
    'a header that is a list': [() => M.loadSafetensors(file('[]')), DataError, /^safetensors: /],
    'no dtype': [
      () => M.loadSafetensors(file('{"w":{"shape":[1],"data_offsets":[0,4]}}')),
      DataError,
      /^safetensors: /,
    ],
    'data that is cut': [
      () => M.loadSafetensors(file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}')),
      DataError,
      /^safetensors: /,
    ],
  },
};
