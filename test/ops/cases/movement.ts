// Operators that move values.
import {
  expand,
  flip,
  mul,
  OptionError,
  permute,
  reshape,
  type Shape,
  ShapeError,
  slice,
} from '../../../lib/index.js';
import { type GoldenCall, on, type Row } from '../row.js';

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
    'every second': on((x) => slice(x, 1, 0, 7, 2), [2, 7, 3]),
    'every third from the second on, the last step cut short': on((x) => slice(x, -1, 1, 9, 3), [2, 11]),
    'a step beyond the end': on((x) => slice(x, 0, 2, 5, 9), [6, 2]),
  },
  second: 'operations',
  golden: ({
    inputs: { x },
    attrs: { axis, start, end, step },
  }: GoldenCall<{ axis: number; start: number; end?: number; step?: number }>) =>
    slice(x, axis, start, end, step),
  call: (of) => [of(4, 5), 1, 1, 4, 2],
  accepts: { 2: ['3'], 3: ['3', 'null'], 4: ['3'] },
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
    'a step back': [
      (of) => slice(of(4, 5), 0, 0, 4, -1),
      OptionError,
      /^slice: step is -1, expected an integer of at least 1$/,
    ],
    'no axis of x': [
      (of) => slice(of(4, 5), 2, 0, 1),
      ShapeError,
      /^slice: axis 2 is not an axis of a tensor with 2 axes$/,
    ],
  },
};

const flipRow: Row = {
  cases: {
    'a vector': on((x) => flip(x, 0), [7]),
    'the last axis': on((x) => flip(x, -1), [2, 3, 5]),
    'a middle axis': on((x) => flip(x, 1), [2, 3, 5]),
    'axes that touch': on((x) => flip(x, [1, 2]), [2, 3, 5]),
    'axes apart, in falling order': on((x) => flip(x, [3, 0, 1]), [2, 3, 2, 4]),
    'no axes': on((x) => mul(flip(x, []), x), [2, 3]),
    'an axis of size 1': on((x) => flip(x, 0), [1, 4]),
    'multiplied with itself': on((x) => mul(flip(x, 0), x), [5]),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { axis } }: GoldenCall<{ axis: number | number[] }>) => flip(x, axis),
  call: (of) => [of(2, 3), [0, 1]],
  accepts: { 1: ['[]'] },
  bad: {
    'no axis of x': [
      (of) => flip(of(2, 3), 2),
      ShapeError,
      /^flip: axis 2 is not an axis of a tensor with 2 axes$/,
    ],
    'an axis twice': [
      (of) => flip(of(2, 3), [0, -2]),
      ShapeError,
      /^flip: axes \[0, 0\] name an axis twice$/,
    ],
    'no axes at all': [
      (of) => flip(of(2, 3), undefined as never),
      ShapeError,
      /^flip: axis is undefined, expected an array of integers$/,
    ],
  },
};

export const movement = {
  reshape: reshapeRow,
  permute: permuteRow,
  expand: expandRow,
  slice: sliceRow,
  flip: flipRow,
};
