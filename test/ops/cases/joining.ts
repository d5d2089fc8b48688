// Operators that join tensors and take them apart.
import { concat, mul, OptionError, ShapeError, split, stack, type Tensor } from '../../../lib/index.js';
import { type GoldenCall, named, type OpCases, on, type Row } from '../row.js';

const join =
  (axis: number) =>
  (...parts: Tensor[]) =>
    concat(parts, axis);
const pile =
  (axis: number) =>
  (...parts: Tensor[]) =>
    stack(parts, axis);

const concatCases: OpCases = {
  'two matrices': on(join(0), [2, 3], [4, 3]),
  'three along a middle axis': on(join(1), [2, 3, 4], [2, 1, 4], [2, 5, 4]),
  'along the last axis, counted from the end': on(join(-1), [3, 2], [3, 5]),
  'one alone': on(join(0), [2, 3]),
  'seven, more than a kernel takes': on(join(0), [1], [2], [3], [1], [2], [4], [1]),
  'a tensor with itself': on((x) => concat([x, x], 1), [2, 3]),
  images: on(join(1), [2, 3, 4, 5], [2, 2, 4, 5]),
};

/** What a list of tensors is refused for. */
const listBad = (name: string, fn: (parts: readonly Tensor[], axis?: number) => Tensor): Row['bad'] => ({
  'no parts': [
    () => fn([]),
    OptionError,
    new RegExp(`^${name}: parts is \\[\\], expected an array of tensors$`),
  ],
  'a tensor instead of a list': [
    (of) => fn(of(2, 3) as never),
    OptionError,
    new RegExp(`^${name}: parts is a Tensor, expected an array of tensors$`),
  ],
  'a part that is no tensor': [
    (of) => fn([of(2), 1 as never]),
    OptionError,
    new RegExp(`^${name}: parts\\[1\\] is 1, expected a tensor$`),
  ],
  'no such axis': [(of) => fn([of(2), of(2)], 2), ShapeError, new RegExp(`^${name}: axis 2 is not an axis`)],
});

const concatRow: Row = {
  cases: concatCases,
  devicesOnly: {
    because: 'thirty-seven parts of sizes past a register',
    cases: {
      'thirty-seven parts': on(
        (x) =>
          concat(
            Array.from({ length: 37 }, (_, i) => mul(x, i + 1)),
            1,
          ),
        [3, 5],
      ),
    },
  },
  second: 'operations',
  golden: ({ inputs, attrs: { axis } }: GoldenCall<{ axis: number }>) => concat(Object.values(inputs), axis),
  call: (of) => [[of(2, 3), of(2, 1)], 1],
  bad: {
    ...listBad('concat', concat),
    'another size elsewhere': [
      (of) => concat([of(2, 3), of(3, 4)], 1),
      ShapeError,
      /^concat: parts\[1\] has shape \[3, 4\], expected that of parts\[0\], \[2, 3\], but for axis 1$/,
    ],
    'another number of axes': [
      (of) => concat([of(2, 3), of(2)]),
      ShapeError,
      /^concat: parts\[1\] has shape \[2\], expected that of parts\[0\]/,
    ],
    scalars: [
      (of) => concat([of(), of()]),
      ShapeError,
      /^concat: axis 0 is not an axis of a tensor with 0 axes$/,
    ],
  },
};

const stackRow: Row = {
  cases: {
    'two vectors': on(pile(0), [4], [4]),
    'as a middle axis': on(pile(1), [2, 3], [2, 3], [2, 3]),
    'as the last axis, counted from the end': on(pile(-1), [2, 3], [2, 3]),
    scalars: on(pile(0), [], [], []),
    'one alone': on(pile(0), [2, 3]),
    ...named('seven', { vectors: on(pile(0), [3], [3], [3], [3], [3], [3], [3]) }),
  },
  second: 'operations',
  golden: ({ inputs, attrs: { axis } }: GoldenCall<{ axis: number }>) => stack(Object.values(inputs), axis),
  call: (of) => [[of(2, 3), of(2, 3)], 1],
  bad: {
    ...listBad('stack', stack),
    'another shape': [
      (of) => stack([of(2, 3), of(2, 3), of(3, 2)]),
      ShapeError,
      /^stack: parts\[2\] has shape \[3, 2\], expected that of parts\[0\], \[2, 3\]$/,
    ],
  },
};

/** The parts in another order, so that each has a place of its own. */
const turned = (parts: Tensor[], axis: number) => concat(parts.reverse(), axis);

const splitRow: Row = {
  cases: {
    'parts of one size': on((x) => turned(split(x, 1, 2), 1), [2, 6, 3]),
    'a smaller last part': on((x) => turned(split(x, 0, 3), 0), [7, 2]),
    'parts of given sizes, the axis counted from the end': on(
      (x) => turned(split(x, -1, [1, 4, 2]), -1),
      [3, 7],
    ),
    'one part, larger than x': on((x) => turned(split(x, 0, 9), 0), [4]),
    'one part alone': on((x) => split(x, 0, [2, 3])[1], [5, 2]),
    'parts that meet': on(
      (x) => {
        const [a, b] = split(x, 1, 3);
        return mul(a, b);
      },
      [2, 6],
    ),
  },
  second: 'operations',
  golden: async ({ inputs: { x }, attrs: { axis, sizes } }: GoldenCall<{ axis: number; sizes: number[] }>) =>
    Object.fromEntries(split(x, axis, sizes).map((part, i) => [`y${i}`, part])),
  call: (of) => [of(2, 5), 1, [2, 3]],
  accepts: { 2: ['3'] },
  bad: {
    'sizes that do not fill the axis': [
      (of) => split(of(2, 5), 1, [2, 2]),
      ShapeError,
      /^split: sizes \[2, 2\] of 4 entries, axis 1 has 5$/,
    ],
    'a size of 0': [
      (of) => split(of(2, 5), 1, [0, 5]),
      OptionError,
      /^split: sizes is \[0,5\], expected an integer of at least 1, or an array of them$/,
    ],
    'no sizes': [(of) => split(of(2, 5), 1, []), OptionError, /^split: sizes is \[\], expected an integer/],
    'half a size': [
      (of) => split(of(2, 5), 1, 2.5),
      OptionError,
      /^split: sizes is 2.5, expected an integer/,
    ],
    'no axis of x': [
      (of) => split(of(2, 5), 2, 1),
      ShapeError,
      /^split: axis 2 is not an axis of a tensor with 2 axes$/,
    ],
  },
};

export const joining = { concat: concatRow, stack: stackRow, split: splitRow };
