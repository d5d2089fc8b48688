// Functions that work on after they returned are refused wherever a function is taken that must be done by then.
import t from 'tap';
import {
  defineOp,
  detectAnomaly,
  elementwise,
  gradcheck,
  gradgradcheck,
  hessianVectorProduct,
  isGradEnabled,
  jvp,
  kernels as k,
  kernel,
  noGrad,
  Optimizer,
  OptionError,
  ReLU,
  run,
  TapeError,
  type Tensor,
  tensor,
} from '../../lib/index.js';

/** Functions from plain JavaScript, which no compiler checks. */
type Later = (...args: unknown[]) => never;
const fails = (async () => {
  throw new Error('nobody hears of this');
}) as unknown as Later;
const waits = (async (value: unknown) => {
  await null;
  return value;
}) as unknown as Later;
const thenable = (() =>
  Object.fromEntries([['then', (done: (v: number) => void) => done(1)]])) as unknown as Later;
const yields = function* () {
  yield 1;
} as unknown as Later;
const yieldsLater = async function* () {
  yield 1;
} as unknown as Later;

const leaf = () => tensor([1, 2], { requiresGrad: true });

class Odd extends Optimizer {
  constructor(
    params: readonly Tensor[],
    private readonly move: Later,
  ) {
    super(params, { lr: 1 }, {}, (options) => options as { lr: number });
  }
  protected update(): never {
    return this.move();
  }
}
class Reading extends Optimizer {
  constructor(params: readonly Tensor[], read: Later) {
    super(params, {}, {}, read);
  }
  protected update(): void {}
}

/** What takes a function, and how it names it. */
const takers: Record<string, (fn: Later) => unknown> = {
  'noGrad: the function': (fn) => noGrad(fn),
  'detectAnomaly: the function': (fn) => detectAnomaly(fn),
  'gradcheck: fn': (fn) => gradcheck(fn, [[1, 2]]),
  'gradgradcheck: fn': (fn) => gradgradcheck(fn, [[1, 2]]),
  'jvp: the function': (fn) => jvp(fn, leaf(), leaf()),
  'hessianVectorProduct: the function': (fn) => hessianVectorProduct(fn, leaf(), leaf()),
  'registerHook: the hook': (fn) => {
    const x = leaf();
    x.registerHook(fn);
    x.sum().backward();
  },
  'registerForwardHook: the hook': (fn) => {
    const layer = new ReLU();
    layer.registerForwardHook(fn);
    layer.forward(leaf());
  },
  'odd: its forward': (fn) => defineOp('odd', { forward: fn, vjp: { x: null } })({ x: leaf() } as never),
  'odd: the rule of x': (fn) => {
    const forward = ({ x }: { x: Tensor }) => run(k.exp, [x]);
    defineOp('odd', { forward, vjp: { x: fn } })({ x: leaf() })
      .sum()
      .backward();
  },
  'odd: shared': (fn) => {
    const forward = ({ x }: { x: Tensor }) => run(k.exp, [x]);
    const vjp = { x: ({ shared }: { shared: Tensor }) => shared };
    defineOp('odd', { forward, shared: fn, vjp })({ x: leaf() }).sum().backward();
  },
  'Reading: read': (fn) => new Reading([leaf()], fn),
  'Odd: update': (fn) => {
    const x = leaf();
    x.sum().backward();
    new Odd([x], fn).step();
  },
};

for (const [what, take] of Object.entries(takers)) {
  t.test(`${what} must be done when it returns`, async (t) => {
    for (const fn of [fails, waits, thenable]) {
      const message = `${what} is async, and what follows an await would run outside; await outside`;
      t.throws(() => take(fn), new TapeError(message));
    }
    for (const fn of [yields, yieldsLater]) {
      t.throws(() => take(fn), new TapeError(`${what} is a generator, and all of it would run outside`));
    }
    t.ok(isGradEnabled(), 'recording is on again');
    // A promise that fails unheard would end this process now.
    await new Promise((done) => setTimeout(done, 5));
  });
}

t.test('what is no function is refused', async (t) => {
  for (const [fn, words] of [
    [3, '3'],
    [undefined, 'undefined'],
    [Promise.resolve(1), 'a Promise'],
  ] as const) {
    t.throws(() => noGrad(fn as never), new TapeError(`noGrad: fn is ${words}, expected a function`));
    const error = new TapeError(`detectAnomaly: fn is ${words}, expected a function`);
    t.throws(() => detectAnomaly(fn as never), error);
  }
});

t.test('a kernel computes at once', async (t) => {
  for (const body of [waits, yields, yieldsLater]) {
    t.throws(() => kernel('odd', body, elementwise), {
      constructor: OptionError,
      message: /^kernel: body of odd is the function \w+, expected a plain function/,
    });
  }
});
