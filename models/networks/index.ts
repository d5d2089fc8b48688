// The networks by name, as --model gives it.
import type { Module } from '../../lib/index.js';
import { CifarCnn, type CifarCnnOptions } from './cifar-cnn.js';

/** The networks there are. */
export const modelNames = ['cifar-cnn'] as const;
export type ModelName = (typeof modelNames)[number];

const makers: Record<ModelName, (options: CifarCnnOptions) => Module> = {
  'cifar-cnn': (options) => new CifarCnn(options),
};

/** Builds the named network. */
export function makeModel(name: ModelName, options: CifarCnnOptions): Module {
  return makers[name](options);
}
