// Axes of size 1, axes in other places, axes made one: compositions of reshape and permute.
import { ShapeError } from '../errors.js';
import { format, normalizeAxis } from '../shape.js';
import { checkTensors } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { permute, reshape } from './movement.js';

/**
 * x with a new axis of size 1, which is axis `axis` of the result.
 * @throws ShapeError unless it is an axis of the result
 *
 * @example
 * ```js
 * import { ones, unsqueeze } from 'mixgrad';
 *
 * const x = ones([2, 3]);
 * console.log(unsqueeze(x, 0).shape, unsqueeze(x, -1).shape);
 * ```
 * ```text
 * [ 1, 2, 3 ] [ 2, 3, 1 ]
 * ```
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  checkTensors('unsqueeze', { x });
  return reshape(x, x.shape.toSpliced(normalizeAxis('unsqueeze', axis, x.shape.length + 1), 0, 1));
}

/**
 * x without an axis of size 1, or without all of them. An axis of another size stays, as in PyTorch.
 * @throws ShapeError for an axis that x does not have
 *
 * @example
 * ```js
 * import { ones, squeeze } from 'mixgrad';
 *
 * const x = ones([1, 3, 1]);
 * console.log(squeeze(x).shape, squeeze(x, -1).shape, squeeze(x, 1).shape);
 * ```
 * ```text
 * [ 3 ] [ 1, 3 ] [ 1, 3, 1 ]
 * ```
 */
export function squeeze(x: Tensor, axis?: number): Tensor {
  checkTensors('squeeze', { x });
  const only = axis === undefined ? axis : normalizeAxis('squeeze', axis, x.shape.length);
  return reshape(
    x,
    x.shape.filter((size, at) => size !== 1 || (only !== undefined && at !== only)),
  );
}

/**
 * x with two axes in each other's places.
 * @throws ShapeError for an axis that x does not have
 *
 * @example
 * ```js
 * import { ones, transpose } from 'mixgrad';
 *
 * console.log(transpose(ones([2, 3, 4]), 0, -1).shape);
 * ```
 * ```text
 * [ 4, 3, 2 ]
 * ```
 */
export function transpose(x: Tensor, axis: number, other: number): Tensor {
  checkTensors('transpose', { x });
  const [a, b] = [axis, other].map((at) => normalizeAxis('transpose', at, x.shape.length));
  return permute(x, [...x.shape.keys()].with(a, b).with(b, a));
}

/**
 * The axes from `first` to `last` as one; a scalar becomes [1].
 * @throws ShapeError for an axis that x does not have, or where the last comes before the first
 *
 * @example
 * ```js
 * import { flatten, ones } from 'mixgrad';
 *
 * const x = ones([2, 3, 4]);
 * console.log(flatten(x).shape, flatten(x, 1).shape, flatten(x, 0, 1).shape);
 * ```
 * ```text
 * [ 24 ] [ 2, 12 ] [ 6, 4 ]
 * ```
 */
export function flatten(x: Tensor, first = 0, last = -1): Tensor {
  checkTensors('flatten', { x });
  const shape = x.shape.length === 0 ? [1] : x.shape;
  const [from, to] = [first, last].map((axis) => normalizeAxis('flatten', axis, shape.length));
  if (from > to)
    throw new ShapeError(`flatten: axes ${from} to ${to} of ${format(x.shape)}, expected them in order`);
  return reshape(x, [...shape.slice(0, from), -1, ...shape.slice(to + 1)]);
}
