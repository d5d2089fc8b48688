// Comparisons, and operators that choose among values.
import {
  abs,
  type ClampOptions,
  clamp,
  eq,
  ge,
  gt,
  le,
  lt,
  maximum,
  minimum,
  ne,
  type Operand,
  OptionError,
  ShapeError,
  sign,
  type Tensor,
  tensor,
  where,
} from '../../../lib/index.js';
import { numel, type Shape } from '../../../lib/shape.js';
import { integers } from '../../values.js';
import { type GoldenCall, numbers, on, type Row } from '../row.js';
import { binary, binaryCases, large, unary, unaryCases } from './operands.js';

/** Integers from −1 to 1, so that many are equal. */
const few = (shape: Shape) => ({
  shape,
  values: (seed: string) => Float64Array.from(integers(3, numel(shape), seed), (v) => v - 1),
});

function comparison(name: string, fn: (a: Operand, b: Operand) => Tensor): Row {
  return {
    ...binary(name, fn),
    cases: { ...binaryCases(fn), 'many equal values': on(fn, few([3, 5]), few([5])) },
    gradient: { without: 'its result is 0 or 1, and constant between' },
    second: { without: 'there is no first' },
  };
}

/** Conditions of 0 and 1. */
const pattern = (shape: Shape, like: Tensor) =>
  tensor(integers(2, numel(shape), 'where'), { shape, device: like.device });
const chosen = (shape: Shape) => (a: Tensor, b: Tensor) => where(pattern(shape, a), a, b);

const whereRow: Row = {
  cases: {
    'three equal shapes': on(chosen([3, 5, 7]), [3, 5, 7], [3, 5, 7]),
    'a mask for each row': on(chosen([5]), [3, 5], [3, 5]),
    'everything stretches': on(chosen([1, 1, 5]), [3, 1, 1], [1, 4, 1]),
    'a mask larger than both': on(chosen([2, 3, 5]), [3, 1], [5]),
    'five axes that do not merge': on(chosen([2, 1, 2, 1, 2]), [2, 1, 2, 1], [1, 2, 1]),
    'a number': on((a) => where(pattern([4], a), a, -1.5), [2, 4]),
    'a number first': on((b) => where(pattern([2, 1], b), -1.5, b), [2, 4]),
    scalars: on(chosen([]), [], []),
    'a tensor with itself': on((a) => where(pattern([3], a), a, a), [2, 3]),
  },
  devicesOnly: {
    because: 'a thousand central differences show what fifteen do',
    cases: { 'a thousand and one': on(chosen([1001]), [1001], [1001]) },
  },
  second: 'operations',
  golden: ({ inputs: { condition, a, b }, attrs }: GoldenCall<{ a?: number; b?: number }>) =>
    where(condition, a ?? attrs.a, b ?? attrs.b),
  call: (of) => [of(2, 3), of(3), of(2, 1)],
  accepts: { 1: numbers, 2: numbers },
  bad: {
    'a condition that is a number': [
      (of) => where(1 as never, of(2), of(2)),
      OptionError,
      /^where: condition is 1, expected a tensor$/,
    ],
    'no value': [
      (of) => where(of(2), of(2), undefined as never),
      OptionError,
      /^where: b is undefined, expected a tensor or a number$/,
    ],
    'shapes that do not broadcast': [
      (of) => where(of(2), of(2, 3), of(3)),
      ShapeError,
      /^where: shapes \[2\] and \[2, 3\] do not broadcast \(sizes 2 and 3\)$/,
    ],
  },
};

const both = { min: -0.5, max: 0.75 };

const clampRow: Row = {
  cases: {
    ...unaryCases((x) => clamp(x, both)),
    'a lower bound': on((x) => clamp(x, { min: 0.25 }), [3, 5]),
    'an upper bound': on((x) => clamp(x, { max: 0.25, min: null }), [3, 5]),
    'bounds in the wrong order': on((x) => clamp(x, { min: 1, max: -1 }), [3, 5]),
  },
  devicesOnly: large((x) => clamp(x, both)),
  second: 'operations',
  golden: ({ inputs: { x }, attrs }: GoldenCall<ClampOptions>) => clamp(x, attrs),
  call: (of) => [of(2, 3), both],
  bad: {
    'no bound': [
      (of) => clamp(of(2), {}),
      OptionError,
      /^clamp: min is null, expected a bound in min or max$/,
    ],
    'bounds as arguments': [
      (of) => (clamp as (...args: unknown[]) => Tensor)(of(2), 0, 1),
      OptionError,
      /^clamp: its options are 0, expected an object such as /,
    ],
    'a bound that is NaN': [
      (of) => clamp(of(2), { max: Number.NaN }),
      OptionError,
      /^clamp: max is NaN, expected a number$/,
    ],
  },
};

export const comparisons = {
  eq: comparison('eq', eq),
  ne: comparison('ne', ne),
  lt: comparison('lt', lt),
  le: comparison('le', le),
  gt: comparison('gt', gt),
  ge: comparison('ge', ge),
  sign: unary('sign', sign, {
    cases: unaryCases(sign),
    devicesOnly: large(sign),
    second: { without: 'its gradient is 0 everywhere' },
  }),
  abs: unary('abs', abs, { cases: unaryCases(abs), devicesOnly: large(abs), second: 'operations' }),
  maximum: binary('maximum', maximum),
  minimum: binary('minimum', minimum),
  where: whereRow,
  clamp: clampRow,
};
