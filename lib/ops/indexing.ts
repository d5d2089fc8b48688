// Operations on positions along an axis: argMax and gather.
import { kernels as k } from '../../kernels/index.js';
import { OptionError, ShapeError } from '../errors.js';
import { checkIndices, describe, flag, readOptions } from '../options.js';
import { format, normalizeAxis } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, commonDevice, run, view } from '../tape/run.js';
import { tensor } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { around, withOnes, without } from './broadcast.js';
import { slice } from './movement.js';

const argMaxOver = defineOp('argMax', {
  forward: ({ x, axis }: { x: Tensor; axis: number }) =>
    view(run(k.argMax, [around(x, axis)]), withOnes(x.shape, [axis])),
  vjp: { x: null },
});

/**
 * Where x is largest along an axis, as integers; the first position among equals, and the first NaN where there is one. Not
 * differentiable.
 * @throws ShapeError for an axis that x does not have
 * @throws DeviceError for more than 2²⁴ entries along the axis, unless the device's numbers are float64
 *
 * @example
 * ```js
 * import { argMax, tensor } from 'mixgrad';
 *
 * const scores = tensor([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]]);
 * console.log(await argMax(scores, 1).data());
 * ```
 * ```text
 * Float32Array(2) [ 1, 0 ]
 * ```
 */
export function argMax(x: Tensor, axis: number, options: { keepDims?: boolean } = {}): Tensor {
  checkTensors('argMax', { x });
  const { keepDims } = readOptions('argMax', options, { keepDims: flag(false) });
  const at = normalizeAxis('argMax', axis, x.shape.length);
  const kept = argMaxOver({ x, axis: at });
  return keepDims ? kept : view(kept, without(x.shape, [at]));
}

const gatherFrom = defineOp('gather', {
  forward: ({ x, axis, index }: { x: Tensor; axis: number; index: Tensor }) =>
    view(run(k.gather, [around(x, axis), around(index, axis)]), index.shape),
  vjp: {
    x: ({ g, x, axis, index }) =>
      view(run(k.gatherGrad, [around(g, axis), around(index, axis)], { size: x.shape[axis] }), x.shape),
    index: null,
  },
});

/**
 * y[…, i, …] = x[…, index[…, i, …], …]: takes the entries of one axis that `index` names, as PyTorch's gather. The
 * index has as many axes as x, along the others no more entries than x, and y has its shape. It holds integers from 0 to
 * the axis's size − 1, as a tensor or as nested arrays; on an asynchronous device a tensor's range is not checked.
 * @throws ShapeError, OptionError naming what does not fit
 * @throws DeviceError for more than 2²⁴ entries along the axis, unless the device's numbers are float64
 *
 * @example
 * ```js
 * import { gather, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(await gather(x, 1, [[2], [0]]).data());
 * ```
 * ```text
 * Float32Array(2) [ 3, 4 ]
 * ```
 */
export function gather(
  x: Tensor,
  axis: number,
  index: Tensor | readonly (readonly number[])[] | readonly number[],
): Tensor {
  checkTensors('gather', { x });
  const at = normalizeAxis('gather', axis, x.shape.length);
  if (!(index instanceof Tensor || Array.isArray(index))) {
    throw new OptionError(
      `gather: index is ${describe(index)}, expected a tensor or nested arrays of integers`,
    );
  }
  const indices = index instanceof Tensor ? index : tensor(index, { device: x.device });
  commonDevice('gather', [x, indices]);
  const { shape } = indices;
  const fits = shape.length === x.shape.length && shape.every((size, i) => i === at || size <= x.shape[i]);
  if (!fits) {
    const expected = x.shape.map((size, i) => (i === at ? 'any' : size)).join(', ');
    throw new ShapeError(`gather: index has shape ${format(shape)}, expected at most [${expected}]`);
  }
  if (x.device.sync) {
    checkIndices('gather', 'index', indices.storage.peek(), x.shape[at]);
  }
  return gatherFrom({ x: cut(x, at, shape), axis: at, index: indices });
}

/** x without what lies beyond the index along the other axes. */
function cut(x: Tensor, axis: number, shape: readonly number[]): Tensor {
  const beyond = (size: number, i: number) => i !== axis && size < x.shape[i];
  return shape.reduce((y, size, i) => (beyond(size, i) ? slice(y, i, 0, size) : y), x);
}
