// Random draws: reproducible, resumable, and distributed as they say.
import t from 'tap';
import { createRandom, defaultRandom, manualSeed, OptionError } from '../lib/index.js';

const draws = (count: number, draw: () => number) => Array.from({ length: count }, draw);

t.test('equal seeds give equal draws, others do not', async (t) => {
  t.same(draws(20, createRandom(7).uniform), draws(20, createRandom(7).uniform));
  t.not(createRandom(7).uniform(), createRandom(8).uniform());
});

t.test('a generator that loads a state, through JSON, continues where it was', async (t) => {
  const random = createRandom('a');
  draws(13, random.normal);
  const state = JSON.parse(JSON.stringify(random.state()));
  const other = createRandom('b');
  other.load(state);
  t.same(draws(20, random.normal), draws(20, other.normal));
  t.equal(other.fork('x').uniform(), createRandom('a').fork('x').uniform(), 'forks go on from the seed');
});

t.test('forks depend on the seed and the name, not on what was drawn before', async (t) => {
  const [first, second] = [createRandom(1), createRandom(1)];
  draws(5, second.uniform);
  t.equal(first.fork('data').uniform(), second.fork('data').uniform());
  t.not(first.fork('data').uniform(), first.fork('weights').uniform());
});

t.test('a permutation holds every number once', async (t) => {
  const order = createRandom(3).permutation(1000);
  t.same(
    [...order].sort((a, b) => a - b),
    [...order.keys()],
  );
  t.notSame([...order], [...order.keys()]);
});

t.test('uniform, integer and normal draws have the moments of their distributions', async (t) => {
  const n = 20_000;
  const dice = createRandom(2);
  const moments = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / n;
    return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / n };
  };
  for (const [name, draw, mean, variance] of [
    ['uniform', createRandom(1).uniform, 1 / 2, 1 / 12],
    ['integer', () => dice.integer(10), 4.5, 99 / 12],
    ['normal', createRandom(1).normal, 0, 1],
  ] as const) {
    const values = draws(n, draw);
    const found = moments(values);
    // Five standard errors.
    t.ok(Math.abs(found.mean - mean) < 5 * Math.sqrt(variance / n), `${name}: mean ${found.mean}`);
    t.ok(
      Math.abs(found.variance / variance - 1) < 5 * Math.sqrt(2 / n),
      `${name}: variance ${found.variance}`,
    );
  }
});

t.test('the process-wide generator starts from seed 0 and again from any seed', async (t) => {
  t.equal(defaultRandom().uniform(), createRandom(0).uniform());
  t.equal(manualSeed('again'), defaultRandom());
  t.equal(defaultRandom().uniform(), createRandom('again').uniform());
});

t.test('what cannot be drawn or loaded is named, and changes nothing', async (t) => {
  const random = createRandom(0);
  const before = random.state();
  const { seed, arc4 } = before;
  const expected = 'expected what state() of a generator returned';
  const cases: [() => unknown, string][] = [
    [
      () => createRandom(undefined as never),
      'createRandom: seed is undefined, expected a number or a string',
    ],
    [() => createRandom(Number.NaN), 'createRandom: seed is NaN, expected a number or a string'],
    [() => manualSeed({} as never), 'createRandom: seed is an object, expected a number or a string'],
    [() => random.integer(0), 'integer: n is 0, expected an integer of at least 1'],
    [() => random.integer(1.5), 'integer: n is 1.5, expected an integer of at least 1'],
    [
      () => random.permutation(-1),
      'permutation: n is -1, expected an integer of at least 0 and at most 2147483647',
    ],
    [() => random.load(null as never), `load: state is null, ${expected}`],
    [() => random.load({ seed } as never), `load: state is an object, ${expected}`],
    [() => random.load({ arc4 } as never), `load: state is an object, ${expected}`],
    [() => random.load({ seed, arc4: { ...arc4, i: 256 } }), `load: state is an object, ${expected}`],
    [
      () => random.load({ seed, arc4: { ...arc4, S: arc4.S.slice(1) } }),
      `load: state is an object, ${expected}`,
    ],
    [
      () => random.load({ seed, arc4: { ...arc4, S: arc4.S.map(() => 1) } }),
      `load: state is an object, ${expected}`,
    ],
  ];
  for (const [call, message] of cases) t.throws(call, new OptionError(message));
  t.same(random.state(), before);
});

t.test('a fork of a fork is no fork of a longer name', (t) => {
  const random = createRandom(1);
  t.not(random.fork('a').fork('b').uniform(), random.fork('a/b').uniform());
  t.not(random.fork('a/b').uniform(), random.fork('a%2Fb').uniform());
  t.not(random.fork('a').uniform(), createRandom('1/a').uniform(), 'nor is it another seed');
  const ways = [
    random.fork('a').fork('b'),
    random.fork('a/b'),
    random.fork('a%2Fb'),
    random.fork('/a').fork('b'),
    random.fork('a/').fork('b'),
    random.fork('a').fork('/b'),
    random.fork('').fork('a/b'),
    createRandom('1/a').fork('b'),
    createRandom('1%2Fa').fork('b'),
  ];
  t.equal(new Set(ways.map((way) => way.uniform())).size, ways.length, 'every way is its own');
  const fork = random.fork as (name: unknown) => unknown;
  t.throws(
    () => fork(Symbol('a')),
    new OptionError('fork: name is Symbol(a), expected a string or a number'),
  );
  t.end();
});
