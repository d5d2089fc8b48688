// Reductions over axes, and taking entries from one.
import t from 'tap';
import {
  argMax,
  logSoftmax,
  logSumExp,
  max,
  mean,
  OptionError,
  type ReduceOptions,
  ShapeError,
  sum,
  type Tensor,
  take,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf, normal, whole } from '../values.js';
import { checkGradient, checkParity, type OpCases } from './checks.js';

/** Over all axes, one, several that touch or not, negative ones, none; with and without keepDims. */
function axesCases(fn: (x: Tensor, options?: ReduceOptions) => Tensor): OpCases {
  return {
    'all axes': { inputs: [[2, 3, 5]], fn: (x) => fn(x) },
    'a scalar': { inputs: [[]], fn: (x) => fn(x) },
    'the first axis': { inputs: [[3, 5]], fn: (x) => fn(x, { axis: 0 }) },
    'the last axis, kept': { inputs: [[3, 5]], fn: (x) => fn(x, { axis: -1, keepDims: true }) },
    'a middle axis': { inputs: [[2, 7, 3]], fn: (x) => fn(x, { axis: 1 }) },
    'axes that touch': { inputs: [[2, 3, 4, 5]], fn: (x) => fn(x, { axis: [1, 2] }) },
    'axes apart': { inputs: [[2, 3, 4, 5]], fn: (x) => fn(x, { axis: [0, 2] }) },
    'axes apart, kept, in falling order': {
      inputs: [[2, 3, 4]],
      fn: (x) => fn(x, { axis: [2, 0], keepDims: true }),
    },
    'all but the channels': { inputs: [[2, 3, 4, 5]], fn: (x) => fn(x, { axis: [0, 2, 3] }) },
    'an axis of size 1': { inputs: [[3, 1, 2]], fn: (x) => fn(x, { axis: 1 }) },
    'no axes': { inputs: [[2, 3]], fn: (x) => fn(x, { axis: [] }) },
  };
}

/** Along each axis of three, and along one of size 1. */
function axisCases(fn: (x: Tensor, axis: number) => Tensor): OpCases {
  return {
    'the first axis': { inputs: [[5, 2, 3]], fn: (x) => fn(x, 0) },
    'a middle axis': { inputs: [[2, 7, 3]], fn: (x) => fn(x, 1) },
    'the last axis, counted from the end': { inputs: [[2, 3, 9]], fn: (x) => fn(x, -1) },
    'a vector': { inputs: [[6]], fn: (x) => fn(x, 0) },
    'an axis of size 1': { inputs: [[3, 1]], fn: (x) => fn(x, 1) },
  };
}

const lseKept: OpCases = {
  'the axis kept': { inputs: [[2, 5]], fn: (x) => logSumExp(x, 1, { keepDims: true }) },
};

const takeCases: OpCases = {
  'from the last axis': { inputs: [[4, 5]], fn: (x) => take(x, [4, 0, 2, 2], 1) },
  'from the first axis': { inputs: [[3, 5]], fn: (x) => take(x, [0, 1, 2, 1, 0], 0) },
  'from a middle axis, by a tensor': {
    inputs: [[2, 3, 5]],
    fn: (x) => take(x, tensor(whole(3, 10, 1), { shape: [2, 5], device: x.device }), -2),
  },
  'from a vector': { inputs: [[6]], fn: (x) => take(x, [3], 0) },
};

checkGradient('sum', axesCases(sum));
checkGradient('mean', axesCases(mean));
checkGradient('max', axesCases(max));
checkGradient('logSumExp', { ...axisCases(logSumExp), ...lseKept });
checkGradient('logSoftmax', axisCases(logSoftmax));
checkGradient('take', takeCases);
checkParity('sum', {
  ...axesCases(sum),
  'many rows': { inputs: [[33, 257]], fn: (x) => sum(x, { axis: 0 }) },
});
checkParity('mean', axesCases(mean));
checkParity('max', axesCases(max));
checkParity('logSumExp', { ...axisCases(logSumExp), ...lseKept });
checkParity('logSoftmax', {
  ...axisCases(logSoftmax),
  '100 classes': { inputs: [[7, 100]], fn: (x) => logSoftmax(x, 1) },
});
checkParity('take', takeCases);
checkParity('argMax', axisCases(argMax));

everyDevice('argMax gives the first place among equals', async (t, device) => {
  const x = tensor(
    [
      [1, 3, 3],
      [2, 2, 0],
      [-1, -1, -1],
    ],
    { device },
  );
  t.same([...(await argMax(x, 1).data())], [1, 0, 0]);
  t.same([...(await argMax(x, 0).data())], [1, 0, 0]);
});

everyDevice('among equals, the gradient of max goes to the first', async (t, device) => {
  const x = leaf([1, 3, 3, 2, 2, 0], [2, 3], device);
  sum(max(x, { axis: 1 })).backward();
  t.same([...(await x.grad!.data())], [0, 1, 0, 1, 0, 0]);
});

everyDevice('logSumExp of numbers near 1000 does not overflow', async (t, device) => {
  const y = await logSumExp(
    tensor(
      [
        [1000, 1000],
        [-1000, -1000],
      ],
      { device },
    ),
    1,
  ).data();
  t.ok(Math.abs(y[0] - (1000 + Math.LN2)) < 1e-3, `${y[0]}`);
  t.ok(Math.abs(y[1] - (-1000 + Math.LN2)) < 1e-3, `${y[1]}`);
});

t.test('the result of argMax requires no gradient', async (t) => {
  const x = leaf(normal([2, 3], 0), [2, 3]);
  t.equal(argMax(x, 1).requiresGrad, false);
});

t.test('axes and indices that cannot be are refused by name', async (t) => {
  const x = tensor(normal([2, 3], 0), { shape: [2, 3] });
  for (const [name, fn] of Object.entries({ sum, mean, max })) {
    t.throws(
      () => fn(x, { axis: 2 }),
      new ShapeError(`${name}: axis 2 is not an axis of a tensor with 2 axes`),
    );
    t.throws(() => fn(x, { axis: [0, -2] }), new ShapeError(`${name}: axes [0, 0] name an axis twice`));
  }
  for (const [name, fn] of Object.entries({ argMax, logSumExp })) {
    t.throws(() => fn(x, -3), new ShapeError(`${name}: axis -3 is not an axis of a tensor with 2 axes`));
    t.throws(() => fn(x, 0.5), new ShapeError(`${name}: axis 0.5 is not an axis of a tensor with 2 axes`));
  }
  t.throws(() => logSoftmax(x, 2), ShapeError);
  t.throws(() => take(x, [0, 1, 0], 1), new ShapeError('take: index has 3 entries, expected shape [2]'));
  t.throws(
    () => take(x, tensor([0, 1, 0]), 1),
    new ShapeError('take: index has shape [3], expected shape [2]'),
  );
  t.throws(
    () => take(x, [0, 3], 1),
    new OptionError('take: index 1 is 3, expected a whole number from 0 to 2'),
  );
  t.throws(() => take(x, [0, 1], 5), new ShapeError('take: axis 5 is not an axis of a tensor with 2 axes'));
});
