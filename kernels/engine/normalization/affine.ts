// The gradients of γ and β of standardize; x̂ = (x − μ)·ρ with ρ = 1 / √(σ² + eps).
import { splat } from '../math';
import { aligned, bytes, get, madd, put } from '../memory';
import { changing, following, inverseDeviation } from '../normalization';
import { rowCentredProduct, rowSum } from '../rows';

/** Scratch bytes of standardizeGradAffine: two doubles for each of `count`, and ρ of four rows. */
export function standardizeScratch(count: i32): usize {
  return aligned(bytes(4 * count + 4));
}

/**
 * out [2,count]: Σ g and Σ g·x̂ over all elements with one γ, the gradients of β and γ; for `channels` of these from
 * `from` on, in the order of memory.
 */
export function standardizeGradAffine(
  out: usize, g: usize, x: usize, moments: usize, n: i32, r: i32, s: i32, count: i32, inner: i32, eps: f64,
  from: i32, channels: i32, scratch: usize,
): void {
  const products = scratch + 8 * count;
  memory.fill(scratch + 8 * from, 0, 8 * channels);
  memory.fill(products + 8 * from, 0, 8 * channels);
  // where every channel has its row, ρ is a factor of the whole sum
  const own = s == inner && r == count;
  if (s == inner) addRuns(scratch, g, x, moments, n, r, s, count, eps, own, from, channels);
  else if (s == count && inner == 1) addColumns(scratch, g, x, moments, n, r, s, eps, from, channels);
  else addSegments(scratch, g, x, moments, n, r, s, count, inner, eps, from, channels);
  for (let c = from; c < from + channels; c++) {
    const scale = own ? inverseDeviation(get(moments, r + c), eps) : 1;
    put(out, c, <f32>load<f64>(scratch + 8 * c));
    put(out, count + c, <f32>(scale * load<f64>(products + 8 * c)));
  }
}

// @ts-ignore: decorator
@inline
function increase(sum: usize, value: f64): void {
  store<f64>(sum, load<f64>(sum) + value);
}

/** Rows with one γ each. */
function addRuns(
  sums: usize, g: usize, x: usize, moments: usize, n: i32, r: i32, s: i32, count: i32, eps: f64,
  own: bool, from: i32, channels: i32,
): void {
  for (let first = from; first < n * r; first += count) {
    let row = first % r, sum = sums + 8 * from;
    const end = min(first + channels, n * r);
    for (let i = first; i < end; i++, sum += 8, row = following(row, r)) {
      const at = bytes(i * s), scale = own ? 1 : inverseDeviation(get(moments, r + row), eps);
      increase(sum, rowSum(g + at, s));
      increase(sum + 8 * count, scale * rowCentredProduct(g + at, x + at, get(moments, row), s));
    }
  }
}

/** Rows with all γ each, four at a time. */
function addColumns(
  sums: usize, g: usize, x: usize, moments: usize, n: i32, r: i32, s: i32, eps: f64, from: i32, channels: i32,
): void {
  const step = bytes(s), products = sums + 8 * s, scales = products + 8 * s;
  g += bytes(from);
  x += bytes(from);
  for (let i = 0, row = 0; i < n * r;) {
    const rows = row + 4 <= r ? 4 : 1, means = moments + bytes(row);
    // V8 would take roots in every turn of a loop; a load stays where it is
    for (let j = 0; j < rows; j++) put(scales, j, <f32>inverseDeviation(get(means, r + j), eps));
    if (rows == 4) addFourRows(sums + 8 * from, products + 8 * from, g, x, step, means, scales, channels);
    else addRow(sums + 8 * from, products + 8 * from, g, x, get(means, 0), get(scales, 0), channels);
    g += bytes(rows * s); x += bytes(rows * s); i += rows; row += rows;
    if (row == r) row = 0;
  }
}

