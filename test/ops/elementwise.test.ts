// Elementwise operations: values, broadcasting, gradients, devices, errors.
import fc from 'fast-check';
import t from 'tap';
import {
  add,
  div,
  exp,
  log,
  mul,
  neg,
  relu,
  ShapeError,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { broadcastShapes, sameShape } from '../../lib/shape.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';
import { above0, checkGradient, checkParity, type Input, type OpCases } from './checks.js';

type Binary = (a: Tensor, b: Tensor | number) => Tensor;

/** Equal shapes, both ways of broadcasting, a scalar tensor, and a plain number. */
function binaryCases(fn: Binary, second: (shape: number[]) => Input = (shape) => shape): OpCases {
  return {
    'a single element': { inputs: [[1], second([1])], fn },
    'equal odd shapes': { inputs: [[3, 5, 7], second([3, 5, 7])], fn },
    'both operands stretch': { inputs: [[3, 1, 5], second([4, 1])], fn },
    'the second misses axes': { inputs: [[2, 3, 5], second([5])], fn },
    'the first misses axes': { inputs: [[3, 1], second([2, 3, 6])], fn },
    'a scalar tensor': { inputs: [[2, 3], second([])], fn },
    'two scalars': { inputs: [[], second([])], fn },
    'a plain number': { inputs: [[2, 5]], fn: (a) => fn(a, -1.75) },
    'a tensor with itself': { inputs: [second([3, 2])], fn: (a) => fn(a, a) },
  };
}

function unaryCases(
  fn: (x: Tensor) => Tensor,
  input: (shape: number[]) => Input = (shape) => shape,
): OpCases {
  return {
    'a scalar': { inputs: [input([])], fn },
    'a vector of 7': { inputs: [input([7])], fn },
    'three axes': { inputs: [input([3, 5, 2])], fn },
    'a thousand and one': { inputs: [input([1001])], fn },
    'applied twice': { inputs: [input([2, 3])], fn: (x) => fn(fn(mul(x, x))) },
  };
}

const small = ({ 'a thousand and one': _, ...rest }: OpCases) => rest;

checkGradient('add', binaryCases(add));
checkGradient('sub', binaryCases(sub));
checkGradient('mul', binaryCases(mul));
checkGradient('div', binaryCases(div, above0));
checkParity('add', binaryCases(add));
checkParity('sub', binaryCases(sub));
checkParity('mul', binaryCases(mul));
checkParity('div', binaryCases(div, above0));

const twiceSafe = (fn: (x: Tensor) => Tensor) => (x: Tensor) => fn(add(mul(x, x), 1.5));
checkGradient('neg', small(unaryCases(neg)));
checkGradient('exp', small(unaryCases((x) => exp(mul(x, 0.5)))));
checkGradient('log', small(unaryCases(twiceSafe(log))));
checkGradient('sqrt', small(unaryCases(twiceSafe(sqrt))));
checkGradient('relu', small(unaryCases(relu)));
checkParity('neg', unaryCases(neg));
checkParity(
  'exp',
  unaryCases((x) => exp(mul(x, 0.5))),
);
checkParity('log', unaryCases(twiceSafe(log), above0));
checkParity('sqrt', unaryCases(twiceSafe(sqrt), above0));
checkParity('relu', unaryCases(relu));

everyDevice(
  'relu keeps what is positive, and its gradient passes only there, not at 0',
  async (t, device) => {
    const x = leaf([-2, -0.5, 0, 0.5, 2], [5], device);
    const y = relu(x);
    t.same([...(await y.data())], [0, 0, 0, 0.5, 2]);
    sum(y).backward();
    t.same([...(await x.grad!.data())], [0, 0, 0, 1, 1]);
  },
);

everyDevice('arithmetic with a plain number applies to every element', async (t, device) => {
  const x = tensor([1, 2, 4], { device });
  t.same([...(await add(x, 1).data())], [2, 3, 5]);
  t.same([...(await sub(x, 1).data())], [0, 1, 3]);
  t.same([...(await mul(x, 2).data())], [2, 4, 8]);
  t.same([...(await div(x, 2).data())], [0.5, 1, 2]);
});

t.test('shapes that do not broadcast are refused with both shapes and the sizes that clash', async (t) => {
  const a = tensor(normal([2, 3], 0), { shape: [2, 3] });
  const b = tensor(normal([2, 4], 0), { shape: [2, 4] });
  for (const [name, fn] of Object.entries({ add, sub, mul, div })) {
    t.throws(
      () => fn(a, b),
      new ShapeError(`${name}: shapes [2, 3] and [2, 4] do not broadcast (sizes 3 and 4)`),
    );
  }
});

/** Two shapes that broadcast: axes of a common shape set to 1, leading axes dropped. */
const broadcastable = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).chain((shape) => {
  const part = fc
    .tuple(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: shape.length }))
    .map(([ones, drop]) => shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(drop));
  return fc.tuple(part, part);
});

t.test('whatever two shapes broadcast, each gradient has the shape of its operand', async (t) => {
  fc.assert(
    fc.property(broadcastable, ([p, q]) => {
      const [a, b] = [leaf(normal(p, 'a'), p), leaf(normal(q, 'b'), q)];
      const out = mul(a, b);
      const outOk = sameShape(out.shape, broadcastShapes('mul', p, q));
      sum(out).backward();
      return outOk && sameShape(a.grad!.shape, p) && sameShape(b.grad!.shape, q);
    }),
    { seed: 1, numRuns: 200 },
  );
  t.pass('held for 200 pairs of shapes');
});
