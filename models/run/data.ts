// The training and test images of a run.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ChannelStatistics, channelStatistics } from '../../datasets/batches.js';
import { loadCifar } from '../../datasets/cifar.js';
import { recognizeCifar } from '../../datasets/cifar-records.js';
import { type Dataset, limit, type Split } from '../../datasets/dataset.js';
import { synthetic } from '../../datasets/synthetic.js';
import { UsageError } from './errors.js';

/** The default of --limit-train for synthetic images: a run of a few minutes. */
export const SYNTHETIC_TRAIN = 2000;

export const datasetNames = ['synthetic', 'cifar10', 'cifar100', 'images'] as const;
export type DatasetName = (typeof datasetNames)[number];

/** Both parts of a data set, and what their pixels are standardized by. */
export interface RunData {
  train: Dataset;
  test: Dataset;
  statistics: ChannelStatistics;
}

/** What to learn from. */
export interface DataSettings {
  dataset: DatasetName;
  /** Its folder; null where it needs none. */
  data: string | null;
  /** Images of each part; null takes all. */
  limitTrain: number | null;
  limitTest: number | null;
}

/** Where a data set is looked for that is asked for by name alone. */
export function defaultFolder(dataset: DatasetName): string {
  return join('data', dataset);
}

/**
 * The data set and its folder that two flags name, of which each may be missing.
 * @throws UsageError where they do not go together, or nothing is there
 */
export function findData(
  data: string | null,
  dataset: DatasetName | null,
): Pick<DataSettings, 'data' | 'dataset'> {
  if (data === null) {
    if (dataset === null || dataset === 'synthetic') return { dataset: 'synthetic', data: null };
    const folder = defaultFolder(dataset);
    if (existsSync(folder)) return { dataset, data: folder };
    const advice = dataset === 'images' ? '' : `; 'mixgrad data ${dataset}' downloads it`;
    throw new UsageError(`--dataset ${dataset}: --data DIR names its folder, by default ${folder}${advice}`);
  }
  if (dataset === 'synthetic') throw new UsageError(`--data ${data}: synthetic images have no folder`);
  return { dataset: dataset ?? recognize(data), data };
}

/** What a folder holds, by its names: files of CIFAR-100 or CIFAR-10, or folders. */
function recognize(folder: string): DatasetName {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return 'cifar10';
  const entries = readdirSync(folder, { withFileTypes: true });
  const cifar = recognizeCifar(entries.map(({ name }) => name));
  if (cifar) return cifar;
  return entries.some((entry) => entry.isDirectory() && !entry.name.startsWith('.')) ? 'images' : 'cifar10';
}

/** Loads or draws the data. @throws DataError naming a file that is missing or damaged. */
export async function loadData(settings: DataSettings): Promise<RunData> {
  const train = await loadSplit(settings, 'train', settings.limitTrain);
  const test = await loadSplit(settings, 'test', settings.limitTest);
  return { train, test, statistics: channelStatistics(train) };
}

/** Loads or draws one part, or the first images of it. */
export async function loadSplit(
  settings: DataSettings,
  split: Split,
  count: number | null,
): Promise<Dataset> {
  const { data, dataset } = settings;
  if (dataset === 'synthetic') {
    return synthetic({ split, count: count ?? (split === 'train' ? SYNTHETIC_TRAIN : undefined) });
  }
  const all = dataset === 'images' ? await loadImages(data!, split) : loadCifar(data!, { dataset, split });
  return count === null ? all : limit(all, count);
}

/** The reader of PNG files is loaded by those who need it. */
async function loadImages(folder: string, split: Split): Promise<Dataset> {
  const { loadImageFolder } = await import('../../datasets/image-folder.js');
  return loadImageFolder(folder, { split });
}
