// Everything that decides a training run: what config.json records and the flags set.
import type { ModelName } from '../networks/index.js';
import type { NormSettings } from '../networks/norms.js';
import type { DataSettings } from '../run/data.js';
import type { DeviceSettings } from '../run/device.js';
import type { ScheduleName } from './schedules.js';

/** The optimizers a run can use, with the default learning rate of each. */
export const optimizerRates = { sgd: 0.02, adamw: 0.001 } as const;
export type OptimizerName = keyof typeof optimizerRates;

/** The settings of a run. Where null stands, there is no limit or no exception. */
export interface Settings extends DataSettings, DeviceSettings, Required<NormSettings> {
  model: ModelName;
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
  /** Epochs between evaluations. */
  evalEvery: number;
  /** Steps between evaluations, instead of epochs. */
  evalEverySteps: number | null;
  /** Steps between checkpoints, beside those at evaluations. */
  saveEvery: number | null;
  /** The run folder; null names one by time, norm and seed. */
  out: string | null;
}

/** The settings that a run may change where it is resumed: they decide no number. */
export const changeable: readonly string[] = ['threads', 'data', 'saveEvery', 'out'];
