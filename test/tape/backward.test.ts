// backward(): what reaches the leaves, how often, and what it refuses.
import t from 'tap';
import {
  add,
  backward,
  type Device,
  defineOp,
  detectAnomaly,
  exp,
  grad,
  kernels,
  Linear,
  log,
  mul,
  openDevice,
  run,
  sqrt,
  sub,
  sum,
  TapeError,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { state } from '../../lib/tensor/state.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';

const reference = await openDevice('reference');
const scalar = (value: number, device: Device = reference) => leaf([value], [], device);
const item = (t: Tensor | null) => t!.item();

everyDevice('a value used twice receives the sum of both gradients', async (t, device) => {
  const x = scalar(3, device);
  const y = mul(x, x);
  add(y, mul(x, y)).backward();
  t.equal(await item(x.grad), 2 * 3 + 3 * 9);
});

everyDevice('gradients of a second graph add to the first, until they are cleared', async (t, device) => {
  const x = scalar(2, device);
  mul(x, 3).backward();
  mul(x, 4).backward();
  t.equal(await item(x.grad), 7);
  x.grad = null;
  mul(x, 5).backward();
  t.equal(await item(x.grad), 5);
});

everyDevice(
  'backward walks a long chain, 50,000 operations on the CPU, without overflowing the stack',
  async (t, device) => {
    const length = device.name === 'gpujs-webgpu' ? 500 : device.name.startsWith('gpujs') ? 5000 : 50_000;
    const x = scalar(0.5, device);
    let y: Tensor = x;
    for (let i = 0; i < length; i++) y = add(y, x);
    y.backward();
    t.equal(await item(x.grad), length + 1);
  },
);

t.test('a ladder of 60 doublings is walked once a record, not once a path', async (t) => {
  const x = scalar(1);
  let y: Tensor = x;
  for (let i = 0; i < 60; i++) y = add(y, y);
  y.backward();
  t.equal(await item(x.grad), 2 ** 60);
});

t.test('a tensor of several elements needs a gradient of its shape', async (t) => {
  const x = leaf([1, 2, 3], [3], reference);
  t.throws(
    () => mul(x, x).backward(),
    new TapeError('backward: the tensor has shape [3]; pass { gradient } or reduce it first'),
  );
  t.throws(
    () => mul(x, x).backward({ gradient: tensor([1, 2], { device: reference }) }),
    new TapeError('backward: gradient has shape [2] on reference, expected [3] on reference'),
  );
  mul(x, x).backward({ gradient: tensor([1, 10, 100], { device: reference }) });
  t.same([...(await x.grad!.data())], [2, 40, 600]);
});

t.test('a tensor that requires no gradient is refused', async (t) => {
  const x = tensor([1, 2], { device: reference });
  t.throws(
    () => sum(x).backward(),
    new TapeError('backward: the tensor of shape [] does not require a gradient'),
  );
});

t.test('only what requires a gradient gets one', async (t) => {
  const [x, c] = [leaf([1, 2], [2], reference), tensor([3, 4], { device: reference })];
  sum(mul(x, c)).backward();
  t.same([...(await x.grad!.data())], [3, 4]);
  t.equal(c.grad, null);
});

t.test('a second backward through a used graph names the operation and retainGraph', async (t) => {
  const x = scalar(2);
  const y = exp(mul(x, x));
  y.backward();
  t.throws(
    () => y.backward(),
    new TapeError(
      'backward: exp was already used by an earlier backward(); pass { retainGraph: true } to the earlier one',
    ),
  );
});

t.test('a graph that shares a used part is refused, whole as its own part is', async (t) => {
  const x = scalar(2);
  const shared = mul(x, x);
  const [first, second] = [mul(shared, 3), exp(shared)];
  first.backward();
  t.throws(() => second.backward(), { name: 'TapeError', message: /mul.*retainGraph/ });
});

t.test('with retainGraph a graph can be used again, and gradients accumulate', async (t) => {
  const x = scalar(3);
  const y = mul(x, x);
  y.backward({ retainGraph: true });
  y.backward();
  t.equal(await item(x.grad), 12);
});

t.test('a graph that was begun long ago costs what it holds, not what was recorded since', async (t) => {
  const x = tensor([2], { requiresGrad: true });
  const early = mul(x, x);
  state.nextRecord += 2 ** 40;
  const start = performance.now();
  mul(early, 3).backward();
  t.ok(performance.now() - start < 1000);
  t.same([...(await x.grad!.data())], [12]);
});

t.test('with createGraph the gradient that is passed in has one as well', async (t) => {
  const x = tensor([3], { requiresGrad: true });
  const g = tensor([2], { requiresGrad: true });
  mul(x, x).backward({ gradient: g, createGraph: true });
  const first = x.grad!; // 2xg
  x.grad = null;
  first.backward();
  t.same([...(await x.grad!.data())], [4]);
  t.same([...(await g.grad!.data())], [6]);
});

t.test('with createGraph the gradient is differentiable: x³ → 3x² → 6x → 6', async (t) => {
  const x = scalar(2);
  mul(mul(x, x), x).backward({ createGraph: true });
  const first = x.grad!;
  t.equal(await item(first), 12);
  x.grad = null;
  backward(first, { createGraph: true });
  const second: Tensor = x.grad!;
  t.equal(await item(second), 12);
  x.grad = null;
  backward(second);
  t.equal(await item(x.grad), 6);
});

t.test('second derivatives of exp, log and sqrt are those of the textbook', async (t) => {
  for (const [fn, expected] of [
    [exp, Math.exp(2)],
    [log, -1 / 4],
    [sqrt, -0.25 * 2 ** -1.5],
  ] as const) {
    const x = scalar(2);
    fn(x).backward({ createGraph: true });
    const first = x.grad!;
    x.grad = null;
    first.backward();
    t.ok(Math.abs((await item(x.grad)) - expected) < 1e-12, `${fn.name}: ${expected}`);
  }
});

t.test('a fused gradient refuses to be differentiated again, and names operation and kernel', async (t) => {
  const x = leaf(normal([3], 0), [3], reference);
  const rectified = defineOp('rectified', {
    forward: ({ x }: { x: Tensor }) => run(kernels.relu, [x]),
    vjp: { x: ({ g, out }) => run(kernels.reluGrad, [g, out]) },
  });
  t.throws(
    () => sum(rectified({ x })).backward({ createGraph: true }),
    new TapeError(
      'rectified: its gradient is the fused kernel reluGrad, which cannot be differentiated again',
    ),
  );
});

t.test('a rule that returns a wrong shape is named with operation and input', async (t) => {
  const wrong = defineOp('wrongRule', {
    forward: ({ x }: { x: Tensor }) => run(kernels.exp, [x]),
    vjp: { x: ({ g }) => sum(g) },
  });
  const x = leaf([1, 2], [2], reference);
  t.throws(
    () => sum(wrong({ x })).backward(),
    new TapeError('wrongRule: the gradient of x has shape [] on reference, expected [2] on reference'),
  );
});

t.test('an operation without a rule for an argument is named', async (t) => {
  const definition = {
    forward: ({ a, b }: { a: Tensor; b: Tensor }) => run(kernels.add, [a, b]),
    vjp: { a: ({ g }: { g: Tensor }) => g },
  };
  // @ts-expect-error: the compiler demands a rule for b, JavaScript does not.
  const partial = defineOp('partial', definition);
  t.throws(() => partial({ a: scalar(1), b: scalar(2) }), {
    name: 'TapeError',
    message: 'partial: no gradient rule for its argument b; b: null says that it has none',
  });
});

t.test('a hook sees the gradient of its tensor, and can replace it', async (t) => {
  const x = scalar(3);
  const y = mul(x, x);
  const seen: number[] = [];
  const remove = y.registerHook((g) => {
    seen.push(g.ndarray().data[0]);
    return mul(g, 10);
  });
  mul(y, 2).backward({ retainGraph: true });
  t.same(seen, [2]);
  t.equal(await item(x.grad), 10 * 2 * 6);
  remove();
  x.grad = null;
  const z = mul(scalar(1), 1);
  z.backward();
  t.same(seen, [2]);
});

t.test('hooks run in the order of their registration, on leaves too', async (t) => {
  const x = scalar(3);
  x.registerHook((g) => add(g, 1));
  x.registerHook((g) => mul(g, 2));
  mul(x, 5).backward();
  t.equal(await item(x.grad), 12);
});

t.test('a removed hook is not called', async (t) => {
  const x = scalar(3);
  let calls = 0;
  const remove = x.registerHook(() => {
    calls++;
    return undefined;
  });
  mul(x, 5).backward();
  remove();
  mul(x, 5).backward();
  t.equal(calls, 1);
  t.equal(await item(x.grad), 10);
});

t.test('a hook that returns a wrong shape is refused', async (t) => {
  const x = leaf([1, 2], [2], reference);
  x.registerHook((g) => sum(g));
  t.throws(
    () => sum(mul(x, 2)).backward(),
    new TapeError(
      'registerHook: what the hook returned has shape [] on reference, expected [2] on reference',
    ),
  );
});

/** What fn throws in anomaly mode: the message, and the place that it names. */
function anomaly(fn: () => unknown): [message: string, place: string] {
  try {
    detectAnomaly(fn);
  } catch (error) {
    const [message, place = ''] = (error as Error).message.split(', called at ');
    return [message, place];
  }
  return ['nothing was found', ''];
}

/** The line below the one in which it is called, as `file:line:`. */
function below(): string {
  const [, file, line] = new Error().stack!.split('\n')[2].match(/([^\s()]+):(\d+):\d+\)?$/)!;
  return `${file}:${Number(line) + 1}:`;
}

