// The kernel distance: an unbiased estimate of the squared maximum mean discrepancy. Bińkowski et al., arXiv 1801.01401.
import { OptionError, type Random } from '../../lib/index.js';
import type { Features } from './classifier.js';

/** The most samples of a subset. */
const SUBSET = 1000;
/** The fewest subsets, of whose values the spread is taken. */
const FEWEST = 5;
/** Rows of one set whose products with another row are taken at once. */
const ROWS = 4;

/** The mean over subsets, and the standard deviation of one of them. */
export interface KernelDistance {
  kid: number;
  deviation: number;
  subsets: number;
}

/**
 * The mean of the squared discrepancy over disjoint random subsets, of up to 1000 samples, at least 5. Unbiased, so it may be negative.
 * @throws OptionError where the dimensions differ, or a set has fewer than 10 samples
 */
export function kernelDistance(a: Features, b: Features, random: Random): KernelDistance {
  if (a.dimension !== b.dimension)
    throw new OptionError(`kernelDistance: b has ${b.dimension} features, expected ${a.dimension} as a`);
  const count = Math.min(a.count, b.count);
  if (count < 2 * FEWEST)
    throw new OptionError(`kernelDistance: there are ${count} samples, expected at least ${2 * FEWEST}`);
  const subsets = Math.max(FEWEST, Math.ceil(count / SUBSET));
  const size = Math.floor(count / subsets);
  const [p, q] = [a, b].map((set, i) => random.fork(i).permutation(set.count));
  const values = Array.from({ length: subsets }, (_, s) => {
    const rows = (set: Features, order: Int32Array) => take(set, order.subarray(s * size, (s + 1) * size));
    return discrepancy(rows(a, p), rows(b, q), a.dimension);
  });
  const kid = values.reduce((sum, value) => sum + value, 0) / subsets;
  const squares = values.reduce((sum, value) => sum + (value - kid) ** 2, 0);
  return { kid, deviation: Math.sqrt(squares / (subsets - 1)), subsets };
}

/** The rows of a set at these places, one after the other. */
function take({ values, dimension }: Features, places: Int32Array): Float64Array {
  const rows = new Float64Array(places.length * dimension);
  for (const [i, n] of places.entries())
    rows.set(values.subarray(n * dimension, (n + 1) * dimension), i * dimension);
  return rows;
}

/** Means of k(x, x′), x ≠ x′, and of k(y, y′), less twice the mean of k(x, y), for as many rows of x as of y. */
export function discrepancy(x: Float64Array, y: Float64Array, dimension: number): number {
  const m = x.length / dimension;
  const within = (rows: Float64Array) => {
    let own = 0;
    for (let i = 0; i < rows.length; i += dimension)
      own += kernel(dot(rows, i, rows, i, dimension), dimension);
    return (kernelSum(rows, rows, dimension) - own) / (m * (m - 1));
  };
  return within(x) + within(y) - (2 * kernelSum(x, y, dimension)) / (m * m);
}

/** (x·y/d + 1)³ */
function kernel(product: number, dimension: number): number {
  return (product / dimension + 1) ** 3;
}

function dot(x: Float64Array, i: number, y: Float64Array, j: number, dimension: number): number {
  let sum = 0;
  for (let c = 0; c < dimension; c++) sum += x[i + c] * y[j + c];
  return sum;
}

/** Σ k(x, y) over all pairs of rows. */
function kernelSum(x: Float64Array, y: Float64Array, d: number): number {
  const whole = x.length - (x.length % (ROWS * d));
  let sum = 0;
  for (let j = 0; j < y.length; j += d) {
    for (let i = 0; i < whole; i += ROWS * d) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let c = 0; c < d; c++) {
        const value = y[j + c];
        s0 += x[i + c] * value;
        s1 += x[i + d + c] * value;
        s2 += x[i + 2 * d + c] * value;
        s3 += x[i + 3 * d + c] * value;
      }
      sum += kernel(s0, d) + kernel(s1, d) + kernel(s2, d) + kernel(s3, d);
    }
    for (let i = whole; i < x.length; i += d) sum += kernel(dot(x, i, y, j, d), d);
  }
  return sum;
}
