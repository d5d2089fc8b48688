// Trees of modules of any kind: what is held in arrays, Maps, Sets and objects, twice or in a circle, under any names.
import fc from 'fast-check';
import t from 'tap';
import {
  buffer,
  Module,
  OptionError,
  ones,
  parameter,
  type StateDict,
  Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';
import { property } from '../property.js';

/** A module that holds what it is given, under any name. */
class Holder extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }

  hold(name: string, value: unknown): void {
    Object.defineProperty(this, name, { value, enumerable: true, writable: true, configurable: true });
  }
}

const names = fc.constantFrom(
  ...['a', 'b', 'aB', 'a_b', 'weight', '0', '1', '10', '-1', '', ' ', 'x.y', 'x', 'y', 'ß', '中', '\ud800'],
  ...['__proto__', 'toString', 'length', 'hooks', 'unhook', 'training_', 'then'],
);
const keys = fc.oneof<fc.Arbitrary<unknown>[]>(
  names,
  fc.constantFrom(0, 1.5, -0, true, null, undefined, 7n, Symbol('s'), Object.create(null), {}),
);

/** How a tree is to be built; `again` stands for something that was built before, or is being built. */
type Plan =
  | { kind: 'parameter' | 'frozen' | 'buffer' | 'junk' | 'again'; n: number }
  | { kind: 'array' | 'set'; entries: Plan[] }
  | { kind: 'map'; entries: [unknown, Plan][] }
  | { kind: 'object' | 'module'; entries: [string, Plan][] };

