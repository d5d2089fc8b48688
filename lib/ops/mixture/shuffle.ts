// A control for mixture normalization: posteriors that other samples have, so that components keep their sizes and nothing else.
import { noGrad } from '../../tape/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { expand, sum } from '../broadcast.js';
import { add, mul, sub } from '../elementwise.js';
import { gather } from '../indexing.js';
import { permute, reshape } from '../movement.js';
import { channelRows } from '../normalization.js';
import { type Fit, type FitOptions, fitMixture, mStep, type PackedMixture } from './em.js';
import type { Mixture } from './mixture.js';

/** A fit whose posteriors changed places, and the mixture that EM found. */
export interface ShuffledFit extends Fit {
  found: PackedMixture;
}

/** Runs EM, then gives pixel i the posteriors of pixel order[i], and takes the statistics of those. Outside the tape. */
export function shuffledFit(x: Tensor, init: Mixture, em: FitOptions, order: Tensor): ShuffledFit {
  const { tau, source, added, ...found } = fitMixture(x, init, em);
  const [K, N, T, S] = tau.shape;
  const pixels = reshape(permute(tau, [0, 1, 3, 2]), [K, N * S, T]);
  const moved = gather(pixels, 1, expand(reshape(order, [1, N * S, 1]), [K, N * S, T]));
  const shuffled = permute(reshape(moved, [K, N, S, T]), [0, 1, 3, 2]);
  return { tau: shuffled, source, added, ...mStep(channelRows(x), shuffled, em.minWeight), found };
}

/**
 * What shuffled posteriors are on average: components of a mixture's weights that all have its overall mean and variance,
 * so that the posteriors of any pixel are λ.
 */
export function overallMixture({ weights, means, variances }: Mixture): Mixture {
  return noGrad(() => {
    const shares = weights.shape.length === 1 ? reshape(weights, [-1, 1]) : weights;
    const over = (values: Tensor) => expand(sum(mul(shares, values), 0, { keepDims: true }), means.shape);
    const mean = over(means);
    const d = sub(means, mean);
    return { weights: mul(weights, 1), means: mean, variances: over(add(variances, mul(d, d))) };
  });
}
