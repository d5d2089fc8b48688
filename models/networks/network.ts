// What the networks have in common.
import type { Device, Module, Random } from '../../lib/index.js';
import type { NormFactory } from './norms.js';
import type { Placed } from './places.js';

/** What a network is built from. */
export interface NetworkOptions {
  classes: number;
  /** Makes the norm at each of the network's places. */
  norm: NormFactory;
  /** Draws the weights, each layer's from a fork of its own. */
  random: Random;
  device?: Device;
  /** Channels of the first layer, to which the others are in proportion; each network has its own default. */
  width?: number;
  /** The probability that dropout leaves a value out, in networks that have it; each has its own default. */
  dropout?: number;
}

/**
 * The class of a network, which tells the shape of an image and the places of its norms, with the pixels of an image there.
 */
export interface NetworkClass extends Placed {
  /** Channels, height and width. */
  readonly input: readonly [number, number, number];
  new (options: NetworkOptions): Module;
}
