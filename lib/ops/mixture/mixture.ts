// What a mixture is, and what must hold of one that is given: its shapes and, where they can be read, its values.
import { OptionError, ShapeError } from '../../errors.js';
import { checkRank, describe, type Range, within, words } from '../../options.js';
import { format, type Shape, sameShape } from '../../shape.js';
import { checkTensors, commonDevice } from '../../tape/run.js';
import { Tensor } from '../../tensor/tensor.js';
import { checkNormInput } from '../normalization.js';

/** Whether a pixel has one posterior over its whole channel vector, or one for each channel. */
export type Posterior = 'joint' | 'channel';

/** A diagonal Gaussian mixture: weights [K] (joint) or [K, C] (channel), means and variances [K, C]. */
export interface Mixture {
  weights: Tensor;
  means: Tensor;
  variances: Tensor;
}

/** Throws unless x is [N, C, …] and init is a mixture of its channels that minWeight leaves room for. */
export function checkEm(
  op: string,
  x: Tensor,
  init: Mixture | null,
  posterior: Posterior,
  minWeight: number,
): asserts init is Mixture {
  checkNormInput(op, x, {});
  if (typeof init !== 'object' || init === null || init instanceof Tensor) {
    throw new OptionError(`${op}: init is ${describe(init)}, expected { weights, means, variances }`);
  }
  const { weights, means, variances } = init;
  checkTensors(op, { 'init.weights': weights, 'init.means': means, 'init.variances': variances });
  commonDevice(op, [x, weights, means, variances]);
  checkRank(op, 'init.means', means, '[K, C]');
  const [K] = means.shape;
  const C = x.shape[1];
  const expected: Record<keyof Mixture, Shape> = {
    weights: posterior === 'joint' ? [K] : [K, C],
    means: [K, C],
    variances: [K, C],
  };
  for (const key of ['weights', 'means', 'variances'] as const) {
    if (!sameShape(init[key].shape, expected[key])) {
      throw new ShapeError(
        `${op}: init.${key} has shape ${format(init[key].shape)}, expected ${format(expected[key])}`,
      );
    }
  }
  checkFloor(op, minWeight, K);
}

/** Throws unless a floor leaves room for the weights of K components. */
export function checkFloor(op: string, minWeight: number, K: number): void {
  if (minWeight * K < 1) return;
  throw new OptionError(`${op}: minWeight is ${minWeight}, expected a number of at least 0 and below 1/${K}`);
}

/** How far from 1 the weights may add up. */
const SLACK = 1e-4;

/**
 * Throws unless the means are finite, the variances in their range, and the weights add up to 1. Reads data: on an
 * asynchronous device nothing is checked.
 */
export function checkMixture(op: string, { weights, means, variances }: Mixture, variance: Range): void {
  if (!weights.device.sync) return;
  const [shares] = Object.entries({ weights, means, variances }).map(([name, t]) => {
    const range = { weights: { least: 0, most: 1 + SLACK }, means: {}, variances: variance }[name]!;
    const values = t.storage.peek();
    const at = values.findIndex((value) => !Number.isFinite(value) || !within(value, range));
    if (at < 0) return values;
    throw new OptionError(
      `${op}: init.${name} holds ${values[at]} at position ${at}, expected ${words('finite numbers', range)}`,
    );
  });
  const [K, T = 1] = weights.shape;
  for (let t = 0; t < T; t++) {
    let total = 0;
    for (let k = 0; k < K; k++) total += shares[k * T + t];
    if (Math.abs(total - 1) <= SLACK) continue;
    const which = weights.shape.length === 1 ? '' : ` of channel ${t}`;
    throw new OptionError(`${op}: init.weights${which} add up to ${total}, expected 1`);
  }
}
