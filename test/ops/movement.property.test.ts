// Operations that move values, for any shapes: every entry comes from its place, and its gradient is the sum over its readers.
import fc from 'fast-check';
import t from 'tap';
import { add, concat, type Shape, stack, type Tensor, tensor } from '../../lib/index.js';
import { numel } from '../../lib/shape.js';
import { unravel } from '../compare.js';
import { property } from '../property.js';
import { broadcastable, build, draw, expectClose, leafOf, type Nd, ravel, readAt, shapes } from './arrays.js';
import { synchronous } from './synchronous.js';

const devices = await synchronous(t, ['reference', 'wasm']);
const seeds = fc.nat(999);

/** A call that moves values: the result's shape, and for each place of it the entry of x that stands there. */
interface Move {
  call: (x: Tensor) => Tensor;
  shape: Shape;
  from: (index: number[]) => number;
}

/** y reads x where it should, and each entry of x gets the sum of the gradients of the places that read it. */
async function checkMove(shape: Shape, move: Move, seed: number) {
  const x = draw(shape, seed);
  const g = draw(move.shape, 'g');
  const gradient = build(shape, () => 0);
  g.values.forEach((value, flat) => {
    gradient.values[move.from(unravel(flat, move.shape))] += value;
  });
  for (const device of devices) {
    const leaf = leafOf(x, device);
    const out = move.call(leaf);
    await expectClose(
      'values',
      out,
      build(move.shape, (index) => x.values[move.from(index)]),
      0,
    );
    out.backward({ gradient: leafOf(g, device) });
    await expectClose('gradient', leaf.grad, gradient);
  }
}

const some = shapes(6, 3, 1);

property(
  'permute, and back',
  [
    some.chain((s) => fc.tuple(fc.constant(s), fc.shuffledSubarray([...s.keys()], { minLength: s.length }))),
    seeds,
  ],
  async ([shape, order], seed) => {
    const axes = order.map((axis, i) => (i % 2 ? axis : axis - shape.length));
    await checkMove(
      shape,
      {
        call: (x) => x.permute(axes),
        shape: order.map((axis) => shape[axis]),
        from: (index) =>
          ravel(
            shape.map((_, axis) => index[order.indexOf(axis)]),
            shape,
          ),
      },
      seed,
    );
    const x = leafOf(draw(shape, seed), devices[1]);
    const back = x.permute(axes).permute(order.map((_, i) => order.indexOf(i)));
    await expectClose('back', back, draw(shape, seed));
  },
);

/** Ways to write a number of elements as sizes. */
const factored = (size: number) =>
  fc.array(fc.constantFrom(1, 2, 3), { maxLength: 6 }).map((wanted) => {
    let rest = size;
    const sizes = wanted.map((factor) => {
      if (rest % factor) return 1;
      rest /= factor;
      return factor;
    });
    return [...sizes, rest];
  });

property(
  'reshape, one size left open or none',
  [some.chain((s) => fc.tuple(fc.constant(s), factored(numel(s)), fc.nat(9))), seeds],
  async ([shape, sizes, open], seed) => {
    const asked = sizes.map((size, i) => (i === open ? -1 : size));
    await checkMove(
      shape,
      { call: (x) => x.reshape(asked), shape: sizes, from: (index) => ravel(index, sizes) },
      seed,
    );
  },
);

property(
  'slice, from either end',
  [
    some.chain((s) => fc.tuple(fc.constant(s), fc.nat(s.length - 1), fc.nat(2), fc.nat(2), fc.boolean())),
    seeds,
  ],
  async ([shape, axis, start, length, negative], seed) => {
    const size = shape[axis];
    const from = start % size;
    const to = Math.min(size, from + 1 + length);
    const [first, last] = negative ? [from - size, to === size ? undefined : to - size] : [from, to];
    await checkMove(
      shape,
      {
        call: (x) => x.slice(negative ? axis - shape.length : axis, first, last),
        shape: shape.with(axis, to - from),
        from: (index) => ravel(index.with(axis, index[axis] + from), shape),
      },
      seed,
    );
  },
);

property('expand', [broadcastable(1), shapes(2, 3), seeds], async ([shape], lead, seed) => {
  const full = [...lead, ...shape.map((size, i) => (size === 1 ? 1 + (i % 3) : size))];
  await checkMove(
    shape,
    { call: (x) => x.expand(full), shape: full, from: (index) => readAt(index, shape) },
    seed,
  );
});

const indexed = shapes(4, 3, 1).chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc.nat(shape.length - 1),
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
    fc.array(fc.nat(2), { minLength: 256, maxLength: 256 }),
  ),
);

property('gather', [indexed, seeds], async ([shape, axis, sizes, draws], seed) => {
  const taken = shape.map((size, i) => (i === axis ? sizes[i] : Math.min(size, sizes[i])));
  const index = build(taken, (_, flat) => draws[flat % draws.length] % shape[axis]);
  await checkMove(
    shape,
    {
      call: (x) => x.gather(axis, tensor(index.values, { shape: taken, device: x.device })),
      shape: taken,
      from: (at) => ravel(at.with(axis, index.values[ravel(at, taken)]), shape),
    },
    seed,
  );
});

property(
  'concat and slice, stack and slice, for up to 15 parts',
  [
    shapes(4, 3, 1),
    fc.nat(3),
    fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 15 }),
    seeds,
  ],
  async (shape, n, sizes, seed) => {
    const axis = n % shape.length;
    const parts = sizes.map((size, i) => draw(shape.with(axis, size), seed + i));
    for (const device of devices) {
      const leaves = parts.map((part) => leafOf(part, device));
      const joined = concat(leaves, axis - shape.length);
      const stacked = stack(
        leaves.map((leaf) => leaf.slice(axis, 0, 1)),
        axis,
      );
      let start = 0;
      for (const [i, part] of parts.entries()) {
        const end = start + part.shape[axis];
        await expectClose(`part ${i}`, joined.slice(axis, start, end), part);
        await expectClose(
          `entry ${i}`,
          stacked.slice(axis, i, i + 1).reshape(shape.with(axis, 1)),
          await firstOf(part, axis),
          0,
        );
        start = end;
      }
      const [g, h] = [draw(joined.shape, 'g'), draw(stacked.shape, 'h')];
      add(joined.mul(leafOf(g, device)).sum(), stacked.mul(leafOf(h, device)).sum()).backward();
      start = 0;
      for (const [i, leaf] of leaves.entries()) {
        const from = start;
        const expected = build(leaf.shape, (index) => {
          const own = g.values[ravel(index.with(axis, index[axis] + from), g.shape)];
          return index[axis] === 0 ? own + h.values[ravel(index.toSpliced(axis, 1, i, 0), h.shape)] : own;
        });
        await expectClose(`gradient of part ${i}`, leaf.grad, expected);
        start += leaf.shape[axis];
      }
    }
  },
);

/** The first entry of an axis, which stays. */
async function firstOf({ shape, values }: Nd, axis: number): Promise<Nd> {
  return build(shape.with(axis, 1), (index) => values[ravel(index, shape)]);
}
