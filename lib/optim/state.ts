// State dictionaries of optimizers: how they are made and checked.
import { OptionError } from '../errors.js';
import { checkEntry, entryOf, type StateEntry } from '../nn/state-dict.js';
import { checkRecord, describe } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';

/** What an optimizer remembers of one parameter, by name. */
export type Slots = Record<string, Tensor | number>;

/** The same as it is saved. */
export type SavedSlots = Record<string, StateEntry | number>;

/**
 * What an optimizer's stateDict() returns, in PyTorch's form: objects, arrays, numbers, and typed arrays of values.
 * `state` has the parameters that were moved, by their index; `paramGroups` one group, its options and the indices
 * of its parameters.
 */
export interface OptimizerState {
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
 * The saved entries by parameter and the options of the only group.
 * @throws OptionError, ShapeError naming the first entry that does not fit the parameters
 */
export function checkState(
  op: string,
  given: unknown,
  params: readonly Tensor[],
  kinds: Readonly<Record<string, 'tensor' | 'count'>>,
): { entries: Record<string, SavedSlots>; options: Record<string, unknown> } {
  const { state, paramGroups } = checkRecord(op, 'the state', given, '{ state, paramGroups }');
  const entries = checkRecord(op, 'state', state, 'an object of entries by parameter');
  if (!Array.isArray(paramGroups) || paramGroups.length !== 1) {
    throw new OptionError(`${op}: paramGroups is ${describe(paramGroups)}, expected an array of one group`);
  }
  const { params: indices, ...options } = checkRecord(op, 'paramGroups[0]', paramGroups[0], 'an object');
  if (String(indices) !== String([...params.keys()]) || !Array.isArray(indices)) {
    const expected = `the indices of ${params.length} parameters`;
    throw new OptionError(`${op}: paramGroups[0].params is ${describe(indices)}, expected ${expected}`);
  }
  for (const [key, slots] of Object.entries(entries)) {
    if (!indices.map(String).includes(key)) {
      throw new OptionError(`${op}: state has an entry ${key}, expected one of ${params.length} parameters`);
    }
    checkSlots(op, `state[${key}]`, slots, params[Number(key)], kinds);
  }
  return { entries: entries as Record<string, SavedSlots>, options };
}

function checkSlots(
  op: string,
  key: string,
  given: unknown,
  param: Tensor,
  kinds: Readonly<Record<string, 'tensor' | 'count'>>,
): void {
  const slots = checkRecord(op, key, given, 'an object');
  checkNames(`${op}: ${key}`, slots, kinds);
  for (const [name, kind] of Object.entries(kinds)) {
    const value = slots[name];
    if (kind === 'tensor') checkEntry(op, `${key}.${name}`, value, param);
    else if (!(Number.isSafeInteger(value) && (value as number) > 0)) {
      throw new OptionError(`${op}: ${key}.${name} is ${describe(value)}, expected an integer of at least 1`);
    }
  }
}

/** Throws unless both objects have the same names. @throws OptionError */
export function checkNames(what: string, given: object, expected: object): void {
  const [names, known] = [Object.keys(given), Object.keys(expected)];
  if (names.length === known.length && known.every((name) => Object.hasOwn(given, name))) return;
  throw new OptionError(`${what} has ${names.join(', ') || 'nothing'}, expected ${known.join(', ')}`);
}
