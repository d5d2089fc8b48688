// The network of a run: built from its settings, and its weights as a file.
import { createRandom, type Module, saveSafetensors } from '../../lib/index.js';
import { type ModelName, makeModel } from '../networks/index.js';
import type { NormSettings } from '../networks/norms.js';

/** What decides a network. */
export interface NetworkSettings extends NormSettings {
  model: ModelName;
  /** Channels of the first layer; null stands for the network's own default. */
  width: number | null;
  seed: number;
}

/** Builds the network; `log` is told of its mixtures. @throws OptionError where the norms do not fit it */
export function makeNetwork(
  settings: NetworkSettings,
  classes: number,
  log: (line: string) => void = () => {},
): Module {
  const { model, seed, width } = settings;
  const random = createRandom(seed).fork('init');
  return makeModel(model, settings, { classes, width: width ?? undefined, random, log });
}

/** Weights and running statistics, named as PyTorch names them, as the bytes of a safetensors file. */
export async function saveNetwork(
  network: Module,
  { model, norm }: Pick<NetworkSettings, 'model' | 'norm'>,
): Promise<Uint8Array> {
  return saveSafetensors(await network.stateDict(), { framework: 'mixgrad', model, norm });
}
