// The Fréchet distance of two Gaussians: Dowson & Landau 1982; of features, Heusel et al., arXiv 1706.08500.
import { EigenvalueDecomposition, Matrix } from '#ml-matrix';
import { OptionError } from '../../lib/index.js';
import type { Moments } from './moments.js';

/**
 * |μ₁ − μ₂|² + Tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½). The last trace is that of (Σ₁^½ Σ₂ Σ₁^½)^½, which is symmetric, so that symmetric
 * eigenvalues are enough; those that rounding has made negative count as 0, and so does the distance.
 * @throws OptionError where the dimensions differ, or a moment is not finite
 */
export function frechetDistance(a: Moments, b: Moments): number {
  checkMoments(a, b);
  const means = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]) ** 2, 0);
  const root = rootOf(a.covariance);
  const product = symmetric(root.mmul(b.covariance).mmul(root));
  const trace = eigen(product).values.reduce((sum, value) => sum + Math.sqrt(Math.max(value, 0)), 0);
  return Math.max(means + a.covariance.trace() + b.covariance.trace() - 2 * trace, 0);
}

/** The symmetric square root of a covariance. */
function rootOf(covariance: Matrix): Matrix {
  const { values, vectors } = eigen(covariance);
  const roots = Matrix.diag(values.map((value) => Math.sqrt(Math.max(value, 0))));
  return symmetric(vectors.mmul(roots).mmul(vectors.transpose()));
}

function eigen(matrix: Matrix): { values: number[]; vectors: Matrix } {
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  return { values, vectors };
}

/** The mean of a matrix and its transpose: products are symmetric only but for rounding. */
function symmetric(matrix: Matrix): Matrix {
  return Matrix.add(matrix, matrix.transpose()).mul(0.5);
}

function checkMoments(a: Moments, b: Moments): void {
  const [n, m] = [a.mean.length, b.mean.length];
  if (n !== m) throw new OptionError(`frechetDistance: b has ${m} features, expected ${n} as a`);
  for (const [name, { mean, covariance }] of Object.entries({ a, b })) {
    if (covariance.rows !== n || covariance.columns !== n) {
      const got = `${covariance.rows}×${covariance.columns}`;
      throw new OptionError(`frechetDistance: the covariance of ${name} is ${got}, expected ${n}×${n}`);
    }
    if (mean.every(Number.isFinite) && Number.isFinite(covariance.sum())) continue;
    throw new OptionError(`frechetDistance: a moment of ${name} is not finite`);
  }
}
