// Who owns a tensor: what a rule, a hook or a user hands over is never released by the tape, and what the tape hands out
// is one's own.
import t from 'tap';
import {
  buffer,
  type Device,
  defineOp,
  exp,
  kernels,
  log,
  mul,
  noGrad,
  OptionError,
  openDevice,
  reshape,
  run,
  SGD,
  ShapeError,
  sum,
  Tensor,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf } from '../values.js';

const wasm = await openDevice('wasm', { threads: 1 });
const pair = (device: Device = wasm) => leaf([1, 2], [2], device);
const values = async (x: Tensor | null) => [...(await x!.data())];

everyDevice('a forward may return its input, as gradient reversal does', async (t, device) => {
  const reversed = defineOp('reversed', {
    forward: ({ x }: { x: Tensor }): Tensor => x,
    vjp: { x: ({ g }) => mul(g, -1) },
  });
  const x = pair(device);
  const y = reversed({ x });
  t.not(y, x);
  t.ok(x.isLeaf);
  sum(mul(y, 3)).backward();
  t.same(await values(x.grad), [-3, -3]);
  t.same(await values(x), [1, 2]);
});

t.test('a forward may return a tensor that it did not make', async (t) => {
  const constant = tensor([5, 6], { device: wasm });
  const replaced = defineOp('replaced', {
    forward: (_: { x: Tensor }): Tensor => constant,
    vjp: { x: ({ g }) => g },
  });
  const x = pair();
  for (let i = 0; i < 3; i++) sum(replaced({ x })).backward();
  t.same(await values(x.grad), [3, 3]);
  t.same(await values(constant), [5, 6]);
  t.notOk(constant.requiresGrad);
});

t.test('a rule may return one tensor for several inputs', async (t) => {
  const total = defineOp('total', {
    forward: ({ parts }: { parts: readonly Tensor[] }): Tensor => run(kernels.add, parts),
    vjp: {
      parts: ({ g, parts }) => {
        const doubled = mul(g, 2);
        return parts.map(() => doubled);
      },
    },
  });
  const both = defineOp('both', {
    forward: ({ a, b }: { a: Tensor; b: Tensor }): Tensor => run(kernels.add, [a, b]),
    shared: ({ g }) => mul(g, 2),
    vjp: { a: ({ shared }) => shared, b: ({ shared }) => shared },
  });
  for (const createGraph of [false, true]) {
    for (const op of [
      (a: Tensor, b: Tensor) => total({ parts: [a, b] }),
      (a: Tensor, b: Tensor) => both({ a, b }),
    ]) {
      const [a, b, c] = [pair(), pair(), pair()];
      sum(op(op(a, exp(b)), c)).backward({ createGraph });
      t.same(await values(a.grad), [4, 4]);
      new SGD([a, b]).zeroGrad();
      t.same(await values(c.grad), [2, 2], 'not released with the other gradients');
    }
  }
});

t.test('a rule may return what was saved, or an input', async (t) => {
  const op = defineOp('op', {
    forward: ({ x }: { x: Tensor; w: Tensor }) => {
      return {
        out: run(kernels.sum, [x]),
        saved: { slope: run(kernels.affine, [x], { scale: 2, shift: 0 }) },
      };
    },
    vjp: { x: ({ saved }) => saved.slope, w: ({ x }) => x },
  });
  const x = leaf([1, 2], [1, 2, 1], wasm);
  const w = leaf([3, 4], [1, 2, 1], wasm);
  op({ x, w }).backward({ gradient: tensor([[1]], { device: wasm }) });
  t.same(await values(x.grad), [2, 4]);
  t.same(await values(w.grad), [1, 2]);
  new SGD([x, w]).zeroGrad();
  t.same(await values(x), [1, 2]);
});

t.test(
  'what is saved but was not made by the forward stays its owner’s, with the values of the forward',
  async (t) => {
    const scaled = defineOp('scaled', {
      forward: ({ x, by }: { x: Tensor; by: { factor: Tensor } }) => {
        return { out: run(kernels.mul, [x, by.factor]), saved: { again: by.factor } };
      },
      vjp: { x: ({ g, by, saved }) => mul(mul(g, by.factor), mul(saved.again, 10)) },
    });
    const factor = buffer(tensor([3, 4], { device: wasm }));
    const x = pair();
    const y = sum(scaled({ x, by: { factor } }));
    factor.assign(tensor([7, 7], { device: wasm }));
    y.backward();
    t.same(await values(x.grad), [90, 160]);
    t.same(await values(factor), [7, 7]);
  },
);

t.test('what is saved and returned is the caller’s', async (t) => {
  const op = defineOp('op', {
    forward: ({ x }: { x: Tensor }) => {
      const e = run(kernels.mul, [x, x]);
      return { out: run(kernels.affine, [e], { scale: 2, shift: 0 }), saved: { e }, also: { e } };
    },
    vjp: { x: ({ g, saved }) => mul(g, saved.e) },
  });
  const x = pair();
  const { out, e } = op({ x });
  sum(out).backward();
  t.same(await values(e), [1, 4]);
});

