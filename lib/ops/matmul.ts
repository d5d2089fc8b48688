// Matrix products, batched and broadcast as in PyTorch.
import * as k from '../../kernels/matmul.js';
import { ShapeError } from '../errors.js';
import { broadcastShapes, format, numel, type Shape, sameShape } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, run } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { expand } from './broadcast.js';
import { reshape } from './movement.js';

interface Product {
  a: Tensor;
  b: Tensor;
  transA: boolean;
  transB: boolean;
}

/** a·b over [batch, rows, cols], either factor read transposed. */
const product = defineOp('matmul', {
  forward: ({ a, b, transA, transB }: Product): Tensor => run(k.matmul, [a, b], { transA, transB }),
  vjp: {
    a: ({ g, b, transA, transB }) => (transA ? times(b, g, transB, true) : times(g, b, false, !transB)),
    b: ({ g, a, transA, transB }) => (transB ? times(g, a, true, transA) : times(a, g, !transA, false)),
  },
});

/** The product of [batch, rows, cols], either factor read transposed. */
function times(a: Tensor, b: Tensor, transA: boolean, transB: boolean): Tensor {
  return product({ a, b, transA, transB });
}

/**
 * Matrix product a·b of [..., m, k] and [..., k, n]; leading axes broadcast. A vector on the left is a row,
 * on the right a column, and its axis is dropped from the result.
 * @throws ShapeError where the inner sizes differ.
 *
 * @example
 * ```js
 * import { matmul, tensor } from 'mixgrad';
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * console.log(await matmul(a, tensor([[0, 1], [1, 0]])).data(), await matmul(a, tensor([1, 1])).data());
 * ```
 * ```text
 * Float32Array(4) [ 2, 1, 4, 3 ] Float32Array(2) [ 3, 7 ]
 * ```
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkTensors('matmul', { a, b });
  if (a.shape.length === 0 || b.shape.length === 0)
    throw new ShapeError('matmul: a scalar has no matrix product; use mul');
  if (a.shape.length === 1) return squeeze(matmul(reshape(a, [1, -1]), b), b.shape.length === 1 ? -1 : -2);
  if (b.shape.length === 1) return squeeze(matmul(a, reshape(b, [-1, 1])), -1);
  checkInner(a, b);
  // A stack of matrices times one matrix is one tall matrix times it.
  if (b.shape.length === 2) return tall(a, b);
  const [m, n] = [a.shape.at(-2)!, b.shape.at(-1)!];
  const lead = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = times(batched(a, lead), batched(b, lead), false, false);
  return reshape(out, [...lead, m, n]);
}

function checkInner(a: Tensor, b: Tensor): void {
  const [columns, rows] = [a.shape.at(-1), b.shape.at(-2)];
  if (columns === rows) return;
  throw new ShapeError(
    `matmul: a is ${format(a.shape)} with rows of ${columns}, b is ${format(b.shape)} with columns of ${rows}`,
  );
}

/** [..., m, k] times [k, n]. */
function tall(a: Tensor, b: Tensor): Tensor {
  const [rows, columns] = b.shape;
  const out = times(reshape(a, [1, -1, rows]), reshape(b, [1, rows, columns]), false, false);
  return reshape(out, [...a.shape.slice(0, -1), columns]);
}

/** x with its leading axes broadcast to `lead` and joined into one. */
function batched(x: Tensor, lead: Shape): Tensor {
  const matrix = x.shape.slice(-2);
  const full = [...lead, ...matrix];
  return reshape(sameShape(x.shape, full) ? x : expand(x, full), [numel(lead), ...matrix]);
}

/** Drops an axis of size 1, counted from the end. */
function squeeze(x: Tensor, axis: -1 | -2): Tensor {
  return reshape(x, x.shape.toSpliced(axis, 1));
}
