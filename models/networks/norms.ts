// The norm of a network: its settings, their checks, and the factory that puts a norm at each of its places.
import {
  BatchNorm2d,
  type Device,
  MIXTURE_DEFAULTS,
  MixtureNorm2d,
  type MixtureNormLayerOptions,
  Module,
  OptionError,
  type Random,
  type Tensor,
} from '../../lib/index.js';

/** Leaves its input as it is: what stands at a place without a norm. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** A norm of [N, features, H, W] by name. The options are those of mixture normalization. */
const makers = {
  bn: (features, { device }) => new BatchNorm2d(features, { device }),
  mn: (features, options) => new MixtureNorm2d(features, options),
  none: () => new Identity(),
} satisfies Record<string, (features: number, options: MixtureNormLayerOptions) => Module>;

export type NormName = keyof typeof makers;

/** Batch normalization, mixture normalization, and nothing in its place. */
export const normNames = Object.keys(makers) as NormName[];

type MixtureSettings = Pick<
  MixtureNormLayerOptions,
  'components' | 'iterations' | 'posterior' | 'gradient' | 'scale'
>;

/** Which norm a network has, and where. The mixture's settings are those of the layer, with its defaults. */
export interface NormSettings extends MixtureSettings {
  norm: NormName;
  /**
   * The only places of mixture normalization, the others having BN; null stands for all.
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

/** A network as far as its norms go: its class, such as CifarCnn, is one. */
export interface Placed {
  readonly name: string;
  /** Where it asks for a norm, in order, and how many pixels an image has there. */
  readonly places: Readonly<Record<string, number>>;
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
  const { norm, normAt, components, iterations, posterior, gradient, scale } = settings;
  const mixture = { components, iterations, posterior, gradient, scale, device };
  return (features, place) => {
    if (!Object.hasOwn(network.places, place)) {
      throw new OptionError(`${network.name}: place is '${place}', expected one of ${placesOf(network)}`);
    }
    const make = makers[normAt && !normAt.includes(place) ? 'bn' : norm];
    return make(features, {
      ...mixture,
      log: log && ((message) => log(`after ${place}: ${message}`)),
      random: random.fork(`mixture of ${place}`),
    });
  };
}

/** The names of a network's places. */
export function placesOf({ places }: Pick<Placed, 'places'>): string {
  return Object.keys(places).join(', ');
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
 * What is wrong with the settings: an unknown norm, places without mixture normalization, a place that the network
 * does not have, one listed twice, or more components than their smallest weight allows. Null where nothing is.
 */
export function findFault({ norm, normAt, components }: NormSettings, network: Placed): Fault | null {
  if (!normNames.includes(norm))
    return { setting: 'norm', words: `is '${norm}', expected one of ${normNames.join(', ')}` };
  const { minWeight } = MIXTURE_DEFAULTS;
  if (components !== undefined && components * minWeight >= 1) {
    const words = `is ${components}, expected fewer than ${1 / minWeight}, for each has a weight of at least ${minWeight}`;
    return { setting: 'components', words };
  }
  if (!normAt) return null;
  if (norm !== 'mn') return { setting: 'norm', words: `is '${norm}', expected mn where normAt is given` };
  return findWrongPlace(normAt, network);
}

function findWrongPlace(normAt: readonly string[], network: Placed): Fault | null {
  const expected = `expected some of ${placesOf(network)}`;
  if (normAt.length === 0) return { setting: 'normAt', words: `is empty, ${expected}` };
  for (const [i, place] of normAt.entries()) {
    if (!Object.hasOwn(network.places, place))
      return { setting: 'normAt', words: `has '${place}', ${expected}` };
    if (normAt.indexOf(place) < i)
      return { setting: 'normAt', words: `has '${place}' twice, expected each place once` };
  }
  return null;
}
