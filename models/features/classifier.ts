// A classifier that mixgrad has trained, frozen, and the features that it has of images: what its last linear layer is given.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { batches, type ChannelStatistics } from '../../datasets/batches.js';
import type { Dataset } from '../../datasets/dataset.js';
import { readBytes } from '../../datasets/files.js';
import {
  createRandom,
  DataError,
  Linear,
  loadSafetensors,
  MixgradError,
  type Module,
  noGrad,
  type Tensor,
} from '../../lib/index.js';
import { type ModelName, makeModel, networks } from '../networks/index.js';
import { UsageError } from '../run/errors.js';
import { imagesOf, letSignalsIn } from '../run/evaluate.js';
import { checkFolder } from '../run/folders.js';
import { CONFIG, WEIGHTS } from '../run/run-folder.js';

/** Images that go through at once. */
const BATCH_SIZE = 64;

/** What config.json of a classifier's run has to say. */
interface ClassifierConfig {
  model: ModelName;
  norm: 'bn';
  dataset: string;
  classes: number;
  limitTrain: number | null;
  /** Null where it is the network's own. */
  width?: number | null;
}

/** A frozen classifier. */
export interface Classifier {
  network: Module;
  /** Numbers of an image. */
  dimension: number;
  /** SHA-256 of its weights.safetensors. */
  sha256: string;
  /** What it was trained on, as far as its run says. */
  dataset: string;
  limitTrain: number | null;
}

/** Features of images, row by row. */
export interface Features {
  /** [count, dimension] */
  values: Float64Array;
  count: number;
  dimension: number;
}

/**
 * Reads the classifier of a run of `mixgrad train`.
 * @throws UsageError where the folder holds none, or one without batch normalization; DataError where a file is damaged
 */
export function loadClassifier(run: string): Classifier {
  checkFolder(`--features ${run}`, run, CONFIG);
  checkFolder(`--features ${run}`, run, WEIGHTS);
  const config = readConfig(run);
  const path = join(run, WEIGHTS);
  const bytes = readBytes(path);
  const { model, classes, width } = config;
  const sizes = { classes, width: width ?? undefined };
  const network = makeModel(model, { norm: 'bn' }, { ...sizes, random: createRandom(0) });
  try {
    network.loadStateDict(loadSafetensors(bytes).state);
  } catch (error) {
    if (!(error instanceof MixgradError)) throw error;
    throw new DataError(`${path}: ${error.message}`, { cause: error });
  }
  for (const parameter of network.parameters()) parameter.requiresGrad = false;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { dataset, limitTrain } = config;
  return { network: network.eval(), dimension: lastLinear(network).inFeatures, sha256, dataset, limitTrain };
}

/** @throws UsageError unless the run is of a network with batch normalization, trained on 32×32 images */
function readConfig(run: string): ClassifierConfig {
  const path = join(run, CONFIG);
  let config: Partial<ClassifierConfig> | null = null;
  try {
    config = JSON.parse(readBytes(path).toString('utf8'));
  } catch (error) {
    if (error instanceof MixgradError) throw error;
  }
  const { model, norm, classes, dataset, limitTrain, width = null } = config ?? {};
  const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1;
  const counts = isCount(classes) && [limitTrain, width].every((value) => value === null || isCount(value));
  const has = counts && typeof dataset === 'string';
  if (!has || !Object.hasOwn(networks, model!))
    throw new DataError(`${path}: is not that of a classifier's run`);
  if (norm !== 'bn')
    throw new UsageError(
      `--features ${run}: the network has norm ${norm}, expected bn: its features are to be neutral`,
    );
  return config as ClassifierConfig;
}

/** What the features go into. @throws UsageError where there is no such layer */
function lastLinear(network: Module): Linear {
  const layer = network.namedModules().findLast(([, module]) => module instanceof Linear)?.[1];
  if (layer instanceof Linear) return layer;
  throw new UsageError('--features: the network has no linear layer, expected one at its end');
}

/**
 * The features of images, which are standardized by these statistics: those of what the classifier was trained on.
 * @throws what `stop` throws once it is aborted
 */
export async function featuresOf(
  { network, dimension }: Pick<Classifier, 'network' | 'dimension'>,
  images: Dataset,
  statistics: ChannelStatistics,
  stop?: AbortSignal,
): Promise<Features> {
  const count = images.length;
  const values = new Float64Array(count * dimension);
  let at = 0;
  let seen: Tensor | null = null;
  const end = lastLinear(network).registerForwardHook((_, [x]) => {
    seen = x;
    return undefined;
  });
  try {
    for (const batch of batches(images, { batchSize: BATCH_SIZE, statistics })) {
      await letSignalsIn(stop);
      const features = noGrad(() => {
        network.forward(imagesOf(batch));
        return seen!;
      });
      values.set(await features.data(), at);
      at += batch.size * dimension;
    }
  } finally {
    end();
  }
  return { values, count, dimension };
}
