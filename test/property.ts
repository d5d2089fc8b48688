// Properties: what holds for whatever fast-check draws. Each runs as one test and prints how it is repeated.
//
//   MIXGRAD_SEED=7 npx tap dist/test/random.property.test.js                 the values of another seed
//   MIXGRAD_RUNS=10000 npx tap dist/test/random.property.test.js             more of them
//   MIXGRAD_SEED=7 MIXGRAD_PATH=3:1 npx tap -g 'title' dist/test/…           the one counterexample that a failure printed
//
// The seed is fixed, so that a run of the tests repeats; a long run with another seed looks for what is not yet known.
import fc from 'fast-check';
import t, { type Test } from 'tap';

/** A whole number from the environment; the fallback where there is none. */
function setting(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isSafeInteger(value)) throw new Error(`${name} is '${process.env[name]}', expected an integer`);
  return value;
}

const seed = setting('MIXGRAD_SEED', 1);
const path = process.env.MIXGRAD_PATH ?? '';
const RUNS = 100;

t.comment(`seed ${seed}, MIXGRAD_SEED sets another`);

/** How many values a property sees. */
export interface PropertyOptions {
  /** @default 100; MIXGRAD_RUNS overrides it */
  runs?: number;
}

/**
 * A test that the body holds for every draw from the arbitraries: it throws, or what it returns is false, where it does
 * not. The body may be async.
 */
export function property<T extends [unknown, ...unknown[]]>(
  title: string,
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  body: (...values: T) => unknown,
  { runs = RUNS }: PropertyOptions = {},
): void {
  t.test(title, async (t) => {
    const checked = fc.asyncProperty<T>(...arbitraries, async (...values) => {
      if ((await body(...values)) === false) throw new Error('the property is false');
    });
    report(t, await fc.check(checked, { seed, path, numRuns: setting('MIXGRAD_RUNS', runs) }));
  });
}

function report<T extends [unknown, ...unknown[]]>(t: Test, details: fc.RunDetails<T>): void {
  if (!details.failed) {
    t.pass(`${details.numRuns} runs`);
    return;
  }
  const { counterexample, counterexamplePath, errorInstance } = details;
  t.fail(`MIXGRAD_SEED=${details.seed} MIXGRAD_PATH=${counterexamplePath} repeats it`, {
    counterexample: fc.stringify(counterexample),
    error: errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    stack: errorInstance instanceof Error ? (errorInstance.stack ?? '') : '',
  });
}
