// What an object holds: its own properties, and the entries of the arrays, Maps, Sets and plain objects among them. What a
// module's tree holds, and how it is named.
import { describe } from '../options.js';

/** An object that is held, and the way to it: a property, then keys and indices. */
export interface Member {
  path: string[];
  value: object;
}

/** A key or an index, and the way to the object that has it. */
interface Step {
  key: unknown;
  from: Step | null;
}

/**
 * All objects that an object holds, in the order of its properties. A collection is not entered while inside it. Without
 * recursion: a list whose every node holds the next may be long.
 */
export function membersOf(owner: object): Member[] {
  const found: Member[] = [];
  const inside = new Set<object>();
  const open = [{ collection: owner, entries: iterate(Object.entries(owner)), step: null as Step | null }];
  for (let last = open.at(-1); last; last = open.at(-1)) {
    const { done, value: entry } = last.entries.next();
    if (done) {
      inside.delete(last.collection);
      open.pop();
      continue;
    }
    const [key, value] = entry;
    if (typeof value !== 'object' || value === null || inside.has(value)) continue;
    const step = { key, from: last.step };
    const entries = entriesOf(value);
    if (entries) {
      inside.add(value);
      open.push({ collection: value, entries: iterate(entries), step });
    } else found.push({ path: pathTo(step), value });
  }
  return found;
}

function iterate(entries: Iterable<[unknown, unknown]>): Iterator<[unknown, unknown], undefined> {
  return entries[Symbol.iterator]();
}

/** A key as part of a name. */
function nameOf(key: unknown): string {
  return typeof key === 'object' && key !== null ? describe(key) : String(key);
}

function pathTo(last: Step): string[] {
  const path: string[] = [];
  for (let step: Step | null = last; step; step = step.from) {
    path.push(nameOf(step.key));
  }
  return path.reverse();
}

/** The entries of an array, a Map, a Set or a plain object; null of anything else. */
function entriesOf(value: object): Iterable<[unknown, unknown]> | null {
  if (Array.isArray(value) || value instanceof Map) return value.entries();
  if (value instanceof Set) return [...value].entries();
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.entries(value) : null;
}

/** The modules of a tree under every name; one that holds a module it is in is not entered again. */
export function* everyModule<M extends { children(): [string, M][] }>(
  module: M,
  prefix = '',
  above: readonly M[] = [],
): Generator<[string, M]> {
  if (above.includes(module)) return;
  yield [prefix, module];
  for (const [name, child] of module.children()) {
    yield* everyModule(child, join(prefix, name), [...above, module]);
  }
}

/** The modules of a tree, each once under its first name. */
export function* eachModule<M extends { children(): [string, M][] }>(
  module: M,
  prefix = '',
  seen = new Set<M>(),
): Generator<[string, M]> {
  if (seen.has(module)) return;
  seen.add(module);
  yield [prefix, module];
  for (const [name, child] of module.children()) yield* eachModule(child, join(prefix, name), seen);
}

/** The entries whose value did not occur before. */
export function firstOfEach<T>(entries: Iterable<[string, T]>): [string, T][] {
  const seen = new Set<T>();
  return [...entries].filter(([, value]) => !seen.has(value) && seen.add(value));
}

/** A dotted name. */
export function join(prefix: string, name: string): string {
  return prefix ? `${prefix}.${name}` : name;
}
