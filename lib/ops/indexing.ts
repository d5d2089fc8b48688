// Operations on positions along an axis: argMax, gather, scatterAdd, oneHot.
import type { Device } from '../../kernels/devices/device.js';
import * as k from '../../kernels/indexing.js';
import { OptionError, ShapeError } from '../errors.js';
import { checkIndices, describe, flag, integer, readOptions, required } from '../options.js';
import { format, normalizeAxis, type Shape } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, commonDevice, run, view } from '../tape/run.js';
import { ones, tensor } from '../tensor/create.js';
import { checkRoom } from '../tensor/room.js';
import { Tensor } from '../tensor/tensor.js';
import { around, withOnes, without } from './broadcast.js';
import { add } from './elementwise.js';
import { reshape, slice } from './movement.js';
import { padAxis } from './pad-by.js';

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

type Indexed = { x: Tensor; axis: number; index: Tensor };

/** y[…, i, …] = x[…, index[…, i, …], …]; the other axes of x and the index have equal sizes. */
const gatherFrom = defineOp('gather', {
  forward: ({ x, axis, index }: Indexed): Tensor =>
    view(run(k.gather, [around(x, axis), around(index, axis)]), index.shape),
  vjp: {
    x: ({ g, x, axis, index }): Tensor => scatterTo({ x: g, axis, index, size: x.shape[axis] }),
    index: null,
  },
});

/** An axis of `size` sums: y[…, index[…, i, …], …] += x[…, i, …]. The gradient of gather, and gather is its own. */
const scatterTo = defineOp('scatterSum', {
  forward: ({ x, axis, index, size }: Indexed & { size: number }): Tensor => {
    const sums = run(k.scatterSum, [around(x, axis), around(index, axis)], { size });
    return view(sums, x.shape.with(axis, size));
  },
  vjp: { x: ({ g, axis, index }): Tensor => gatherFrom({ x: g, axis, index }), index: null },
});

/** Positions as a tensor, or as nested arrays of integers. */
export type Indices = Tensor | readonly (readonly number[])[] | readonly number[];

/** The positions as a tensor on a device. @throws OptionError, ShapeError, DeviceError unless they fit */
function readIndex(op: string, x: Tensor, axis: number, index: Indices): Tensor {
  const indices = asTensor(op, 'index', index, x.device);
  commonDevice(op, [x, indices]);
  const { shape } = indices;
  const fits = shape.length === x.shape.length && shape.every((size, i) => i === axis || size <= x.shape[i]);
  if (!fits) {
    const expected = x.shape.map((size, i) => (i === axis ? 'any' : size)).join(', ');
    throw new ShapeError(`${op}: index has shape ${format(shape)}, expected at most [${expected}]`);
  }
  checkRange(op, 'index', indices, x.shape[axis]);
  return indices;
}

function asTensor(op: string, name: string, value: Indices, device?: Device): Tensor {
  if (value instanceof Tensor) return value;
  if (Array.isArray(value)) return tensor(value, { device });
  throw new OptionError(
    `${op}: ${name} is ${describe(value)}, expected a tensor or nested arrays of integers`,
  );
}

/** On an asynchronous device the values cannot be looked at. */
function checkRange(op: string, name: string, indices: Tensor, size: number): void {
  if (indices.device.sync) checkIndices(op, name, indices.storage.peek(), size);
}

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
export function gather(x: Tensor, axis: number, index: Indices): Tensor {
  checkTensors('gather', { x });
  const at = normalizeAxis('gather', axis, x.shape.length);
  const indices = readIndex('gather', x, at, index);
  return gatherFrom({ x: cut(x, indices.shape.with(at, x.shape[at])), axis: at, index: indices });
}

/** x without what lies beyond a shape. */
function cut(x: Tensor, shape: Shape): Tensor {
  return shape.reduce((y, size, i) => (size < x.shape[i] ? slice(y, i, 0, size) : y), x);
}

/**
 * A copy of x with y[…, index[…, i, …], …] += source[…, i, …], as PyTorch's scatter_add: the gradient of gather. Where
 * positions repeat, their entries are summed in order, to the same bits on any number of threads. The index is that of
 * gather, and source has at least its size along each axis.
 * @throws ShapeError, OptionError naming what does not fit
 * @throws DeviceError for more than 2²⁴ entries along the axis, unless the device's numbers are float64
 *
 * @example
 * ```js
 * import { scatterAdd, tensor, zeros } from 'mixgrad';
 *
 * const source = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(await scatterAdd(zeros([2, 2]), 1, [[0, 1, 0], [1, 1, 1]], source).data());
 * ```
 * ```text
 * Float32Array(4) [ 4, 2, 0, 15 ]
 * ```
 */
export function scatterAdd(x: Tensor, axis: number, index: Indices, source: Tensor): Tensor {
  checkTensors('scatterAdd', { x, source });
  const at = normalizeAxis('scatterAdd', axis, x.shape.length);
  const indices = readIndex('scatterAdd', x, at, index);
  commonDevice('scatterAdd', [x, source]);
  const { shape } = indices;
  if (shape.length !== source.shape.length || shape.some((size, i) => size > source.shape[i])) {
    throw new ShapeError(
      `scatterAdd: source has shape ${format(source.shape)}, expected at least ${format(shape)}, that of index`,
    );
  }
  const sums = scatterTo({ x: cut(source, shape), axis: at, index: indices, size: x.shape[at] });
  return add(
    x,
    x.shape.reduce((y, size, i) => padAxis(y, i, 0, size - y.shape[i]), sums),
  );
}

/**
 * Rows with 1 where an index says and 0 elsewhere: [… , classes] for indices of shape […], integers from 0 to
 * classes − 1 as a tensor or as nested arrays. Not differentiable.
 * @throws OptionError, ShapeError naming what does not fit
 *
 * @example
 * ```js
 * import { oneHot } from 'mixgrad';
 *
 * console.log(await oneHot([2, 0], 3).data());
 * ```
 * ```text
 * Float32Array(6) [ 0, 0, 1, 1, 0, 0 ]
 * ```
 */
export function oneHot(indices: Indices, classes: number): Tensor {
  const found = asTensor('oneHot', 'indices', indices);
  const size = required('oneHot', 'classes', classes, integer(1, { least: 1 }));
  const { shape, device } = found;
  checkRoom('oneHot', [...shape, size], device);
  checkRange('oneHot', 'index', found, size);
  const index = reshape(found.detach(), [...shape, 1]);
  return scatterTo({ x: ones(index.shape, { device }), axis: shape.length, index, size });
}
