// Where a mixture starts: k-means++ on a sample of pixels, drawn without leaving the device.
// Arthur & Vassilvitskii, "k-means++: The Advantages of Careful Seeding", SODA 2007.

import type { Random } from '../../random.js';
import { run, view } from '../../tape/op.js';
import { noGrad } from '../../tape/tape.js';
import { full, type Tensor, tensor } from '../../tensor/tensor.js';
import { add, log, mul, relu, sub } from '../elementwise.js';
import { expand, reshape } from '../movement.js';
import { channelRows } from '../normalization.js';
import { argMax, sum, take } from '../reduce.js';
import type { Mixture, Posterior } from './norm.js';

/** About as many pixels as take part in the seeding. */
const MAX_SAMPLES = 4096;

/** An evenly spaced sample of x's pixels, [M, C]; outside the tape. */
function samplePixels(x: Tensor): Tensor {
  const [N, C, S] = channelRows(x).shape;
  const skip = Math.min(S, Math.max(1, Math.ceil((N * S) / MAX_SAMPLES)));
  const count = Math.ceil(S / skip);
  const sizes = { n0: 1, n1: 1, n2: 1, n3: N, n4: count, n5: C };
  const steps = { s0: 0, s1: 0, s2: 0, s3: C * S, s4: skip, s5: S };
  return view(run('stridedCopy', [x], { ...sizes, ...steps, offset: 0 }), [N * count, C]);
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
      const noise = gumbel(joint ? [M] : [M, C], random, pixels);
      const places = argMax(nearest ? add(log(add(nearest, 1e-30)), noise) : noise, 0);
      const mean = take(pixels, expand(places, [C]), 0);
      const d = sub(pixels, mean);
      const distance = joint ? sum(mul(d, d), { axis: 1 }) : mul(d, d);
      // min(a, b) = a − max(a − b, 0)
      nearest = nearest ? sub(nearest, relu(sub(nearest, distance))) : distance;
      means.push(mean);
    }
    const variance = add(run('part', [run('channelMoments', [channelRows(x)])], { index: 1 }), regCovar);
    return {
      weights: full(joint ? [components] : [components, C], 1 / components, { device: x.device }),
      means: stackRows(means),
      variances: expand(reshape(variance, [1, C]), [components, C]),
    };
  });
}

/** −log(−log u), u uniform in (0, 1). */
function gumbel(shape: number[], random: Random, like: Tensor): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  const draw = () => -Math.log(-Math.log(1e-12 + (1 - 2e-12) * random.uniform()));
  return tensor(Float64Array.from({ length: size }, draw), { shape, device: like.device });
}

/** Rows [C] as [K, C]: row k lands in place by multiplying it with the k-th unit vector. */
function stackRows(rows: readonly Tensor[]): Tensor {
  return rows
    .map((row, k) => {
      const unit = rows.map((_, i) => Number(i === k));
      return mul(reshape(row, [1, -1]), tensor(unit, { shape: [rows.length, 1], device: row.device }));
    })
    .reduce((total, row) => add(total, row));
}
