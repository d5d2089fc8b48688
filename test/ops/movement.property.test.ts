// Operations that move values, for any shapes: every entry comes from its place, and its gradient is the sum over its readers.
import fc from 'fast-check';
import t from 'tap';
import { pad, type Shape, type Tensor, tensor } from '../../lib/index.js';
import { numel } from '../../lib/shape.js';
import { unravel } from '../compare.js';
import { property } from '../property.js';
import { broadcastable, build, draw, expectClose, leafOf, ravel, readAt, shapes } from './arrays.js';
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

property(
  'slice by steps',
  [
    some.chain((s) => fc.tuple(fc.constant(s.map((size) => 2 * size)), fc.nat(s.length - 1))),
    fc.nat(5),
    fc.nat(5),
    seeds,
  ],
  async ([shape, axis], first, gap, seed) => {
    const size = shape[axis];
    const [start, step] = [first % size, gap + 1];
    const end = Math.max(start + 1, size - (seed % 2));
    await checkMove(
      shape,
      {
        call: (x) => x.slice(axis, start, end, step),
        shape: shape.with(axis, Math.ceil((end - start) / step)),
        from: (index) => ravel(index.with(axis, start + step * index[axis]), shape),
      },
      seed,
    );
  },
);

property(
  'flip of any axes',
  [some.chain((s) => fc.tuple(fc.constant(s), fc.shuffledSubarray([...s.keys()]))), seeds],
  async ([shape, axes], seed) => {
    const from = (index: number[]) =>
      ravel(
        index.map((i, axis) => (axes.includes(axis) ? shape[axis] - 1 - i : i)),
        shape,
      );
    const call = (x: Tensor) => x.flip(axes.map((axis, i) => (i % 2 ? axis : axis - shape.length)));
    await checkMove(shape, { call, shape, from }, seed);
  },
);

property(
  'unsqueeze, squeeze, flatten and transpose name the axes they mean',
  [some.chain((s) => fc.tuple(fc.constant(s), fc.nat(s.length - 1), fc.nat(s.length - 1))), seeds],
  async ([shape, a, b], seed) => {
    const [first, last] = [Math.min(a, b), Math.max(a, b)];
    const kept = shape.filter((size) => size !== 1);
    const joined = shape.toSpliced(first, last + 1 - first, numel(shape.slice(first, last + 1)));
    const swap = <T>(list: readonly T[]) => list.with(a, list[b]).with(b, list[a]);
    const same = (to: Shape) => (index: number[]) => ravel(index, to);
    const wide = shape.toSpliced(a, 0, 1);
    const moves: Move[] = [
      { call: (x) => x.unsqueeze(a), shape: wide, from: same(wide) },
      { call: (x) => x.unsqueeze(a).squeeze(a - wide.length), shape, from: same(shape) },
      { call: (x) => x.squeeze(), shape: kept, from: same(kept) },
      { call: (x) => x.flatten(first, last - shape.length), shape: joined, from: same(joined) },
      {
        call: (x) => x.transpose(a, b - shape.length),
        shape: swap(shape),
        from: (i) => ravel(swap(i), shape),
      },
    ];
    for (const move of moves) await checkMove(shape, move, seed);
  },
);

/** Margins for the last axes of a shape. */
const margined = shapes(5, 3, 1).chain((shape) =>
  fc.tuple(fc.constant(shape), fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: shape.length })),
);

property(
  'pad: a value around, and none of the gradient of it',
  [margined, seeds],
  async ([shape, padding], seed) => {
    const x = draw(shape, seed);
    const before = shape.map((_, axis) => padding[axis - shape.length + padding.length]?.[0] ?? 0);
    const after = shape.map((_, axis) => padding[axis - shape.length + padding.length]?.[1] ?? 0);
    const full = shape.map((size, axis) => before[axis] + size + after[axis]);
    const g = draw(full, 'g');
    const inside = (index: number[]) =>
      index.every((i, axis) => i >= before[axis] && i < before[axis] + shape[axis]);
    const minus = (index: number[]) => index.map((i, axis) => i - before[axis]);
    const expected = build(full, (index) => (inside(index) ? x.values[ravel(minus(index), shape)] : 2.5));
    const gradient = build(
      shape,
      (index) =>
        g.values[
          ravel(
            index.map((i, axis) => i + before[axis]),
            full,
          )
        ],
    );
    for (const device of devices) {
      const leaf = leafOf(x, device);
      const out = pad(leaf, padding, { value: 2.5 });
      await expectClose('values', out, expected);
      out.backward({ gradient: leafOf(g, device) });
      await expectClose('gradient', leaf.grad, gradient);
    }
  },
);

property('pad with mirrored margins', [margined, seeds], async ([shape, given], seed) => {
  const lead = shape.length - given.length;
  const padding = given.map(
    (pair, i) => pair.map((n) => Math.min(n, shape[lead + i] - 1)) as [number, number],
  );
  const at = (i: number, axis: number) => {
    const inner = Math.abs(i - (padding[axis - lead]?.[0] ?? 0));
    return inner < shape[axis] ? inner : 2 * (shape[axis] - 1) - inner;
  };
  await checkMove(
    shape,
    {
      call: (x) => pad(x, padding, { mode: 'reflect' }),
      shape: shape.map(
        (size, axis) => size + (padding[axis - lead]?.[0] ?? 0) + (padding[axis - lead]?.[1] ?? 0),
      ),
      from: (index) => ravel(index.map(at), shape),
    },
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
