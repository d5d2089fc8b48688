// Operations that move values.
import fc from 'fast-check';
import t from 'tap';
import { concat, expand, openDevice, pad, permute, reshape, slice, stack, tensor } from '../../lib/index.js';
import { numel, strides } from '../../lib/shape.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';

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

t.test('reshape shares the values instead of copying them', async (t) => {
  const x = tensor(normal([2, 3], 0), { shape: [2, 3] });
  t.equal(reshape(x, [6]).storage, x.storage);
});

const shapeWithOrder = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 })
  .chain((shape) =>
    fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
  );

t.test('permute by any order and back gives the same values', async (t) => {
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

t.test('reshape to any shape of the same size and back gives the same values', async (t) => {
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

t.test('seven axes that can be read as fewer are permuted', async (t) => {
  const x = tensor(normal([2, 2, 2, 2, 2, 2, 2], 0), { shape: [2, 2, 2, 2, 2, 2, 2] });
  t.same(permute(x, [4, 5, 6, 0, 1, 2, 3]).shape, x.shape);
});

/** A shape of one axis or more, one of its axes, and two positions to cut that axis at. */
const cuts = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.integer({ min: 0, max: shape.length - 1 })))
  .chain(([shape, axis]) =>
    fc.tuple(fc.constant(shape), fc.constant(axis), fc.integer({ min: 1, max: shape[axis] })),
  );

t.test('what slice cuts apart concat joins again', async (t) => {
  fc.assert(
    fc.property(cuts, ([shape, axis, at]) => {
      const x = tensor(normal(shape, 0), { shape });
      const parts = [slice(x, axis, 0, at), ...(at < shape[axis] ? [slice(x, axis, at)] : [])];
      return same(concat(parts, axis).ndarray().data, x.ndarray().data);
    }),
    { seed: 5, numRuns: 200 },
  );
  t.pass('held for 200 cuts');
});

everyDevice('stack makes each tensor an entry of a new axis', async (t, device) => {
  const [a, b] = [tensor([1, 2, 3], { device }), tensor([4, 5, 6], { device })];
  const rows = stack([a, b]);
  t.same(rows.shape, [2, 3]);
  t.same([...(await rows.data())], [1, 2, 3, 4, 5, 6]);
  const columns = stack([a, b], -1);
  t.same(columns.shape, [3, 2]);
  t.same([...(await columns.data())], [1, 4, 2, 5, 3, 6]);
});

everyDevice('slice takes the entries from start up to end, counted from either end', async (t, device) => {
  const x = tensor([0, 1, 2, 3, 4], { device });
  t.same([...(await slice(x, 0, 1, 3).data())], [1, 2]);
  t.same([...(await slice(x, 0, -2).data())], [3, 4]);
  t.same([...(await slice(x, -1, 0, -3).data())], [0, 1]);
});

t.test('slice and expand return a tensor of their own, also where nothing changes', async (t) => {
  const x = tensor([1, 2]);
  for (const y of [slice(x, 0, 0), expand(x, [2])]) {
    t.not(y, x);
    y.dispose();
  }
  t.same([...(await x.data())], [1, 2]);
});

t.test('margins may be infinite: such as −∞ around what a maximum is taken of', async (t) => {
  for (const name of ['reference', 'wasm'] as const) {
    const x = tensor([-3, -5], { device: await openDevice(name), requiresGrad: true });
    const y = pad(x, [[1, 1]], { value: Number.NEGATIVE_INFINITY });
    t.same([...(await y.data())], [-Infinity, -3, -5, -Infinity]);
    y.max().backward();
    t.same([...(await x.grad!.data())], [1, 0]);
  }
});
