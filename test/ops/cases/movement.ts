// Operators that move values.
import {
  concat,
  expand,
  mul,
  OptionError,
  permute,
  reshape,
  type Shape,
  ShapeError,
  slice,
  stack,
  type Tensor,
} from '../../../lib/index.js';
import { type GoldenCall, named, type OpCases, on, type Row } from '../row.js';

const reshapeRow: Row = {
  cases: {
    'to one axis': on((x) => reshape(x, [24]), [2, 3, 4]),
    'with a size left open': on((x) => reshape(x, [4, -1]), [2, 3, 4]),
    'to a scalar': on((x) => reshape(x, []), [1, 1]),
    'used twice, once reshaped': on((x) => mul(reshape(x, [6]), reshape(x, [-1])), [2, 3]),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { shape } }: GoldenCall<{ shape: Shape }>) => reshape(x, shape),
  call: (of) => [of(2, 3), [6]],
  bad: {
    'other sizes': [
      (of) => reshape(of(2, 3), [4, 2]),
      ShapeError,
      /^reshape: x has shape \[2, 3\] = 6 elements, got \[4, 2\]$/,
    ],
    'nothing that would fill the open size': [
      (of) => reshape(of(2, 3), [4, -1]),
      ShapeError,
      /^reshape: x has shape \[2, 3\] = 6 elements, got \[4, -1\]$/,
    ],
    'two open sizes': [(of) => reshape(of(2, 3), [-1, -1]), ShapeError, /= 6 elements, got \[-1, -1\]$/],
    'a size of 0': [(of) => reshape(of(2, 3), [0, 6]), ShapeError, /got \[0, 6\]$/],
    'a size beside an open one that is 0': [(of) => reshape(of(2, 3), [0, -1]), ShapeError, /got \[0, -1\]$/],
    'sizes as arguments': [
      (of) => reshape(of(2, 3), 3 as never),
      ShapeError,
      /^reshape: shape is 3, expected an array of integers$/,
    ],
    'a size that is no integer': [
      (of) => reshape(of(2, 3), [1.5, 4]),
      ShapeError,
      /shape is \[1.5,4\], expected/,
    ],
  },
};

const permuteRow: Row = {
  cases: {
    'a matrix transposed': on((x) => permute(x, [1, 0]), [3, 5]),
    'three axes in a circle': on((x) => permute(x, [2, 0, 1]), [2, 3, 5]),
    'axes counted from the end': on((x) => permute(x, [-1, -3, -2]), [2, 3, 5]),
    'channels last': on((x) => permute(x, [0, 2, 3, 1]), [2, 3, 5, 4]),
    'six axes, all out of order': on((x) => permute(x, [5, 2, 4, 0, 3, 1]), [2, 3, 2, 3, 2, 3]),
    'nothing to do': on((x) => permute(x, [0, 1]), [2, 3]),
    'axes of size 1': on((x) => permute(x, [3, 2, 1, 0]), [1, 3, 1, 2]),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { axes } }: GoldenCall<{ axes: number[] }>) => permute(x, axes),
  call: (of) => [of(2, 3), [1, 0]],
  bad: {
    'too few axes': [
      (of) => permute(of(2, 3), [0]),
      ShapeError,
      /^permute: x has 2 axes, got the order \[0\]$/,
    ],
    'an axis twice': [
      (of) => permute(of(2, 3), [0, 0]),
      ShapeError,
      /^permute: x has 2 axes, got the order \[0, 0\]$/,
    ],
    'no axis of x': [
      (of) => permute(of(2, 3), [0, 2]),
      ShapeError,
      /^permute: axis 2 is not an axis of a tensor with 2 axes$/,
    ],
    'axes as arguments': [
      (of) => permute(of(2, 3), 1 as never),
      ShapeError,
      /^permute: axes is 1, expected an array of integers$/,
    ],
    'seven axes that do not merge': [
      (of) => permute(of(2, 2, 2, 2, 2, 2, 2), [6, 5, 4, 3, 2, 1, 0]),
      ShapeError,
      /^permute: 7 axes that do not merge, expected at most 6$/,
    ],
  },
};

