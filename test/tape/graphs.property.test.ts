// Random programs over graphs: shared subexpressions, detach, noGrad, hooks, several backward passes, steps between
// forward and backward. Values are integers, so that every device must agree with the oracle to the bit.
import fc from 'fast-check';
import t from 'tap';
import { concat, type Device, noGrad, SGD, TapeError, type Tensor, tensor } from '../../lib/index.js';
import { synchronous } from '../ops/synchronous.js';
import { property } from '../property.js';
import * as oracle from './oracle.js';
import { type Matrix, type Node, type Operation, rules } from './oracle.js';

const devices = await synchronous(t, ['reference', 'wasm']);

/** Beyond this float32 and products of two entries are not exact. */
const LIMIT = 2 ** 22;
class TooLarge extends Error {}

/** A tensor, and the same by the oracle. */
interface Both {
  tensor: Tensor;
  node: Node;
}
interface Leaf extends Both {
  /** The gradient by the oracle. */
  grad: Matrix | null;
}

const calls: Record<Operation, (a: Tensor, b: Tensor) => Tensor> = {
  add: (a, b) => a.add(b),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b),
  matmul: (a, b) => a.matmul(b),
  double: (a) => a.mul(2),
  neg: (a) => a.neg(),
  relu: (a) => a.relu(),
  transpose: (a) => a.permute([1, 0]),
  rowSums: (a) => a.sum(1, { keepDims: true }).expand([2, 2]),
  swapRows: (a) => concat([a.slice(0, 1), a.slice(0, 0, 1)]),
};

const hookKinds = ['look', 'own', 'twice', 'negative', 'constant', 'leaf'] as const;
type HookKind = (typeof hookKinds)[number];

const at = fc.nat(99);
const matrix = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 4, maxLength: 4 });

/** One statement of a program; numbers choose among what there is. */
const statement = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('compute' as const),
      op: fc.constantFrom(...(Object.keys(rules) as Operation[])),
      a: at,
      b: at,
      without: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('detach' as const), a: at }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('backward' as const), a: at, seed: matrix, retain: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('hook' as const),
      a: at,
      kind: fc.constantFrom(...hookKinds),
      again: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unhook' as const), a: at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('step' as const), a: at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), a: at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('give' as const), a: at, seed: matrix }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('throw' as const), a: at }) },
);
type Statement = typeof statement extends fc.Arbitrary<infer T> ? T : never;

/** Runs a program on a device beside the oracle. */
class Machine {
  readonly leaves: Leaf[];
  all: Both[];
  /** What belongs to the user, with its values: never disposed of. */
  readonly owned: [Tensor, Matrix][] = [];
  readonly removers: (() => void)[] = [];

  constructor(
    private readonly device: Device,
    values: readonly Matrix[],
  ) {
    this.leaves = values.map((value) => ({
      tensor: this.make(value, true),
      node: oracle.node(value, [], () => [], true),
      grad: null,
    }));
    this.all = [...this.leaves];
  }

  make(value: Matrix, requiresGrad = false): Tensor {
    return tensor(value, { shape: [2, 2], device: this.device, requiresGrad });
  }

  pick<T>(from: readonly T[], n: number): T {
    return from[n % from.length];
  }

  async run(s: Statement): Promise<void> {
    if (s.do === 'compute') this.compute(s.op, this.pick(this.all, s.a), this.pick(this.all, s.b), s.without);
    if (s.do === 'detach') this.detach(this.pick(this.all, s.a));
    if (s.do === 'backward') this.backward(this.pick(this.all, s.a), s.seed, s.retain);
    if (s.do === 'hook') this.hook(this.pick(this.all, s.a), s.kind, s.again);
    if (s.do === 'unhook' && this.removers.length) this.pick(this.removers, s.a)();
    if (s.do === 'step') this.step(this.pick(this.leaves, s.a));
    if (s.do === 'clear') this.clear(this.pick(this.leaves, s.a));
    if (s.do === 'give') this.give(this.pick(this.leaves, s.a), s.seed);
    if (s.do === 'throw') this.throwInHook(this.pick(this.all, s.a));
    await this.check();
  }

  compute(op: Operation, a: Both, b: Both, without: boolean): void {
    const [value, pull] = rules[op](a.node.value, b.node.value);
    checkSize(value);
    const call = () => calls[op](a.tensor, b.tensor);
    const inputs = calls[op].length === 2 ? [a.node, b.node] : [a.node];
    const trained = !without && inputs.some((input) => input.trained);
    this.all.push({
      tensor: without ? noGrad(call) : call(),
      node: oracle.node(value, inputs, pull, trained),
    });
  }

  detach({ tensor, node }: Both): void {
    this.all.push({ tensor: tensor.detach(), node: oracle.node(node.value, [], () => [], false) });
  }

