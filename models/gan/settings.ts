// Everything that decides a run of a GAN: what config.json records and the flags set.
import type { NormSettings } from '../networks/norms.js';
import type { DataSettings } from '../run/data.js';
import type { DeviceSettings } from '../run/device.js';

/** The settings of a run. The norm is the generator's. */
export interface Settings extends DataSettings, DeviceSettings, Required<NormSettings> {
  /** Channels of the widest images in both networks. */
  width: number;
  /** Updates of each network. */
  steps: number;
  batchSize: number;
  lr: number;
  seed: number;
  /** The run folder of the classifier whose features distances are taken on; null takes none. */
  features: string | null;
  /** Steps between distances. */
  distanceEvery: number;
  /** Images of each set; null takes as many as there are, up to a limit. */
  distanceSamples: number | null;
  /** Steps between sample grids. */
  sampleEvery: number;
  /** Batches behind the precise statistics of an evaluation. */
  preciseBatches: number | null;
  saveEvery: number | null;
  /** The run folder; null names one by time, norm and seed. */
  out: string | null;
}
