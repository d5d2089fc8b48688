// Margins around a tensor.
import { OptionError, ShapeError } from '../errors.js';
import { choice, describe, isIntegers, number, type Reader, readOptions } from '../options.js';
import { format } from '../shape.js';
import { checkTensors } from '../tape/run.js';
import { checkRoom } from '../tensor/room.js';
import type { Tensor } from '../tensor/tensor.js';
import { concat } from './joining.js';
import { flip, slice } from './movement.js';
import { padBy } from './pad-by.js';

/** Options of a padding. */
export interface PadOptions {
  /** A value all around, or the entries next to each edge, mirrored at it. @default 'constant' */
  mode?: 'constant' | 'reflect';
  /** What stands in the margins of mode 'constant'; it may be infinite. @default 0 */
  value?: number;
}

const finite = number(0);
const filling: Reader<number> = {
  fallback: 0,
  read: (op, name, value) =>
    value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
      ? value
      : finite.read(op, name, value),
};

/**
 * x with margins: `padding` has [before, after] for each of the last axes, in their order. [[1, 2], [3, 4]] gives images
 * [N, C, H, W] one row above, two below, three columns on the left and four on the right.
 * @throws OptionError, ShapeError naming what does not fit
 *
 * @example
 * ```js
 * import { pad, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(await pad(x, [[1, 0]], { value: 9 }).data());
 * console.log(await pad(x, [[0, 1], [0, 0]], { mode: 'reflect' }).data());
 * ```
 * ```text
 * Float32Array(8) [
 *   9, 1, 2, 3,
 *   9, 4, 5, 6
 * ]
 * Float32Array(9) [
 *   1, 2, 3, 4, 5,
 *   6, 1, 2, 3
 * ]
 * ```
 */
export function pad(
  x: Tensor,
  padding: readonly (readonly [before: number, after: number])[],
  options: PadOptions = {},
): Tensor {
  checkTensors('pad', { x });
  const { mode, value } = readOptions('pad', options, {
    mode: choice('constant', ['constant', 'reflect']),
    value: filling,
  });
  const isPairs =
    Array.isArray(padding) && [...padding].every((pair) => isIntegers(pair, 0) && pair.length === 2);
  if (!isPairs)
    throw new OptionError(`pad: padding is ${describe(padding)}, expected [before, after] for each axis`);
  const free = x.shape.length - padding.length;
  if (free < 0)
    throw new ShapeError(`pad: padding of ${padding.length} axes, x has shape ${format(x.shape)}`);
  const [before, after] = [0, 1].map((end) => x.shape.map((_, axis) => padding[axis - free]?.[end] ?? 0));
  checkRoom(
    'pad',
    x.shape.map((size, axis) => before[axis] + size + after[axis]),
    x.device,
  );
  if (mode === 'constant') return padBy({ x, before, after, value });
  return x.shape.reduce((y, _, axis) => reflected(y, axis, before[axis], after[axis]), x);
}

/** An axis with mirrored margins; the entries at its edges stand once. */
function reflected(x: Tensor, axis: number, before: number, after: number): Tensor {
  const size = x.shape[axis];
  if (before >= size || after >= size) {
    throw new ShapeError(
      `pad: [${before}, ${after}] mirrored entries, expected fewer than the ${size} of axis ${axis}`,
    );
  }
  const mirror = (start: number, end: number) =>
    start < end ? [flip(slice(x, axis, start, end), axis)] : [];
  return concat([...mirror(1, before + 1), x, ...mirror(size - 1 - after, size - 1)], axis);
}