  backward({ tensor, node }: Both, seed: Matrix, retain: boolean): void {
    const found = oracle.backward(node, seed, retain);
    const gradient = this.own(seed);
    const call = () => tensor.backward({ gradient, retainGraph: retain });
    if (!found) {
      expectTapeError(call);
      return;
    }
    for (const g of found.values()) checkSize(g);
    call();
    for (const leaf of this.leaves) {
      const g = found.get(leaf.node);
      if (g) leaf.grad = leaf.grad ? oracle.add(leaf.grad, g) : g;
    }
    this.forgetUsed();
  }

  /** What backward() used up may be released at any time: it takes no further part, but what was computed from it does. */
  forgetUsed(): void {
    this.all = this.all.filter(({ node }) => !node.consumed);
  }

  hook(both: Both, kind: HookKind, again: boolean): void {
    const constant = this.own([1, -1, 2, 0]);
    const { leaves } = this;
    const hooks: Record<HookKind, [(g: Tensor) => Tensor | undefined, oracle.OracleHook]> = {
      look: [() => undefined, (g) => g],
      own: [(g) => g, (g) => g],
      twice: [(g) => g.mul(2), (g) => g.map((value) => 2 * value)],
      negative: [(g) => g.neg(), (g) => g.map((value) => -value)],
      constant: [() => constant, () => [1, -1, 2, 0]],
      leaf: [() => leaves[0].tensor, () => leaves[0].node.value],
    };
    const [fn, expected] = hooks[kind];
    for (let i = 0; i < (again ? 2 : 1); i++) {
      const remove = both.tensor.registerHook(fn);
      const entry: oracle.OracleHook = (g) => expected(g);
      both.node.hooks.push(entry);
      this.removers.push(() => {
        remove();
        both.node.hooks = both.node.hooks.filter((other) => other !== entry);
      });
    }
  }

  step(leaf: Leaf): void {
    new SGD([leaf.tensor], { lr: 1 }).step();
    if (!leaf.grad) return;
    const moved = oracle.add(
      leaf.node.value,
      leaf.grad.map((value) => -value),
    );
    checkSize(moved);
    leaf.node.value = moved;
  }

  clear(leaf: Leaf): void {
    new SGD([leaf.tensor], { lr: 1 }).zeroGrad();
    leaf.grad = null;
  }

  give(leaf: Leaf, value: Matrix): void {
    leaf.tensor.grad = this.own(value);
    leaf.grad = value;
  }

  /** The user's error arrives, and leaves the framework as it was, but for the graph. */
  throwInHook(both: Both): void {
    const found = oracle.backward(both.node, [1, 1, 1, 1], false);
    if (!found) return;
    const thrown = new Error('thrown by a hook');
    const remove = both.tensor.registerHook(() => {
      throw thrown;
    });
    try {
      both.tensor.backward({ gradient: this.own([1, 1, 1, 1]) });
      throw new Error('the hook was not called');
    } catch (error) {
      if (error !== thrown) throw error;
    }
    remove();
    // How far the walk came is not promised: what shares records with this graph takes no further part.
    this.all = this.all.filter(({ node }) => !oracle.reached(node).some(({ consumed }) => consumed));
  }

  own(value: Matrix): Tensor {
    const made = this.make(value);
    this.owned.push([made, value]);
    return made;
  }

  /** Every value that is there, every gradient, and all that is the user's. */
  async check(): Promise<void> {
    for (const { tensor, node } of this.all) {
      await expectValue('a value', tensor, node.value);
      if (tensor.requiresGrad !== node.trained) throw new Error(`requiresGrad is ${tensor.requiresGrad}`);
    }
    for (const { tensor, grad } of this.leaves) {
      if (!grad && tensor.grad) throw new Error('a gradient where there should be none');
      if (grad) await expectValue('a gradient', tensor.grad!, grad);
    }
    for (const [tensor, value] of this.owned) await expectValue('what the user owns', tensor, value);
  }
}

function checkSize(value: Matrix): void {
  if (value.some((entry) => Math.abs(entry) > LIMIT)) throw new TooLarge();
}

async function expectValue(what: string, tensor: Tensor, value: Matrix): Promise<void> {
  const got = Array.from(await tensor.data());
  if (got.some((entry, i) => entry !== value[i])) throw new Error(`${what}: ${got}, expected ${value}`);
}

function expectTapeError(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (error instanceof TapeError) return;
    throw error;
  }
  throw new Error('backward() passed a graph that was used up, or nothing to differentiate');
}

property(
  'programs over graphs give the values and gradients of the oracle, and keep what the user owns',
  [
    fc.array(matrix, { minLength: 2, maxLength: 3 }),
    fc.array(statement, { minLength: 4, maxLength: 40, size: 'max' }),
  ],
  async (values, program) => {
    for (const device of devices) {
      const machine = new Machine(device, values);
      try {
        for (const s of program) await machine.run(s);
      } catch (error) {
        // The program ends where its numbers are no longer exact.
        if (!(error instanceof TooLarge)) throw error;
      }
    }
  },
  { runs: 120 },
);
