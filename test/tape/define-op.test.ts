// defineOp, run and kernel as users meet them: operators of one's own, and what is refused.
import t from 'tap';
import {
  defineOp,
  elementwise,
  type Flat,
  grad,
  gradcheck,
  gradgradcheck,
  kernel,
  kernels,
  mul,
  OptionError,
  run,
  sum,
  TapeError,
  Tensor,
  type Thread,
  tape,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf } from '../values.js';

/** y = x³, by kernels that no device has a native for. */
const cubed = kernel(
  'cubed',
  function (this: Thread, x: Flat) {
    return x[this.thread.x] * x[this.thread.x] * x[this.thread.x];
  },
  elementwise,
);
const cubedGrad = kernel(
  'cubedGrad',
  function (this: Thread, g: Flat, x: Flat) {
    return 3 * g[this.thread.x] * x[this.thread.x] * x[this.thread.x];
  },
  elementwise,
);
const cube = defineOp('cube', {
  forward: ({ x }: { x: Tensor }) => run(cubed, [x]),
  vjp: { x: ({ g, x }) => run(cubedGrad, [g, x]) },
});

everyDevice("an operator of one's own runs on every device, with its gradient", async (t, device) => {
  const x = leaf([1, -2, 3], [3], device);
  const y = cube({ x });
  t.same([...(await y.data())], [1, -8, 27]);
  sum(y).backward();
  t.same([...(await x.grad!.data())], [3, 12, 27]);
});

t.test("a kernel with a native's name is still the kernel that was given", async (t) => {
  const other = kernel(
    'exp',
    function (this: Thread, x: Flat) {
      return x[this.thread.x] + 1;
    },
    elementwise,
  );
  t.same([...(await run(other, [tensor([1, 2])]).data())], [2, 3]);
});

/** Σ of a list, each by its own weight. */
const weightedSum = defineOp('weightedSum', {
  forward: ({ parts, weights }: { parts: readonly Tensor[]; weights: readonly number[] }) =>
    parts
      .map((part, i) => run(kernels.affine, [part], { scale: weights[i], shift: 0 }))
      .reduce((a, b) => run(kernels.add, [a, b])),
  vjp: { parts: ({ g, parts, weights }) => parts.map((_, i) => mul(g, weights[i])) },
});

t.test('a list of tensors is one argument, whose rule gives a list', async (t) => {
  const results = gradcheck(
    (a, b, c) => weightedSum({ parts: [a, b, c], weights: [1, 2, 3] }),
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  );
  t.equal(results.length, 3);
  const [a, b] = [tensor([1, 2]), tensor([3, 4], { requiresGrad: true })];
  sum(weightedSum({ parts: [a, b], weights: [1, 2] })).backward();
  t.equal(a.grad, null, 'what needs no gradient gets none');
  t.same([...(await b.grad!.data())], [2, 2]);
});

t.test('lists that change after the call do not change the gradient', async (t) => {
  const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
  const [parts, weights] = [
    [a, b],
    [2, 3],
  ];
  const y = weightedSum({ parts, weights });
  parts.reverse();
  weights[0] = 100;
  y.backward();
  t.equal(await a.grad!.item(), 2);
  t.equal(await b.grad!.item(), 3);
});

t.test('a rule that returns too few gradients is named', async (t) => {
  const short = defineOp('short', {
    forward: ({ parts }: { parts: readonly Tensor[] }) => run(kernels.add, [parts[0], parts[1]]),
    vjp: { parts: ({ g }) => [g] },
  });
  const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
  t.throws(
    () => short({ parts: [a, b] }).backward(),
    new TapeError('short: the rule of parts returned 1 gradients, expected 2'),
  );
});

/** x·scale with the sign beside it: several outputs, something saved, and a part that two rules share. */
let asked = 0;
const scaled = defineOp('scaled', {
  forward: ({ x, scale }: { x: Tensor; scale: Tensor }) => {
    const root = run(kernels.sqrt, [scale]);
    const out = run(kernels.mul, [x, scale]);
    return { out, saved: { root, out, x }, also: { root: run(kernels.sqrt, [scale]) } };
  },
  shared: ({ g, saved }) => {
    asked++;
    return run(kernels.mul, [g, saved.root]);
  },
  vjp: {
    x: ({ shared, saved }) => mul(shared, saved.root),
    scale: ({ shared, saved, x }) => sum(run(kernels.div, [run(kernels.mul, [shared, x]), saved.root])),
  },
});

