// What one looks at of a tensor: the values of a small one, a few numbers and a small picture of a larger one.
import { numel, type Shape } from '../../lib/shape.js';

/** Elements up to which a tensor is shown value by value. */
export const SMALL = 256;
/** The most rows and columns of a picture. */
const PICTURE = { rows: 12, columns: 16 };

export interface Look {
  shape: Shape;
  /** All values, row-major; null where there are more than SMALL. */
  values: readonly number[] | null;
  least: number;
  most: number;
  mean: number;
  /** How many values are NaN or infinite. */
  notFinite: number;
  /** The values as a matrix with a row for each last axis; where that is too large, means of equal parts. */
  picture: readonly (readonly number[])[];
}

export function lookAt(values: ArrayLike<number>, shape: Shape): Look {
  const size = numel(shape);
  let [least, most, sum, notFinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < size; i++) {
    const value = values[i];
    if (value < least) least = value;
    if (value > most) most = value;
    if (!Number.isFinite(value)) notFinite++;
    sum += value;
  }
  return {
    ...{ shape, least, most, mean: sum / size, notFinite },
    values: size <= SMALL ? Array.from(values).slice(0, size) : null,
    picture: pictureOf(values, size, shape.at(-1) ?? 1),
  };
}

function pictureOf(values: ArrayLike<number>, size: number, columns: number): number[][] {
  if (size === 0) return [];
  const rowParts = partsOf(size / columns, PICTURE.rows);
  const columnParts = partsOf(columns, PICTURE.columns);
  return rowParts.map((rows) => columnParts.map((part) => meanOf(values, columns, rows, part)));
}

/** The borders of at most so many equal parts. */
type Part = readonly [from: number, to: number];
function partsOf(length: number, most: number): Part[] {
  const count = Math.min(length, most);
  const border = (i: number) => Math.round((i * length) / count);
  return Array.from({ length: count }, (_, i) => [border(i), border(i + 1)]);
}

function meanOf(values: ArrayLike<number>, width: number, [top, bottom]: Part, [left, right]: Part): number {
  let sum = 0;
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) sum += values[row * width + column];
  return sum / ((bottom - top) * (right - left));
}
