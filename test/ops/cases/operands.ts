// Rows of operators on one tensor, and on two operands that broadcast.
import { mul, type Operand, OptionError, ShapeError, type Tensor } from '../../../lib/index.js';
import { type GoldenCall, type Input, numbers, type OpCases, on, type Row } from '../row.js';

export type Binary = (a: Operand, b: Operand) => Tensor;
export type Fill = (shape: number[]) => Input;
export const asIs: Fill = (shape) => shape;

/** Equal shapes, broadcasting from either side and both, scalar tensors, and numbers on either side. */
export function binaryCases(fn: Binary, second: Fill = asIs): OpCases {
  return {
    'a single element': on(fn, [1], second([1])),
    'equal odd shapes': on(fn, [3, 5, 7], second([3, 5, 7])),
    'both operands stretch': on(fn, [3, 1, 5], second([4, 1])),
    'both operands stretch along two axes': on(fn, [2, 1, 3, 1], second([1, 4, 1, 5])),
    'the second misses axes': on(fn, [2, 3, 5], second([5])),
    'the first misses axes': on(fn, [3, 1], second([2, 3, 6])),
    'one value a channel': on(fn, [2, 3, 4, 5], second([3, 1, 1])),
    'five axes that do not merge': on(fn, [2, 1, 2, 1, 2], second([2, 1, 2, 1])),
    'a scalar tensor': on(fn, [2, 3], second([])),
    'a scalar tensor first': on(fn, [], second([2, 3])),
    'two scalars': on(fn, [], second([])),
    'a plain number': on((a) => fn(a, -1.75), [2, 5]),
    'a plain number first': on((b) => fn(-1.75, b), second([2, 5])),
    'a tensor with itself': on((a) => fn(a, a), second([3, 2])),
  };
}

export function unaryCases(fn: (x: Tensor) => Tensor, fill: Fill = asIs): OpCases {
  return {
    'a scalar': on(fn, fill([])),
    'a vector of 7': on(fn, fill([7])),
    'three axes': on(fn, fill([3, 5, 2])),
    'applied twice': on((x) => fn(fn(mul(x, x))), fill([2, 3])),
  };
}

export const large = (fn: (x: Tensor) => Tensor, fill: Fill = asIs) => ({
  because: 'a thousand central differences show what seven do',
  cases: { 'a thousand and one': on(fn, fill([1001])) },
});

export function binary(name: string, fn: Binary, second?: Fill): Row {
  return {
    cases: binaryCases(fn, second),
    second: 'operations',
    golden: ({ inputs: { a, b }, attrs }: GoldenCall<{ a?: number; b?: number }>) =>
      fn(a ?? attrs.a, b ?? attrs.b),
    call: (of) => [of(2, 3), of(3)],
    accepts: { 0: numbers, 1: numbers },
    bad: {
      'shapes that do not broadcast': [
        (of) => fn(of(2, 3), of(2, 4)),
        ShapeError,
        new RegExp(`^${name}: shapes \\[2, 3\\] and \\[2, 4\\] do not broadcast \\(sizes 3 and 4\\)$`),
      ],
      'two numbers': [
        () => fn(1, 2),
        OptionError,
        new RegExp(`^${name}: a is 1, expected one of a and b to be a tensor$`),
      ],
      'values instead of a tensor': [
        (of) => fn(of(2), [1, 2] as never),
        OptionError,
        new RegExp(`^${name}: b is \\[1,2\\], expected a tensor or a number$`),
      ],
    },
  };
}

export function unary(
  name: string,
  fn: (x: Tensor) => Tensor,
  row: Pick<Row, 'cases' | 'devicesOnly' | 'second'>,
): Row {
  return {
    ...row,
    golden: ({ inputs: { x } }) => fn(x),
    call: (of) => [of(2, 3)],
    bad: {
      'a number': [() => fn(2 as never), OptionError, new RegExp(`^${name}: x is 2, expected a tensor$`)],
      'values instead of a tensor': [
        () => fn([1, 2] as never),
        OptionError,
        new RegExp(`^${name}: x is \\[1,2\\], expected a tensor$`),
      ],
    },
  };
}
