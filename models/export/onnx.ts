// The network of a run as an ONNX file.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../../datasets/files.js';
import { createRandom, DataError, exportOnnx, loadSafetensors, MixgradError } from '../../lib/index.js';
import { type ModelName, makeModel, modelNames, networks } from '../networks/index.js';
import type { NormSettings } from '../networks/norms.js';
import { UsageError } from '../run/program.js';
import { CONFIG, WEIGHTS } from '../run/run-folder.js';

/** What config.json says of the network. */
interface Config extends NormSettings {
  model: ModelName;
  classes: number;
  width: number | null;
}

/** The file of a run's network with its last weights. @throws UsageError, DataError where the folder lacks what it takes */
export async function networkOf(run: string): Promise<Uint8Array> {
  for (const name of [CONFIG, WEIGHTS]) {
    if (!existsSync(join(run, name))) throw new UsageError(`${run}: has no ${name}, which --to onnx takes`);
  }
  const { model, classes, width, ...norms } = readConfig(join(run, CONFIG));
  const network = blaming(join(run, CONFIG), () =>
    makeModel(model, norms, { classes, width: width ?? undefined, random: createRandom(0) }),
  );
  const weights = readBytes(join(run, WEIGHTS));
  blaming(join(run, WEIGHTS), () => network.loadStateDict(loadSafetensors(weights).state));
  return exportOnnx(network, { input: [1, ...networks[model].input] });
}

/** What is wrong with a file's content, as an error that names the file. */
function blaming<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof MixgradError
      ? new DataError(`${path}: ${error.message}`, { cause: error })
      : error;
  }
}

function readConfig(path: string): Config {
  const text = readBytes(path).toString('utf8');
  try {
    const config = JSON.parse(text);
    const { model, classes, width } = config;
    const sized = width === null || (Number.isSafeInteger(width) && width > 0);
    if (modelNames.includes(model) && Number.isSafeInteger(classes) && sized) return config;
  } catch {}
  throw new DataError(
    `${path}: is damaged, expected the settings of a run with its model, width and classes`,
  );
}
