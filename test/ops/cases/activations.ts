// Activations and powers.
import {
  add,
  elu,
  gelu,
  leakyRelu,
  mul,
  type Operand,
  OptionError,
  pow,
  sigmoid,
  silu,
  softplus,
  square,
  type Tensor,
  tanh,
} from '../../../lib/index.js';
import { above0, type BadCall, type GoldenCall, noOptions, on, type Row } from '../row.js';
import { binary, binaryCases, large, unary, unaryCases } from './operands.js';

const plain = (name: string, fn: (x: Tensor) => Tensor): Row =>
  unary(name, fn, { cases: unaryCases(fn), devicesOnly: large(fn), second: 'operations' });

/** An activation with options: its cases as they are and with others, and what option it refuses. */
function optional<O extends object>(
  name: string,
  fn: (x: Tensor, options?: O) => Tensor,
  options: O,
  bad: Record<string, BadCall>,
): Row {
  const row = plain(name, fn as (x: Tensor) => Tensor);
  return {
    ...row,
    cases: { ...row.cases, 'its options': on((x) => fn(x, options), [3, 5, 2]) },
    devicesOnly: large((x) => fn(x, options)),
    golden: ({ inputs: { x }, attrs }: GoldenCall<O>) => fn(x, attrs),
    call: (of) => [of(2, 3), options],
    accepts: { 1: noOptions },
    bad: { ...row.bad, ...bad },
  };
}

/** Powers of positive numbers. */
const power = (a: Operand, b: Operand) => pow(typeof a === 'number' ? -a : add(mul(a, a), 0.5), b);

const powRow: Row = {
  ...binary('pow', pow),
  cases: {
    ...binaryCases(power),
    'of positive values': on(pow, above0([3, 5]), [5]),
    'a negative base': on((x) => pow(x, 3), [3, 5]),
    'a negative exponent': on((x) => pow(x, -1.5), above0([3, 5])),
    'a square': on((x) => pow(x, 2), [3, 5]),
    'the power 1': on((x) => pow(x, 1), [3, 5]),
    'the power 0, beside x': on((x) => add(pow(x, 0), x), [3, 5]),
  },
  devicesOnly: large((x) => pow(x, 2.5), above0),
  golden: ({ inputs, attrs }: GoldenCall<{ exponent?: number; a?: number }>) =>
    pow(inputs.a ?? inputs.x ?? attrs.a, inputs.b ?? attrs.exponent),
};

export const activations = {
  pow: powRow,
  square: plain('square', square),
  tanh: plain('tanh', tanh),
  sigmoid: plain('sigmoid', sigmoid),
  leakyRelu: optional(
    'leakyRelu',
    leakyRelu,
    { negativeSlope: 0.2 },
    {
      'a slope as text': [
        (of) => leakyRelu(of(2), { negativeSlope: '0.1' as never }),
        OptionError,
        /^leakyRelu: negativeSlope is '0.1', expected a number$/,
      ],
    },
  ),
  elu: optional(
    'elu',
    elu,
    { alpha: 1.5 },
    {
      'a number in place of options': [
        (of) => elu(of(2), 1 as never),
        OptionError,
        /^elu: its options are 1, expected an object such as /,
      ],
    },
  ),
  gelu: optional(
    'gelu',
    gelu,
    { approximate: 'tanh' as const },
    {
      'another word': [
        (of) => gelu(of(2), { approximate: 'erf' as never }),
        OptionError,
        /^gelu: approximate is 'erf', expected 'none' or 'tanh'$/,
      ],
    },
  ),
  silu: plain('silu', silu),
  softplus: optional(
    'softplus',
    softplus,
    { beta: 2.5, threshold: 1 },
    {
      'a beta of 0': [
        (of) => softplus(of(2), { beta: 0 }),
        OptionError,
        /^softplus: beta is 0, expected a number above 0$/,
      ],
    },
  ),
};
