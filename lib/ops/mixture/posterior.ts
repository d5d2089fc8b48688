// What the gradient of mixture normalization has beside the detached one: its way through the posteriors of the last E-step.
import * as k from '../../../kernels/mixture-norm.js';
import { run } from '../../tape/run.js';
import { noGrad } from '../../tape/scope.js';
import { ones, tensor, zeros } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sum } from '../broadcast.js';
import { gt, maximum, where } from '../compare.js';
import { add, div, mul, neg, sqrt, sub } from '../elementwise.js';
import { slice } from '../movement.js';
import { entry, type Fit } from './em.js';

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

/** The gradient of τ_ik: h_ik = Σ_c (direct g + ofMean + ofVariance d) d + constant, d = x_ic − μ_kc. */
interface Slopes {
  /** [K, C] */
  direct: Tensor;
  ofMean: Tensor;
  ofVariance: Tensor;
  /** [K, T] */
  constant: Tensor;
}

const overK = [0, { keepDims: true }] as const;

/** dx_ic = −Σ_k τ_ik (h_ik − Σ_j τ_ij h_ij) (x_ic − m_kc) / v_kc, h_ik being the gradient of τ_ik. */
export function throughPosteriors(known: Known): Tensor {
  return noGrad(() => {
    const { g, x, tau, moments, source, added } = known;
    const { direct, ofMean, ofVariance, constant } = slopes(known);
    const h = run(k.mixtureNormGradPosterior, [g, x, moments, direct, ofMean, ofVariance, constant]);
    const th = mul(tau, h);
    const dl = sub(th, mul(tau, sum(th, ...overK)));
    return pulled(x, dl, source.moments, added);
  });
}

/** −Σ_k dl_k (x − m_k) / v_k: the detached gradient where γ, B and n are 1, and g and A are 0. */
function pulled(x: Tensor, dl: Tensor, moments: Tensor, added: number): Tensor {
  const { device } = x;
  const [, K, C] = moments.shape;
  const sums = [0, 1, 1, 0].flatMap((value) => new Array<number>(K * C).fill(value));
  const [weights, weight] = [ones([K, dl.shape[2]], { device }), ones([C], { device })];
  const none = zeros(x.shape, { device });
  const inputs = [none, x, dl, weights, moments, weight, tensor(sums, { shape: [4, K, C], device })];
  return run(k.mixtureNormGradInput, inputs, { fisher: false, eps: added, training: true });
}

function slopes({ tau, weights, moments, weight, sums, fisher, eps, minWeight, training }: Known): Slopes {
  const [, N, T, S] = tau.shape;
  const variances = entry(moments, 1);
  const r = div(1, sqrt(add(variances, eps)));
  const scaled = mul(weight, r);
  const lambda = maximum(weights, 1e-30);
  const direct = fisher ? div(scaled, sqrt(lambda)) : scaled;
  if (!training) {
    const [none, constant] = [r, weights].map(({ shape, device }) => zeros(shape, { device }));
    return { direct, ofMean: none, ofVariance: none, constant };
  }
  const [A, B, n] = [0, 1, 2].map((i) => entry(sums, i));
  const count = maximum(n, 1e-12);
  const ofMean = neg(div(mul(scaled, A), count));
  const ofVariance = div(mul(mul(scaled, r), mul(B, -0.5)), count);
  /** Of each channel, or of all. */
  const each = (values: Tensor) => (T === 1 ? sum(values, 1, { keepDims: true }) : values);
  const constant = neg(each(mul(ofVariance, variances)));
  if (!fisher) return { direct, ofMean, ofVariance, constant };
  // λ = max(n/M, floor) / Σ_j max(n_j/M, floor)
  const byWeight = div(mul(each(mul(weight, B)), -0.5), lambda);
  const shares = mul(T === 1 ? slice(n, 1, 0, 1) : n, 1 / (N * S));
  const total = mul(sum(maximum(shares, minWeight), ...overK), N * S);
  const ofShare = div(sub(byWeight, sum(mul(byWeight, weights), ...overK)), total);
  const ofWeight = where(gt(shares, minWeight), ofShare, 0);
  return { direct, ofMean, ofVariance, constant: add(constant, ofWeight) };
}
