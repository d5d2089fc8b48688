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
  checkParts(op, 'init', init, { x, posterior });
  checkFloor(op, minWeight, init.means.shape[0]);
}

/** Throws unless `given` is a mixture: of x's channels where there is x, of the posterior's shapes or else of either's. */
export function checkParts(
  op: string,
  name: string,
  given: Mixture | null,
  { x, posterior }: { x?: Tensor; posterior?: Posterior },
): asserts given is Mixture {
  if (typeof given !== 'object' || given === null || given instanceof Tensor) {
    throw new OptionError(`${op}: ${name} is ${describe(given)}, expected { weights, means, variances }`);
  }
  const { weights, means, variances } = given;
  const parts = { [`${name}.weights`]: weights, [`${name}.means`]: means, [`${name}.variances`]: variances };
  checkTensors(op, parts);
  commonDevice(op, [...(x ? [x] : []), weights, means, variances]);
  checkRank(op, `${name}.means`, means, '[K, C]');
  const [K, channels] = means.shape;
  const C = x ? x.shape[1] : channels;
  const joint = posterior ? posterior === 'joint' : weights.shape.length === 1;
  const expected: Shape[] = [joint ? [K] : [K, C], [K, C], [K, C]];
  for (const [i, [part, { shape }]] of Object.entries(parts).entries()) {
    if (sameShape(shape, expected[i])) continue;
    throw new ShapeError(`${op}: ${part} has shape ${format(shape)}, expected ${format(expected[i])}`);
  }
}

/** Throws unless a floor leaves room for the weights of K components. */
export function checkFloor(op: string, minWeight: number, K: number): void {
  if (minWeight * K < 1) return;
  throw new OptionError(`${op}: minWeight is ${minWeight}, expected a number of at least 0 and below 1/${K}`);
}

/** How far from 1 the weights may add up. */
const SLACK = 1e-4;

/** How the weights of a mixture are bounded. */
export const WEIGHTS: Range = { least: 0, most: 1 + SLACK };

/**
 * Throws unless the means are finite, variances and weights in their ranges, and the weights add up to 1. Reads data: on an
 * asynchronous device nothing is checked.
 */
export function checkMixture(
  op: string,
  { weights, means, variances }: Mixture,
  variance: Range,
  mixture = 'init',
  weight = WEIGHTS,
): void {
  if (!weights.device.sync) return;
  const [shares] = Object.entries({ weights, means, variances }).map(([name, t]) => {
    const range = { weights: weight, means: {}, variances: variance }[name]!;
    const values = t.storage.peek();
    const at = values.findIndex((value) => !Number.isFinite(value) || !within(value, range));
    if (at < 0) return values;
    throw new OptionError(
      `${op}: ${mixture}.${name} holds ${values[at]} at position ${at}, expected ${words('finite numbers', range)}`,
    );
  });
  const [K, T = 1] = weights.shape;
  for (let t = 0; t < T; t++) {
    let total = 0;
    for (let k = 0; k < K; k++) total += shares[k * T + t];
    if (Math.abs(total - 1) <= SLACK) continue;
    const which = weights.shape.length === 1 ? '' : ` of channel ${t}`;
    throw new OptionError(`${op}: ${mixture}.weights${which} add up to ${total}, expected 1`);
  }
}
