// What an object holds: its own properties, and the entries of the arrays, Maps, Sets and plain objects among them.
// What a module's tree holds, and how it is named.
import { describe } from '../options.js';

/** An object that is held, and the way to it: a property, then keys and indices. */
export interface Member {
  path: string[];
  value: object;
}

/** All objects that an object holds, in the order of its properties. A collection is not entered while inside it. */
export function membersOf(owner: object): Member[] {
  const found: Member[] = [];
  const inside = new Set<object>();
  const visit = (value: unknown, path: string[]): void => {
    if (typeof value !== 'object' || value === null || inside.has(value)) return;
    const entries = entriesOf(value);
    if (!entries) {
      found.push({ path, value });
      return;
    }
    inside.add(value);
    for (const [key, entry] of entries) visit(entry, [...path, nameOf(key)]);
    inside.delete(value);
  };
  for (const [name, value] of Object.entries(owner)) visit(value, [name]);
  return found;
}

/** A key as part of a name. */
function nameOf(key: unknown): string {
  return typeof key === 'object' && key !== null ? describe(key) : String(key);
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
