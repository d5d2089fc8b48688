// Random draws, every one from a named seedrandom generator (ARC4), so that a seed fixes every bit.
import seedrandom from 'seedrandom';

/** A seeded source of random numbers whose state can be saved and restored. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal, by the Box–Muller transform. */
  normal(): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** A permutation of 0 … n−1, by Fisher–Yates. */
  permutation(n: number): Int32Array;
  /** An independent generator derived from this one's seed and a name: the order of calls does not matter. */
  fork(name: string): Random;
  /** A JSON value from which {@link restoreRandom} continues with the same draws. */
  state(): RandomState;
}

/** What {@link Random.state} returns. */
export interface RandomState {
  seed: string;
  arc4: seedrandom.State.Arc4;
}

/** Creates a generator. Equal seeds give equal draws on every machine. */
export function createRandom(seed: number | string): Random {
  return fromGenerator(String(seed), seedrandom(String(seed), { state: true }));
}

/** Continues a generator from what `state()` returned. */
export function restoreRandom({ seed, arc4 }: RandomState): Random {
  return fromGenerator(seed, seedrandom('', { state: arc4 }));
}

function fromGenerator(seed: string, generator: seedrandom.StatefulPRNG<seedrandom.State.Arc4>): Random {
  const uniform = () => generator();
  const integer = (n: number) => Math.floor(generator() * n);
  return {
    uniform,
    integer,
    // 1 − u lies in (0, 1], so that the logarithm is finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - generator())) * Math.cos(2 * Math.PI * generator()),
    permutation(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
    fork: (name) => createRandom(`${seed}/${name}`),
    state: () => ({ seed, arc4: generator.state() }),
  };
}
