// gradcheck itself: it accepts right gradients and names the worst element of wrong ones.
import t from 'tap';
import {
  add,
  batchNorm,
  currentDevice,
  defineOp,
  GradcheckError,
  gradcheck,
  kernels as k,
  Linear,
  mul,
  OptionError,
  ones,
  openDevice,
  run,
  ShapeError,
  setDevice,
  sum,
  type Tensor,
  tensor,
} from '../lib/index.js';

interface Unary {
  x: Tensor;
}

/** x², whose rule is right but for the factor. */
function square(factor: number): (x: Tensor) => Tensor {
  const op = defineOp('square', {
    forward: ({ x }: Unary) => run(k.mul, [x, x]),
    vjp: { x: ({ g, x }) => mul(mul(g, x), factor) },
  });
  return (x) => op({ x });
}

/** eˣ, with a rule that multiplies by a factor. */
function wrong(factor: number): (x: Tensor) => Tensor {
  const op = defineOp('wrong', {
    forward: ({ x }: Unary) => run(k.exp, [x]),
    vjp: { x: ({ g }) => mul(g, factor) },
  });
  return (x) => op({ x });
}

t.test('right gradients pass, with the worst error of each input', async (t) => {
  const results = gradcheck(
    (x, y) => mul(square(2)(x), y),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  );
  t.equal(results.length, 2);
  for (const { error } of results) t.ok(error < 1e-8, `${error}`);
});

t.test('a wrong factor is reported with input, worst index, analytic and numeric value', async (t) => {
  const x = [
    [1, -2],
    [9, 3],
  ];
  t.throws(() => gradcheck((a) => square(2.5)(a), [x]), {
    name: 'GradcheckError',
    message:
      /^gradcheck: input 0 at \[\d, \d\]: analytic -?[\d.]+, numeric -?[\d.]+, relative error \d\.\d+e-\d exceeds 0\.000001$/,
  });
});

t.test('the index, the analytic and the numeric value are those of the worst element', async (t) => {
  // d/dx Σ c·x² = 2cx, and with all but one element at 0 the wrong factor shows only there.
  const device = await openDevice('reference');
  const x = tensor([0, 0, 0, 5, 0, 0], { shape: [2, 3], device });
  let message = '';
  try {
    gradcheck((a) => sum(square(3)(a)), [x]);
  } catch (error) {
    t.ok(error instanceof GradcheckError);
    message = (error as Error).message;
  }
  const [, analytic, numeric] = message.match(/at \[1, 0\]: analytic (\S+), numeric (\S+),/) ?? [];
  t.ok(Math.abs(Number(analytic) / Number(numeric) - 1.5) < 1e-6, message);
});

t.test('a gradient that is missing, or not a number, is wrong', async (t) => {
  t.throws(() => gradcheck(wrong(0), [[1, 2]]), { name: 'GradcheckError', message: /analytic -?0,/ });
  t.throws(() => gradcheck(wrong(Number.NaN), [[1, 2]]), {
    name: 'GradcheckError',
    message: /analytic NaN,/,
  });
});

t.test('an error below the tolerance passes, above it does not', async (t) => {
  const slightly = (x: Tensor) => square(2 + 1e-4)(x);
  t.doesNotThrow(() => gradcheck(slightly, [[1, 2]], { tolerance: 1e-3 }));
  t.throws(() => gradcheck(slightly, [[1, 2]], { tolerance: 1e-6 }), GradcheckError);
});

t.test('the inputs are left as they were', async (t) => {
  const x = tensor([1, 2, 3]);
  gradcheck(square(2), [x]);
  t.same([...(await x.data())], [1, 2, 3]);
  t.equal(x.grad, null);
});

t.test('a constant that fn makes is on the reference device', async (t) => {
  const before = currentDevice();
  t.equal(before.name, 'wasm');
  const [{ error }] = gradcheck((x) => mul(x, add(tensor([2, 3]), ones([2]))), [[1, 2]]);
  t.ok(error < 1e-8);
  t.equal(gradcheck((x) => batchNorm(x, { training: true }), [[[1], [2], [4]]]).length, 1, 'γ and β too');
  const layers = gradcheck((x) => new Linear(2, 2).forward(x), [[[1, 2]]], { tolerance: 10 });
  t.equal(layers.length, 1, 'a layer that fn makes');
  t.equal(currentDevice(), before, 'afterwards the device is what it was');
});

t.test('the device is what it was where fn throws, and where it sets another', async (t) => {
  const before = currentDevice();
  const other = await openDevice('gpujs-cpu');
  t.throws(
    () =>
      gradcheck(() => {
        throw new Error('of fn');
      }, [[1]]),
    new Error('of fn'),
  );
  t.equal(currentDevice(), before);
  t.throws(
    () =>
      gradcheck(
        (x) => {
          setDevice(other);
          return mul(x, tensor([1]));
        },
        [[1]],
      ),
    { message: 'mul: tensors on reference and gpujs-cpu, expected one device' },
  );
  t.equal(currentDevice(), before);
  t.throws(() => gradcheck(wrong(2), [[1, 2]]), GradcheckError);
  t.equal(currentDevice(), before);
});

t.test('what it cannot check is refused by name', async (t) => {
  const refused: [() => unknown, new (message: string) => Error, string][] = [
    [() => gradcheck(3 as never, [[1]]), OptionError, 'gradcheck: fn is 3, expected a function'],
    [
      () => gradcheck(square(2), 3 as never),
      OptionError,
      'gradcheck: inputs is 3, expected an array of tensors or values',
    ],
    [
      () => gradcheck(() => 3 as never, [[1]]),
      OptionError,
      'gradcheck: what fn returned is 3, expected a tensor',
    ],
    [
      () => gradcheck(square(2), [[1]], { tol: 1 } as never),
      OptionError,
      "gradcheck: no option 'tol'; it has step, tolerance, seed",
    ],
    [
      () => gradcheck(square(2), [[[1], [2, 3]]]),
      ShapeError,
      'tensor: rows differ in length along axis 1 of [2, 1]',
    ],
  ];
  for (const [call, ErrorClass, message] of refused) t.throws(call, { constructor: ErrorClass, message });
});
