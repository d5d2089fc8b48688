// Operators that name axes: of size 1, in other places, made one.
import { flatten, mul, ShapeError, squeeze, transpose, unsqueeze } from '../../../lib/index.js';
import { type GoldenCall, on, type Row } from '../row.js';

const noAxis = (name: string, axis: number, axes = 2) =>
  new RegExp(`^${name}: axis ${axis} is not an axis of a tensor with ${axes} axes$`);

const unsqueezeRow: Row = {
  cases: {
    'before the first': on((x) => unsqueeze(x, 0), [2, 3]),
    'between two': on((x) => unsqueeze(x, 1), [2, 3]),
    'after the last, counted from the end': on((x) => unsqueeze(x, -1), [2, 3]),
    'of a scalar': on((x) => unsqueeze(x, 0), []),
    'rows times columns': on((x) => mul(unsqueeze(x, 0), unsqueeze(x, 1)), [3]),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { axis } }: GoldenCall<{ axis: number }>) => unsqueeze(x, axis),
  call: (of) => [of(2, 3), 1],
  bad: {
    'no axis of the result': [(of) => unsqueeze(of(2, 3), 3), ShapeError, noAxis('unsqueeze', 3, 3)],
    'no integer': [(of) => unsqueeze(of(2, 3), 0.5), ShapeError, noAxis('unsqueeze', 0.5, 3)],
  },
};

const squeezeRow: Row = {
  cases: {
    'all of them': on((x) => squeeze(x), [1, 3, 1, 2]),
    one: on((x) => squeeze(x, 0), [1, 3, 1]),
    'one, counted from the end': on((x) => squeeze(x, -1), [1, 3, 1]),
    'an axis of another size stays': on((x) => mul(squeeze(x, 1), x), [1, 3]),
    'to a scalar': on((x) => squeeze(x), [1, 1]),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { axis } }: GoldenCall<{ axis?: number }>) => squeeze(x, axis),
  call: (of) => [of(1, 3), 0],
  bad: { 'no axis of x': [(of) => squeeze(of(1, 3), -3), ShapeError, noAxis('squeeze', -3)] },
};

const transposeRow: Row = {
  cases: {
    'a matrix': on((x) => transpose(x, 0, 1), [3, 5]),
    'axes apart, counted from the end': on((x) => transpose(x, -1, -3), [2, 3, 4]),
    'an axis with itself': on((x) => mul(transpose(x, 1, 1), x), [2, 3]),
    'a matrix times its transpose': on((x) => mul(transpose(x, 0, 1), x), [3, 3]),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { axis, other } }: GoldenCall<{ axis: number; other: number }>) =>
    transpose(x, axis, other),
  call: (of) => [of(2, 3), 0, 1],
  bad: {
    'no axis of x': [(of) => transpose(of(2, 3), 0, 2), ShapeError, noAxis('transpose', 2)],
    'one axis alone': [
      (of) => transpose(of(2, 3), 0, undefined as never),
      ShapeError,
      /^transpose: axis undefined is not an axis of a tensor with 2 axes$/,
    ],
  },
};

const flattenRow: Row = {
  cases: {
    'all axes': on((x) => flatten(x), [2, 3, 4]),
    'all but the first': on((x) => flatten(x, 1), [2, 3, 4]),
    'axes in the middle': on((x) => flatten(x, 1, -2), [2, 3, 2, 2]),
    'one axis': on((x) => mul(flatten(x, 1, 1), x), [2, 3]),
    'a scalar': on((x) => flatten(x), []),
  },
  second: 'operations',
  golden: ({ inputs: { x }, attrs: { first, last } }: GoldenCall<{ first?: number; last?: number }>) =>
    flatten(x, first, last),
  call: (of) => [of(2, 3), 0, 1],
  bad: {
    'no axis of x': [(of) => flatten(of(2, 3), 0, 2), ShapeError, noAxis('flatten', 2)],
    'the last before the first': [
      (of) => flatten(of(2, 3), 1, 0),
      ShapeError,
      /^flatten: axes 1 to 0 of \[2, 3\], expected them in order$/,
    ],
  },
};

export const axes = {
  unsqueeze: unsqueezeRow,
  squeeze: squeezeRow,
  transpose: transposeRow,
  flatten: flattenRow,
};
