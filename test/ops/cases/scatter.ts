// Operators that write to positions along an axis.
import { mul, OptionError, oneHot, ShapeError, scatterAdd, type Tensor, tensor } from '../../../lib/index.js';
import { integers } from '../../values.js';
import { type GoldenCall, on, type Row } from '../row.js';

const places = (x: Tensor, below: number, shape: number[]) =>
  tensor(
    integers(
      below,
      shape.reduce((a, b) => a * b, 1),
      2,
    ),
    { shape, device: x.device },
  );

const scatterRow: Row = {
  cases: {
    'along the last axis': on(
      (x, source) =>
        scatterAdd(
          x,
          1,
          [
            [4, 0, 4],
            [2, 2, 2],
          ],
          source,
        ),
      [2, 5],
      [2, 3],
    ),
    'along the first axis': on((x, source) => scatterAdd(x, 0, [[2, 0, 1, 1]], source), [3, 4], [1, 4]),
    'along a middle axis, by a tensor': on(
      (x, source) => scatterAdd(x, -2, places(x, 3, [2, 4, 5]), source),
      [2, 3, 5],
      [2, 4, 5],
    ),
    'a vector, all in one place': on((x, source) => scatterAdd(x, 0, [1, 1, 1], source), [2], [3]),
    'fewer along the other axes, of a larger source': on(
      (x, source) => scatterAdd(x, 1, places(x, 5, [2, 3, 2]), source),
      [3, 5, 4],
      [3, 4, 3],
    ),
    'a tensor into itself': on(
      (x) =>
        scatterAdd(
          x,
          1,
          [
            [1, 2, 1],
            [0, 0, 2],
          ],
          mul(x, x),
        ),
      [2, 3],
    ),
  },
  devicesOnly: {
    because: 'two thousand central differences',
    cases: {
      'many rows': on((x, source) => scatterAdd(x, 1, places(x, 65, [33, 9]), source), [33, 65], [33, 9]),
    },
  },
  second: 'operations',
  golden: ({
    inputs: { x, source },
    attrs: { axis, index },
  }: GoldenCall<{ axis: number; index: number[] }>) => scatterAdd(x, axis, index, source),
  call: (of) => [of(2, 4), 1, [[3], [0]], of(2, 1)],
  bad: {
    'a source smaller than the index': [
      (of) =>
        scatterAdd(
          of(2, 4),
          1,
          [
            [3, 1],
            [0, 0],
          ],
          of(2, 1),
        ),
      ShapeError,
      /^scatterAdd: source has shape \[2, 1\], expected at least \[2, 2\], that of index$/,
    ],
    'more rows than x has': [
      (of) => scatterAdd(of(1, 4), 1, [[3], [0]], of(2, 1)),
      ShapeError,
      /^scatterAdd: index has shape \[2, 1\], expected at most \[1, any\]$/,
    ],
    'an index past the end': [
      (of) => scatterAdd(of(2, 4), 1, [[4], [0]], of(2, 1)),
      OptionError,
      /^scatterAdd: index 0 is 4, expected an integer from 0 to 3$/,
    ],
    'a number as source': [
      (of) => scatterAdd(of(2, 4), 1, [[3], [0]], 1 as never),
      OptionError,
      /^scatterAdd: source is 1, expected a tensor$/,
    ],
  },
};

const oneHotRow: Row = {
  cases: {
    'a list': on((x) => oneHot(places(x, 4, [5]), 4), [1]),
    'two axes': on((x) => oneHot(places(x, 3, [2, 3]), 3), [1]),
    'one class': on((x) => oneHot(places(x, 1, [2]), 1), [1]),
    'a scalar': on((x) => oneHot(places(x, 3, []), 3), [1]),
  },
  gradient: { without: 'its argument is a position, an integer' },
  second: { without: 'there is no first' },
  golden: ({ attrs: { indices, classes }, device }: GoldenCall<{ indices: number[]; classes: number }>) =>
    oneHot(tensor(indices, { device }), classes),
  call: (of) => [tensor([2, 0, 1], { device: of(1).device }), 3],
  accepts: { 1: ['3'] },
  bad: {
    'a class past the end': [
      () => oneHot([0, 3], 3),
      OptionError,
      /^oneHot: index 1 is 3, expected an integer from 0 to 2$/,
    ],
    'no classes': [
      () => oneHot([0], 0),
      OptionError,
      /^oneHot: classes is 0, expected an integer of at least 1$/,
    ],
    'a number as indices': [
      () => oneHot(1 as never, 3),
      OptionError,
      /^oneHot: indices is 1, expected a tensor or nested arrays of integers$/,
    ],
    'more elements than fit': [
      () => oneHot([0, 1, 2], 1e9),
      ShapeError,
      /^oneHot: .* elements, expected at most 2147483647$/,
    ],
  },
};

export const scatters = { scatterAdd: scatterRow, oneHot: oneHotRow };
