// Axes: negative, repeated, out of range, and what is none. Every synchronous device gives the reference's values or its error.
import fc from 'fast-check';
import t from 'tap';
import {
  argMax,
  concat,
  type Device,
  flatten,
  flip,
  gather,
  logSoftmax,
  logSumExp,
  MixgradError,
  max,
  mean,
  permute,
  type Shape,
  scatterAdd,
  slice,
  softmax,
  split,
  squeeze,
  stack,
  sum,
  type Tensor,
  transpose,
  unsqueeze,
  variance,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { property } from '../property.js';
import { build, draw, expectClose, leafOf, type Nd, ravel, shapes } from './arrays.js';
import { synchronous } from './synchronous.js';

const devices = await synchronous(t);
const [reference] = devices;

/** Axes as a program may write them, right or wrong. */
const axis = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -6, max: 6 }) },
  fc.constantFrom(-0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53),
);
const axes = fc.oneof(
  axis,
  fc.array(fc.integer({ min: -5, max: 4 }), { maxLength: 4 }),
  fc.array(axis, { maxLength: 3 }),
  fc.constantFrom(undefined, null, new Array(2)),
);

type Call = (x: Tensor, axis: never, options: { keepDims: boolean }) => Tensor;
const overSeveral: Record<string, Call> = {
  sum,
  mean,
  max,
  variance: (x, at, options) => variance(x, at, { ...options, correction: 0 }),
  flip: (x, at) => flip(x, at),
};
const overOne: Record<string, Call> = {
  argMax,
  logSumExp,
  logSoftmax: (x, at) => logSoftmax(x, at),
  softmax: (x, at) => softmax(x, at),
  gather: (x, at) => gather(x, at, x.detach().mul(0)),
  scatterAdd: (x, at) => scatterAdd(x, at, x.detach().mul(0), x),
  slice: (x, at) => slice(x, at, 0, 1),
  split: (x, at) => split(x, at, 2)[0],
  unsqueeze: (x, at) => unsqueeze(x, at),
  squeeze: (x, at) => squeeze(x, at),
  transpose: (x, at) => transpose(x, at, 0),
  flatten: (x, at) => flatten(x, at),
  concat: (x, at) => concat([x, x], at),
  stack: (x, at) => stack([x, x], at),
  permute: (x, at) => permute(x, at),
};

/** Values and gradient of a call, or its error. */
async function outcome(call: (x: Tensor) => Tensor, x: Nd, device: Device) {
  const leaf = leafOf(x, device);
  try {
    const out = call(leaf);
    if (out.requiresGrad) out.backward({ gradient: leafOf(draw(out.shape, 'g'), device) });
    return {
      shape: out.shape,
      values: await out.data(),
      gradient: (await leaf.grad?.data()) ?? [],
      error: null,
    };
  } catch (error) {
    if (!(error instanceof MixgradError)) throw error;
    return { shape: [], values: [], gradient: [], error: `${error.name}: ${error.message}` };
  }
}

/** Throws where a device does something else than the reference. */
async function checkAgreement(call: (x: Tensor) => Tensor, x: Nd) {
  const expected = await outcome(call, x, reference);
  for (const device of devices.slice(1)) {
    const found = await outcome(call, x, device);
    const same = found.error === expected.error && String(found.shape) === String(expected.shape);
    if (!same)
      throw new Error(
        `${device.name}: ${found.error} [${found.shape}], expected ${expected.error} [${expected.shape}]`,
      );
    for (const what of ['values', 'gradient'] as const) {
      const {
        error,
        got,
        expected: right,
      } = worstDifference(found[what], expected[what], [expected[what].length]);
      if (!(error < 1e-5 || Math.abs(got - right) < 1e-5))
        throw new Error(`${device.name}, ${what}: ${got}, expected ${right}`);
    }
  }
  return expected;
}

for (const [name, reduce] of Object.entries({ ...overSeveral, ...overOne })) {
  property(
    `${name} over any axes, right and wrong ones, on every synchronous device`,
    [shapes(4, 3), axes, fc.boolean(), fc.nat(99)],
    async (shape, given, keepDims, seed) => {
      await checkAgreement((x) => reduce(x, given as never, { keepDims }), draw(shape, seed));
    },
    { runs: 30 },
  );
}

/** Axes that a shape has, counted from either end. */
const valid = shapes(5, 3, 1).chain((shape) =>
  fc.record({
    shape: fc.constant<Shape>(shape),
    reduced: fc
      .subarray([...shape.keys()], { minLength: 1 })
      .chain((list) => fc.shuffledSubarray(list, { minLength: list.length })),
    negative: fc.boolean(),
    keepDims: fc.boolean(),
    seed: fc.nat(99),
  }),
);

/** One result for each index of the axes that stay, from the values along the others. */
function reduceBy(x: Nd, reduced: number[], keepDims: boolean, fn: (values: number[]) => number): Nd {
  const ones = x.shape.map((size, at) => (reduced.includes(at) ? 1 : size));
  const groups: number[][] = Array.from({ length: ones.reduce((a, b) => a * b, 1) }, () => []);
  build(x.shape, (index, flat) => {
    groups[
      ravel(
        index.map((i, at) => (reduced.includes(at) ? 0 : i)),
        ones,
      )
    ].push(x.values[flat]);
    return 0;
  });
  const shape = keepDims ? ones : ones.filter((_, at) => !reduced.includes(at));
  return { shape, values: Float64Array.from(groups, fn) };
}

const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
const oracles = {
  sum: total,
  mean: (values: number[]) => total(values) / values.length,
  max: (values: number[]) => Math.max(...values),
  variance: (values: number[]) => {
    const mean = total(values) / values.length;
    return total(values.map((v) => (v - mean) ** 2)) / values.length;
  },
};

property(
  'sum, mean, variance and max over any axes are what plain loops give',
  [valid],
  async ({ shape, reduced, negative, keepDims, seed }) => {
    const given = reduced.map((at) => (negative ? at - shape.length : at));
    const x = draw(shape, seed);
    for (const device of devices.slice(0, 2)) {
      for (const [name, fn] of Object.entries(oracles)) {
        const expected = reduceBy(x, reduced, keepDims, fn);
        await expectClose(
          name,
          overSeveral[name](leafOf(x, device), given as never, { keepDims }),
          expected,
          1e-6,
        );
      }
    }
  },
);

property(
  'logSumExp, argMax and their keepDims are what plain loops give',
  [valid],
  async ({ shape, reduced: [at], keepDims, seed }) => {
    const x = draw(shape, seed);
    for (const device of devices.slice(0, 2)) {
      const leaf = leafOf(x, device);
      const largest = reduceBy(x, [at], keepDims, (values) => values.indexOf(Math.max(...values)));
      await expectClose('argMax', argMax(leaf, at - shape.length, { keepDims }), largest);
      const log = reduceBy(x, [at], keepDims, (values) => Math.log(total(values.map(Math.exp))));
      await expectClose('logSumExp', logSumExp(leaf, at, { keepDims }), log, 1e-5);
    }
  },
);