everyDevice('several outputs, saved tensors, and what rules share', async (t, device) => {
  const [x, scale] = [leaf([1, 2], [2], device), leaf([4], [], device)];
  asked = 0;
  const { out, root } = scaled({ x, scale });
  t.same([...(await out.data())], [4, 8]);
  t.equal(await root.item(), 2);
  t.equal(root.requiresGrad, false);
  sum(out).backward();
  t.equal(asked, 1, 'shared is computed once');
  t.same([...(await x.grad!.data())], [4, 4]);
  t.equal(await scale.grad!.item(), 3);
  t.same([...(await x.data())], [1, 2], 'an argument that was saved is still its owner’s');
});

/** x·y³, the rule of y a fused kernel with a twin. */
let twins = 0;
const cubeOf = defineOp('cubeOf', {
  forward: ({ x, y }: { x: Tensor; y: Tensor }) => run(kernels.mul, [x, run(cubed, [y])]),
  vjp: {
    x: ({ g, y }) => mul(g, mul(mul(y, y), y)),
    y: ({ g, x, y }) => run(cubedGrad, [run(kernels.mul, [g, x]), y]),
  },
  twins: {
    y: ({ g, x, y }) => {
      twins++;
      return mul(mul(mul(g, x), mul(y, y)), 3);
    },
  },
});

t.test('a twin is the rule where gradients are recorded, and nowhere else', async (t) => {
  const [x, y] = [leaf([2], [1]), leaf([5], [1])];
  cubeOf({ x, y }).backward();
  t.equal(twins, 0);
  t.same([await x.grad!.item(), await y.grad!.item()], [125, 150]);
  const [first] = grad(cubeOf({ x, y }), y, { createGraph: true });
  t.equal(twins, 1);
  const second = grad(first, [x, y]);
  t.same(await Promise.all([first, ...second].map((g) => g.item())), [150, 75, 60]);
  for (const { error } of gradgradcheck(
    (x, y) => cubeOf({ x, y }),
    [
      [1, 2],
      [3, -1],
    ],
  ))
    t.ok(error <= 1e-6);
});

t.test('an argument without a gradient says so with null', async (t) => {
  const shifted = defineOp('shifted', {
    forward: ({ x, by }: { x: Tensor; by: Tensor }) => run(kernels.add, [x, by]),
    vjp: { x: ({ g }) => g, by: null },
  });
  const [x, by] = [tensor([1], { requiresGrad: true }), tensor([2], { requiresGrad: true })];
  shifted({ x, by }).backward();
  t.equal(await x.grad!.item(), 1);
  t.equal(by.grad, null);
  t.equal(shifted({ x: x.detach(), by }).requiresGrad, false);
});

t.test('the record keeps the arguments of the call by name', async (t) => {
  const x = tensor([[1, 2]], { requiresGrad: true });
  const [{ op, attributes }] = tape(weightedSum({ parts: [x, x], weights: [0.5, 2] })).lines;
  t.same({ op, attributes }, { op: 'weightedSum', attributes: { weights: [0.5, 2] } });
});

t.test('the compiler demands a rule for each tensor argument, and no other', async (t) => {
  const forward = ({ a, b }: { a: Tensor; b: Tensor }) => run(kernels.add, [a, b]);
  // @ts-expect-error: b has no rule
  const missing = () => defineOp('missing', { forward, vjp: { a: ({ g }) => g } });
  // @ts-expect-error: c is no argument
  const unknown = () => defineOp('unknown', { forward, vjp: { a: null, b: null, c: null } });
  const ofList = ({ parts }: { parts: Tensor[] }) => parts[0];
  // @ts-expect-error: a list has a list of gradients
  const list = () => defineOp('list', { forward: ofList, vjp: { parts: ({ g }) => g } });
  // @ts-expect-error: a twin of what is no argument
  const twin = () => defineOp('twin', { forward, vjp: { a: null, b: null }, twins: { c: ({ g }) => g } });
  // @ts-expect-error: shift is missing
  const attribute = () => run(kernels.affine, [tensor(1)], { scale: 1 });
  const body = function (this: Thread<'size'>, x: Flat) {
    return x[this.constants.size - 1];
  };
  // @ts-expect-error: the plan gives no constant `size`
  const constant = () => kernel('constant', body, elementwise);
  t.ok([missing, unknown, list, twin, attribute, constant].every((fn) => typeof fn === 'function'));
});

/** As plain JavaScript calls them. */
const js = (fn: unknown) => fn as (...args: unknown[]) => unknown;

