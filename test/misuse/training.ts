// Optimizers, random draws and files.
import { DataError, OptionError, ShapeError, TapeError } from '../../lib/index.js';
import { Echo, file, js, M, type Misuses, make, set, x } from './given.js';

const twice = () => {
  const w = x();
  return make('SGD', [w, w]);
};

/** A step with a gradient, of a parameter that is gone. */
function stepReleased(): void {
  const w = x();
  w.sum().backward();
  const optimizer = make('SGD', [w]);
  w.dispose();
  optimizer.step();
}

export const training: Misuses = {
  SGD: {
    'no parameters': [
      () => make('SGD'),
      OptionError,
      'SGD: params is undefined, expected an array of tensors',
    ],
    'a module': [
      () => make('SGD', new Echo()),
      OptionError,
      'SGD: params is a Echo, expected an array of tensors',
    ],
    'an empty list': [() => make('SGD', []), OptionError, 'SGD: no parameters to optimize'],
    'a number among parameters': [
      () => make('SGD', [1]),
      OptionError,
      'SGD: parameter 0 is 1, expected a tensor',
    ],
    'a tensor without gradient': [
      () => make('SGD', [M.ones([1])]),
      OptionError,
      'SGD: parameter 0 does not require a gradient',
    ],
    'an output': [
      () => make('SGD', [x().mul(2)]),
      OptionError,
      'SGD: parameter 0 is the output of an operation',
    ],
    'a parameter twice': [() => twice(), OptionError, 'SGD: parameter 1 is parameter 0 again'],
    'a rate of NaN': [
      () => make('SGD', [x()], { lr: Number.NaN }),
      OptionError,
      'SGD: lr is NaN, expected a number of at least 0',
    ],
    'a rate of null': [
      () => make('SGD', [x()], { lr: null }),
      OptionError,
      'SGD: lr is null, expected a number of at least 0',
    ],
    'a rate as text': [
      () => make('SGD', [x()], { lr: '0.1' }),
      OptionError,
      "SGD: lr is '0.1', expected a number of at least 0",
    ],
    'a rate in place of options': [
      () => make('SGD', [x()], 0.1),
      OptionError,
      'SGD: its options are 0.1, expected an object such as { name: value }',
    ],
    'nesterov without momentum': [
      () => make('SGD', [x()], { nesterov: true }),
      OptionError,
      'SGD: nesterov needs a momentum above 0 and a dampening of 0',
    ],
    'the name of another library': [
      () => make('SGD', [x()], { weight_decay: 1 }),
      OptionError,
      "SGD: no option 'weight_decay'; it has lr, momentum, dampening, weightDecay, nesterov",
    ],
  },
  AdamW: {
    'one beta': [
      () => make('AdamW', [x()], { betas: [0.9] }),
      OptionError,
      'AdamW: betas is [0.9], expected a pair of numbers',
    ],
    'a beta of 1': [
      () => make('AdamW', [x()], { betas: [0.9, 1] }),
      OptionError,
      'AdamW: betas[1] is 1, expected a number of at least 0 and below 1',
    ],
    'a hole among betas': [
      () => make('AdamW', [x()], { betas: new Array(2) }),
      OptionError,
      'AdamW: betas[0] is undefined, expected a number of at least 0 and below 1',
    ],
    'a negative eps': [
      () => make('AdamW', [x()], { eps: -1 }),
      OptionError,
      'AdamW: eps is -1, expected a number of at least 0',
    ],
    'an infinite decay': [
      () => make('AdamW', [x()], { weightDecay: Number.POSITIVE_INFINITY }),
      OptionError,
      'AdamW: weightDecay is Infinity, expected a number of at least 0',
    ],
  },
  Optimizer: {
    'no way to read options': [
      () => make('Optimizer', [x()], {}, {}),
      OptionError,
      'Optimizer: read is undefined, expected a function',
    ],
  },
  'Optimizer.lr': {
    'a rate of NaN': [
      () => set(make('SGD', [x()]), 'lr', Number.NaN),
      OptionError,
      'SGD: lr is NaN, expected a number of at least 0',
    ],
    'a negative rate': [
      () => set(make('AdamW', [x()]), 'lr', -1),
      OptionError,
      'AdamW: lr is -1, expected a number of at least 0',
    ],
  },
  'Optimizer.step': {
    'a released parameter': [
      () => stepReleased(),
      TapeError,
      'sgdUpdate: input 0 of shape [2, 2] was disposed of',
    ],
  },
  'Optimizer.loadStateDict': {
    nothing: [
      () => make('SGD', [x()]).loadStateDict(),
      OptionError,
      'SGD: the state is undefined, expected { state, paramGroups }',
    ],
    'no groups': [
      () => make('SGD', [x()]).loadStateDict({ state: {} }),
      OptionError,
      'SGD: paramGroups is undefined, expected an array of one group',
    ],
    'another number of parameters': [
      () => make('SGD', [x()]).loadStateDict({ state: {}, paramGroups: [{ params: [0, 1] }] }),
      OptionError,
      'SGD: paramGroups[0].params is [0,1], expected the indices of 1 parameters',
    ],
    'options left out': [
      () => make('SGD', [x()]).loadStateDict({ state: {}, paramGroups: [{ params: [0] }] }),
      OptionError,
      'SGD: paramGroups[0] has nothing, expected lr, momentum, dampening, weightDecay, nesterov',
    ],
  },
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
