// Options: names, defaults, kinds and ranges, and how each refusal is worded.
import t from 'tap';
import { OptionError, ShapeError, tensor } from '../lib/index.js';
import {
  callback,
  checkIndices,
  checkRank,
  choice,
  describe,
  flag,
  integer,
  number,
  pair,
  readOptions,
  readPair,
} from '../lib/options.js';

const schema = {
  rate: number(0.5, { above: 0, most: 1 }),
  steps: integer(3, { least: 1 }),
  limit: integer(null, { least: 0 }),
  fast: flag(false),
  kind: choice('a', ['a', 'b']),
  stride: pair(1, 1),
  log: callback<() => void>(null),
};
const read = (given: unknown) => readOptions('op', given, schema);
const defaults = { rate: 0.5, steps: 3, limit: null, fast: false, kind: 'a', stride: [1, 1], log: null };

t.test('what is missing takes its default', async (t) => {
  for (const given of [undefined, null, {}, { steps: undefined, limit: null }]) t.same(read(given), defaults);
  const log = () => {};
  const all = { rate: 1, steps: 1, limit: 0, fast: true, kind: 'b', stride: 2, log };
  t.same(read(all), { ...all, stride: [2, 2] });
  t.same(read(Object.assign(Object.create(null), { steps: 7 })), { ...defaults, steps: 7 });
});

t.test('an unknown name is refused with the list of those there are', async (t) => {
  t.throws(
    () => read({ step: 1 }),
    new OptionError("op: no option 'step'; it has rate, steps, limit, fast, kind, stride, log"),
  );
  t.throws(
    () => readOptions('op', { a: 1, b: 2, c: undefined }, { b: flag(true) }),
    new OptionError("op: no option 'a' or 'c'; it has b"),
  );
  t.throws(() => readOptions('op', { a: 1 }, {}), new OptionError("op: no option 'a'; it has none"));
});

t.test('what is no plain object is refused', async (t) => {
  for (const [given, what] of [
    [7, '7'],
    ['x', "'x'"],
    [[1, 2], '[1,2]'],
    [tensor([1]), 'a Tensor'],
    [new Map(), 'a Map'],
    [() => {}, 'the function without a name'],
  ] as const) {
    t.throws(
      () => read(given),
      new OptionError(`op: its options are ${what}, expected an object such as { name: value }`),
    );
  }
});

t.test('a value out of its range or of another kind is refused with what was expected', async (t) => {
  for (const [given, message] of [
    [{ rate: 0 }, 'op: rate is 0, expected a number above 0 and at most 1'],
    [{ rate: 1.5 }, 'op: rate is 1.5, expected a number above 0 and at most 1'],
    [{ rate: Number.NaN }, 'op: rate is NaN, expected a number above 0 and at most 1'],
    [{ rate: '0.5' }, "op: rate is '0.5', expected a number above 0 and at most 1"],
    [{ rate: null }, 'op: rate is null, expected a number above 0 and at most 1'],
    [{ steps: 0 }, 'op: steps is 0, expected an integer of at least 1'],
    [{ steps: 2.5 }, 'op: steps is 2.5, expected an integer of at least 1'],
    [{ steps: 1n }, 'op: steps is 1n, expected an integer of at least 1'],
    [{ steps: Symbol('s') }, 'op: steps is Symbol(s), expected an integer of at least 1'],
    [{ limit: -1 }, 'op: limit is -1, expected an integer of at least 0'],
    [{ fast: 1 }, 'op: fast is 1, expected true or false'],
    [{ kind: 'c' }, "op: kind is 'c', expected 'a' or 'b'"],
    [{ log: true }, 'op: log is true, expected a function'],
    [{ stride: [1, 2, 3] }, 'op: stride is [1,2,3], expected an integer of at least 1, or a pair of them'],
    [{ stride: [1] }, 'op: stride is [1], expected an integer of at least 1, or a pair of them'],
    [{ stride: 0 }, 'op: stride is 0, expected an integer of at least 1, or a pair of them'],
    [{ stride: [1, 1.5] }, 'op: stride is [1,1.5], expected an integer of at least 1, or a pair of them'],
  ] as const) {
    t.throws(() => read(given), new OptionError(message));
  }
});

t.test('a number or a pair gives height and width', async (t) => {
  t.same(readPair('op', 'size', 2, 1), [2, 2]);
  t.same(readPair('op', 'size', [1, 3], 1), [1, 3]);
});

t.test('a rank is told by the layout', async (t) => {
  t.doesNotThrow(() => checkRank('op', 'x', tensor([[1]]), '[N, C]'));
  t.throws(
    () => checkRank('op', 'x', tensor([1]), '[N, C]'),
    new ShapeError('op: x has shape [1], expected [N, C]'),
  );
});

t.test('indices are integers within the axis', async (t) => {
  t.doesNotThrow(() => checkIndices('op', 'index', [0, 2], 3));
  t.throws(
    () => checkIndices('op', 'index', BigInt64Array.of(1n) as never, 3),
    new OptionError('op: index 0 is 1n, expected an integer from 0 to 2; Number(1n) makes a number of it'),
  );
  for (const wrong of [-1, 3, 0.5, Number.NaN]) {
    t.throws(
      () => checkIndices('op', 'index', [0, wrong], 3),
      new OptionError(`op: index 1 is ${wrong}, expected an integer from 0 to 2`),
    );
  }
});

t.test('a value is described by what it is, and never at length', async (t) => {
  const long = Array.from({ length: 17 }, (_, i) => i);
  const circular: unknown[] = [];
  circular.push(circular);
  for (const [value, words] of [
    [undefined, 'undefined'],
    [
      [
        [1, 'a'],
        [null, Number.NaN],
      ],
      "[[1,'a'],[null,NaN]]",
    ],
    [long, 'an array of 17'],
    [[{}], 'an array of 1'],
    [circular, 'an array of 1'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Date(0), 'a Date'],
    [Promise.resolve(1), 'a Promise'],
    [function named() {}, 'the function named'],
  ] as const) {
    t.equal(describe(value), words);
  }
});
