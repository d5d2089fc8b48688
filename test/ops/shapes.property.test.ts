// Operations that broadcast and move values, for any shapes, against plain loops: forward, and the sums of gradients.
import fc from 'fast-check';
import t from 'tap';
import {
  add,
  concat,
  type Device,
  div,
  full,
  init,
  MixgradError,
  mul,
  ones,
  type Shape,
  ShapeError,
  stack,
  sub,
  type Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';
import { numel } from '../../lib/shape.js';
import { unravel } from '../compare.js';
import { property } from '../property.js';
import { broadcastable, build, draw, expectClose, leafOf, type Nd, ravel, readAt, shapes } from './arrays.js';
import { synchronous } from './synchronous.js';

const devices = await synchronous(t, ['reference', 'wasm']);
const seeds = fc.nat(999);

/** NumPy's rule, written anew; null where the shapes do not broadcast. */
function common(given: readonly Shape[]): number[] | null {
  const rank = Math.max(...given.map(({ length }) => length));
  const out: number[] = new Array(rank).fill(1);
  for (const shape of given) {
    for (const [i, size] of shape.entries()) {
      const axis = rank - shape.length + i;
      if (size !== 1 && out[axis] !== 1 && out[axis] !== size) return null;
      if (size !== 1) out[axis] = size;
    }
  }
  return out;
}

const binary = {
  add: { op: add, at: (a: number, b: number) => a + b, da: () => 1, db: () => 1 },
  sub: { op: sub, at: (a: number, b: number) => a - b, da: () => 1, db: () => -1 },
  mul: {
    op: mul,
    at: (a: number, b: number) => a * b,
    da: (_a: number, b: number) => b,
    db: (a: number) => a,
  },
  div: {
    op: div,
    at: (a: number, b: number) => a / b,
    da: (_a: number, b: number) => 1 / b,
    db: (a: number, b: number) => -a / (b * b),
  },
};
type BinaryName = keyof typeof binary;
const names = fc.constantFrom(...(Object.keys(binary) as BinaryName[]));

/** Σ over the places of the result that read an entry of an operand. */
function summed(shape: Shape, g: Nd, factor: (index: number[]) => number): Nd {
  const out = build(shape, () => 0);
  for (const [flat, value] of g.values.entries()) {
    const index = unravel(flat, g.shape);
    out.values[readAt(index, shape)] += value * factor(index);
  }
  return out;
}

async function checkBinary(name: BinaryName, a: Nd, b: Nd, device: Device) {
  const { at, da, db } = binary[name];
  const shape = common([a.shape, b.shape])!;
  const pick = (index: number[]) =>
    [a.values[readAt(index, a.shape)], b.values[readAt(index, b.shape)]] as const;
  const g = draw(shape, 'g');
  const [x, y] = [leafOf(a, device), leafOf(b, device)];
  const out = binary[name].op(x, y);
  const expected = build(shape, (index) => at(...pick(index)));
  await expectClose(name, out, expected);
  out.backward({ gradient: leafOf(g, device) });
  await expectClose(
    `${name}, gradient of a`,
    x.grad,
    summed(a.shape, g, (index) => da(...pick(index))),
    0,
  );
  await expectClose(
    `${name}, gradient of b`,
    y.grad,
    summed(b.shape, g, (index) => db(...pick(index))),
    0,
  );
}

/** Powers of two of either sign, through which division is exact as well. */
const divisors = (nd: Nd): Nd => ({ ...nd, values: nd.values.map((v) => (v < 0 ? -1 : 1) * 2 ** (v % 4)) });

property(
  'operands of any shapes broadcast as plain loops do',
  [names, broadcastable(2), seeds],
  async (name, [a, b], seed) => {
    for (const device of devices) await checkBinary(name, draw(a, seed), divisors(draw(b, seed + 1)), device);
  },
);

property('three operands broadcast as plain loops do', [broadcastable(3, 5), seeds], async (given, seed) => {
  const nds = given.map((shape, i) => draw(shape, seed + i));
  const shape = common(given)!;
  const pick = (index: number[]) => nds.map(({ values, shape }) => values[readAt(index, shape)]);
  for (const device of devices) {
    const [a, b, c] = nds.map((nd) => leafOf(nd, device));
    const out = a.mul(b).add(c).mul(a);
    const g = draw(out.shape, 'g');
    const expected = build(shape, (index) => {
      const [p, q, r] = pick(index);
      return (p * q + r) * p;
    });
    await expectClose('(ab + c)a', out, expected);
    out.backward({ gradient: leafOf(g, device) });
    const slope = (fn: (p: number, q: number, r: number) => number) => (index: number[]) => {
      const [p, q, r] = pick(index);
      return fn(p, q, r);
    };
    await expectClose(
      'da',
      a.grad,
      summed(
        given[0],
        g,
        slope((p, q, r) => 2 * p * q + r),
      ),
      0,
    );
    await expectClose(
      'db',
      b.grad,
      summed(
        given[1],
        g,
        slope((p) => p * p),
      ),
      0,
    );
    await expectClose(
      'dc',
      c.grad,
      summed(
        given[2],
        g,
        slope((p) => p),
      ),
      0,
    );
  }
});

property(
  'shapes that do not broadcast are refused with one error on every device',
  [names, shapes(6, 3), shapes(6, 3)],
  (name, a, b) => {
    const outcomes = devices.map((device) => {
      try {
        return binary[name].op(ones(a, { device }), ones(b, { device })).shape.join();
      } catch (error) {
        if (!(error instanceof ShapeError)) throw error;
        return error.message;
      }
    });
    const shape = common([a, b]);
    const right = shape
      ? shape.join()
      : `${name}: shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`;
    return outcomes.every((outcome) => (shape ? outcome === right : outcome.startsWith(right)));
  },
);

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

/** Sizes that no tensor has; a hole in an array among them. */
const noSize = fc.constantFrom(
  0,
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  null,
  '2',
  1n,
  undefined,
  [1],
);
const noShape = fc.oneof(
  fc
    .tuple(fc.array(fc.oneof(fc.constantFrom(1, 2, 3), noSize), { maxLength: 4 }), noSize)
    .map(([sizes, wrong]) => [...sizes, wrong]),
  fc.constantFrom(Object.assign(new Array(3), { 0: 2, 2: 3 }), new Array(2)),
);

property('zeros, fractions, holes and what is no integer make no shape', [noShape], (wrong) => {
  const x = ones([2, 3]);
  const shape = wrong as number[];
  // Of a reshape −1 is part, where the rest divides.
  const calls = [
    () => zeros(shape),
    () => full(shape, 1),
    () => tensor([1, 2], { shape }),
    () => x.expand(shape),
    () => init.uniform(shape),
    () => tensor([]),
    () => x.reshape(shape.includes(-1) ? [0] : shape),
  ];
  for (const call of calls) {
    try {
      call();
    } catch (error) {
      if (error instanceof MixgradError) continue;
      throw error;
    }
    throw new Error(`accepted: ${call}`);
  }
});
