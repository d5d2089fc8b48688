// Arithmetic on shapes.
import fc from 'fast-check';
import t from 'tap';
import { broadcastShapes, format, normalizeAxes, numel, sameShape, strides } from '../lib/shape.js';

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 });

t.test('strides address every element once, in order', async (t) => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const steps = strides(shape);
      const last = shape.reduce((at, size, axis) => at + (size - 1) * steps[axis], 0);
      return last === numel(shape) - 1 && steps.every((step, axis) => step === numel(shape.slice(axis + 1)));
    }),
    { seed: 1 },
  );
  t.same(strides([2, 3, 4]), [12, 4, 1]);
});

t.test('broadcasting is symmetric, and a shape broadcasts with itself and with a scalar', async (t) => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: 0, max: 4 }), (shape, axis) => {
      const thin = shape.map((size, i) => (i === axis ? 1 : size));
      const both = [broadcastShapes('op', shape, thin), broadcastShapes('op', thin, shape)];
      const alone = [broadcastShapes('op', shape, shape), broadcastShapes('op', [], shape)];
      return [...both, ...alone].every((found) => sameShape(found, shape));
    }),
    { seed: 2 },
  );
  t.same(broadcastShapes('op', [3, 1, 5], [4, 1]), [3, 4, 5]);
});

t.test('axes come out counted from 0, distinct and rising; undefined means all', async (t) => {
  t.same(normalizeAxes('op', undefined, 3), [0, 1, 2]);
  t.same(normalizeAxes('op', [-1, 0], 3), [0, 2]);
  t.same(normalizeAxes('op', -2, 3), [1]);
  t.same(normalizeAxes('op', [], 3), []);
});

t.test('a shape is written as people write it', async (t) => {
  t.equal(format([2, 3]), '[2, 3]');
  t.equal(format([]), '[]');
});