t.test('an output that was disposed of, or cleared as a gradient, still has its gradient rule', async (t) => {
  const x = pair();
  const y = exp(log(x));
  const loss = sum(y);
  y.dispose();
  loss.backward();
  (await values(x.grad)).forEach((value) => {
    t.ok(Math.abs(value - 1) < 1e-6);
  });

  const w = leaf([2], [1], wasm);
  sum(log(w)).backward({ createGraph: true });
  const again = sum(mul(w.grad!, w.grad!)); // 1/w²
  new SGD([w]).zeroGrad();
  again.backward();
  t.same(await values(w.grad), [-0.25]); // −2/w³
});

t.test('a gradient that the user set is never released, and checked', async (t) => {
  const w = pair();
  const g = tensor([1, 1], { device: wasm });
  w.grad = g;
  sum(w).backward();
  t.same(await values(w.grad), [2, 2]);
  t.same(await values(g), [1, 1]);
  w.grad = g;
  new SGD([w]).zeroGrad();
  t.equal(w.grad, null);
  t.same(await values(g), [1, 1]);
  t.throws(() => {
    w.grad = 5 as never;
  }, new OptionError('grad: got 5, expected a tensor or null'));
  t.throws(() => {
    w.grad = tensor([1, 2, 3], { device: wasm });
  }, new ShapeError('grad: its shape is [3], expected [2]'));
});

t.test('a gradient that was given to another tensor is released by nobody while it has it', async (t) => {
  const [a, b] = [pair(), pair()];
  sum(mul(a, 3)).backward();
  const g = a.grad!;
  b.grad = g;
  sum(a).backward();
  t.same(
    [await values(a.grad), await values(b.grad)],
    [
      [4, 4],
      [3, 3],
    ],
    'added to a later one',
  );
  a.grad = null;
  b.grad = null;
  sum(mul(a, 3)).backward();
  b.grad = a.grad;
  new SGD([a]).zeroGrad();
  t.same(await values(b.grad), [3, 3], 'cleared by the optimizer of the one that had it first');
  const x = pair();
  const y = mul(x, 2);
  y.registerHook((intermediate) => {
    b.grad = intermediate;
  });
  sum(mul(y, 5)).backward();
  t.same(await values(b.grad), [5, 5], 'an intermediate gradient');
  b.grad = y;
  sum(mul(x, 7)).backward();
  t.same(await values(b.grad), [2, 4], 'an activation, when its leaf is recorded again');
  noGrad(() => {
    b.grad = mul(x, 9);
  });
  t.same(await values(b.grad), [9, 18], 'what noGrad made');
});

t.test('a gradient that is kept outlives zeroGrad', async (t) => {
  const w = pair();
  sum(w).backward();
  const g = w.grad!.keep();
  new SGD([w]).zeroGrad();
  t.same(await values(g), [1, 1]);
});

everyDevice(
  'a hook may return the gradient itself, and what it returns stays its owner’s',
  async (t, device) => {
    const x = pair(device);
    const constant = tensor([5, 6], { device });
    const hooks: [what: string, hook: (g: Tensor, activation: Tensor) => Tensor, expected: number[]][] = [
      ['the gradient itself', (g) => g, [6, 6]],
      ['a view of it', (g) => reshape(reshape(g, [2, 1]), [2]), [6, 6]],
      ['a constant', () => constant, [30, 36]],
      ['a leaf', () => x, [6, 12]],
      ['an activation of the same graph', (_, activation) => activation, [12, 24]],
    ];
    for (const [what, hook, expected] of hooks) {
      for (const step of ['first', 'second', 'third']) {
        x.grad = null;
        const activation = mul(x, 2);
        const y = mul(activation, 3);
        y.registerHook((g) => hook(g, activation));
        sum(y).backward();
        t.same(await values(x.grad), expected, `${what}, ${step} step`);
        t.same(await values(activation), [2, 4], 'the activation can be read');
      }
    }
    t.same(await values(constant), [5, 6]);
    t.same(await values(x), [1, 2]);
  },
);

t.test('one hook registered twice runs twice, and each removal takes one', async (t) => {
  const x = pair();
  const double = (g: Tensor) => mul(g, 2);
  const [remove] = [x.registerHook(double), x.registerHook(double)];
  const gradient = async () => {
    x.grad = null;
    sum(x).backward();
    return values(x.grad);
  };
  t.same(await gradient(), [4, 4]);
  remove();
  remove();
  t.same(await gradient(), [2, 2]);
});

t.test('a hook may return a parameter while gradients are recorded', async (t) => {
  const w = pair();
  w.registerHook(() => w);
  sum(mul(w, 3)).backward({ createGraph: true });
  new SGD([w]).zeroGrad();
  t.same(await values(w), [1, 2]);
});

t.test('what is kept outlives the error of the function that made it', async (t) => {
  let kept: Tensor | null = null;
  const fails = () =>
    noGrad(() => {
      kept = tensor([1], { device: wasm }).keep();
      throw new Error('later');
    });
  t.throws(fails, new Error('later'));
  t.same(await values(kept), [1]);
});

t.test('noGrad returns an object that holds itself', async (t) => {
  const result = noGrad(() => {
    const holder: Record<string, unknown> = { x: mul(tensor([2], { device: wasm }), 3) };
    holder.self = holder;
    return holder;
  });
  t.same(await values(result.x as Tensor), [6]);
});

t.test('a tensor is made by tensor(), not by new', (t) => {
  const make = Tensor as unknown as new (...args: unknown[]) => Tensor;
  t.throws(
    () => new make([1, 2]),
    new OptionError('Tensor: storage is undefined; tensor(values) makes tensors'),
  );
  t.end();
});