const { module: modules } = fc.letrec<{ plan: Plan; module: Plan }>((tie) => {
  const list = (depth = 3) => fc.array(tie('plan'), { maxLength: depth });
  const named = fc.uniqueArray(fc.tuple(names, tie('plan')), { maxLength: 4, selector: ([name]) => name });
  const leaf = fc.record({
    kind: fc.constantFrom('parameter', 'frozen', 'buffer', 'junk', 'again', 'again'),
    n: fc.nat(50),
  });
  return {
    plan: fc.oneof(
      { maxDepth: 5, depthSize: 'medium' },
      { weight: 3, arbitrary: leaf as fc.Arbitrary<Plan> },
      { weight: 3, arbitrary: tie('module') },
      fc.record({ kind: fc.constantFrom('array' as const, 'set' as const), entries: list() }),
      fc.record({
        kind: fc.constant('map' as const),
        entries: fc.array(fc.tuple(keys, tie('plan')), { maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('object' as const), entries: named }),
    ),
    module: fc.record({ kind: fc.constant('module' as const), entries: named }),
  };
});

/** Builds a tree; everything made is noted, so that it can stand in several places. */
class Builder {
  readonly made: unknown[] = [];
  readonly tensors: Tensor[] = [];

  build(plan: Plan): unknown {
    switch (plan.kind) {
      case 'module':
        return this.module(plan.entries);
      case 'object': {
        const object = this.note({});
        for (const [name, entry] of plan.entries)
          Object.defineProperty(object, name, { value: this.build(entry), enumerable: true });
        return object;
      }
      case 'array': {
        const list = this.note<unknown[]>([]);
        for (const entry of plan.entries) list.push(this.build(entry));
        return list;
      }
      case 'set':
        return this.note(new Set(plan.entries.map((entry) => this.build(entry))));
      case 'map': {
        const map = this.note(new Map<unknown, unknown>());
        for (const [key, entry] of plan.entries) map.set(key, this.build(entry));
        return map;
      }
      case 'junk':
        return [null, 5, 'text', () => 1, new Date(0), undefined][plan.n % 6];
      case 'again':
        return this.made[plan.n % this.made.length];
      default:
        return this.tensor(plan.kind);
    }
  }

  module(entries: [string, Plan][]): Holder {
    const module = this.note(new Holder());
    for (const [name, entry] of entries) module.hold(name, this.build(entry));
    return module;
  }

  private tensor(kind: 'parameter' | 'frozen' | 'buffer'): Tensor {
    const made = this.note(kind === 'buffer' ? buffer(zeros([2])) : parameter(ones([2])));
    if (kind === 'frozen') made.requiresGrad = false;
    this.tensors.push(made);
    return made;
  }

  private note<T>(value: T): T {
    this.made.push(value);
    return value;
  }
}

/** The entries of a collection; null of anything else. */
function entriesOf(value: unknown): [unknown, unknown][] | null {
  if (Array.isArray(value) || value instanceof Map) return [...value.entries()];
  if (value instanceof Set) return [...value].map((entry, i) => [i, entry]);
  const plain =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return plain ? Object.entries(value) : null;
}

/** Everything that can be reached, each thing once. */
function reachedFrom(root: unknown): Set<unknown> {
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (seen.has(value)) return;
    seen.add(value);
    const inner =
      value instanceof Holder ? Object.values(value) : entriesOf(value)?.map(([, entry]) => entry);
    inner?.forEach(visit);
  };
  visit(root);
  return seen;
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const keyName = (key: unknown) => (typeof key === 'object' && key !== null ? 'an object' : String(key));

/** All ways to every tensor that enter no module twice, written as keys of a state dictionary. */
function keysOf(root: Holder): [string, Tensor][] {
  const found: [string, Tensor][] = [];
  const visit = (value: unknown, modules: string[], path: string[], above: readonly unknown[]): void => {
    if (value instanceof Tensor) {
      const [property, ...rest] = path;
      found.push([[...modules, snake(property), ...rest].join('.'), value]);
    }
    if (above.includes(value)) return;
    // A collection counts as entered within one module only.
    const inside =
      value instanceof Holder
        ? [...above.filter((each) => each instanceof Holder), value]
        : [...above, value];
    if (value instanceof Holder) {
      const below = path.length
        ? [...modules, path.join('.')].filter((name, i) => i > 0 || name !== '')
        : modules;
      for (const [name, entry] of Object.entries(value)) visit(entry, below, [name], inside);
    } else {
      for (const [key, entry] of entriesOf(value) ?? [])
        visit(entry, modules, [...path, keyName(key)], inside);
    }
  };
  visit(root, [], [], []);
  return found;
}

const valuesOf = async (t: Tensor) => String(await t.data());
const build = (plan: Plan) => {
  const builder = new Builder();
  return { root: builder.build(plan) as Holder, builder };
};

property(
  'parameters() and buffers() have each tensor once, and eval() reaches every module',
  [modules],
  (plan) => {
    const { root } = build(plan);
    const all = [...reachedFrom(root)];
    const tensors = all.filter((value) => value instanceof Tensor);
    const found = [...root.parameters(), ...root.buffers()];
    if (found.length !== tensors.length || new Set(found).size !== found.length) return false;
    if (!tensors.every((value) => found.includes(value))) return false;
    if (
      !root.parameters().every((value) => value.isParameter) ||
      root.buffers().some((value) => value.isParameter)
    )
      return false;
    root.eval();
    Module.prototype.toString.call(root);
    return all.every((value) => !(value instanceof Holder) || !value.training);
  },
  { runs: 300 },
);

property(
  'stateDict() has every name, or refuses two things of one name; load(save) changes nothing',
  [modules],
  async (plan) => {
    const { root } = build(plan);
    const expected = new Map<string, Tensor>();
    let collides = false;
    for (const [key, value] of keysOf(root)) {
      collides ||= (expected.get(key) ?? value) !== value;
      expected.set(key, value);
    }
    let state: StateDict;
    try {
      state = await root.stateDict();
    } catch (error) {
      return error instanceof OptionError && collides;
    }
    if (collides) return false;
    const same = (a: string[], b: string[]) => JSON.stringify(a.sort()) === JSON.stringify(b.sort());
    if (!same(Object.keys(state), [...expected.keys()]))
      throw new Error(`${Object.keys(state)} is not ${[...expected.keys()]}`);
    const tensors = [...new Set(expected.values())];
    const marked = Object.fromEntries(
      Object.entries(state).map(([key, { shape }]) => [
        key,
        { shape, data: Float32Array.of(tensors.indexOf(expected.get(key)!), 7) },
      ]),
    );
    root.loadStateDict(marked);
    for (const [i, each] of tensors.entries()) if ((await valuesOf(each)) !== `${i},7`) return false;
    root.loadStateDict(state);
    return same(Object.keys(await root.stateDict()), Object.keys(state));
  },
  { runs: 300 },
);

t.test('a module under names of the base class keeps its hooks', async (t) => {
  const net = new Holder();
  net.hold('hooks', [parameter(ones([1]))]);
  net.hold('unhook', parameter(ones([1])));
  let called = 0;
  const remove = net.registerForwardHook(() => {
    called++;
    return undefined;
  });
  net.forward(tensor([1]));
  remove();
  net.forward(tensor([1]));
  t.equal(called, 1);
  t.equal(net.parameters().length, 2);
});

t.test('modules that share their parts many times over are walked once each', async (t) => {
  let below = new Holder();
  below.hold('weight', parameter(ones([1])));
  for (let i = 0; i < 60; i++) {
    const above = new Holder();
    above.hold('left', below);
    above.hold('right', below);
    below = above;
  }
  t.equal(below.parameters().length, 1);
  t.equal(below.eval().namedModules().length, 61);
});
