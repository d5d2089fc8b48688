// Values that are read by strides, as an ndarray has them.
import { OptionError, ShapeError } from '../errors.js';
import { describe } from '../options.js';
import { format, numel } from '../shape.js';

/** Values that are read by strides, as tensor.ndarray() returns them. */
export interface Strided {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

export function isStrided(values: unknown): values is Strided {
  if (typeof values !== 'object' || values === null) return false;
  return ['data', 'shape', 'stride', 'offset'].every((name) => name in values);
}

/** The values in row-major order. @throws ShapeError, OptionError where they are not what shape and strides say */
export function inOrder(strided: Strided): Float64Array {
  checkStrides(strided);
  const { data, shape, stride, offset } = strided;
  const position = [...shape].fill(0);
  return Float64Array.from({ length: numel(shape) }, () => {
    const at = position.reduce((sum, i, axis) => sum + i * stride[axis], offset);
    if (typeof data[at] !== 'number') {
      throw new OptionError(`tensor: the value at [${position}] is ${describe(data[at])}, expected a number`);
    }
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis] === shape[axis]; axis--)
      position[axis] = 0;
    return data[at];
  });
}

/** Throws unless every place that the strides lead to is one of the data. */
function checkStrides({ data, shape, stride, offset }: Strided): void {
  const isList = Array.isArray(data) || (ArrayBuffer.isView(data) && 'length' in data);
  if (!isList) {
    throw new OptionError(`tensor: data is ${describe(data)}, expected an array of numbers`);
  }
  const valid = Array.isArray(stride) && stride.length === shape.length && stride.every(Number.isSafeInteger);
  if (!valid || !Number.isSafeInteger(offset)) {
    throw new ShapeError(
      `tensor: stride is ${describe(stride)} and offset ${describe(offset)}, expected integers, a stride for each axis of ${format(shape)}`,
    );
  }
  const reach = shape.map((size, axis) => (size - 1) * stride[axis]);
  const first = reach.reduce((at, step) => at + Math.min(step, 0), offset);
  const last = reach.reduce((at, step) => at + Math.max(step, 0), offset);
  if (first >= 0 && last < data.length) return;
  throw new ShapeError(
    `tensor: its strides lead from ${first} to ${last}, expected places from 0 to ${data.length - 1}`,
  );
}
