// Random draws, every one from a named seedrandom generator (ARC4), so that a seed fixes every bit.
import seedrandom from 'seedrandom/seedrandom.js';
import { OptionError } from './errors.js';
import { describe, integer, type Reader, required } from './options.js';

/** What {@link Random.state} returns: a JSON value. */
export interface RandomState {
  seed: string;
  arc4: { i: number; j: number; S: number[] };
}

/** ARC4 alone: the package's main file brings six other generators along. */
const generatorOf = (seed: string, state: true | RandomState['arc4']) => seedrandom(seed, { state });

/** A seeded source of random values, made by {@link createRandom}. Its methods can be passed on as functions. */
export class Random {
  private seed: string;
  private generator: ReturnType<typeof generatorOf>;

  /** @internal */
  constructor(seed: string) {
    this.seed = seed;
    this.generator = generatorOf(keyOf(seed), true);
  }

  /** Uniform in [0, 1). */
  readonly uniform = (): number => this.generator();

  /** Standard normal, by the Box–Muller transform. */
  readonly normal = (): number =>
    // 1 − u lies in (0, 1], so that the logarithm is finite.
    Math.sqrt(-2 * Math.log(1 - this.generator())) * Math.cos(2 * Math.PI * this.generator());

  /** A uniform integer in [0, n). @throws OptionError unless n is a positive integer */
  readonly integer = (n: number): number => {
    if (!(Number.isSafeInteger(n) && n > 0)) required('integer', 'n', n, size);
    return Math.floor(this.generator() * n);
  };

  /** A permutation of 0 … n−1, by Fisher–Yates. @throws OptionError unless n is an integer of at least 0 */
  readonly permutation = (n: number): Int32Array => {
    const order = Int32Array.from({ length: required('permutation', 'n', n, count) }, (_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  };

  /**
   * An independent generator derived from this one's seed and a name: the order of calls does not matter.
   * @throws OptionError unless the name is a string or a number
   */
  readonly fork = (name: string | number): Random => {
    if (typeof name !== 'string' && !Number.isFinite(name)) {
      throw new OptionError(`fork: name is ${describe(name)}, expected a string or a number`);
    }
    // The slash is the mark of a fork: fork('a').fork('b') differs from fork('a/b').
    return new Random(`${this.seed}/${escaped(name)}`);
  };

  /** A JSON value; {@link load} continues from it with the same draws. */
  readonly state = (): RandomState => ({ seed: this.seed, arc4: this.generator.state() });

  /**
   * Continues with the draws that followed when `state()` was called, here or on another generator.
   * @throws OptionError where the state is none
   */
  readonly load = (state: RandomState): void => {
    checkState(state);
    this.seed = state.seed;
    this.generator = generatorOf('', state.arc4);
  };
}

/** A seed or a name in printable ASCII, without slashes: ARC4 sees the low byte of each character alone. */
function escaped(word: string | number): string {
  return String(word).replace(/[%/]|[^ -~]/g, (letter) => {
    const code = letter.charCodeAt(0).toString(16).toUpperCase();
    return /[%/]/.test(letter) ? `%${code}` : `%u${code.padStart(4, '0')}`;
  });
}

/** ARC4 repeats a short key, so that '1' would draw as '11' does: a seed that repeats itself gets an end. */
function keyOf(seed: string): string {
  // A text that repeats itself is found within its double before the end.
  return `${seed}${seed}`.indexOf(seed, 1) < seed.length ? `${seed}\0` : seed;
}

const size = integer(1, { least: 1 });
const count = integer(0, { least: 0, most: 2 ** 31 - 1 });

/** Throws unless the value is what `state()` returns. @throws OptionError */
export function checkState(state: RandomState): void {
  const { i, j, S } = state?.arc4 ?? {};
  const bytes = [i, j, ...(Array.isArray(S) ? S : [])];
  const complete = bytes.length === 258 && new Set(S).size === 256;
  const holds = complete && bytes.every((v) => Number.isInteger(v) && v! >= 0 && v! < 256);
  if (holds && typeof state.seed === 'string') return;
  throw new OptionError(`load: state is ${describe(state)}, expected what state() of a generator returned`);
}

/**
 * Creates a generator. Equal seeds give equal draws on every machine.
 * @throws OptionError unless the seed is a number or a string
 *
 * @example
 * ```js
 * import { createRandom } from 'mixgrad';
 *
 * const random = createRandom(1);
 * const state = random.state();
 * const first = [random.integer(100), random.integer(100)];
 * random.load(state);
 * console.log(first, [random.integer(100), random.integer(100)]);
 * ```
 * ```text
 * [ 26, 43 ] [ 26, 43 ]
 * ```
 */
export function createRandom(seed: number | string): Random {
  if (typeof seed !== 'string' && !Number.isFinite(seed)) {
    throw new OptionError(`createRandom: seed is ${describe(seed)}, expected a number or a string`);
  }
  return new Random(escaped(seed));
}

/** Reads the option `random`. */
export const randomOption: Reader<Random | null> = {
  fallback: null,
  read(op, name, value) {
    if (value instanceof Random) return value;
    throw new OptionError(`${op}: ${name} is ${describe(value)}, expected a generator of createRandom()`);
  },
};

const shared = createRandom(0);

/**
 * The generator of the process, from which layers draw that are given none. It starts with seed 0.
 *
 * @example
 * ```js
 * import { defaultRandom, Linear } from 'mixgrad';
 *
 * const state = defaultRandom().state();
 * const one = new Linear(2, 1);
 * defaultRandom().load(state);
 * const other = new Linear(2, 1);
 * console.log(String(await one.weight.data()) === String(await other.weight.data()));
 * ```
 * ```text
 * true
 * ```
 */
export function defaultRandom(): Random {
  return shared;
}

/**
 * Starts the generator of the process again, from a seed. Returns it.
 * @throws OptionError unless the seed is a number or a string
 *
 * @example
 * ```js
 * import { Linear, manualSeed } from 'mixgrad';
 *
 * manualSeed(7);
 * const one = new Linear(2, 1);
 * manualSeed(7);
 * const other = new Linear(2, 1);
 * console.log(String(await one.weight.data()) === String(await other.weight.data()));
 * ```
 * ```text
 * true
 * ```
 */
export function manualSeed(seed: number | string): Random {
  shared.load(createRandom(seed).state());
  return shared;
}
