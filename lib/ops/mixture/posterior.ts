// What the gradient of mixture normalization has beside the detached one: its way through the posteriors of the last E-step.
import { noGrad } from '../../tape/scope.js';
import { zeros } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sum } from '../broadcast.js';
import { gt, maximum, where } from '../compare.js';
import { add, div, mul, neg, sqrt, sub } from '../elementwise.js';
import { matmul } from '../matmul.js';
import { permute, reshape, slice } from '../movement.js';
import type { Fit } from './em.js';

interface Known extends Fit {
  /** Rows [N, C, S]. */
  x: Tensor;
  g: Tensor;
  /** γ [C] */
  weight: Tensor;
  /** A, B, n and Σ τ g [4, K, C], as mixtureNormGradSums gives them. */
  sums: Tensor;
  fisher: boolean;
  eps: number;
  minWeight: number;
  /** Whether λ, μ and σ² are those of the posteriors; otherwise they are constants. */
  training: boolean;
}

/** What is linear in the posteriors: h_ik = Σ_c [direct g d + mean d + variance (d² − σ²)] + weight, d = x_ic − μ_kc. */
interface Slopes {
  /** [K, C] */
  means: Tensor;
  variances: Tensor;
  direct: Tensor;
  ofMean: Tensor;
  ofVariance: Tensor;
  /** [K, T] */
  ofWeight: Tensor;
}

const part = (x: Tensor, i: number) => reshape(slice(x, 0, i, i + 1), x.shape.slice(1));
const overK = [0, { keepDims: true }] as const;

/** dx_ic = −Σ_k τ_ik (h_ik − Σ_j τ_ij h_ij) (x_ic − m_kc) / v_kc, h_ik being the gradient of τ_ik. */
export function throughPosteriors(known: Known): Tensor {
  return noGrad(() => (known.tau.shape[2] === 1 ? ofPixels : ofChannels)(known, slopes(known)));
}

function slopes({ tau, weights, moments, weight, sums, fisher, eps, minWeight, training }: Known): Slopes {
  const [, N, T, S] = tau.shape;
  const [means, variances] = [part(moments, 0), part(moments, 1)];
  const r = div(1, sqrt(add(variances, eps)));
  const scaled = mul(weight, r);
  const lambda = maximum(weights, 1e-30);
  const direct = fisher ? div(scaled, sqrt(lambda)) : scaled;
  const [none, noWeight] = [means, weights].map(({ shape, device }) => zeros(shape, { device }));
  const known = { means, variances, direct };
  if (!training) return { ...known, ofMean: none, ofVariance: none, ofWeight: noWeight };
  const [A, B, n] = [part(sums, 0), part(sums, 1), part(sums, 2)];
  const count = maximum(n, 1e-12);
  const ofMean = neg(div(mul(scaled, A), count));
  const ofVariance = div(mul(mul(scaled, r), mul(B, -0.5)), count);
  if (!fisher) return { ...known, ofMean, ofVariance, ofWeight: noWeight };
  // λ = max(n/M, floor) / Σ_j max(n_j/M, floor)
  const byWeight = mul(weight, B);
  const each = div(mul(T === 1 ? sum(byWeight, 1, { keepDims: true }) : byWeight, -0.5), lambda);
  const shares = mul(T === 1 ? slice(n, 1, 0, 1) : n, 1 / (N * S));
  const total = mul(sum(maximum(shares, minWeight), ...overK), N * S);
  const ofShare = div(sub(each, sum(mul(each, weights), ...overK)), total);
  return { ...known, ofMean, ofVariance, ofWeight: where(gt(shares, minWeight), ofShare, 0) };
}

/** One posterior a pixel: sums over channels are products of matrices, [K, C] with [N, C, S]. */
function ofPixels({ x, g, tau, source, added }: Known, slopes: Slopes): Tensor {
  const { variances, direct, ofMean, ofVariance, ofWeight } = slopes;
  // about a point between the means, so that squares lose no digits
  const C = variances.shape[1];
  const middle = mul(sum(slopes.means, ...overK), 1 / variances.shape[0]);
  const about = sub(x, reshape(middle, [C, 1]));
  const means = sub(slopes.means, middle);
  const linear = sub(ofMean, mul(mul(ofVariance, means), 2));
  const rest = sub(mul(ofVariance, sub(mul(means, means), variances)), mul(ofMean, means));
  const constant = add(sum(rest, 1, { keepDims: true }), ofWeight);
  const h = [
    matmul(direct, mul(g, about)),
    neg(matmul(mul(direct, means), g)),
    matmul(linear, about),
    matmul(ofVariance, mul(about, about)),
    constant,
  ].reduce((a, b) => add(a, b));
  const [K, N, , S] = tau.shape;
  const t = permute(reshape(tau, [K, N, S]), [1, 0, 2]);
  const th = mul(t, h);
  const dl = sub(th, mul(t, sum(th, 1, { keepDims: true })));
  const precisions = div(1, add(part(source.moments, 1), added));
  const centres = mul(sub(part(source.moments, 0), middle), precisions);
  return sub(matmul(permute(centres, [1, 0]), dl), mul(about, matmul(permute(precisions, [1, 0]), dl)));
}

/** A posterior for each channel of a pixel. */
function ofChannels({ x, g, tau, source, added }: Known, slopes: Slopes): Tensor {
  const [K, C] = slopes.means.shape;
  const lined = (t: Tensor) => reshape(t, [K, 1, C, 1]);
  const [means, variances, direct] = [slopes.means, slopes.variances, slopes.direct].map(lined);
  const d = sub(x, means);
  const byMean = mul(add(mul(direct, g), lined(slopes.ofMean)), d);
  const byVariance = mul(lined(slopes.ofVariance), sub(mul(d, d), variances));
  const h = add(add(byMean, byVariance), lined(slopes.ofWeight));
  const dl = mul(tau, sub(h, sum(mul(tau, h), ...overK)));
  const [centres, spreads] = [part(source.moments, 0), add(part(source.moments, 1), added)].map(lined);
  return neg(sum(div(mul(dl, sub(x, centres)), spreads), 0));
}
