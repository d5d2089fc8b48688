// The bench's state as the part of a link after #: what differs from the state that the page begins with.
import { type BenchState, COUNT, checked, fields, MOST_UPSTREAM, REACH, type Start } from './state.js';

/** A word of a link: how a state says it, and what it makes of a state. Reading throws an Error where it says nothing that can be. */
interface Word {
  write(state: BenchState): string;
  read(text: string, state: BenchState): Partial<BenchState>;
}

/** Numbers are joined by signs that an address has as they are. */
const join = (values: readonly number[]) => values.join('_');
const partsOf = (start: Start) => [start.weights, start.means, start.variances];

/** In their order, since how many samples there are decides what others can be. */
const words: Record<string, Word> = {
  x: {
    write: ({ samples }) => join(samples.map((value) => Math.round(100 * value))),
    read: (text, { selected, samples: { length }, upstream }) => {
      const samples = wholes(text, 100 * REACH).map((value) => value / 100);
      const { least, most } = COUNT;
      if (samples.length < least || samples.length > most)
        throw new Error(`it has ${samples.length} samples, expected ${least} to ${most}`);
      const isAsMany = samples.length === length; // or the weights are of others
      return {
        samples,
        selected: Math.min(selected, samples.length - 1),
        upstream: isAsMany ? upstream : null,
      };
    },
  },
  start: {
    write: ({ start }) => partsOf(start).map(join).join('*'),
    read: (text) => ({ start: startOf(text) }),
  },
  rounds: fieldWord('rounds'),
  regCovar: fieldWord('regCovar'),
  scale: {
    write: ({ scale }) => scale,
    read: (text) => ({ scale: checked(fields.scale, text) as BenchState['scale'] }),
  },
  at: {
    write: ({ selected }) => String(selected + 1),
    read: (text, { samples: { length } }) => {
      const [at] = wholes(text, length);
      if (at < 1) throw new Error(`there is no sample ${at}, expected 1 to ${length}`);
      return { selected: at - 1 };
    },
  },
  g: {
    write: ({ upstream }) => (upstream ? join(upstream.map((value) => Math.round(10 * value))) : 'at'),
    read: (text, { samples: { length } }) => {
      if (text === 'at') return { upstream: null };
      const upstream = wholes(text, 10 * MOST_UPSTREAM).map((value) => value / 10);
      if (upstream.length !== length)
        throw new Error(`it has ${upstream.length} weights, expected one for each of ${length} samples`);
      return { upstream };
    },
  },
  seed: { write: ({ seed }) => String(seed), read: (text) => ({ seed: Math.abs(wholes(text, 1e6)[0]) }) },
  warm: { write: ({ isWarm }) => String(isWarm), read: (text) => ({ isWarm: text === 'true' }) },
};

function fieldWord(name: 'rounds' | 'regCovar'): Word {
  return {
    write: (state) => String(state[name]),
    read: (text) => ({ [name]: Number(checked(fields[name], text)) }),
  };
}

/** Whole numbers of at most a size. */
function wholes(text: string, most: number): number[] {
  return numbers(text).map((value) => {
    if (Number.isInteger(value) && Math.abs(value) <= most) return value;
    throw new Error(`it holds ${value}, expected whole numbers from −${most} to ${most}`);
  });
}

function numbers(text: string): number[] {
  return text.split('_').map((part) => {
    const value = Number(part);
    if (part !== '' && Number.isFinite(value)) return value;
    throw new Error(`it holds “${part}”, expected numbers with _ between them`);
  });
}

function startOf(text: string): Start {
  const parts = text.split('*').map(numbers);
  const [weights, means, variances] = parts;
  const K = weights.length;
  if (parts.length !== 3 || parts.some(({ length }) => length !== K))
    throw new Error('expected as many weights as means and variances, with * between the three');
  checked(fields.components, String(K));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.some((weight) => weight < 0) || Math.abs(total - 1) > 1e-4)
    throw new Error(`its weights add up to ${total}, expected 1 and none below 0`);
  const far = means.find((mean) => Math.abs(mean) > 100);
  if (far !== undefined) throw new Error(`a mean is ${far}, expected −100 to 100`);
  const odd = variances.find((variance) => variance < 1e-6 || variance > 1e4);
  if (odd !== undefined) throw new Error(`a variance is ${odd}, expected 0.000001 to 10000`);
  return { weights, means, variances };
}

/** The link's part after #, with what is not as in `initial`. */
export function hashOf(state: BenchState, initial: BenchState): string {
  const changed = Object.entries(words).filter(([, { write }]) => write(state) !== write(initial));
  return new URLSearchParams(changed.map(([name, { write }]) => [name, write(state)])).toString();
}

/** The state of a link, and in words what of it could not be taken; there `initial` holds. */
export function stateOf(hash: string, initial: BenchState): { state: BenchState; problems: string[] } {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const problems = [...given.keys()]
    .filter((name) => !(name in words))
    .map((name) => `${name}: there is no such word`);
  let state = initial;
  for (const [name, { read }] of Object.entries(words)) {
    const text = given.get(name);
    if (text === null) continue;
    try {
      state = { ...state, ...read(text, state) };
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`);
    }
  }
  return { state, problems };
}
