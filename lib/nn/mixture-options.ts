// The options of the mixture normalization layers.
import { MIXTURE_DEFAULTS, type MixtureNormOptions, mixtureSchema } from '../ops/mixture/norm.js';
import { callback, flag, integer, number } from '../options.js';
import type { Random } from '../random.js';
import { type NormLayerOptions, normSchema } from './norm-layer.js';
import { type LayerOptions, placement } from './parameters.js';

/** What the layers pass on to mixtureNorm. */
type Passed = 'iterations' | 'posterior' | 'gradient' | 'scale' | 'eps' | 'regCovar' | 'minWeight';

/** Options of the mixture normalization layers. */
export interface MixtureNormLayerOptions
  extends NormLayerOptions,
    LayerOptions,
    Pick<MixtureNormOptions, Passed> {
  /** Number of components K. @default 3 */
  components?: number;
  /** EM rounds on the first batch. @default 10 */
  initIterations?: number;
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
  shuffle: flag(false),
  log: callback<(message: string) => void>(null),
};
