// Mean and covariance of features.
import { Matrix } from '#ml-matrix';
import { OptionError } from '../../lib/index.js';
import type { Features } from './classifier.js';

/** A mean and a covariance. */
export interface Moments {
  mean: Float64Array;
  covariance: Matrix;
}

/**
 * The mean of rows, and their covariance with the divisor count − 1.
 * @throws OptionError where there are not more rows than columns, so that the covariance would lack directions
 */
export function momentsOf({ values, count, dimension }: Features): Moments {
  if (count <= dimension) {
    const expected = `expected more than ${dimension}, one for each feature`;
    throw new OptionError(`momentsOf: there are ${count} samples, ${expected}`);
  }
  const mean = new Float64Array(dimension);
  for (let i = 0; i < values.length; i++) mean[i % dimension] += values[i] / count;
  const covariance = Matrix.zeros(dimension, dimension);
  const row = new Float64Array(dimension);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < dimension; i++) row[i] = values[n * dimension + i] - mean[i];
    addSquare(covariance, row);
  }
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j <= i; j++) {
      const value = covariance.get(i, j) / (count - 1);
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
  }
  return { mean, covariance };
}

/** Adds the lower half of row·rowᵀ. */
function addSquare(sums: Matrix, row: Float64Array): void {
  const { data } = sums as unknown as { data: Float64Array[] };
  for (let i = 0; i < row.length; i++) {
    const [sum, value] = [data[i], row[i]];
    // Features after a ReLU are often 0.
    if (value === 0) continue;
    for (let j = 0; j <= i; j++) sum[j] += value * row[j];
  }
}
