// A walk back moment by moment: what has come to each tensor, and what happens, in words.
import { short } from '../report/draw/scale.js';
import type { Look } from './look.js';
import type { Given, SeenRecord, SeenTensor, Step, Walk } from './watch.js';
import { describeRule } from './words.js';

/** The walk between two of its steps. */
export interface Moment {
  /** What has just happened. */
  words: string;
  /** The record whose rule has just run, if one has. */
  record: number | null;
  given: readonly Given[];
  /** The tensors whose gradients have just changed. */
  changed: ReadonlySet<number>;
  /** What has come to each tensor. */
  gradients: ReadonlyMap<number, Look>;
  /** The records whose rules have run. */
  done: ReadonlySet<number>;
}

/** Every moment of a walk, the first before it begins. */
export function momentsOf(walk: Walk): Moment[] {
  const { call, seeds, steps, leaves, tensors } = walk;
  const moments: Moment[] = [
    {
      words: seeds.length > 0 ? `${call}() has not begun.` : 'Nothing is walked back.',
      ...{ record: null, given: [], changed: new Set(), gradients: new Map(), done: new Set() },
    },
  ];
  const then = (words: string, found: readonly (readonly [number, Look])[], rest: Partial<Moment> = {}) => {
    const last = moments.at(-1)!;
    const gradients = new Map([...last.gradients, ...found]);
    const changed = new Set(found.map(([id]) => id));
    moments.push({ ...last, record: null, given: [], words, gradients, changed, ...rest });
  };
  if (seeds.length === 0) return moments;
  const start = seeds.map(
    ({ tensor, gradient }) => `${callOf(walk, tensor)} with the gradient ${brief(gradient)}`,
  );
  then(
    `${call}() begins at ${start.join(' and at ')}.`,
    seeds.map(({ tensor, gradient }) => [tensor, gradient]),
  );
  for (const step of steps) {
    const { record, g, given } = step;
    const entry = walk.records.find(({ number }) => number === record)!;
    const found = given.map(({ tensor, total }) => [tensor, total] as const);
    const done = new Set([...moments.at(-1)!.done, record]);
    then(wordsOf(walk, entry, step), [[entry.output, g], ...found], {
      ...{ record, given, done, changed: new Set(found.map(([id]) => id)) },
    });
  }
  if (leaves.length === 0) return moments;
  const names = leaves.map(({ tensor }) => tensors[tensor].name || 'a leaf');
  then(
    `What has come to the leaves is added to their grad: ${names.join(', ')}.`,
    leaves.map(({ tensor, grad }) => [tensor, grad]),
  );
  return moments;
}

function wordsOf(walk: Walk, entry: SeenRecord, { given, isReplaced }: Step): string {
  const inputs = entry.inputs.map(({ tensor, name }) => ({ name, shape: walk.tensors[tensor].look.shape }));
  const rule = describeRule({ op: entry.op, inputs, output: walk.tensors[entry.output].look.shape });
  const again = [...new Set(given.filter(({ before }) => before).map(({ tensor }) => callOf(walk, tensor)))];
  return [
    `The rule of ${entry.op}${entry.line ? ` (line ${entry.line})` : ''}, for g, the gradient of ${callOf(walk, entry.output)}. ${rule}`,
    isReplaced ? 'A hook replaced g before.' : '',
    again.length > 0
      ? `${again.join(' and ')} had a gradient from another use: what comes is added to it.`
      : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** How a tensor is called: by its variable, else by what made it. */
export function callOf({ tensors, records }: Walk, id: number): string {
  const { name, kind } = tensors[id];
  if (name) return name;
  const record = records.find(({ output }) => output === id);
  return record ? `the output of ${record.op}` : `a ${kind}`;
}

/** A tensor's values in a few signs. */
export function brief({ shape, values, least, most, mean }: Look, digits = 4): string {
  if (values && values.length === 0) return 'no longer there';
  if (values && values.length <= 3) {
    const list = values.map((value) => (Number.isFinite(value) ? short(value, digits) : String(value)));
    return shape.length === 0 || values.length === 1 ? list[0] : `[${list.join(', ')}]`;
  }
  return `${short(least, 3)} … ${short(most, 3)}, mean ${short(mean, 3)}`;
}

/** What a tensor is, in words. */
export function describeTensor({ kind, name, look }: SeenTensor, gradient: Look | undefined): string {
  const title = [kind, name].filter((part) => part !== '').join(' ');
  const shown = `${title}, shape [${look.shape.join(', ')}], ${brief(look)}`;
  return gradient ? `${shown}, gradient ${brief(gradient)}` : shown;
}
