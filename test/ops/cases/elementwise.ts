// Arithmetic, and functions of one tensor.
import { add, div, exp, log, mul, neg, relu, sqrt, sub, type Tensor } from '../../../lib/index.js';
import { above0, on, type Row } from '../row.js';
import { binary, large, unary, unaryCases } from './operands.js';

/** fn(x² + 1.5), where fn takes no values below 0. */
const shifted = (fn: (x: Tensor) => Tensor) => (x: Tensor) => fn(add(mul(x, x), 1.5));
const halved = (x: Tensor) => exp(mul(x, 0.5));

const positiveCases = (fn: (x: Tensor) => Tensor): Pick<Row, 'cases' | 'devicesOnly' | 'second'> => ({
  cases: { ...unaryCases(shifted(fn)), 'of positive values, three axes': on(fn, above0([3, 5, 2])) },
  devicesOnly: large(shifted(fn), above0),
  second: 'operations',
});

export const elementwise = {
  add: binary('add', add),
  sub: binary('sub', sub),
  mul: binary('mul', mul),
  div: binary('div', div, above0),
  neg: unary('neg', neg, { cases: unaryCases(neg), devicesOnly: large(neg), second: 'operations' }),
  exp: unary('exp', exp, { cases: unaryCases(halved), devicesOnly: large(halved), second: 'operations' }),
  log: unary('log', log, positiveCases(log)),
  sqrt: unary('sqrt', sqrt, positiveCases(sqrt)),
  relu: unary('relu', relu, {
    cases: unaryCases(relu),
    devicesOnly: large(relu),
    second: 'operations',
  }),
};
