// Fréchet and kernel distance of features: golden values, closed forms, symmetry, bad input.

import { readFileSync } from 'node:fs';
import { Matrix } from 'ml-matrix';
import t, { type Test } from 'tap';
import { createRandom, OptionError } from '../../../lib/index.js';
import type { Features } from '../../../models/features/classifier.js';
import { frechetDistance } from '../../../models/features/frechet.js';
import { discrepancy, kernelDistance } from '../../../models/features/kid.js';
import { momentsOf } from '../../../models/features/moments.js';

interface GoldenDistances {
  name: string;
  x: Features;
  y: Features;
  frechet: number;
  discrepancy: number;
}

const file = new URL('../../../../test/fixtures/features/distances.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: GoldenDistances[] };

/** Far more than rounding in float64, relative to what the distance is a difference of. */
const TOLERANCE = 1e-9;

function close(t: Test, found: number, wanted: number, scale = Math.abs(wanted)): void {
  t.ok(Math.abs(found - wanted) <= TOLERANCE * scale, `${found} is ${wanted}`);
}

/** Samples from a normal distribution with independent features. */
function normal(seed: number, count: number, dimension: number, mean = 0): Features {
  const random = createRandom(seed);
  const values = Float64Array.from({ length: count * dimension }, () => mean + random.normal());
  return { values, count, dimension };
}

const gaussian = (mean: number[], covariance: number[][]) => ({
  mean: Float64Array.from(mean),
  covariance: new Matrix(covariance),
});

const diagonal = (...variances: number[]) =>
  variances.map((variance, i) => variances.map((_, j) => (i === j ? variance : 0)));

for (const { name, x, y, frechet, discrepancy: wanted } of cases) {
  t.test(`golden: ${name}`, async (t) => {
    const [a, b] = [x, y].map(momentsOf);
    const scale = a.covariance.trace() + b.covariance.trace();
    // Square roots of eigenvalues that are 0 but for rounding have half the digits.
    const tolerance = name.includes('rank') ? 1e-6 : TOLERANCE;
    t.ok(Math.abs(frechetDistance(a, b) - frechet) <= tolerance * scale, `Fréchet ${frechet}`);
    t.ok(Math.abs(frechetDistance(b, a) - frechet) <= tolerance * scale, 'symmetric');
    const values = [x, y].map(({ values }) => Float64Array.from(values));
    close(t, discrepancy(values[0], values[1], x.dimension), wanted);
    close(t, discrepancy(values[1], values[0], x.dimension), wanted);
  });
}

t.test('the Fréchet distance of Gaussians in closed form', async (t) => {
  // (μ₁ − μ₂)² + (σ₁ − σ₂)² in each direction
  const a = gaussian([0, 1, 2], diagonal(4, 9, 0));
  const b = gaussian([3, 1, 0], diagonal(1, 16, 25));
  close(t, frechetDistance(a, b), 9 + 4 + 1 + 1 + 25);
  // The same two, turned by 30° in the first two directions: Σ = R D Rᵀ, μ = R m.
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  const R = new Matrix([
    [c, -s, 0],
    [s, c, 0],
    [0, 0, 1],
  ]);
  const turned = ({ mean, covariance }: ReturnType<typeof gaussian>) => ({
    mean: Float64Array.from(R.mmul(Matrix.columnVector([...mean])).to1DArray()),
    covariance: R.mmul(covariance).mmul(R.transpose()),
  });
  close(t, frechetDistance(turned(a), turned(b)), 40);
  const wide = gaussian([0, 0, 0], diagonal(1, 1, 1));
  close(t, frechetDistance(wide, gaussian([0, 0, 0], diagonal(0, 0, 0))), 3);
});

t.test('equal sets have no Fréchet distance, and it falls with the shift', async (t) => {
  const a = momentsOf(normal(1, 300, 64));
  t.ok(frechetDistance(a, a) < TOLERANCE * 64, `${frechetDistance(a, a)}`);
  const shifted = [0.5, 0.25, 0].map((mean) => frechetDistance(a, momentsOf(normal(2, 300, 64, mean))));
  t.ok(shifted[0] > shifted[1] && shifted[1] > shifted[2] && shifted[2] > 0, `${shifted}`);
  t.equal(frechetDistance(a, { ...a, mean: a.mean.map((v) => v + 1) }) > 63.999, true);
});

t.test('a covariance that lacks directions', async (t) => {
  // All features equal: one direction alone has variance.
  const flat = (scale: number) => {
    const { values } = normal(3, 40, 1);
    const rows = Float64Array.from({ length: 40 * 16 }, (_, i) => scale * values[Math.floor(i / 16)]);
    return momentsOf({ values: rows, count: 40, dimension: 16 });
  };
  const variance = flat(1).covariance.get(0, 0);
  const mean = flat(1).mean[0];
  t.ok(frechetDistance(flat(1), flat(1)) < 1e-6);
  const wanted = 16 * (mean ** 2 + variance);
  t.ok(Math.abs(frechetDistance(flat(1), flat(2)) - wanted) < 1e-6 * wanted);
  const constant = momentsOf({ values: new Float64Array(80).fill(3), count: 20, dimension: 4 });
  t.equal(frechetDistance(constant, constant), 0);
});

t.test('the kernel distance', async (t) => {
  const random = createRandom(1);
  const [a, b] = [normal(1, 400, 8), normal(2, 400, 8)];
  const near = kernelDistance(a, b, random);
  t.equal(near.subsets, 5);
  t.ok(Math.abs(near.kid) < 3 * near.deviation, `unbiased: ${near.kid} ± ${near.deviation}`);
  const far = kernelDistance(a, normal(2, 400, 8, 1), random);
  t.ok(far.kid > 10 * far.deviation && far.kid > 1, `${far.kid} ± ${far.deviation}`);
  t.strictSame(kernelDistance(a, b, createRandom(1)), near, 'the same subsets again');
  t.equal(kernelDistance(normal(1, 5500, 2), normal(2, 6500, 2), random).subsets, 6, 'of up to 1000 samples');
});

t.test('the kernel distance is unbiased over many draws', async (t) => {
  const values = Array.from({ length: 60 }, (_, i) => {
    const [x, y] = [normal(100 + i, 50, 4), normal(900 + i, 50, 4)];
    return kernelDistance(x, y, createRandom(i)).kid;
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 59);
  t.ok(Math.abs(mean) < (4 * deviation) / Math.sqrt(60), `${mean} ± ${deviation}`);
  t.ok(values.some((value) => value < 0) && values.some((value) => value > 0));
});

t.test('bad input', async (t) => {
  const fail = (run: () => unknown, message: string) => t.throws(run, new OptionError(message));
  const d4 = momentsOf(normal(1, 10, 4));
  fail(
    () => momentsOf(normal(1, 4, 4)),
    'momentsOf: there are 4 samples, expected more than 4, one for each feature',
  );
  fail(
    () => frechetDistance(d4, momentsOf(normal(1, 10, 3))),
    'frechetDistance: b has 3 features, expected 4 as a',
  );
  fail(
    () => frechetDistance(d4, { ...d4, covariance: Matrix.eye(3, 3) }),
    'frechetDistance: the covariance of b is 3×3, expected 4×4',
  );
  const none = { ...d4, mean: d4.mean.map(() => Number.NaN) };
  fail(() => frechetDistance(none, d4), 'frechetDistance: a moment of a is not finite');
  const random = createRandom(1);
  fail(
    () => kernelDistance(normal(1, 10, 4), normal(1, 10, 3), random),
    'kernelDistance: b has 3 features, expected 4 as a',
  );
  fail(
    () => kernelDistance(normal(1, 9, 4), normal(1, 10, 4), random),
    'kernelDistance: there are 9 samples, expected at least 10',
  );
});