t.test('what plain JavaScript gets wrong is named', async (t) => {
  const x = tensor([1, 2]);
  const identity = defineOp('identity', {
    forward: ({ x }: { x: Tensor }) => run(kernels.relu, [x]),
    vjp: { x: ({ g }) => g },
  });
  const empty = js(defineOp)('empty', { forward: () => 5, vjp: { x: null } });
  const cases: [call: () => unknown, error: new (message: string) => Error, message: string][] = [
    [() => js(run)('relu', [x]), OptionError, "run: the kernel is 'relu', expected one such as kernels.exp"],
    [() => js(run)(), OptionError, 'run: the kernel is undefined, expected one such as kernels.exp'],
    [
      () => js(run)(kernels.relu, x),
      OptionError,
      'relu: its inputs are a Tensor, expected an array of tensors',
    ],
    [() => js(run)(kernels.relu, []), OptionError, 'relu: its inputs are [], expected an array of tensors'],
    [() => js(run)(kernels.relu, [1]), OptionError, 'relu: input 0 is 1, expected a tensor'],
    [() => js(run)(kernels.relu, [x, x]), OptionError, 'relu: got 2 inputs, expected 1'],
    [
      () => js(run)(kernels.affine, [x], { scale: 1 }),
      OptionError,
      'affine: a scalar of its plan is undefined, expected a number',
    ],
    [
      () => js(run)(kernels.runningAverage, [x, x], { momentum: 1, factor: 1 }),
      OptionError,
      'runningAverage: offset of its plan is undefined, expected a number',
    ],
    [
      () => js(kernel)('a'),
      OptionError,
      "kernel: got 'a', undefined, undefined, expected a name, a body and a plan",
    ],
    [() => js(defineOp)(), OptionError, 'defineOp: name is undefined, expected a word'],
    [() => js(defineOp)('a'), OptionError, 'defineOp: forward of a is undefined, expected a function'],
    [
      () => js(defineOp)('a', { forward: () => x }),
      OptionError,
      'defineOp: vjp of a is undefined, expected a rule for each tensor argument',
    ],
    [
      () => js(defineOp)('a', { forward: () => x, vjp: { x: 3 } }),
      OptionError,
      'defineOp: the rule of x is 3, expected a function or null',
    ],
    [
      () => js(identity)(),
      OptionError,
      'identity: its arguments are undefined, expected an object of them by name',
    ],
    [() => js(identity)({}), OptionError, 'identity: x is undefined, expected a tensor'],
    [() => js(identity)({ x: [x, 5] }), OptionError, 'identity: x is 5, expected a tensor'],
    [
      () => js(empty)({ x }),
      TapeError,
      'empty: its forward returned 5, expected a tensor or { out, saved, also }',
    ],
  ];
  for (const [call, Expected, message] of cases) t.throws(call, new Expected(message));
  t.throws(() => js(run)(kernels.affine, [x]), {
    name: 'OptionError',
    message: /^affine: got inputs \[2\] and attributes undefined, expected what its plan takes$/,
  });
  t.ok(x instanceof Tensor);
});

t.test('a plan that no device could run is refused', (t) => {
  const plans: [unknown, string][] = [
    [undefined, 'odd: its plan has undefined, expected a shape and threads'],
    [{}, 'odd: its plan has undefined, expected a shape and threads'],
    [{ shape: 'x' }, "odd: its plan has 'x', expected a shape and threads"],
    [{ shape: [NaN] }, 'odd: its plan has [NaN], expected a shape and threads'],
    [{ shape: [2], threads: 'x' }, "odd: its plan has 'x', expected a shape and threads"],
    [{ shape: [2], scalars: 5 }, 'odd: scalars of its plan are 5, expected an array of numbers'],
    [
      { shape: [4], threads: [2] },
      'odd: its plan has threads [2], expected as many along up to three axes as shape [4] has elements',
    ],
  ];
  for (const [plan, message] of plans) {
    const odd = kernel('odd', kernels.exp.body, () => plan as never);
    t.throws(() => run(odd, [tensor([1, 2])]), new OptionError(message));
  }
  t.end();
});

t.test('a tensor that requires a gradient and has no rule is refused, also inside an object', async (t) => {
  const op = defineOp('op', {
    forward: ({ x, held }: { x: Tensor; held: { w: Tensor } }): Tensor => run(kernels.mul, [x, held.w]),
    vjp: { x: ({ g, held }) => mul(g, held.w) },
  });
  const message = 'op: no gradient rule for its argument held; held: null says that it has none';
  const w = leaf([2], [1]);
  t.throws(() => op({ x: tensor([1]), held: { w } }), new TapeError(message));

  const vjp = {
    x: ({ g, held }: { g: Tensor; held: { w: Tensor } }) => mul(g, held.w),
    held: null,
  };
  const constant = defineOp('op', {
    forward: ({ x, held }: { x: Tensor; held: { w: Tensor } }): Tensor => run(kernels.mul, [x, held.w]),
    vjp,
  });
  const x = leaf([3], [1]);
  constant({ x, held: { w } }).backward();
  t.same([...(await x.grad!.data())], [2]);
  t.equal(w.grad, null);
});
