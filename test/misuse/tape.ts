// The tape, kernels and what users define themselves.
import * as mixgrad from '../../lib/index.js';
import { DeviceError, OptionError, TapeError, type Tensor } from '../../lib/index.js';
import { elsewhere, js, M, type Misuses, released, used, x } from './given.js';

/** An operation of the user's. */
const defined = (definition: object) => M.defineOp('f', definition) as unknown as (args?: object) => object;

/** A run of a kernel whose body returns what is no number. */
function returning(value: unknown): unknown {
  function body(_a: number[]) {
    return value;
  }
  return M.run(M.kernel('k', body, mixgrad.elementwise), [x()]);
}

export const tape: Misuses = {
  backward: {
    'an array': [() => M.backward([1]), OptionError, 'backward: loss is [1], expected a tensor'],
    'a tensor without gradient': [
      () => M.backward(M.ones([])),
      TapeError,
      'backward: the tensor of shape [] does not require a gradient',
    ],
    'a graph that is used up': [
      () => M.backward(used()),
      TapeError,
      'backward: sum was already used by an earlier backward(); pass { retainGraph: true } to the earlier one',
    ],
    'several elements': [
      () => M.backward(x().mul(2)),
      TapeError,
      'backward: the tensor has shape [2, 2]; pass { gradient } or reduce it first',
    ],
    'a gradient of another shape': [
      () => M.backward(x().mul(2), { gradient: M.ones([4]) }),
      TapeError,
      'backward: gradient has shape [4] on wasm, expected [2, 2] on wasm',
    ],
    'a gradient of another device': [
      () => M.backward(x().mul(2), { gradient: elsewhere() }),
      TapeError,
      'backward: gradient has shape [2, 2] on gpujs-cpu, expected [2, 2] on wasm',
    ],
    'a gradient that is a number': [
      () => M.backward(x().sum(), { gradient: 1 }),
      OptionError,
      'backward: gradient is 1, expected a tensor',
    ],
    'an option of another library': [
      () => M.backward(x().sum(), { retain_graph: true }),
      OptionError,
      "backward: no option 'retain_graph'; it has gradient, retainGraph, createGraph",
    ],
    'retainGraph as number': [
      () => M.backward(x().sum(), { retainGraph: 1 }),
      OptionError,
      'backward: retainGraph is 1, expected true or false',
    ],
  },
  tape: {
    'a number': [() => M.tape(3), OptionError, 'tape: t is 3, expected a tensor'],
  },
  noGrad: {
    'no function': [() => M.noGrad(x()), TapeError, 'noGrad: fn is a Tensor, expected a function'],
    'an async function': [
      () => M.noGrad(async () => 1),
      TapeError,
      'noGrad: the function is async, and what follows an await would run outside; await outside',
    ],
  },
  detectAnomaly: {
    'a promise': [
      () => M.detectAnomaly(Promise.resolve(1)),
      TapeError,
      'detectAnomaly: fn is a Promise, expected a function',
    ],
    'an async function': [
      () => M.detectAnomaly(async () => 1),
      TapeError,
      'detectAnomaly: the function is async, and what follows an await would run outside; await outside',
    ],
    'a NaN': [
      () => M.detectAnomaly(() => M.log(M.tensor([-1]))),
      TapeError,
      'log: its output holds NaN at position 0',
    ],
  },
  gradcheck: {
    'no function': [() => M.gradcheck(3, [[1]]), OptionError, 'gradcheck: fn is 3, expected a function'],
    'inputs that are a number': [
      () => M.gradcheck((a: Tensor) => a, 3),
      OptionError,
      'gradcheck: inputs is 3, expected an array of tensors or values',
    ],
    'a function without a result': [
      () => M.gradcheck(() => undefined, [[1]]),
      OptionError,
      'gradcheck: what fn returned is undefined, expected a tensor',
    ],
    'a step of NaN': [
      () => M.gradcheck((a: Tensor) => a, [[1]], { step: Number.NaN }),
      OptionError,
      'gradcheck: step is NaN, expected a number above 0',
    ],
    'a negative tolerance': [
      () => M.gradcheck((a: Tensor) => a, [[1]], { tolerance: -1 }),
      OptionError,
      'gradcheck: tolerance is -1, expected a number of at least 0',
    ],
    'an unknown option': [
      () => M.gradcheck((a: Tensor) => a, [[1]], { eps: 1 }),
      OptionError,
      "gradcheck: no option 'eps'; it has step, tolerance, seed",
    ],
  },
  run: {
    'no kernel': [
      () => M.run(null, [x()]),
      OptionError,
      'run: the kernel is null, expected one such as kernels.exp',
    ],
    'the name of a kernel': [
      () => M.run('exp', [x()]),
      OptionError,
      "run: the kernel is 'exp', expected one such as kernels.exp",
    ],
    'inputs that are no array': [
      () => M.run(mixgrad.kernels.exp, x()),
      OptionError,
      'exp: its inputs are a Tensor, expected an array of tensors',
    ],
    'an input that is a number': [
      () => M.run(mixgrad.kernels.exp, [1]),
      OptionError,
      'exp: input 0 is 1, expected a tensor',
    ],
    'too few inputs': [() => M.run(mixgrad.kernels.add, [x()]), OptionError, 'add: got 1 inputs, expected 2'],
    'attributes left out': [
      () => M.run(mixgrad.kernels.affine, [x()]),
      OptionError,
      'affine: got inputs [2, 2] and attributes undefined, expected what its plan takes',
    ],
    'attributes of another kind': [
      () => M.run(mixgrad.kernels.affine, [x()], { scale: '2', shift: 0 }),
      OptionError,
      "affine: a scalar of its plan is '2', expected a number",
    ],
    'tensors of two devices': [
      () => M.run(mixgrad.kernels.add, [x(), elsewhere()]),
      DeviceError,
      'add: tensors on wasm and gpujs-cpu, expected one device',
    ],
    'a released input': [
      () => M.run(mixgrad.kernels.exp, [released()]),
      TapeError,
      'exp: input 0 of shape [2, 2] was disposed of',
    ],
    'a body that returns nothing': [
      () => returning(undefined),
      OptionError,
      'k: its body returned undefined, expected a number',
    ],
    'a body that returns text': [
      () => returning('1'),
      OptionError,
      "k: its body returned '1', expected a number",
    ],
  },
  kernel: {
    'no body': [
      () => M.kernel('k'),
      OptionError,
      "kernel: got 'k', undefined, undefined, expected a name, a body and a plan",
    ],
    'an arrow function': [
      () => M.kernel('k', (a: number[]) => a[0], mixgrad.elementwise),
      OptionError,
      /^kernel: body of k is .*, expected a plain function, such as function/,
    ],
    'a native function': [
      () => M.kernel('k', Math.max, mixgrad.elementwise),
      OptionError,
      /^kernel: body of k is the function max, expected a plain function/,
    ],
    'a method': [
      () =>
        M.kernel(
          'k',
          {
            m() {
              return 1;
            },
          }.m,
          mixgrad.elementwise,
        ),
      OptionError,
      /^kernel: body of k is the function m, expected a plain function/,
    ],
    'an async function': [
      () =>
        M.kernel(
          'k',
          async function late() {
            return 1;
          },
          mixgrad.elementwise,
        ),
      OptionError,
      /^kernel: body of k is the function late, expected a plain function/,
    ],
    'a number as name': [
      () =>
        M.kernel(
          1,
          () => 1,
          () => 1,
        ),
      OptionError,
      'kernel: got 1, the function without a name, the function without a name, expected a name, a body and a plan',
    ],
  },
  elementwise: {
    'no shapes': [
      () => M.elementwise(),
      OptionError,
      'elementwise: shapes is undefined, expected an array of shapes',
    ],
    'a shape in place of shapes': [
      () => M.elementwise([2]),
      OptionError,
      'elementwise: shapes is [2], expected an array of shapes',
    ],
  },
  defineOp: {
    'no definition': [
      () => M.defineOp('f'),
      OptionError,
      'defineOp: forward of f is undefined, expected a function',
    ],
    'no name': [() => M.defineOp({}, {}), OptionError, 'defineOp: name is an object, expected a word'],
    'no rules': [
      () => M.defineOp('f', { forward: () => x() }),
      OptionError,
      'defineOp: vjp of f is undefined, expected a rule for each tensor argument',
    ],
    'a rule that is no function': [
      () => M.defineOp('f', { forward: () => x(), vjp: { x: 1 } }),
      OptionError,
      'defineOp: the rule of x is 1, expected a function or null',
    ],
    'twins that are a function': [
      () => M.defineOp('f', { forward: () => x(), vjp: { x: x }, twins: x }),
      OptionError,
      'defineOp: twins of f is the function x, expected rules',
    ],
    'a twin that is no function': [
      () => M.defineOp('f', { forward: () => x(), vjp: { x: x }, twins: { x: null } }),
      OptionError,
      'defineOp: the twin of x is null, expected a function',
    ],
    'a twin without a rule': [
      () => M.defineOp('f', { forward: () => x(), vjp: { x: null }, twins: { x: x } }),
      OptionError,
      'defineOp: the twin of x is the function x, expected none, since vjp has no rule of it',
    ],
    'a forward that is none': [
      () => M.defineOp('f', { forward: 1, vjp: { x: null } }),
      OptionError,
      'defineOp: forward of f is 1, expected a function',
    ],
    'arguments that are a tensor in a call': [
      () => defined({ forward: () => x(), vjp: { a: null } })(),
      OptionError,
      'f: its arguments are undefined, expected an object of them by name',
    ],
    'a forward without a result': [
      () => defined({ forward: () => 3, vjp: { a: null } })({ a: x() }),
      TapeError,
      'f: its forward returned 3, expected a tensor or { out, saved, also }',
    ],
    'a rule without a result': [
      () =>
        js(defined({ forward: ({ a }: { a: Tensor }) => M.exp(a), vjp: { a: () => 3 } })({ a: x() }))
          .sum()
          .backward(),
      TapeError,
      'f: the gradient of a is no tensor',
    ],
    'a rule of another shape': [
      () =>
        js(
          defined({ forward: ({ a }: { a: Tensor }) => M.exp(a), vjp: { a: () => M.ones([3]) } })({ a: x() }),
        )
          .sum()
          .backward(),
      TapeError,
      'f: the gradient of a has shape [3] on wasm, expected [2, 2] on wasm',
    ],
    'an argument that is no tensor': [
      () => defined({ forward: ({ a }: { a: Tensor }) => a, vjp: { a: () => x() } })({ a: 3 }),
      OptionError,
      'f: a is 3, expected a tensor',
    ],
  },
};
