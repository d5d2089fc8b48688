// The norm of a network: its settings, their checks, and the factory that puts a norm at each of its places.
import {
  BatchNorm2d,
  type Device,
  full,
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
import { GHOST_SIZE, type NormName, normNames } from './norm-names.js';
import { findWrongPlace, type Placed, placesOf, standsAt } from './places.js';

export { GHOST_SIZE, type NormName, normNames } from './norm-names.js';

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

interface MakerOptions extends MixtureNormLayerOptions {
  virtualBatchSize?: number;
  groups?: number | null;
}

/**
 * A norm of [N, features, H, W] by name. Layer normalization is over C, H and W with γ and β for each channel, as Wu & He
 * have it: a network is told no height and width.
 */
const makers = {
  bn: (features, { device }) => new BatchNorm2d(features, { device }),
  mn: (features, { virtualBatchSize: _, groups: __, ...options }) => new MixtureNorm2d(features, options),
  ghost: (features, { device, groups, virtualBatchSize = GHOST_SIZE }) =>
    new GhostBatchNorm2d(features, { device, ...(groups ? { groups } : { virtualBatchSize }) }),
  mode: (features, { components, random, device }) =>
    new ModeNorm2d(features, { components, random, device }),
  layer: (features, { device }) => new GroupNorm(1, features, { device }),
  group: (features, { device }) => new GroupNorm(groupsOf(features), features, { device }),
  instance: (features, { device }) => new InstanceNorm2d(features, { affine: true, device }),
  none: () => new Identity(),
} satisfies Record<NormName, (features: number, options: MakerOptions) => Module>;

/** The norms that a setting decides something for. */
export const settingNorms = {
  normAt: normNames.filter((norm) => norm !== 'none'),
  normGamma: normNames.filter((norm) => norm !== 'none'),
  components: ['mn', 'mode'],
  iterations: ['mn'],
  posterior: ['mn'],
  gradient: ['mn'],
  scale: ['mn'],
  seeding: ['mn'],
  shufflePosteriors: ['mn'],
  virtualBatchSize: ['ghost'],
  groups: ['ghost'],
} as const satisfies Record<Exclude<keyof NormSettings, 'norm'>, readonly NormName[]>;

/** The components that a norm has where nothing else is said. */
export const defaultComponents = (norm: NormName): number =>
  norm === 'mode' ? 2 : MIXTURE_DEFAULTS.components;

type MixtureSettings = Pick<
  MixtureNormLayerOptions,
  'components' | 'iterations' | 'seeding' | 'posterior' | 'gradient' | 'scale'
>;

/** Which norm a network has, and where. Settings are those of the layers, with their defaults. */
export interface NormSettings extends MixtureSettings {
  norm: NormName;
  /** Samples in a part of ghost batch normalization. @default 8 */
  virtualBatchSize?: number;
  /** Parts of a batch in ghost batch normalization, in place of virtualBatchSize. @default null */
  groups?: number | null;
  /** The option `shuffle` of mixture normalization. @default false */
  shufflePosteriors?: boolean;
  /**
   * The only places of the norm, or groups of them, the others having BN; null stands for all.
   * @default null
   */
  normAt?: readonly string[] | null;
  /** What γ of the norm is at first; that of the BN at other places is 1. @default 1 */
  normGamma?: number;
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
  const { norm, normAt, normGamma, shufflePosteriors: shuffle, virtualBatchSize, groups } = settings;
  const { components, iterations, seeding, posterior, gradient, scale } = settings;
  const mixture = {
    components,
    iterations,
    seeding,
    posterior,
    gradient,
    scale,
    shuffle,
    virtualBatchSize,
    groups,
    device,
  };
  return (features, place) => {
    if (!Object.hasOwn(network.places, place)) {
      throw new OptionError(`${network.name}: place is '${place}', expected one of ${placesOf(network)}`);
    }
    const studied = standsAt(place, normAt);
    const made: Module = makers[studied ? norm : 'bn'](features, {
      ...mixture,
      log: log && ((message) => log(`after ${place}: ${message}`)),
      random: random.fork(`mixture of ${place}`),
    });
    if (studied && normGamma !== undefined) setGamma(made, normGamma);
    return made;
  };
}

/** Sets every entry of γ, where there is one. */
function setGamma(norm: Module & { weight?: Tensor | null }, gamma: number): void {
  const { weight } = norm;
  if (!weight) return;
  const values = full(weight.shape, gamma, { device: weight.device });
  weight.assign(values);
  values.dispose();
}

/** A setting that cannot be, and what is wrong with it. */
export interface Fault {
  setting: keyof NormSettings;
  words: string;
  /** It is not wrong, but decides nothing. */
  idle?: true;
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
 * What is wrong with the settings: an unknown norm, places that decide nothing, a place that the network
 * does not have, one listed twice, too many components, or options of a mixture that do not go together. Null where nothing is.
 */
export function findFault(settings: NormSettings, network: Placed): Fault | null {
  const { norm, normAt, normGamma = 1 } = settings;
  if (!normNames.includes(norm))
    return { setting: 'norm', words: `is '${norm}', expected one of ${normNames.join(', ')}` };
  const wrong = norm === 'mn' ? findWrongMixture(settings) : null;
  if (wrong || !normAt) return wrong;
  if (norm === 'none') return { setting: 'normAt', words: 'decides nothing where there is no normalization' };
  if (norm === 'bn' && normGamma === 1) {
    const words = 'decides nothing: BN stands at the other places too, with the same γ';
    return { setting: 'normAt', words, idle: true };
  }
  const words = findWrongPlace(normAt, network);
  return words === null ? null : { setting: 'normAt', words };
}

/** As many components as k-means++ on every batch may have; the layer refuses more. */
const MOST_MATCHED = 6;

function findWrongMixture({
  components = 1,
  seeding,
  gradient,
  shufflePosteriors,
}: NormSettings): Fault | null {
  const { minWeight } = MIXTURE_DEFAULTS;
  if (components * minWeight >= 1) {
    const words = `is ${components}, expected fewer than ${1 / minWeight}, for each has a weight of at least ${minWeight}`;
    return { setting: 'components', words };
  }
  if (seeding === 'kmeans' && components > MOST_MATCHED) {
    const words = `is ${components}, expected at most ${MOST_MATCHED} where means are drawn on every batch`;
    return { setting: 'components', words };
  }
  if (shufflePosteriors && gradient && gradient !== 'detached') {
    const words = `needs the gradient 'detached', this one is '${gradient}'`;
    return { setting: 'shufflePosteriors', words };
  }
  return null;
}