/** Adds g and g·x̂ of n columns of four rows. */
// @ts-ignore: decorator
@inline
function addFourRows(
  sum: usize, product: usize, g: usize, x: usize, step: usize, means: usize, scales: usize, n: i32,
): void {
  const m0 = v128.load32_splat(means), m1 = v128.load32_splat(means, 4);
  const m2 = v128.load32_splat(means, 8), m3 = v128.load32_splat(means, 12);
  const s0 = v128.load32_splat(scales), s1 = v128.load32_splat(scales, 4);
  const s2 = v128.load32_splat(scales, 8), s3 = v128.load32_splat(scales, 12);
  const g2 = g + 2 * step, x2 = x + 2 * step;
  let i: usize = 0;
  for (; n >= 4; n -= 4, i += 16, sum += 32, product += 32) {
    const a = v128.load(g + i), b = v128.load(g + step + i), c = v128.load(g2 + i), d = v128.load(g2 + step + i);
    addFour(sum, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    const p = madd(b, standard(x + step + i, m1, s1), f32x4.mul(a, standard(x + i, m0, s0)));
    const q = madd(d, standard(x2 + step + i, m3, s3), f32x4.mul(c, standard(x2 + i, m2, s2)));
    addFour(product, f32x4.add(p, q));
  }
  for (let row = 0; row < 4 && n > 0; row++, i += step) {
    addRow(sum, product, g + i, x + i, get(means, row), get(scales, row), n);
  }
}

/** (x − mean)·scale */
// @ts-ignore: decorator
@inline
function standard(x: usize, mean: v128, scale: v128): v128 {
  return f32x4.mul(f32x4.sub(v128.load(x), mean), scale);
}

/** Adds four floats to four doubles. */
// @ts-ignore: decorator
@inline
function addFour(sum: usize, v: v128): void {
  v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(v)));
  const high = f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
  v128.store(sum, f64x2.add(v128.load(sum, 16), high), 16);
}

/** Adds g and g·x̂ of n columns of one row. */
function addRow(sum: usize, product: usize, g: usize, x: usize, mean: f32, scale: f32, n: i32): void {
  const m = f32x4.splat(mean), p = f32x4.splat(scale);
  for (; n >= 4; n -= 4, sum += 32, product += 32, g += 16, x += 16) {
    addFour(sum, v128.load(g));
    addFour(product, f32x4.mul(v128.load(g), standard(x, m, p)));
  }
  for (; n > 0; n--, sum += 8, product += 8, g += 4, x += 4) {
    const v = load<f32>(g);
    increase(sum, v);
    increase(product, v * ((load<f32>(x) - mean) * scale));
  }
}

/** All other rows: in segments of one row, and of one γ where these do not change with every element. */
function addSegments(
  sums: usize, g: usize, x: usize, moments: usize, n: i32, r: i32, s: i32, count: i32, inner: i32, eps: f64,
  from: i32, channels: i32,
): void {
  const each = changing(s, count, inner), total = n * r * s, run = count == 1 ? total : inner;
  for (let first = from * run; first < total; first += count * run) {
    let sum = sums + 8 * from, row = first / s % r, rowLeft = s - first % s, runLeft = run;
    let at = bytes(first), left = min(channels * run, total - first);
    while (left > 0) {
      const length = min(min(left, rowLeft), each ? left : runLeft), mean = get(moments, row);
      const scale = inverseDeviation(get(moments, r + row), eps);
      if (each) {
        addRow(sum, sum + 8 * count, g + at, x + at, mean, <f32>scale, length);
        sum += 8 * length;
      } else {
        increase(sum, rowSum(g + at, length));
        increase(sum + 8 * count, scale * rowCentredProduct(g + at, x + at, mean, length));
      }
      at += bytes(length);
      left -= length; rowLeft -= length; runLeft -= length;
      if (rowLeft == 0) {
        rowLeft = s;
        row = following(row, r);
      }
      if (!each && runLeft == 0) {
        runLeft = run;
        sum += 8;
      }
    }
  }
}