const expandRow: Row = {
  cases: {
    'a middle axis': on((x) => expand(x, [4, 3, 5]), [4, 1, 5]),
    'leading axes': on((x) => expand(x, [2, 4, 3]), [3]),
    'a scalar': on((x) => expand(x, [2, 3]), []),
    'axes apart': on((x) => expand(x, [2, 3, 5, 2]), [1, 3, 1, 2]),
    'to its own shape': on((x) => mul(expand(x, [2, 3]), x), [2, 3]),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { shape } }: GoldenCall<{ shape: Shape }>) => expand(x, shape),
  call: (of) => [of(3, 1), [3, 4]],
  bad: {
    'an axis that is not 1': [
      (of) => expand(of(2, 3), [2, 4]),
      ShapeError,
      /^expand: shapes \[2, 3\] and \[2, 4\] do not broadcast \(sizes 3 and 4\)$/,
    ],
    'fewer axes': [
      (of) => expand(of(2, 3), [3]),
      ShapeError,
      /^expand: x has shape \[2, 3\], cannot become \[3\]$/,
    ],
    'a size of 0': [
      (of) => expand(of(1), [0]),
      ShapeError,
      /^expand: shape is \[0\], expected integers of at least 1$/,
    ],
    'a negative size': [
      (of) => expand(of(1), [-2]),
      ShapeError,
      /^expand: shape is \[-2\], expected integers/,
    ],
    'more elements than fit': [
      (of) => expand(of(1), [1e6, 1e6]),
      ShapeError,
      /^expand: .* elements, expected at most 2147483647$/,
    ],
    'a size as an argument': [
      (of) => expand(of(1), 3 as never),
      ShapeError,
      /^expand: shape is 3, expected integers of at least 1$/,
    ],
  },
};

const sliceRow: Row = {
  cases: {
    'from a middle axis': on((x) => slice(x, 1, 1, 4), [2, 5, 3]),
    'the first rows': on((x) => slice(x, 0, 0, 2), [5, 3]),
    'the last of a vector': on((x) => slice(x, 0, 6), [7]),
    'positions and axis from the end': on((x) => slice(x, -1, -3, -1), [2, 3, 4]),
    'all of it': on((x) => mul(slice(x, 0, 0), x), [3, 2]),
    'a slice of a slice': on((x) => slice(slice(x, 0, 1, 5), 1, 1), [6, 3]),
  },
  second: 'operations',
  golden: ({
    inputs: { x },
    attrs: { axis, start, end },
  }: GoldenCall<{ axis: number; start: number; end?: number }>) => slice(x, axis, start, end),
  call: (of) => [of(4, 5), 1, 1, 4],
  accepts: { 2: ['3'], 3: ['3', 'null'] },
  bad: {
    'no entries': [
      (of) => slice(of(4, 5), 0, 2, 2),
      ShapeError,
      /^slice: 2 to 2, expected a range within the 4 entries of axis 0$/,
    ],
    'beyond the end': [
      (of) => slice(of(4, 5), 1, 0, 6),
      ShapeError,
      /^slice: 0 to 6, .* 5 entries of axis 1$/,
    ],
    'before the start': [(of) => slice(of(4, 5), 0, -5), ShapeError, /^slice: -5 to 4, /],
    'no integer': [(of) => slice(of(4, 5), 0, 0.5), ShapeError, /^slice: 0.5 to 4, /],
    'no axis of x': [
      (of) => slice(of(4, 5), 2, 0, 1),
      ShapeError,
      /^slice: axis 2 is not an axis of a tensor with 2 axes$/,
    ],
  },
};

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

export const movement = {
  reshape: reshapeRow,
  permute: permuteRow,
  expand: expandRow,
  slice: sliceRow,
  concat: concatRow,
  stack: stackRow,
};
