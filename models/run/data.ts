// The training and test images of a run.
import { type ChannelStatistics, channelStatistics } from '../../datasets/batches.js';
import { type CifarName, loadCifar } from '../../datasets/cifar.js';
import { type Dataset, limit, type Split } from '../../datasets/dataset.js';
import { synthetic } from '../../datasets/synthetic.js';
import { OptionError } from '../../lib/index.js';

/** The default of --limit-train for synthetic images: a run of a few minutes. */
export const SYNTHETIC_TRAIN = 2000;

/** Both parts of a data set, and what their pixels are standardized by. */
export interface RunData {
  train: Dataset;
  test: Dataset;
  statistics: ChannelStatistics;
}

/** What to learn from. */
export interface DataSettings {
  /** 'synthetic', or the folder of the CIFAR files. */
  data: string;
  dataset: CifarName;
  /** Images of each part; null takes all. */
  limitTrain: number | null;
  limitTest: number | null;
}

/** Loads or draws the data. @throws DataError naming a file that is missing or damaged. */
export function loadData(settings: DataSettings): RunData {
  const { data, dataset, limitTrain, limitTest } = settings;
  if (data === 'synthetic' && dataset !== 'cifar10') {
    throw new OptionError(`--dataset ${dataset} needs its files: --data DIR`);
  }
  const load = data === 'synthetic' ? drawSynthetic : loadSplit;
  const train = load(settings, 'train', limitTrain);
  return { train, test: load(settings, 'test', limitTest), statistics: channelStatistics(train) };
}

function drawSynthetic(_: DataSettings, split: Split, count: number | null): Dataset {
  return synthetic({ split, count: count ?? (split === 'train' ? SYNTHETIC_TRAIN : undefined) });
}

function loadSplit({ data, dataset }: DataSettings, split: Split, count: number | null): Dataset {
  const all = loadCifar(data, { dataset, split });
  return count === null ? all : limit(all, count);
}
