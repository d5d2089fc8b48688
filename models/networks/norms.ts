// The norm of a network: its settings, their checks, and the factory that puts a norm at each of its places.
import {
  BatchNorm2d,
  type Device,
  GhostBatchNorm2d,
  GroupNorm,
  InstanceNorm2d,
  MIXTURE_DEFAULTS,
  MixtureNorm2d,
  type MixtureNormLayerOptions,
  ModeNorm2d,
  Module,
  OptionError,
  type Random,
  type Tensor,
} from '../../lib/index.js';
import { findWrongPlace, type Placed, placesOf, standsAt } from './places.js';

/** Leaves its input as it is: what stands at a place without a norm. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** The most groups of group normalization; Wu & He, arXiv 1803.08494. */
const GROUPS = 32;

/** As many groups of equal size as there can be. */
function groupsOf(features: number): number {
  let groups = Math.min(GROUPS, features);
  while (features % groups !== 0) groups--;
  return groups;
}

/** The samples in a part of a batch where nothing else is said. */
export const GHOST_SIZE = 8;

interface MakerOptions extends MixtureNormLayerOptions {
  virtualBatchSize?: number;
}

/**
 * A norm of [N, features, H, W] by name. Layer normalization is over C, H and W with γ and β for each channel, as Wu & He
 * have it: a network is told no height and width.
 */
const makers = {
  bn: (features, { device }) => new BatchNorm2d(features, { device }),
  mn: (features, { virtualBatchSize: _, ...options }) => new MixtureNorm2d(features, options),
  ghost: (features, { device, virtualBatchSize = GHOST_SIZE }) =>
    new GhostBatchNorm2d(features, { device, virtualBatchSize }),
  mode: (features, { components, random, device }) =>
    new ModeNorm2d(features, { components, random, device }),
  layer: (features, { device }) => new GroupNorm(1, features, { device }),
  group: (features, { device }) => new GroupNorm(groupsOf(features), features, { device }),
  instance: (features, { device }) => new InstanceNorm2d(features, { affine: true, device }),
  none: () => new Identity(),
} satisfies Record<string, (features: number, options: MakerOptions) => Module>;

export type NormName = keyof typeof makers;

/** Batch, mixture, ghost batch, mode, layer, group and instance normalization, and nothing in its place. */
export const normNames = Object.keys(makers) as NormName[];

/** The norms that a setting decides something for. */
export const settingNorms = {
  normAt: ['mn', 'mode'],
  components: ['mn', 'mode'],
  iterations: ['mn'],
  posterior: ['mn'],
  gradient: ['mn'],
  scale: ['mn'],
  virtualBatchSize: ['ghost'],
} as const satisfies Record<Exclude<keyof NormSettings, 'norm'>, readonly NormName[]>;

/** The components that a norm has where nothing else is said. */
export const defaultComponents = (norm: NormName): number =>
  norm === 'mode' ? 2 : MIXTURE_DEFAULTS.components;

type MixtureSettings = Pick<
  MixtureNormLayerOptions,
  'components' | 'iterations' | 'posterior' | 'gradient' | 'scale'
>;

/** Which norm a network has, and where. Settings are those of the layers, with their defaults. */
export interface NormSettings extends MixtureSettings {
  norm: NormName;
  /** Samples in a part of ghost batch normalization. @default 8 */
  virtualBatchSize?: number;
  /**
   * The only places, or groups of them, of mixture or mode normalization, the others having BN; null stands for all.
   * @default null
   */
  normAt?: readonly string[] | null;
}

/** What the norms of one network share. */
export interface NormContext {
  /** Seeds the mixtures, each by a fork of its own. */
  random: Random;
  device?: Device;
  /** Told of every re-seeded component. */
  log?: (message: string) => void;
}

/** Makes the norm of [N, features, H, W] at one of the network's places. */
export type NormFactory = (features: number, place: string) => Module;

/**
 * The factory that a network is given. The norms draw from forks named by place, so that where a norm stands
 * changes no other draw.
 * @throws OptionError by {@link checkNorms}; the factory where it is asked for a place the network does not list
 */
export function normFactory(
  settings: NormSettings,
  network: Placed,
  { random, device, log }: NormContext,
): NormFactory {
  checkNorms(settings, network);
  const { norm, normAt, components, iterations, posterior, gradient, scale, virtualBatchSize } = settings;
  const mixture = { components, iterations, posterior, gradient, scale, virtualBatchSize, device };
  return (features, place) => {
    if (!Object.hasOwn(network.places, place)) {
      throw new OptionError(`${network.name}: place is '${place}', expected one of ${placesOf(network)}`);
    }
    const make = makers[standsAt(place, normAt) ? norm : 'bn'];
    return make(features, {
      ...mixture,
      log: log && ((message) => log(`after ${place}: ${message}`)),
      random: random.fork(`mixture of ${place}`),
    });
  };
}

/** A setting that cannot be, and what is wrong with it. */
export interface Fault {
  setting: keyof NormSettings;
  words: string;
}

/**
 * Checks the settings against the network's places.
 * @throws OptionError with what {@link findFault} finds
 */
export function checkNorms(settings: NormSettings, network: Placed): void {
  const fault = findFault(settings, network);
  if (fault) throw new OptionError(`${network.name}: ${fault.setting} ${fault.words}`);
}

/**
 * What is wrong with the settings: an unknown norm, places for a norm that has none, a place that the network
 * does not have, one listed twice, or more components than their smallest weight allows. Null where nothing is.
 */
export function findFault({ norm, normAt, components }: NormSettings, network: Placed): Fault | null {
  if (!normNames.includes(norm))
    return { setting: 'norm', words: `is '${norm}', expected one of ${normNames.join(', ')}` };
  const { minWeight } = MIXTURE_DEFAULTS;
  if (norm === 'mn' && components !== undefined && components * minWeight >= 1) {
    const words = `is ${components}, expected fewer than ${1 / minWeight}, for each has a weight of at least ${minWeight}`;
    return { setting: 'components', words };
  }
  if (!normAt) return null;
  const { normAt: placed } = settingNorms;
  if (!placed.some((name) => name === norm))
    return { setting: 'norm', words: `is '${norm}', expected ${placed.join(' or ')} where normAt is given` };
  const words = findWrongPlace(normAt, network);
  return words === null ? null : { setting: 'normAt', words };
}
