// Everything that decides a training run: what config.json records and the flags set.
import type { ModelName } from '../networks/index.js';
import type { NormSettings } from '../networks/norms.js';
import type { DataSettings } from '../run/data.js';
import type { DeviceSettings } from '../run/device.js';
import type { OptimizerSettings, ScheduleSettings } from './optimizers.js';

/** The settings of a run. Where null stands, there is no limit or no exception. */
export interface Settings
  extends DataSettings,
    DeviceSettings,
    Required<NormSettings>,
    OptimizerSettings,
    ScheduleSettings {
  model: ModelName;
  /** Channels of the network's first layer; null stands for its own default. */
  width: number | null;
  epochs: number;
  /** Updates in all, instead of epochs. */
  steps: number | null;
  batchSize: number;
  /** The norm that gradients are scaled down to. */
  clipNorm: number | null;
  /** Equal parts of a batch that go forward and backward one after the other. */
  accumulate: number;
  augment: boolean;
  seed: number;
  /** Epochs between evaluations. */
  evalEvery: number;
  /** Steps between evaluations, instead of epochs. */
  evalEverySteps: number | null;
  /** Training batches behind the precise statistics of an evaluation. */
  preciseBatches: number | null;
  /** Steps between measurements of the normalization layers, beside those at evaluations. */
  watchEvery: number | null;
  /** Steps between measurements of the loss along an update. */
  descentEvery: number | null;
  /** Steps between checkpoints, beside those at evaluations. */
  saveEvery: number | null;
  /** The run folder; null names one by time, norm and seed. */
  out: string | null;
}
