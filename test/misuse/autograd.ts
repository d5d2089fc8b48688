// grad() and what is made of it, the check of second gradients, and the twins of rules.
import { DeviceError, OptionError, ShapeError, TapeError, type Tensor } from '../../lib/index.js';
import { elsewhere, M, type Misuses, used, x } from './given.js';

const square = (a: Tensor) => a.mul(a);
const total = (a: Tensor) => a.mul(a).sum();

/** What jvp and hessianVectorProduct refuse alike. */
const products = (op: string, name: string, fn: (a: Tensor) => Tensor): Misuses[string] => ({
  'no function': [() => M[op](3, x(), x()), TapeError, `${op}: fn is 3, expected a function`],
  'an async function': [
    () => M[op](async () => 1, x(), x()),
    TapeError,
    `${op}: the function is async, and what follows an await would run outside; await outside`,
  ],
  'a function without a result': [
    () => M[op](() => undefined, x(), x()),
    OptionError,
    `${op}: what fn returned is undefined, expected a tensor`,
  ],
  'no input': [() => M[op](fn, [], []), OptionError, `${op}: inputs is [], expected a tensor or several`],
  'a direction too few': [
    () => M[op](fn, [x(), x()], x()),
    OptionError,
    `${op}: ${name} has 1 tensors, expected 2`,
  ],
  'no direction': [
    () => M[op](fn, x()),
    OptionError,
    `${op}: ${name} is undefined, expected a tensor or several`,
  ],
  'a direction that is a number': [
    () => M[op](fn, x(), [1]),
    OptionError,
    `${op}: ${name}[0] is 1, expected a tensor`,
  ],
  'a direction of another shape': [
    () => M[op](fn, x(), M.ones([4])),
    ShapeError,
    `${op}: ${name}[0]: its shape is [4], expected [2, 2]`,
  ],
  'a direction on another device': [
    () => M[op](fn, x(), elsewhere()),
    DeviceError,
    `${op}: ${name}[0]: it is on gpujs-cpu, expected wasm`,
  ],
});

export const autograd: Misuses = {
  grad: {
    'a number': [() => M.grad(3, x()), OptionError, 'grad: outputs is 3, expected a tensor or several'],
    'no inputs': [() => M.grad(x(), []), OptionError, 'grad: inputs is [], expected a tensor or several'],
    'an input that is a number': [
      () => M.grad(x().sum(), [x(), 2]),
      OptionError,
      'grad: inputs[1] is 2, expected a tensor',
    ],
    'a hole among the inputs': [
      () => M.grad(x().sum(), new Array(1)),
      OptionError,
      'grad: inputs[0] is undefined, expected a tensor',
    ],
    'an output without gradient': [
      () => M.grad(M.ones([2]), x()),
      TapeError,
      'grad: outputs[0] of shape [2] does not require a gradient',
    ],
    'an input without gradient': [
      () => M.grad(x().sum(), M.ones([2])),
      TapeError,
      'grad: inputs[0] of shape [2] does not require a gradient',
    ],
    'an input that is not used': [
      () => M.grad(x().sum(), x()),
      TapeError,
      'grad: the outputs do not depend on inputs[0]; pass { allowUnused: true } to get null for it',
    ],
    'several elements': [
      () => {
        const a = x();
        M.grad(a.mul(2), a);
      },
      TapeError,
      'grad: outputs[0] has shape [2, 2]; pass { gradOutputs } or reduce it first',
    ],
    'a gradient too many': [
      () => M.grad(x().sum(), x(), { gradOutputs: [x(), x()] }),
      OptionError,
      'grad: gradOutputs has 2 tensors, expected 1',
    ],
    'a gradient that is a number': [
      () => M.grad(x().sum(), x(), { gradOutputs: 1 }),
      OptionError,
      'grad: gradOutputs is 1, expected a tensor or several',
    ],
    'a gradient of another shape': [
      () => M.grad(x().sum(), x(), { gradOutputs: M.ones([2]) }),
      TapeError,
      'grad: gradOutputs[0] has shape [2] on wasm, expected [] on wasm',
    ],
    'a graph that is used up': [
      () => M.grad(used(), x()),
      TapeError,
      'grad: sum was already used by an earlier backward(); pass { retainGraph: true } to the earlier one',
    ],
    'an option of another library': [
      () => M.grad(x().sum(), x(), { create_graph: true }),
      OptionError,
      "grad: no option 'create_graph'; it has gradOutputs, retainGraph, createGraph, allowUnused",
    ],
  },
  jvp: products('jvp', 'tangents', square),
  hessianVectorProduct: {
    ...products('hessianVectorProduct', 'vectors', total),
    'a function of several values': [
      () => M.hessianVectorProduct(square, x(), x()),
      TapeError,
      'hessianVectorProduct: what fn returned has shape [2, 2], expected a single element',
    ],
  },
  gradgradcheck: {
    'no function': [
      () => M.gradgradcheck(3, [[1]]),
      OptionError,
      'gradgradcheck: fn is 3, expected a function',
    ],
    'inputs that are a number': [
      () => M.gradgradcheck(square, 3),
      OptionError,
      'gradgradcheck: inputs is 3, expected an array of tensors or values',
    ],
    'a function without a result': [
      () => M.gradgradcheck(() => undefined, [[1]]),
      OptionError,
      'gradgradcheck: what fn returned is undefined, expected a tensor',
    ],
    'an unknown option': [
      () => M.gradgradcheck(square, [[1]], { eps: 1 }),
      OptionError,
      "gradgradcheck: no option 'eps'; it has step, tolerance, seed",
    ],
  },
};
