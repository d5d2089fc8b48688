// What one looks at of a tensor: the values of a small one, a few numbers and a small picture of a larger one.
import { numel, type Shape } from '../../lib/shape.js';

/** Elements up to which a tensor is shown value by value. */
export const SMALL = 256;
/** The most rows and columns of a picture. */
const PICTURE = { rows: 16, columns: 24 };

export interface Look {
  shape: Shape;
  /** All values, row-major; null where there are more than SMALL. */
  values: readonly number[] | null;
  least: number;
  most: number;
  mean: number;
  /** How many values are NaN or infinite. */
  notFinite: number;
  /** The values as a matrix, in which images stand side by side, a row for each sample; where that is too large, means of equal parts. */
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
    picture: pictureOf(values, shape),
  };
}

/** The borders of a part of an axis. */
type Part = readonly [from: number, to: number];

function pictureOf(values: ArrayLike<number>, shape: Shape): number[][] {
  if (numel(shape) === 0) return [];
  const [width = 1, height = 1, images = 1] = shape.toReversed();
  // a matrix is one image, and a vector a row
  const rows = numel(shape) / (width * images);
  const at = (row: number, column: number) => {
    const [sample, image] = [Math.floor(row / height), Math.floor(column / width)];
    return values[((sample * images + image) * height + (row % height)) * width + (column % width)];
  };
  const columnParts = partsOf(width * images, PICTURE.columns);
  return partsOf(rows, PICTURE.rows).map((part) => columnParts.map((columns) => meanOf(at, part, columns)));
}

/** At most so many equal parts. */
function partsOf(length: number, most: number): Part[] {
  const count = Math.min(length, most);
  const border = (i: number) => Math.round((i * length) / count);
  return Array.from({ length: count }, (_, i) => [border(i), border(i + 1)]);
}

function meanOf(
  at: (row: number, column: number) => number,
  [top, bottom]: Part,
  [left, right]: Part,
): number {
  let sum = 0;
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) sum += at(row, column);
  return sum / ((bottom - top) * (right - left));
}
