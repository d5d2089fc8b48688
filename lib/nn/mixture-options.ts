// The options of the mixture normalization layers.
import { OptionError } from '../errors.js';
import { MOST_MATCHED } from '../ops/mixture/matching.js';
import { checkFloor } from '../ops/mixture/mixture.js';
import { MIXTURE_DEFAULTS, type MixtureNormOptions, mixtureSchema } from '../ops/mixture/norm.js';
import { callback, choice, flag, integer, number, type Read } from '../options.js';
import type { Random } from '../random.js';
import { type NormLayerOptions, normSchema } from './norm-layer.js';
import { type LayerOptions, placement } from './parameters.js';

/** What the layers pass on to mixtureNorm. */
type Passed = 'iterations' | 'posterior' | 'gradient' | 'scale' | 'eps' | 'regCovar' | 'minWeight';

/** Where EM starts on a batch. */
export type MixtureSeeding = 'warm' | 'kmeans';

/** Options of the mixture normalization layers. */
export interface MixtureNormLayerOptions
  extends NormLayerOptions,
    LayerOptions,
    Pick<MixtureNormOptions, Passed> {
  /** Number of components K. @default 3 */
  components?: number;
  /** EM rounds on the first batch, where seeding is 'warm'. @default 10 */
  initIterations?: number;
  /**
   * Where EM starts: 'warm' from the running mixture, 'kmeans' on every batch from means drawn by k-means++. Components are then
   * given the order in which they lie nearest to the running ones; there may be 6 of them. @default 'warm'
   */
  seeding?: MixtureSeeding;
  /** Share of the new batch in the running mixture. @default 0.1 */
  momentum?: number;
  /**
   * Draws the first means and re-seeds components that die. Its state is part of the layer's state dictionary.
   * @default a generator of the layer's own, whose seed defaultRandom() draws
   */
  random?: Random | null;
  /**
   * A control and no method: after EM each pixel is given the posteriors of another one at random, so that components keep
   * their sizes while the clustering is lost. Only with the gradient 'detached'. @default false
   */
  shuffle?: boolean;
  /** Told of every re-seeded component. @default console.warn */
  log?: ((message: string) => void) | null;
}

/** How they are read. */
export const mixtureNormSchema = {
  ...normSchema,
  random: placement.random,
  ...mixtureSchema,
  components: integer(MIXTURE_DEFAULTS.components, { least: 1 }),
  initIterations: integer(MIXTURE_DEFAULTS.initIterations, { least: 0 }),
  momentum: number(MIXTURE_DEFAULTS.momentum, { least: 0, most: 1 }),
  seeding: choice<MixtureSeeding>('warm', ['warm', 'kmeans']),
  shuffle: flag(false),
  log: callback<(message: string) => void>(null),
};

/** Throws unless a layer's options go together. */
export function checkMixtureOptions(
  name: string,
  { components, minWeight, gradient, shuffle, seeding }: Read<typeof mixtureNormSchema>,
): void {
  checkFloor(name, minWeight, components);
  if (seeding === 'kmeans' && components > MOST_MATCHED) {
    const words = `expected at most ${MOST_MATCHED} where seeding is 'kmeans'`;
    throw new OptionError(`${name}: components is ${components}, ${words}`);
  }
  if (shuffle && gradient !== 'detached')
    throw new OptionError(`${name}: shuffle is true, expected false where gradient is '${gradient}'`);
}
