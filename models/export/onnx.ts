// The network of a run as an ONNX file.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../../datasets/files.js';
import {
  createRandom,
  DataError,
  exportOnnx,
  loadSafetensors,
  MixgradError,
  type Module,
  type Shape,
} from '../../lib/index.js';
import { LATENT, makeDcgan } from '../networks/dcgan.js';
import { type ModelName, makeModel, modelNames, networks } from '../networks/index.js';
import type { NormSettings } from '../networks/norms.js';
import { UsageError } from '../run/errors.js';
import { CONFIG, WEIGHTS } from '../run/run-folder.js';

/** What config.json says of the network; a GAN's has no model and no classes. */
interface Config extends NormSettings {
  model: ModelName;
  classes: number;
  width: number | null;
}

interface Network {
  network: Module;
  input: Shape;
}

/** The file of a run's network with its last weights. @throws UsageError, DataError where the folder lacks what it takes */
export async function networkOf(run: string): Promise<Uint8Array> {
  for (const name of [CONFIG, WEIGHTS]) {
    if (!existsSync(join(run, name))) throw new UsageError(`${run}: has no ${name}, which --to onnx takes`);
  }
  const bytes = readBytes(join(run, WEIGHTS));
  const { state, metadata } = await blaming(join(run, WEIGHTS), () => loadSafetensors(bytes));
  const config = readConfig(join(run, CONFIG), metadata.model === 'dcgan');
  const make = metadata.model === 'dcgan' ? generatorOf : classifierOf;
  const { network, input } = await blaming(join(run, CONFIG), () => make(config));
  await blaming(join(run, WEIGHTS), () => network.loadStateDict(state));
  return exportOnnx(network, { input });
}

function classifierOf({ model, classes, width, ...norms }: Config): Network {
  const network = makeModel(model, norms, { classes, width: width ?? undefined, random: createRandom(0) });
  return { network, input: [1, ...networks[model].input] };
}

async function generatorOf({ width, ...norms }: Config): Promise<Network> {
  const { generator } = await makeDcgan(norms, { width: width!, random: createRandom(0) });
  return { network: generator, input: [1, LATENT, 1, 1] };
}

/** What is wrong with a file's content, as an error that names the file. */
async function blaming<T>(path: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof MixgradError
      ? new DataError(`${path}: ${error.message}`, { cause: error })
      : error;
  }
}

function readConfig(path: string, isGan: boolean): Config {
  const text = readBytes(path).toString('utf8');
  try {
    const config = JSON.parse(text);
    const { model, classes, width } = config;
    const sized = Number.isSafeInteger(width) && width > 0;
    const classifies = modelNames.includes(model) && Number.isSafeInteger(classes);
    if (isGan ? sized : classifies && (sized || width === null)) return config;
  } catch {}
  const what = isGan ? 'width' : 'model, width and classes';
  throw new DataError(`${path}: is damaged, expected the settings of a run with its ${what}`);
}
