// Matrix products, batched and broadcast as in PyTorch.
import { ShapeError } from '../errors.js';
import { broadcastShapes, format, numel, type Shape } from '../shape.js';
import { defineOp } from '../tape/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { expand, reshape } from './movement.js';

type Product = [a: Tensor, b: Tensor, transA: boolean, transB: boolean];

/** a·b over [batch, rows, cols], either factor read transposed. */
const product = defineOp<Product>('matmul', {
  forward: (run, a, b, transA, transB) =>
    run('matmul', [a, b], { transA: Number(transA), transB: Number(transB) }),
  vjp: {
    a: (_run, g, _, _a, b, transA, transB) =>
      transA ? times(b, g, transB, true) : times(g, b, false, !transB),
    b: (_run, g, _, a, _b, transA, transB) =>
      transB ? times(g, a, true, transA) : times(a, g, !transA, false),
  },
});

/** The product again, under a name that its own rules can use. */
function times(...args: Product): Tensor {
  return product(...args);
}

/**
 * Matrix product a·b of [..., m, k] and [..., k, n]; leading axes broadcast. A vector on the left is a row,
 * on the right a column, and its axis is dropped from the result.
 * @throws ShapeError where the inner sizes differ.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 0 || b.shape.length === 0)
    throw new ShapeError('matmul: a scalar has no matrix product; use mul');
  if (a.shape.length === 1) return squeeze(matmul(reshape(a, [1, -1]), b), b.shape.length === 1 ? -1 : -2);
  if (b.shape.length === 1) return squeeze(matmul(a, reshape(b, [-1, 1])), -1);
  const [m, k] = a.shape.slice(-2);
  const [rows, n] = b.shape.slice(-2);
  if (k !== rows) {
    throw new ShapeError(
      `matmul: a is ${format(a.shape)} with rows of ${k}, b is ${format(b.shape)} with columns of ${rows}`,
    );
  }
  // A stack of matrices times one matrix is one tall matrix times it.
  if (b.shape.length === 2)
    return reshape(times(reshape(a, [1, -1, k]), reshape(b, [1, k, n]), false, false), [
      ...a.shape.slice(0, -1),
      n,
    ]);
  const lead = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = times(stack(a, lead), stack(b, lead), false, false);
  return reshape(out, [...lead, m, n]);
}

/** x with its leading axes broadcast to `lead` and joined into one. */
function stack(x: Tensor, lead: Shape): Tensor {
  const matrix = x.shape.slice(-2);
  return reshape(expand(x, [...lead, ...matrix]), [numel(lead), ...matrix]);
}

/** Drops an axis of size 1, counted from the end. */
function squeeze(x: Tensor, axis: -1 | -2): Tensor {
  return reshape(x, x.shape.toSpliced(axis, 1));
}
