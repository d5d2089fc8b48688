// The oracle of property tests: arrays of any shape by plain loops over indices, in float64.
import fc from 'fast-check';
import { type Device, type Shape, type Tensor, tensor } from '../../lib/index.js';
import { numel } from '../../lib/shape.js';
import { unravel, worstDifference } from '../compare.js';
import { integers } from '../values.js';

/** A shape over row-major values. */
export interface Nd {
  shape: Shape;
  values: Float64Array;
}

/** The flat position of an index. */
export const ravel = (index: readonly number[], shape: Shape): number =>
  index.reduce((at, i, axis) => at * shape[axis] + i, 0);

/** An array, one entry after the other. */
export function build(shape: Shape, entry: (index: number[], flat: number) => number): Nd {
  const values = Float64Array.from({ length: numel(shape) }, (_, flat) => entry(unravel(flat, shape), flat));
  return { shape, values };
}

/** Where the index of a broadcast result reads in an operand of this shape. */
export const readAt = (index: readonly number[], shape: Shape): number =>
  ravel(
    shape.map((size, axis) => (size === 1 ? 0 : index[index.length - shape.length + axis])),
    shape,
  );

/** Integers from −8 to 8: their sums and products are exact on every device. */
export function draw(shape: Shape, seed: number | string): Nd {
  return { shape, values: Float64Array.from(integers(17, numel(shape), seed), (value) => value - 8) };
}

/** The array as a leaf on a device. */
export const leafOf = ({ values, shape }: Nd, device: Device): Tensor =>
  tensor(values, { shape, device, requiresGrad: true });

/** Throws where a tensor is not the array, up to an error relative to the array's largest entry, or to 1. */
export async function expectClose(what: string, t: Tensor | null, { shape, values }: Nd, tolerance = 0) {
  if (t === null) throw new Error(`${what}: there is none`);
  if (!Object.isFrozen(t.shape)) throw new Error(`${what}: its shape can be changed`);
  if (String(t.shape) !== String(shape)) throw new Error(`${what}: shape [${t.shape}], expected [${shape}]`);
  const { error, index, got, expected } = worstDifference(await t.data(), values, shape);
  const close = error <= tolerance || Math.abs(got - expected) <= tolerance;
  if (!close) throw new Error(`${what} at [${index}]: ${got}, expected ${expected}`);
}

/** Shapes of up to `axes` axes of sizes from 1 to `most`. */
export const shapes = (axes: number, most: number, least = 0) =>
  fc.array(fc.integer({ min: 1, max: most }), { minLength: least, maxLength: axes });

/** A shape, and `count` shapes that broadcast to it or to less. */
export function broadcastable(count: number, axes = 6, most = 3): fc.Arbitrary<Shape[]> {
  const thinned = (shape: number[]) =>
    fc
      .tuple(
        fc.nat(shape.length),
        fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      )
      .map(([missing, ones]) => shape.map((size, i) => (ones[i] ? 1 : size)).slice(missing));
  return shapes(axes, most).chain((shape) =>
    fc.tuple(...Array.from({ length: count }, () => thinned(shape))),
  );
}
