// Operations that move numbers: reshape, permute, expand.
import fc from 'fast-check';
import t from 'tap';
import { expand, mul, permute, reshape, ShapeError, tensor } from '../../lib/index.js';
import { numel, strides } from '../../lib/shape.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';
import { checkGradient, checkParity, type OpCases } from './checks.js';

const reshapeCases: OpCases = {
  'to one axis': { inputs: [[2, 3, 4]], fn: (x) => reshape(x, [24]) },
  'with a size left open': { inputs: [[2, 3, 4]], fn: (x) => reshape(x, [4, -1]) },
  'to a scalar': { inputs: [[1, 1]], fn: (x) => reshape(x, []) },
  'used twice, once reshaped': { inputs: [[2, 3]], fn: (x) => mul(reshape(x, [6]), reshape(x, [-1])) },
};

const permuteCases: OpCases = {
  'a matrix transposed': { inputs: [[3, 5]], fn: (x) => permute(x, [1, 0]) },
  'three axes in a circle': { inputs: [[2, 3, 5]], fn: (x) => permute(x, [2, 0, 1]) },
  'axes counted from the end': { inputs: [[2, 3, 5]], fn: (x) => permute(x, [-1, -3, -2]) },
  'channels last': { inputs: [[2, 3, 5, 4]], fn: (x) => permute(x, [0, 2, 3, 1]) },
  'six axes, all out of order': { inputs: [[2, 3, 2, 3, 2, 3]], fn: (x) => permute(x, [5, 2, 4, 0, 3, 1]) },
  'nothing to do': { inputs: [[2, 3]], fn: (x) => permute(x, [0, 1]) },
  'axes of size 1': { inputs: [[1, 3, 1, 2]], fn: (x) => permute(x, [3, 2, 1, 0]) },
};

const expandCases: OpCases = {
  'a middle axis': { inputs: [[4, 1, 5]], fn: (x) => expand(x, [4, 3, 5]) },
  'leading axes': { inputs: [[3]], fn: (x) => expand(x, [2, 4, 3]) },
  'a scalar': { inputs: [[]], fn: (x) => expand(x, [2, 3]) },
  'axes apart': { inputs: [[1, 3, 1, 2]], fn: (x) => expand(x, [2, 3, 5, 2]) },
  'to its own shape': { inputs: [[2, 3]], fn: (x) => mul(expand(x, [2, 3]), x) },
};

checkGradient('reshape', reshapeCases);
checkGradient('permute', permuteCases);
checkGradient('expand', expandCases);
checkParity('reshape', reshapeCases);
checkParity('permute', permuteCases);
checkParity('expand', expandCases);

everyDevice('permute moves the element at [i, j, k] to [k, i, j]', async (t, device) => {
  const x = tensor(
    Float64Array.from({ length: 24 }, (_, i) => i),
    { shape: [2, 3, 4], device },
  );
  const y = permute(x, [2, 0, 1]);
  t.same(y.shape, [4, 2, 3]);
  const data = await y.data();
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 3; j++) {
      for (let k = 0; k < 4; k++) t.equal(data[(k * 2 + i) * 3 + j], (i * 3 + j) * 4 + k);
    }
  }
});

t.test('reshape shares the numbers instead of copying them', async (t) => {
  const x = tensor(normal([2, 3], 0), { shape: [2, 3] });
  t.equal(reshape(x, [6]).buffer, x.buffer);
});

const shapeWithOrder = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 })
  .chain((shape) =>
    fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
  );

t.test('permute by any order and back gives the same numbers', async (t) => {
  fc.assert(
    fc.property(shapeWithOrder, ([shape, order]) => {
      const x = tensor(normal(shape, 0), { shape });
      const inverse = order.map((_, axis) => order.indexOf(axis));
      const back = permute(permute(x, order), inverse);
      return same(back.ndarray().data, x.ndarray().data) && back.shape.every((size, i) => size === shape[i]);
    }),
    { seed: 2, numRuns: 200 },
  );
  t.pass('held for 200 shapes');
});

t.test('permute equals reading with permuted strides', async (t) => {
  fc.assert(
    fc.property(shapeWithOrder, ([shape, order]) => {
      const x = tensor(normal(shape, 0), { shape });
      const y = permute(x, order);
      const steps = strides(shape);
      const data = x.ndarray().data;
      const read = (flat: number) =>
        y.shape.reduce((at, size, axis) => {
          const i = Math.floor(flat / numel(y.shape.slice(axis + 1))) % size;
          return at + i * steps[order[axis]];
        }, 0);
      return same(
        y.ndarray().data,
        Float64Array.from({ length: x.size }, (_, i) => data[read(i)]),
      );
    }),
    { seed: 3, numRuns: 100 },
  );
  t.pass('held for 100 shapes');
});

t.test('reshape to any shape of the same size and back gives the same numbers', async (t) => {
  fc.assert(
    fc.property(shapeWithOrder, ([shape, order]) => {
      const x = tensor(normal(shape, 0), { shape });
      const other = order.map((axis) => shape[axis]);
      return same(reshape(reshape(x, other), shape).ndarray().data, x.ndarray().data);
    }),
    { seed: 4, numRuns: 100 },
  );
  t.pass('held for 100 shapes');
});

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => value === b[i]);
}

t.test('seven axes that cannot be read as fewer are refused, and those that can are not', async (t) => {
  const x = tensor(normal([2, 2, 2, 2, 2, 2, 2], 0), { shape: [2, 2, 2, 2, 2, 2, 2] });
  t.throws(
    () => permute(x, [6, 5, 4, 3, 2, 1, 0]),
    new ShapeError('permute: 7 axes that do not merge, expected at most 6'),
  );
  t.same(permute(x, [4, 5, 6, 0, 1, 2, 3]).shape, x.shape);
});

t.test('shapes and axes that cannot be are refused by name', async (t) => {
  const x = tensor(normal([2, 3], 0), { shape: [2, 3] });
  for (const [fn, message] of [
    [() => reshape(x, [4, 2]), 'reshape: x has shape [2, 3] = 6 elements, got [4, 2]'],
    [() => reshape(x, [4, -1]), 'reshape: x has shape [2, 3] = 6 elements, got [4, -1]'],
    [() => reshape(x, [-1, -1]), 'reshape: x has shape [2, 3] = 6 elements, got [-1, -1]'],
    [() => permute(x, [0]), 'permute: x has 2 axes, got the order [0]'],
    [() => permute(x, [0, 0]), 'permute: x has 2 axes, got the order [0, 0]'],
    [() => permute(x, [0, 2]), 'permute: axis 2 is not an axis of a tensor with 2 axes'],
    [() => expand(x, [2, 4]), 'expand: shapes [2, 3] and [2, 4] do not broadcast (sizes 3 and 4)'],
    [() => expand(x, [3]), 'expand: x has shape [2, 3], cannot become [3]'],
  ] as const) {
    t.throws(fn, new ShapeError(message));
  }
});
