// The gradient through the last E-step in closed form, as docs/fisher.md has it, beside the tape's.
import t from 'tap';
import {
  emFit,
  type Mixture,
  mixtureNorm,
  mul,
  openDevice,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { leaf, normal, positive } from '../values.js';
import { fromParameters, parameters } from './cases.js';

const device = await openDevice('reference');

interface Case {
  K: number;
  shape: [N: number, C: number];
  posterior: 'joint' | 'channel';
  scale: 'fisher' | 'unit';
  eps: number;
  /** Below one of the weights and above another. */
  floor?: number;
}

/** dx, in operations on [K, N, C], of what the page names: τ, μ, σ², λ, g, γ, and the mixture m, v that τ is of. */
function closedForm(
  x: Tensor,
  g: Tensor,
  gamma: Tensor,
  { weights, means, variances }: Mixture,
  { K, shape, posterior, scale, eps, floor = 0 }: Case,
): Tensor {
  const [N, C] = shape;
  const column = (t: Tensor) => t.reshape([K, 1, -1]);
  const [m, v] = [column(means), column(variances)];
  const over = (t: Tensor) => (posterior === 'joint' ? t.sum(2, { keepDims: true }) : t);
  const total = (t: Tensor) => t.sum(1, { keepDims: true });
  // The forward pass.
  const each = x.sub(m).mul(x.sub(m)).div(v).add(v.log());
  const tau = column(weights).log().sub(over(each).mul(0.5)).softmax(0);
  const n = total(tau);
  const mu = total(tau.mul(x)).div(n);
  const d = x.sub(mu);
  const sigma2 = total(tau.mul(d).mul(d)).div(n);
  const r = sigma2.add(eps).pow(-0.5);
  const e = d.mul(r);
  const raised = n.div(N).maximum(floor);
  const U = raised.sum(0, { keepDims: true });
  const lambda = raised.div(U);
  const s = scale === 'fisher' ? lambda.pow(-0.5) : lambda.mul(0).add(1);
  const a = tau.mul(s);
  // As for the detached gradient.
  const G = g.mul(gamma);
  const A = total(a.mul(G));
  const B = total(a.mul(G).mul(e));
  const detached = r.mul(a.mul(G).sub(tau.mul(A.add(e.mul(B))).div(n)));
  // Through τ.
  const q = scale === 'fisher' ? over(B).div(lambda).mul(-0.5) : lambda.mul(0);
  const rho = n
    .div(N)
    .gt(floor)
    .mul(q.sub(q.mul(lambda).sum(0, { keepDims: true })))
    .div(U.mul(N));
  const width = e.mul(e).sub(sigma2.mul(r).mul(r)).mul(0.5);
  const h = over(
    s
      .mul(G)
      .mul(e)
      .sub(A.mul(e).add(B.mul(width)).div(n)),
  ).add(rho);
  const delta = tau.mul(h.sub(tau.mul(h).sum(0, { keepDims: true })));
  const through = delta.mul(x.sub(m)).div(v);
  return detached.sub(through).sum(0).reshape([N, C]);
}

const cases: Record<string, Case> = {
  'joint posteriors': { K: 3, shape: [9, 4], posterior: 'joint', scale: 'fisher', eps: 1e-2 },
  'a posterior for each channel': { K: 2, shape: [8, 3], posterior: 'channel', scale: 'fisher', eps: 1e-2 },
  'without the 1/√λ': { K: 3, shape: [9, 2], posterior: 'joint', scale: 'unit', eps: 1e-2 },
  'without the 1/√λ, for each channel': { K: 2, shape: [8, 2], posterior: 'channel', scale: 'unit', eps: 0 },
  'a floor that holds for some weights': {
    K: 3,
    shape: [9, 4],
    posterior: 'joint',
    scale: 'fisher',
    eps: 0,
    floor: 0.3,
  },
  'one component': { K: 1, shape: [6, 2], posterior: 'joint', scale: 'fisher', eps: 1e-2 },
};

for (const [title, entry] of Object.entries(cases)) {
  t.test(`${title}: the closed form is the tape's gradient through the last E-step`, async (t) => {
    const { K, shape, posterior, scale, eps, floor = 0 } = entry;
    const values = normal(shape, 'x').map((v, i) => v + (i % 3));
    const x = leaf(values, shape, device);
    const start = fromParameters(parameters(K, shape[1], posterior === 'channel', 'start', device));
    const { weights, means, variances } = emFit(x, { init: start, iterations: 3, posterior, regCovar: 1e-3 });
    const init = { weights, means, variances };
    const g = tensor(normal(shape, 'g'), { shape, device });
    const gamma = tensor(positive([shape[1]], 'γ'), { device });
    // EM's result is a constant, and from it only the last E-step is left.
    const options = { init, posterior, scale, eps, weight: gamma, iterations: 0, minWeight: floor };
    const { y } = mixtureNorm(x, { ...options, gradient: 'unrolled' });
    if (floor > 0) {
      const shares = await mixtureNorm(x, { ...options, minWeight: 0 }).weights.data();
      t.ok(shares.some((share) => share < floor) && shares.some((share) => share > floor), `${shares}`);
    }
    sum(mul(y, g)).backward();
    const expected = closedForm(x.detach(), g, gamma, init, entry);
    const got = await x.grad!.keep().data();
    const worst = worstDifference(await expected.data(), got, shape);
    t.ok(worst.error < 1e-10, 'dx', { worst });
    x.grad = null;
    sum(mul(mixtureNorm(x, { ...options, gradient: 'detached' }).y, g)).backward();
    const off = worstDifference(await x.grad!.data(), got, shape).error;
    t.ok(K === 1 ? off < 1e-12 : off > 0.01, 'the detached one is another, but for one component', { off });
  });
}
