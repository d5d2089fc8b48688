// What is measured of layers with components: how a batch is shared among them.
import {
  emFit,
  type Mixture,
  type MixtureNorm2d,
  type ModeNorm2d,
  noGrad,
  stack,
  type Tensor,
} from '../../lib/index.js';
import type { LayerNumbers } from '../run/metrics.js';

/** The numbers that only layers with components have. */
export type MixtureNumbers = Pick<LayerNumbers, 'weights' | 'entropy' | 'place' | 'dead' | 'logLikelihoods'>;

/** How a batch was shared among components. */
export interface Fit {
  tensors: {
    /** The mean of the posteriors over the samples, [K] or [K, C]. */
    shares: Tensor;
    /** The mean entropy of the posteriors. */
    entropy: Tensor;
    /** The mean of the posteriors over images at each place, [S·K] or [S·K·C]; none where an image is one sample. */
    places: Tensor | null;
    /** Of each round of EM; none where there is no EM. */
    logLikelihoods: Tensor | null;
  };
  components: number;
  /** The smallest weight that a component may have; null where there is none. */
  floor: number | null;
}

/** Where EM starts in a layer's next batch, which the layer itself will not know any more after it. */
export class MixtureStart {
  private constructor(
    private readonly layer: MixtureNorm2d,
    private mixture: Mixture | null,
  ) {}

  /** The layer's running mixture as it is; none before its first batch, which is seeded. */
  static async of(layer: MixtureNorm2d): Promise<MixtureStart> {
    const isFirst = (await layer.numBatchesTracked.item()) === 0;
    return new MixtureStart(layer, isFirst ? null : copyOf(layer.running));
  }

  /** EM on the layer's input, as in the layer; null for its first batch. Then the start is that of the next batch. */
  fit(x: Tensor): Fit | null {
    const { layer, mixture } = this;
    const fit = mixture && fitOf(layer, mixture, x);
    this.end();
    this.mixture = copyOf(layer.running);
    return fit;
  }

  /** Gives back what was held. */
  end(): void {
    for (const t of Object.values(this.mixture ?? {})) t.dispose();
    this.mixture = null;
  }
}

/** The values as they are now: a layer gives its buffers new ones. */
function copyOf({ weights, means, variances }: Mixture): Mixture {
  return { weights: weights.detach(), means: means.detach(), variances: variances.detach() };
}

function fitOf(layer: MixtureNorm2d, start: Mixture, x: Tensor): Fit {
  const { components, iterations, posterior, regCovar, minWeight } = layer;
  const tensors = noGrad(() => {
    const init = { ...start, variances: start.variances.add(regCovar) };
    const fit = emFit(x, { init, iterations, posterior, regCovar, minWeight });
    const places = fit.posteriors.reshape([x.shape[0], -1]).mean(0);
    return { ...sharesOf(fit.posteriors), places, logLikelihoods: stack(fit.logLikelihoods) };
  });
  return { tensors, components, floor: minWeight };
}

/** The gates of a batch of images as posteriors. */
export function gatesOf({ gateWeight, gateBias, components }: ModeNorm2d, x: Tensor): Fit {
  const tensors = noGrad(() => {
    const logits = x.mean([2, 3]).matmul(gateWeight.transpose(0, 1)).add(gateBias);
    return { ...sharesOf(logits.softmax(1)), places: null, logLikelihoods: null };
  });
  return { tensors, components, floor: null };
}

/** Of posteriors [M, K] or [M, K, C], which are 0 or at least 2⁻¹⁰⁰: means over the samples, and over channels as well. */
function sharesOf(posteriors: Tensor) {
  const K = posteriors.shape[1];
  // One component after the other, for the memory that the steps in between take.
  const information = Array.from({ length: K }, (_, k) =>
    noGrad(() => {
      const tau = posteriors.slice(1, k, k + 1);
      return tau.mul(tau.add(1e-30).log()).sum();
    }),
  );
  const entropy = stack(information)
    .sum()
    .mul(-K / posteriors.size);
  return { shares: posteriors.mean(0), entropy };
}

/** Reads a fit. */
export async function mixtureNumbers({ tensors, components: K, floor }: Fit): Promise<MixtureNumbers> {
  const shares = await tensors.shares.data();
  const T = shares.length / K;
  const columns = Array.from({ length: T }, (_, t) =>
    raised(
      Array.from({ length: K }, (_, k) => shares[k * T + t]),
      floor ?? 0,
    ),
  );
  const weights = Array.from({ length: K }, (_, k) => columns.reduce((sum, each) => sum + each[k], 0) / T);
  const numbers = { weights, entropy: await tensors.entropy.item() };
  if (floor === null) return numbers;
  const place = placeShare(await tensors.places!.data(), K, T);
  const dead = columns.flat().filter((weight) => weight <= floor).length / T;
  return { ...numbers, place, dead, logLikelihoods: [...(await tensors.logLikelihoods!.data())] };
}

/**
 * 1 − H(k | place) / H(k) of mean posteriors [S, K, T] at S places, the mean over T; 0 where one component has all. As few images as
 * one make it 1 where posteriors are hard: N images make it too large by about (K − 1) / (2 N H(k)).
 */
export function placeShare(at: ArrayLike<number>, K: number, T: number): number {
  const S = at.length / (K * T);
  let total = 0;
  for (let t = 0; t < T; t++) {
    const weights = new Array<number>(K).fill(0);
    let left = 0;
    for (let s = 0; s < S; s++) {
      const here = weights.map((_, k) => at[(s * K + k) * T + t]);
      for (const [k, tau] of here.entries()) weights[k] += tau / S;
      left += entropyOf(here) / S;
    }
    const whole = entropyOf(weights);
    total += whole > 0 ? Math.max(0, 1 - left / whole) : 0;
  }
  return total / T;
}

const entropyOf = (shares: readonly number[]): number =>
  shares.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);

/** Weights of at least `floor`, as EM has them. */
function raised(shares: readonly number[], floor: number): number[] {
  const least = shares.map((share) => Math.max(share, floor));
  const total = least.reduce((a, b) => a + b, 0);
  return least.map((share) => share / total);
}
