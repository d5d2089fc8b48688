// The networks by name, as --model gives it.
import type { Module } from '../../lib/index.js';
import { CifarCnn } from './cifar-cnn.js';
import { DenseNet40, DenseNet100, DenseNetBC100 } from './densenet.js';
import { InceptionV3 } from './inception-v3.js';
import { Mlp } from './mlp.js';
import { MnistCnn } from './mnist-cnn.js';
import type { NetworkClass, NetworkOptions } from './network.js';
import { type NormContext, type NormSettings, normFactory } from './norms.js';
import { ResNet20 } from './resnet.js';

/** The networks there are. */
export const networks = {
  'cifar-cnn': CifarCnn,
  'densenet-40': DenseNet40,
  'densenet-100': DenseNet100,
  'densenet-bc-100': DenseNetBC100,
  'inception-v3': InceptionV3,
  'resnet-20': ResNet20,
  mlp: Mlp,
  'mnist-cnn': MnistCnn,
} satisfies Record<string, NetworkClass>;
export type ModelName = keyof typeof networks;
export const modelNames = Object.keys(networks) as ModelName[];

/** The networks of images of this shape. */
export function modelsOf(shape: readonly number[]): ModelName[] {
  return modelNames.filter((name) => String(networks[name].input) === String(shape));
}

/** How to build a network beside its norms: the options that all have, and what hears of its mixtures. */
export type ModelOptions = Omit<NetworkOptions, 'norm'> & Pick<NormContext, 'log'>;

/** Builds the named network with these norms. @throws OptionError where the norms do not fit it */
export function makeModel(name: ModelName, norms: NormSettings, { log, ...options }: ModelOptions): Module {
  const Network: NetworkClass = networks[name];
  const { random, device } = options;
  return new Network({ ...options, norm: normFactory(norms, Network, { random, device, log }) });
}
