// The weight gradient of a direct convolution in two phases: sums over a few images each, then the sum of those.
import type { Engine } from '../threads/pool.js';
import { type ArrayAt, chunkOf, longest } from './divide.js';
import { type Phased, rangedCall } from './phases.js';

/** The most floats of all partial sums, 8 MiB: larger filters are divided by their taps, and each job packs all of g. */
const MOST_SUMS = 2 ** 21;

/** The phases of conv2dGradWeight; null for other kernels, and where one job or a division by taps is better. */
export function weightsByImages(
  engine: Engine,
  name: string,
  sizes: readonly number[],
  arrays: readonly ArrayAt[],
): Phased | null {
  if (name !== 'conv2dGradWeight') return null;
  const [images, channels, , , outputs, kh, kw] = sizes;
  const groups = sizes[sizes.length - 1];
  const length = (outputs * channels * kh * kw) / groups;
  const chunk = chunkOf(images, longest(arrays));
  const parts = Math.ceil(images / chunk);
  if (parts === 1 || parts * length > MOST_SUMS) return null;
  const memory = {
    shared: 64 * Math.ceil((parts * length) / 16),
    own: engine.conv2dGradWeightScratch(...sizes) >>> 0,
  };
  return {
    memory,
    calls(out, [g, x], shared, own) {
      const scratch = { at: own, step: memory.own };
      const sums = rangedCall('conv2dGradWeightImages', [shared, g, x, ...sizes], images, parts, scratch);
      sums.step[0] = 4 * length;
      return [sums, rangedCall('sumParts', [out, shared, length, parts], length, parts, scratch)];
    },
  };
}
