// In which order the training images come, batch by batch, and how many updates that makes.
import { type Batch, batchCount, batches, type ChannelStatistics } from '../../datasets/batches.js';
import type { Dataset } from '../../datasets/dataset.js';

/** What decides the order. */
export interface OrderSettings {
  batchSize: number;
  /** @default false */
  augment?: boolean;
  seed: number;
}

/** Images behind precise statistics where no number of batches is asked for; an epoch's at most. */
export const PRECISE_IMAGES = 1024;

/** Number of training batches behind precise statistics. */
export function countPrecise(
  { preciseBatches, batchSize }: OrderSettings & { preciseBatches: number | null },
  perEpoch: number,
): number {
  return preciseBatches ?? Math.min(perEpoch, Math.ceil(PRECISE_IMAGES / batchSize));
}

/** How training images become batches. A last one smaller than the others is left out: its statistics would be poorer. */
export function ordering({ batchSize, augment = false, seed }: OrderSettings) {
  return { batchSize, dropLast: true, shuffle: true, augment, seed: `${seed}/batches` };
}

/** Number of updates in each epoch. */
export function updatesPerEpoch(settings: OrderSettings, train: Dataset): number {
  return batchCount(train, ordering(settings));
}

/** Where a run stands among its batches. */
interface Standing {
  settings: OrderSettings;
  data: { train: Dataset };
  /** Updates so far, in all, and in an epoch. */
  step: number;
  total: number;
  perEpoch: number;
}

/** An update that is to be made. */
export interface Update {
  batch: Batch;
  /** From 1, as epoch. */
  step: number;
  epoch: number;
}

/** The batches that are left of a run, epoch after epoch, standardized by these statistics. */
export function* updates(run: Standing, statistics: ChannelStatistics): Generator<Update, void> {
  const { settings, data, step: done, total, perEpoch } = run;
  const options = { ...ordering(settings), statistics };
  let step = done;
  while (step < total) {
    const epoch = Math.floor(step / perEpoch);
    for (const batch of batches(data.train, { ...options, epoch, skip: step % perEpoch })) {
      step++;
      yield { batch, step, epoch: epoch + 1 };
      if (step === total) return;
    }
  }
}
