// Everything that decides a run: what config.json records and the flags of the training program set.
import type { CifarName } from '../../datasets/cifar.js';
import type { Convolution, DeviceName, MixtureNormLayerOptions } from '../../lib/index.js';
import type { ModelName } from '../networks/index.js';
import type { NormName } from '../networks/norms.js';
import type { ScheduleName } from '../train/schedules.js';

/** The optimizers a run can use, with the learning rate each starts from unless told otherwise. */
export const optimizerRates = { sgd: 0.02, adamw: 0.001 } as const;
export type OptimizerName = keyof typeof optimizerRates;

type MixtureSettings = Required<
  Pick<MixtureNormLayerOptions, 'components' | 'iterations' | 'posterior' | 'gradient' | 'scale'>
>;

/** The settings of a run. Where null stands, there is no limit or no exception. */
export interface Settings extends MixtureSettings {
  /** 'synthetic', or the folder of the CIFAR files. */
  data: string;
  dataset: CifarName;
  model: ModelName;
  norm: NormName;
  /** The only convolutions followed by mixture normalization. */
  normAt: string[] | null;
  epochs: number;
  /** Updates in all, instead of epochs. */
  steps: number | null;
  batchSize: number;
  optimizer: OptimizerName;
  lr: number;
  /** Of SGD. */
  momentum: number;
  weightDecay: number;
  schedule: ScheduleName;
  augment: boolean;
  seed: number;
  device: DeviceName;
  /** Of the wasm device; null takes one for each core. */
  threads: number | null;
  /** How the wasm device convolves. */
  conv: Convolution;
  /** Epochs between evaluations. */
  evalEvery: number;
  limitTrain: number | null;
  limitTest: number | null;
  /** The run folder; null names one by time, norm and seed. */
  out: string | null;
}
