// Which components of one mixture are which of another, where both were fitted from seeds of their own.
import { noGrad } from '../../tape/scope.js';
import { tensor } from '../../tensor/create.js';
import { expand, sum } from '../broadcast.js';
import { div, mul, neg, sub } from '../elementwise.js';
import { argMax, gather } from '../indexing.js';
import { matmul } from '../matmul.js';
import { reshape } from '../movement.js';
import type { Mixture } from './mixture.js';

/** As many components as can be matched: all their orders are compared. */
export const MOST_MATCHED = 6;

/**
 * The components of a mixture in the order, of all, in which their means lie nearest to those of another by
 * Σ_k Σ_c (m_kc − M_kc)² / v_c; with weights [K, C] each channel has an order of its own. Nothing is read back from the device.
 */
export function matchMixture(mixture: Mixture, other: Mixture, variances: Mixture['variances']): Mixture {
  return noGrad(() => {
    const { weights, means } = mixture;
    const [K, C] = means.shape;
    const T = weights.shape.length === 1 ? 1 : C;
    const d = sub(reshape(means, [K, 1, C]), reshape(other.means, [1, K, C]));
    const each = div(mul(d, d), reshape(variances, [K, 1, C]));
    const distances = reshape(T === 1 ? sum(each, 2) : each, [K * K, T]);
    const orders = ordersOf(K);
    const { device } = means;
    const totals = matmul(tensor(orders.map(chosen), { device }), distances);
    const best = reshape(argMax(neg(totals), 0), [1, T]);
    const byPlace = Array.from({ length: K }, (_, j) => orders.map((order) => order[j]));
    const index = gather(tensor(byPlace, { device }), 1, expand(best, [K, T]));
    const arranged = (values: Mixture['means']) => gather(values, 0, expand(index, [K, C]));
    return {
      weights: reshape(gather(reshape(weights, [K, T]), 0, index), weights.shape),
      means: arranged(means),
      variances: arranged(mixture.variances),
    };
  });
}

/** All orders of 0 … K − 1; at place j of one stands the component that becomes j. */
function ordersOf(K: number): number[][] {
  let orders: number[][] = [[]];
  for (let k = 0; k < K; k++) {
    orders = orders.flatMap((order) => Array.from({ length: k + 1 }, (_, at) => order.toSpliced(at, 0, k)));
  }
  return orders;
}

/** 1 at [k, j] where component k becomes j, flat. */
function chosen(order: readonly number[]): number[] {
  const picks = Array<number>(order.length ** 2).fill(0);
  for (const [j, k] of order.entries()) picks[k * order.length + j] = 1;
  return picks;
}
