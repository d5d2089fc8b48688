// Random draws: equal paths draw the same, different paths do not, and a state continues anywhere.
import fc from 'fast-check';
import t from 'tap';
import { createRandom, type Random } from '../lib/index.js';
import { property } from './property.js';

/** Short words of few letters, which repeat themselves; then any string, halves of surrogate pairs included. */
const word = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '1', '/', '%', '2F', '\0', 'š', '中'), maxLength: 5 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.integer().map(String),
);
const path = fc.tuple(word, fc.array(word, { maxLength: 3 }));

const at = ([seed, names]: [string, string[]]): Random =>
  names.reduce((random, name) => random.fork(name), createRandom(seed));
const draws = (random: Random) => Array.from({ length: 8 }, random.uniform);
const same = (a: number[], b: number[]) => a.every((value, i) => value === b[i]);

property(
  'equal paths draw the same, different paths do not',
  [path, path],
  (a, b) => {
    return same(draws(at(a)), draws(at(b))) === (JSON.stringify(a) === JSON.stringify(b));
  },
  { runs: 2000 },
);

property(
  'a fork depends on the name and the seed, not on what was drawn before',
  [path, word, fc.nat(9)],
  (a, name, count) => {
    const random = at(a);
    for (let i = 0; i < count; i++) random.normal();
    return same(draws(random.fork(name)), draws(at(a).fork(name)));
  },
);

property(
  'a state goes through JSON and continues with the same draws and forks',
  [path, path, fc.nat(300)],
  (a, b, count) => {
    const random = at(a);
    for (let i = 0; i < count; i++) random.uniform();
    const other = at(b);
    other.load(JSON.parse(JSON.stringify(random.state())));
    return same(draws(random), draws(other)) && same(draws(random.fork('x')), draws(other.fork('x')));
  },
);

property(
  'integers and permutations stay in their range',
  [path, fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.nat(50)],
  (a, n, count) => {
    const value = at(a).integer(n);
    const order = at(a).permutation(count);
    return (
      Number.isSafeInteger(value) &&
      value >= 0 &&
      value < n &&
      new Set(order).size === count &&
      order.every((i) => i < count)
    );
  },
);

t.test('a seed that repeats itself draws for itself', async (t) => {
  const seeds = ['1', '11', '111', 'ab', 'abab', '中', '-', 'a/b', ''];
  const found = [
    ...seeds.map((seed) => createRandom(seed)),
    createRandom('a').fork('b'),
    createRandom('a').fork('ba').fork('b'),
  ];
  t.equal(new Set(found.map((random) => String(draws(random)))).size, found.length);
});
