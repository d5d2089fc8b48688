// Matrix products.
import { matmul, OptionError, permute, ShapeError } from '../../../lib/index.js';
import { on, type Row } from '../row.js';

const matmulRow: Row = {
  cases: {
    'one by one': on(matmul, [1, 1], [1, 1]),
    'odd sizes': on(matmul, [5, 7], [7, 3]),
    'a row by a column': on(matmul, [1, 9], [9, 1]),
    'a column by a row': on(matmul, [6, 1], [1, 5]),
    'a batch': on(matmul, [3, 5, 2], [3, 2, 4]),
    'a batch that stretches both ways': on(matmul, [2, 1, 3, 4], [5, 4, 2]),
    'a stack by one matrix': on(matmul, [2, 3, 5, 4], [4, 2]),
    'one matrix by a stack': on(matmul, [3, 4], [2, 4, 5]),
    'a vector by a matrix': on(matmul, [4], [4, 3]),
    'a vector by a stack': on(matmul, [4], [2, 4, 3]),
    'a matrix by a vector': on(matmul, [3, 4], [4]),
    'a stack by a vector': on(matmul, [2, 3, 4], [4]),
    'two vectors': on(matmul, [5], [5]),
    'a transposed factor': on((a, b) => matmul(permute(a, [1, 0]), b), [5, 3], [5, 4]),
    'a matrix with itself': on((a) => matmul(a, a), [4, 4]),
  },
  devicesOnly: {
    because: 'a thousand central differences and more',
    cases: {
      'sizes just past a block': on(matmul, [33, 65], [65, 17]),
      'a tall stack': on(matmul, [2, 37, 19], [2, 19, 41]),
    },
  },
  second: 'operations',
  golden: ({ inputs: { a, b } }) => matmul(a, b),
  call: (of) => [of(2, 3), of(3, 4)],
  bad: {
    'inner sizes that differ': [
      (of) => matmul(of(2, 3), of(4, 2)),
      ShapeError,
      /^matmul: a is \[2, 3\] with rows of 3, b is \[4, 2\] with columns of 4$/,
    ],
    'a vector of another size': [(of) => matmul(of(3), of(2, 3)), ShapeError, /^matmul: .*3.*2/],
    'stacks that do not broadcast': [
      (of) => matmul(of(2, 3, 4), of(3, 4, 5)),
      ShapeError,
      /^matmul: shapes \[2\] and \[3\] do not broadcast \(sizes 2 and 3\)$/,
    ],
    'a scalar': [
      (of) => matmul(of(), of(2, 3)),
      ShapeError,
      /^matmul: a scalar has no matrix product; use mul$/,
    ],
    'a number': [(of) => matmul(of(2, 3), 2 as never), OptionError, /^matmul: b is 2, expected a tensor$/],
  },
};

export const products = { matmul: matmulRow };
