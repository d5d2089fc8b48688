// Arithmetic on exact numbers, signed zeros and infinities, with a tensor or a number on either side: JavaScript's own.
import fc from 'fast-check';
import t from 'tap';
import { add, div, mul, neg, sub, type Tensor, tensor } from '../../lib/index.js';
import { property } from '../property.js';
import { synchronous } from './synchronous.js';

const devices = await synchronous(t);

/** Their sums, products and quotients are exact in float32. */
const value = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  2,
  -0.5,
  1024,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
);

const operations = {
  add: { op: add, at: (a: number, b: number) => a + b },
  sub: { op: sub, at: (a: number, b: number) => a - b },
  mul: { op: mul, at: (a: number, b: number) => a * b },
  div: { op: div, at: (a: number, b: number) => a / b },
};

async function expectSame(what: string, t: Tensor, expected: number[]): Promise<void> {
  const got = Array.from(await t.data());
  const wrong = expected.findIndex((value, i) => !Object.is(got[i], value));
  if (wrong >= 0) throw new Error(`${what} on ${t.device.name}: ${got[wrong]}, expected ${expected[wrong]}`);
}

property(
  'a op b is JavaScript’s, to the sign of a zero',
  [
    fc.constantFrom(...Object.values(operations)),
    fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 9 }),
  ],
  async ({ op, at }, pairs) => {
    const [a, b] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
    const both = pairs.map(([a, b]) => at(a, b));
    for (const device of devices) {
      const [x, y] = [tensor(a, { device }), tensor(b, { device })];
      await expectSame(`tensor, tensor: ${a} and ${b}`, op(x, y), both);
      await expectSame(
        `tensor, number: ${a} and ${b[0]}`,
        op(x, b[0]),
        a.map((value) => at(value, b[0])),
      );
      await expectSame(
        `number, tensor: ${a[0]} and ${b}`,
        op(a[0], y),
        b.map((value) => at(a[0], value)),
      );
      await expectSame(
        `neg: ${a}`,
        neg(x),
        a.map((value) => -value),
      );
    }
  },
);