t.test('anomaly mode names the first operation with a value that is not finite, and its line', async (t) => {
  const x = leaf([4, -1], [2], reference);
  let line = '';
  const root = (y: Tensor) => {
    line = below();
    return sqrt(y);
  };
  const [message, place] = anomaly(() => exp(root(sub(x, 1))));
  t.equal(message, 'sqrt: its output holds NaN at position 1');
  t.ok(place.startsWith(line), `${place} is in ${line}`);
  t.doesNotThrow(() => exp(sqrt(sub(x, 1))), 'outside the mode nothing is checked');
});

t.test('the line is outside the framework where a layer called the operation', async (t) => {
  const layer = new Linear(2, 2, { device: reference });
  const [message, place] = anomaly(() => layer.forward(leaf([Number.NaN, 1], [1, 2], reference)));
  t.match(message, /^\w+: its output holds NaN at position 0$/);
  t.match(place, /test\/tape\/backward\.test\.[jt]s:\d+:\d+$/);
});

t.test(
  'anomaly mode names the first operation with a gradient that is not finite, and where it ran forward',
  async (t) => {
    const x = leaf([4, 0], [2], reference);
    let line = '';
    const [message, place] = anomaly(() => {
      line = below();
      const y = sqrt(mul(x, 1));
      sum(exp(y)).backward();
    });
    t.equal(message, 'sqrt: the gradient of x holds Infinity at position 1');
    t.ok(place.startsWith(line), `${place} is in ${line}`);
  },
);

t.test('where the forward ran outside anomaly mode its line is not known', async (t) => {
  const loss = sum(sqrt(leaf([4, 0], [2], reference)));
  t.same(
    anomaly(() => loss.backward()),
    ['sqrt: the gradient of x holds Infinity at position 1', ''],
  );
});

t.test('anomaly mode looks at gradients that were given and at those that hooks return', async (t) => {
  const x = leaf([1, 2], [2], reference);
  const infinite = tensor([1, Number.POSITIVE_INFINITY], { device: reference });
  t.same(
    anomaly(() => mul(x, 2).backward({ gradient: infinite }))[0],
    'backward: gradient holds Infinity at position 1',
  );
  t.same(
    anomaly(() => grad(mul(x, 2), x, { gradOutputs: infinite }))[0],
    'grad: gradOutputs[0] holds Infinity at position 1',
  );
  x.registerHook(() => infinite);
  t.same(
    anomaly(() => sum(x.mul(2)).backward())[0],
    'registerHook: what the hook returned holds Infinity at position 1',
  );
});
