// Optimizers, clipping and schedules.
import { OptionError, TapeError } from '../../lib/index.js';
import { Echo, M, type Misuses, make, set, x } from './given.js';

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

const sgd = () => make('SGD', [x()], { lr: 1 });
const groups = () => make('SGD', [{ params: [x()] }, { params: [x()], lr: 1 }]);
const steps = (optimizer: object) => make('StepLR', optimizer, { stepSize: 2 });

const twiceInGroups = () => {
  const w = x();
  return make('Adam', [{ params: [w] }, { params: [w] }]);
};

/** A step after a rate that cannot be was written. */
function badGroup(): void {
  const optimizer = sgd();
  set((optimizer.paramGroups as unknown as object[])[0], 'lr', 'low');
  optimizer.step();
}

/** A parameter with a gradient of an infinite norm. */
function infinite() {
  const w = x();
  w.mul(Number.POSITIVE_INFINITY).sum().backward();
  return w;
}

function pastTheEnd(): void {
  const scheduler = make('OneCycleLR', sgd(), { maxLr: 1, totalSteps: 2 });
  for (let step = 0; step < 3; step++) scheduler.step();
}

function tooManyMilestones(): void {
  const optimizer = sgd();
  make('SequentialLR', optimizer, { schedulers: [steps(optimizer)], milestones: [1] });
}

