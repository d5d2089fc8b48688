// Where a mixture starts: k-means++ on a sample of pixels, drawn without leaving the device.
// Arthur & Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007.

import * as k from '../../../kernels/normalization.js';
import type { Random } from '../../random.js';
import { numel, type Shape } from '../../shape.js';
import { run } from '../../tape/run.js';
import { noGrad } from '../../tape/scope.js';
import { full, tensor } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { expand, sum } from '../broadcast.js';
import { add, log, mul, relu, sub } from '../elementwise.js';
import { argMax, gather } from '../indexing.js';
import { stack } from '../joining.js';
import { reshape } from '../movement.js';
import { channelRows } from '../normalization.js';
import { stridedCopy } from '../strided-copy.js';
import { entry } from './em.js';
import type { Mixture, Posterior } from './mixture.js';

/** About as many pixels as take part in the seeding. */
const MAX_SAMPLES = 4096;

/** An evenly spaced sample of x's pixels, [M, C]; outside the tape. */
function samplePixels(x: Tensor): Tensor {
  const [N, C, S] = channelRows(x).shape;
  const skip = Math.min(S, Math.max(1, Math.ceil((N * S) / MAX_SAMPLES)));
  const count = Math.ceil(S / skip);
  return reshape(stridedCopy('seedMixture', x, [N, count, C], [C * S, skip, S]), [N * count, C]);
}

/**
 * A first mixture for x [N, C, …]: K pixels far from one another as means (k-means++), the overall variance of
 * each channel plus regCovar, equal weights. A pixel is drawn with probability proportional to its squared distance d² by
 * taking the largest log d² + Gumbel noise. With 'channel', each channel draws for itself.
 */
export function seedMixture(
  x: Tensor,
  { components, posterior, regCovar }: { components: number; posterior: Posterior; regCovar: number },
  random: Random,
): Mixture {
  return noGrad(() => {
    const pixels = samplePixels(x);
    const [M, C] = pixels.shape;
    const joint = posterior === 'joint';
    const means: Tensor[] = [];
    let nearest: Tensor | null = null;
    for (let k = 0; k < components; k++) {
      const before: Tensor | null = nearest;
      const noise = gumbel([M, joint ? 1 : C], random, pixels);
      const drawn: Drawn = noGrad(() => drawMean(pixels, before, noise, joint));
      means.push(drawn.mean);
      nearest = drawn.nearest;
      noise.dispose();
      before?.dispose();
    }
    const variance = add(entry(run(k.rowMoments, [channelRows(x)]), 1), regCovar);
    return {
      weights: full(joint ? [components] : [components, C], 1 / components, { device: x.device }),
      means: stack(means),
      variances: expand(reshape(variance, [1, C]), [components, C]),
    };
  });
}

/** A mean, and each pixel's d² to the nearest mean so far, that one included. */
interface Drawn {
  mean: Tensor;
  nearest: Tensor;
}

/** Draws a pixel far from the means before it. */
function drawMean(pixels: Tensor, nearest: Tensor | null, noise: Tensor, joint: boolean): Drawn {
  const C = pixels.shape[1];
  const score = nearest ? add(log(add(nearest, 1e-30)), noise) : noise;
  const mean = gather(pixels, 0, expand(argMax(score, 0, { keepDims: true }), [1, C]));
  const d = sub(pixels, mean);
  const distance = joint ? sum(mul(d, d), 1, { keepDims: true }) : mul(d, d);
  // min(a, b) = a − max(a − b, 0)
  return {
    mean: reshape(mean, [C]),
    nearest: nearest ? sub(nearest, relu(sub(nearest, distance))) : distance,
  };
}

/** −log(−log u), u uniform in (0, 1). */
function gumbel(shape: Shape, random: Random, like: Tensor): Tensor {
  const draw = () => -Math.log(-Math.log(1e-12 + (1 - 2e-12) * random.uniform()));
  return tensor(Float64Array.from({ length: numel(shape) }, draw), { shape, device: like.device });
}
