// Operations that broadcast, for any shapes, against plain loops: forward, and the sums of gradients; and what is no shape.
import fc from 'fast-check';
import t from 'tap';
import {
  add,
  type Device,
  div,
  full,
  init,
  MixgradError,
  mul,
  ones,
  type Shape,
  ShapeError,
  sub,
  tensor,
  zeros,
} from '../../lib/index.js';
import { unravel } from '../compare.js';
import { property } from '../property.js';
import { broadcastable, build, draw, expectClose, leafOf, type Nd, readAt, shapes } from './arrays.js';
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
