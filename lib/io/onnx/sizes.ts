// Sizes in a file whose batch is open: found by comparing two batches.
import { OptionError } from '../../errors.js';
import { format, type Shape } from '../../shape.js';

/** The batches that a model is run on. */
export const BATCHES = [2, 3] as const;

/** A size: a number, or so many times the batch. */
export type Size = number | { times: number };

/** A size that was `first` in the first batch and `second` in the second; null where it is no multiple of the batch. */
function sizeOf(first: number, second: number): Size | null {
  if (first === second) return first;
  const times = first / BATCHES[0];
  return times * BATCHES[1] === second ? { times } : null;
}

/** Sizes from those in both batches. @throws OptionError naming `what` has them where one is no multiple of the batch */
export function sizesOf(what: string, first: Shape, second: Shape): Size[] {
  const sizes = first.map((size, i) => sizeOf(size, second[i]));
  if (first.length === second.length && sizes.every((size) => size !== null)) return sizes;
  throw new OptionError(
    `exportOnnx: ${what} is ${format(first)} for a batch of ${BATCHES[0]} and ${format(second)} for one of ${BATCHES[1]}, expected multiples of the batch`,
  );
}

/** A size that is the same in every batch. @throws OptionError naming `what` has it */
export function fixedSize(what: string, size: Size): number {
  if (typeof size === 'number') return size;
  throw new OptionError(`exportOnnx: ${what} depends on the batch, expected a fixed size`);
}