export const optim: Misuses = {
  SGD: {
    'no parameters': [
      () => make('SGD'),
      OptionError,
      'SGD: params is undefined, expected an array of tensors or of groups',
    ],
    'a module': [
      () => make('SGD', new Echo()),
      OptionError,
      'SGD: params is a Echo, expected an array of tensors or of groups',
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
  Adam: {
    'a group without parameters': [
      () => make('Adam', [{ lr: 1 }]),
      OptionError,
      'Adam: params of group 0 is undefined, expected an array of tensors',
    ],
    'a tensor among groups': [
      () => make('Adam', [{ params: [x()] }, x()]),
      OptionError,
      'Adam: group 1 is a Tensor, expected { params } and its options',
    ],
    'groups without any': [
      () => make('Adam', [{ params: [] }]),
      OptionError,
      'Adam: no parameters to optimize',
    ],
    'a parameter in two groups': [
      () => twiceInGroups(),
      OptionError,
      'Adam: parameter 1 is parameter 0 again',
    ],
    'an option of a group that it lacks': [
      () => make('Adam', [{ params: [x()], momentum: 0.9 }]),
      OptionError,
      "Adam: no option 'momentum'; it has lr, betas, eps, weightDecay",
    ],
  },
  RMSprop: {
    'an alpha of 1': [
      () => make('RMSprop', [x()], { alpha: 1 }),
      OptionError,
      'RMSprop: alpha is 1, expected a number of at least 0 and below 1',
    ],
    'centered by a number': [
      () => make('RMSprop', [x()], { centered: 1 }),
      OptionError,
      'RMSprop: centered is 1, expected true or false',
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
    'a rate for several groups': [
      () => set(groups(), 'lr', 1),
      OptionError,
      'SGD: lr is that of one group, and there are 2: see paramGroups',
    ],
  },
  'Optimizer.step': {
    'a rate that was written into a group': [
      () => badGroup(),
      OptionError,
      "SGD: lr is 'low', expected a number of at least 0",
    ],
    'a released parameter': [
      () => stepReleased(),
      TapeError,
      'sgdUpdate: input 0 of shape [2, 2] was disposed of',
    ],
  },
  'Optimizer.loadStateDict': {
    'the state of another optimizer': [
      () => make('Adam', [x()]).loadStateDict({ optimizer: 'AdamW', state: {}, paramGroups: [] }),
      OptionError,
      "Adam: optimizer of the state is 'AdamW', expected 'Adam'",
    ],
    'a group too few': [
      () => groups().loadStateDict({ optimizer: 'SGD', state: {}, paramGroups: [{}] }),
      OptionError,
      'SGD: paramGroups is an array of 1, expected an array of 2 groups',
    ],
    nothing: [
      () => make('SGD', [x()]).loadStateDict(),
      OptionError,
      'SGD: the state is undefined, expected { optimizer, state, paramGroups }',
    ],
    'no groups': [
      () => make('SGD', [x()]).loadStateDict({ optimizer: 'SGD', state: {} }),
      OptionError,
      'SGD: paramGroups is undefined, expected an array of one group',
    ],
    'another number of parameters': [
      () =>
        make('SGD', [x()]).loadStateDict({ optimizer: 'SGD', state: {}, paramGroups: [{ params: [0, 1] }] }),
      OptionError,
      'SGD: paramGroups[0].params is [0,1], expected 1 indices from 0 on',
    ],
    'options left out': [
      () => make('SGD', [x()]).loadStateDict({ optimizer: 'SGD', state: {}, paramGroups: [{ params: [0] }] }),
      OptionError,
      'SGD: paramGroups[0] has nothing, expected lr, momentum, dampening, weightDecay, nesterov',
    ],
  },
  clipGradNorm: {
    'no parameters': [
      () => M.clipGradNorm(),
      OptionError,
      'clipGradNorm: parameters is undefined, expected a tensor or an array of tensors',
    ],
    'a module': [
      () => M.clipGradNorm(new Echo(), 1),
      OptionError,
      'clipGradNorm: parameters is a Echo, expected a tensor or an array of tensors',
    ],
    'a number among parameters': [
      () => M.clipGradNorm([x(), 1], 1),
      OptionError,
      'clipGradNorm: parameter 1 is 1, expected a tensor',
    ],
    'no norm': [
      () => M.clipGradNorm([x()]),
      OptionError,
      'clipGradNorm: maxNorm is undefined, expected a number of at least 0',
    ],
    'an order of 0': [
      () => M.clipGradNorm([x()], 1, { normType: 0 }),
      OptionError,
      'clipGradNorm: normType is 0, expected a number above 0',
    ],
    'a norm that is not finite': [
      () => M.clipGradNorm([infinite()], 1, { errorIfNonfinite: true }),
      OptionError,
      'clipGradNorm: the norm of order 2 is Infinity, expected a finite one',
    ],
  },
  clipGradValue: {
    'no limit': [
      () => M.clipGradValue([x()]),
      OptionError,
      'clipGradValue: clipValue is undefined, expected a number of at least 0',
    ],
    'a word': [
      () => M.clipGradValue('w', 1),
      OptionError,
      "clipGradValue: parameters is 'w', expected a tensor or an array of tensors",
    ],
  },
  LRScheduler: {
    'no optimizer': [
      () => make('LRScheduler', x()),
      OptionError,
      'LRScheduler: optimizer is a Tensor, expected an optimizer',
    ],
  },
  'LRScheduler.step': {
    'a step after the last': [
      () => pastTheEnd(),
      OptionError,
      'OneCycleLR: step is 3, expected at most 2, the totalSteps',
    ],
  },
  'LRScheduler.lrsAt': {
    'half a step': [
      () => steps(sgd()).lrsAt(0.5),
      OptionError,
      'StepLR: step is 0.5, expected an integer of at least 0',
    ],
  },
  'LRScheduler.loadStateDict': {
    nothing: [
      () => steps(sgd()).loadStateDict(),
      OptionError,
      'StepLR: the state is undefined, expected { scheduler, lastEpoch, baseLrs }',
    ],
    'the state of another schedule': [
      () => steps(sgd()).loadStateDict({ scheduler: 'LinearLR', lastEpoch: 0, baseLrs: [1] }),
      OptionError,
      "StepLR: scheduler of the state is 'LinearLR', expected 'StepLR'",
    ],
    'rates of other groups': [
      () => steps(groups()).loadStateDict({ scheduler: 'StepLR', lastEpoch: 0, baseLrs: [1] }),
      OptionError,
      'StepLR: baseLrs is [1], expected 2 rates',
    ],
    'a negative position': [
      () => steps(sgd()).loadStateDict({ scheduler: 'StepLR', lastEpoch: -1, baseLrs: [1] }),
      OptionError,
      'StepLR: lastEpoch is -1, expected an integer of at least 0',
    ],
    'a rate as text': [
      () => steps(sgd()).loadStateDict({ scheduler: 'StepLR', lastEpoch: 1, baseLrs: ['1'] }),
      OptionError,
      "StepLR: baseLrs[0] is '1', expected a number of at least 0",
    ],
  },
  StepLR: {
    'no step size': [
      () => make('StepLR', sgd()),
      OptionError,
      'StepLR: stepSize is undefined, expected an integer of at least 1',
    ],
    'the name of another library': [
      () => make('StepLR', sgd(), { step_size: 3 }),
      OptionError,
      "StepLR: no option 'step_size'; it has stepSize, gamma",
    ],
    'a step size in place of options': [
      () => make('StepLR', sgd(), 30),
      OptionError,
      'StepLR: its options are 30, expected an object such as { name: value }',
    ],
  },
  MultiStepLR: {
    'falling milestones': [
      () => make('MultiStepLR', sgd(), { milestones: [3, 2] }),
      OptionError,
      'MultiStepLR: milestones is [3,2], expected an array of rising integers',
    ],
    'one milestone': [
      () => make('MultiStepLR', sgd(), { milestones: 3 }),
      OptionError,
      'MultiStepLR: milestones is 3, expected an array of rising integers',
    ],
  },
  CosineAnnealingLR: {
    'no length': [
      () => make('CosineAnnealingLR', sgd(), {}),
      OptionError,
      'CosineAnnealingLR: tMax is undefined, expected an integer of at least 1',
    ],
  },
  LinearLR: {
    'a start at 0': [
      () => make('LinearLR', sgd(), { startFactor: 0 }),
      OptionError,
      'LinearLR: startFactor is 0, expected a number above 0 and at most 1',
    ],
  },
  OneCycleLR: {
    'no highest rate': [
      () => make('OneCycleLR', sgd(), { totalSteps: 3 }),
      OptionError,
      'OneCycleLR: maxLr is undefined, expected a number above 0',
    ],
    'rates of other groups': [
      () => make('OneCycleLR', sgd(), { maxLr: [1, 2], totalSteps: 3 }),
      OptionError,
      'OneCycleLR: maxLr is [1,2], expected a number, or one for each of 1 groups',
    ],
    'no optimizer': [
      () => make('OneCycleLR', null, { maxLr: 1, totalSteps: 3 }),
      OptionError,
      'OneCycleLR: optimizer is null, expected an optimizer',
    ],
  },
  SequentialLR: {
    'a schedule of another optimizer': [
      () => make('SequentialLR', sgd(), { schedulers: [steps(sgd())], milestones: [] }),
      OptionError,
      'SequentialLR: scheduler 0 is a StepLR, expected a scheduler of the same optimizer',
    ],
    'no schedules': [
      () => make('SequentialLR', sgd(), { schedulers: [], milestones: [] }),
      OptionError,
      'SequentialLR: schedulers is [], expected an array of schedulers',
    ],
    'a milestone too many': [
      () => tooManyMilestones(),
      OptionError,
      'SequentialLR: milestones is [1], expected 0 for 1 schedulers',
    ],
  },
};
