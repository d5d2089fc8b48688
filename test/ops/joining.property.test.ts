// Joining, taking apart and writing to positions, for any shapes, against plain loops: values and gradients.
import fc from 'fast-check';
import t from 'tap';
import { add, concat, oneHot, scatterAdd, split, stack, tensor } from '../../lib/index.js';
import { property } from '../property.js';
import { build, draw, expectClose, leafOf, type Nd, ravel, shapes } from './arrays.js';
import { synchronous } from './synchronous.js';

const devices = await synchronous(t, ['reference', 'wasm']);
const seeds = fc.nat(999);

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

property(
  'split into parts of one size, and into sizes, is what slices give, and concat joins the parts again',
  [
    shapes(4, 3, 1),
    fc.nat(3),
    fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 1, max: 9 }),
    seeds,
  ],
  async (base, n, sizes, size, seed) => {
    const axis = n % base.length;
    const shape = base.with(
      axis,
      sizes.reduce((a, b) => a + b),
    );
    const x = draw(shape, seed);
    for (const device of devices) {
      for (const parts of [
        split(leafOf(x, device), axis, sizes),
        leafOf(x, device).split(axis - base.length, size),
      ]) {
        let start = 0;
        for (const part of parts) {
          const from = start;
          const expected = build(shape.with(axis, part.shape[axis]), (index) => {
            return x.values[ravel(index.with(axis, index[axis] + from), shape)];
          });
          await expectClose('part', part, expected);
          start += part.shape[axis];
        }
        await expectClose('joined', concat(parts, axis), x);
      }
      const given = split(leafOf(x, device), axis, sizes).map((part) => part.shape[axis]);
      if (String(given) !== String(sizes)) throw new Error(`sizes ${given}, expected ${sizes}`);
    }
  },
);

/** x, an axis, an index of as many entries or fewer along the others, and a source of the index's size or larger. */
const scattered = shapes(4, 3, 1).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.nat(shape.length - 1),
    sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
    more: fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
    draws: fc.array(fc.nat(2), { minLength: 256, maxLength: 256 }),
  }),
);

property('scatterAdd', [scattered, seeds], async ({ shape, axis, sizes, more, draws }, seed) => {
  const taken = shape.map((size, i) => (i === axis ? sizes[i] : Math.min(size, sizes[i])));
  const index = build(taken, (_, flat) => draws[flat % draws.length] % shape[axis]);
  const [x, source] = [
    draw(shape, seed),
    draw(
      taken.map((size, i) => size + more[i]),
      seed + 1,
    ),
  ];
  const g = draw(shape, 'g');
  const expected: Nd = { shape, values: x.values.slice() };
  const ofSource = build(source.shape, () => 0);
  build(taken, (at, flat) => {
    const [to, from] = [ravel(at.with(axis, index.values[flat]), shape), ravel(at, source.shape)];
    expected.values[to] += source.values[from];
    ofSource.values[from] = g.values[to];
    return 0;
  });
  for (const device of devices) {
    const [a, b] = [leafOf(x, device), leafOf(source, device)];
    const out = scatterAdd(a, axis, tensor(index.values, { shape: taken, device }), b);
    await expectClose('values', out, expected);
    out.backward({ gradient: leafOf(g, device) });
    await expectClose('gradient of x', a.grad, g);
    await expectClose('gradient of the source', b.grad, ofSource);
  }
});

property('oneHot', [shapes(4, 3), fc.integer({ min: 1, max: 5 }), seeds], async (shape, classes, seed) => {
  const index = build(shape, (_, flat) => (flat * 7 + seed) % classes);
  const expected = build([...shape, classes], (at) =>
    Number(index.values[ravel(at.slice(0, -1), shape)] === at.at(-1)),
  );
  for (const device of devices) {
    await expectClose('rows', oneHot(tensor(index.values, { shape, device }), classes), expected);
  }
});
