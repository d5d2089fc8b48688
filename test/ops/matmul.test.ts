// Matrix products: plain, batched, broadcast, with vectors.
import t from 'tap';
import { DeviceError, matmul, openDevice, permute, ShapeError, tensor } from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';
import { checkGradient, checkParity, type OpCases } from './checks.js';

const cases: OpCases = {
  'one by one': {
    inputs: [
      [1, 1],
      [1, 1],
    ],
    fn: matmul,
  },
  'odd sizes': {
    inputs: [
      [5, 7],
      [7, 3],
    ],
    fn: matmul,
  },
  'a row by a column': {
    inputs: [
      [1, 9],
      [9, 1],
    ],
    fn: matmul,
  },
  'a column by a row': {
    inputs: [
      [6, 1],
      [1, 5],
    ],
    fn: matmul,
  },
  'a batch': {
    inputs: [
      [3, 5, 2],
      [3, 2, 4],
    ],
    fn: matmul,
  },
  'a batch that stretches both ways': {
    inputs: [
      [2, 1, 3, 4],
      [5, 4, 2],
    ],
    fn: matmul,
  },
  'a stack by one matrix': {
    inputs: [
      [2, 3, 5, 4],
      [4, 2],
    ],
    fn: matmul,
  },
  'one matrix by a stack': {
    inputs: [
      [3, 4],
      [2, 4, 5],
    ],
    fn: matmul,
  },
  'a vector by a matrix': { inputs: [[4], [4, 3]], fn: matmul },
  'a vector by a stack': { inputs: [[4], [2, 4, 3]], fn: matmul },
  'a matrix by a vector': { inputs: [[3, 4], [4]], fn: matmul },
  'a stack by a vector': { inputs: [[2, 3, 4], [4]], fn: matmul },
  'two vectors': { inputs: [[5], [5]], fn: matmul },
  'a transposed factor': {
    inputs: [
      [5, 3],
      [5, 4],
    ],
    fn: (a, b) => matmul(permute(a, [1, 0]), b),
  },
  'a matrix with itself': { inputs: [[4, 4]], fn: (a) => matmul(a, a) },
};

const larger: OpCases = {
  'sizes just past a block': {
    inputs: [
      [33, 65],
      [65, 17],
    ],
    fn: matmul,
  },
  'a tall stack': {
    inputs: [
      [2, 37, 19],
      [2, 19, 41],
    ],
    fn: matmul,
  },
};

checkGradient('matmul', cases);
checkParity('matmul', { ...cases, ...larger });

everyDevice('matmul multiplies rows by columns', async (t, device) => {
  const a = tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { device },
  );
  const b = tensor(
    [
      [1, 0],
      [0, 1],
      [2, -1],
    ],
    { device },
  );
  const y = matmul(a, b);
  t.same(y.shape, [2, 2]);
  t.same([...(await y.data())], [7, -1, 16, -1]);
});

t.test('factors that do not fit are refused with both shapes', async (t) => {
  const of = (...shape: number[]) => tensor(normal(shape, 0), { shape });
  t.throws(
    () => matmul(of(2, 3), of(4, 2)),
    new ShapeError('matmul: a is [2, 3] with rows of 3, b is [4, 2] with columns of 4'),
  );
  t.throws(() => matmul(of(3), of(2, 3)), { name: 'ShapeError', message: /^matmul: .*3.*2/ });
  t.throws(
    () => matmul(of(2, 3, 4), of(3, 4, 5)),
    new ShapeError('matmul: shapes [2] and [3] do not broadcast (sizes 2 and 3)'),
  );
  t.throws(() => matmul(of(), of(2, 3)), new ShapeError('matmul: a scalar has no matrix product; use mul'));
});

t.test('factors on two devices are refused with both names', async (t) => {
  const a = tensor([[1]], { device: await openDevice('reference') });
  const b = tensor([[1]], { device: await openDevice('gpujs-cpu') });
  t.throws(
    () => matmul(a, b),
    new DeviceError('matmul: tensors on reference and gpujs-cpu, expected one device'),
  );
});
