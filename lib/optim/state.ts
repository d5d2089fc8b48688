// State dictionaries of optimizers: how they are made and checked.
import { OptionError } from '../errors.js';
import { checkEntry, entryOf, type StateEntry } from '../nn/state-dict.js';
import { checkRecord, describe } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { optionsOfGroup, type ParamGroup } from './groups.js';

/** What an optimizer remembers of one parameter, by name. */
export type Slots = Record<string, Tensor | number>;

/** What it can remember: counts, tensors, and tensors that only some options need. */
export type Kinds = Readonly<Record<string, 'count' | 'tensor' | 'optional tensor'>>;

/** The same as it is saved. */
export type SavedSlots = Record<string, StateEntry | number>;

/**
 * What an optimizer's stateDict() returns, in PyTorch's form: objects, arrays, numbers, and typed arrays of values.
 * `optimizer` is its name, `state` has the parameters that were moved, by their index, and `paramGroups` the options of each
 * group and the indices of its parameters.
 */
export interface OptimizerState {
  optimizer: string;
  state: Record<string, SavedSlots>;
  paramGroups: readonly { lr: number; params: readonly number[]; [option: string]: unknown }[];
}

/** Copies of all that is remembered, of one moment. */
export async function copyState(memory: readonly (Slots | undefined)[]): Promise<OptimizerState['state']> {
  const copies = memory.flatMap((slots, i) =>
    Object.entries(slots ?? {}).map(async ([name, slot]) => {
      return { i, name, value: typeof slot === 'number' ? slot : await entryOf(slot) };
    }),
  );
  const state: OptimizerState['state'] = {};
  for (const { i, name, value } of await Promise.all(copies)) {
    state[i] ??= {};
    state[i][name] = value;
  }
  return state;
}

export function isEntry(value: StateEntry | number): value is StateEntry {
  return typeof value !== 'number';
}

/**
 * The saved entries by parameter, and the options of each group.
 * @throws OptionError, ShapeError naming the first entry that does not fit the groups
 */
export function checkState(
  op: string,
  given: unknown,
  groups: readonly ParamGroup<unknown>[],
  kinds: Kinds,
): { entries: Record<string, SavedSlots>; groups: Record<string, unknown>[] } {
  const expected = '{ optimizer, state, paramGroups }';
  const { optimizer, state, paramGroups } = checkRecord(op, 'the state', given, expected);
  if (optimizer !== op) {
    throw new OptionError(`${op}: optimizer of the state is ${describe(optimizer)}, expected '${op}'`);
  }
  const entries = checkRecord(op, 'state', state, 'an object of entries by parameter');
  const saved = checkGroups(op, paramGroups, groups);
  const params = groups.flatMap((group) => group.params);
  for (const [key, slots] of Object.entries(entries)) {
    if (params.every((_, i) => String(i) !== key)) {
      throw new OptionError(`${op}: state has an entry ${key}, expected one of ${params.length} parameters`);
    }
    checkSlots(op, `state[${key}]`, slots, params[Number(key)], kinds);
  }
  return { entries: entries as Record<string, SavedSlots>, groups: saved };
}

/** The saved options of each group. @throws OptionError unless there are as many groups with as many parameters each */
function checkGroups(op: string, given: unknown, groups: readonly ParamGroup<unknown>[]) {
  const { length } = groups;
  if (!Array.isArray(given) || given.length !== length) {
    const expected = `an array of ${length === 1 ? 'one group' : `${length} groups`}`;
    throw new OptionError(`${op}: paramGroups is ${describe(given)}, expected ${expected}`);
  }
  let first = 0;
  return groups.map((group, g) => {
    const name = `paramGroups[${g}]`;
    const { params: indices, ...options } = checkRecord(op, name, given[g], 'an object');
    const own = group.params.map((_, i) => first + i);
    first += own.length;
    if (!Array.isArray(indices) || String(indices) !== String(own)) {
      const expected = `${own.length} indices from ${first - own.length} on`;
      throw new OptionError(`${op}: ${name}.params is ${describe(indices)}, expected ${expected}`);
    }
    const known = Object.keys(optionsOfGroup(group) as object);
    checkNames(`${op}: ${name}`, options, known, known);
    return options;
  });
}

function checkSlots(op: string, key: string, given: unknown, param: Tensor, kinds: Kinds): void {
  const slots = checkRecord(op, key, given, 'an object');
  const known = Object.keys(kinds);
  const needed = known.filter((name) => kinds[name] !== 'optional tensor');
  checkNames(`${op}: ${key}`, slots, needed, known);
  for (const [name, value] of Object.entries(slots)) {
    if (kinds[name] !== 'count') checkEntry(op, `${key}.${name}`, value, param);
    else if (!(Number.isSafeInteger(value) && (value as number) > 0)) {
      throw new OptionError(`${op}: ${key}.${name} is ${describe(value)}, expected an integer of at least 1`);
    }
  }
}

/** Throws unless an object has all names that are needed, and none that is not known. @throws OptionError */
function checkNames(what: string, given: object, needed: readonly string[], known: readonly string[]): void {
  const names = Object.keys(given);
  if (needed.every((name) => names.includes(name)) && names.every((name) => known.includes(name))) return;
  throw new OptionError(`${what} has ${names.join(', ') || 'nothing'}, expected ${known.join(', ')}`);
}
