// A run: all that takes part in it, and where it stands.
import { batchCount } from '../../datasets/batches.js';
import type { Dataset } from '../../datasets/dataset.js';
import type { RunData } from '../run/data.js';
import type { Progress } from '../run/progress.js';
import type { RunFolder } from '../run/run-folder.js';
import type { Settings } from './settings.js';
import type { Learner } from './update.js';

/** All that takes part in a run. */
export interface Run extends Learner {
  settings: Settings;
  data: RunData;
  /** Of the data and their order. */
  checksum: string;
  folder: RunFolder;
  progress: Progress;
  /** Updates so far. */
  step: number;
  /** Updates in all. */
  total: number;
  /** Updates in an epoch. */
  perEpoch: number;
  /** Seconds of training so far, those before it was resumed included. */
  elapsed(): number;
}

/** Number of updates in the run, and in each epoch. */
export function countSteps(settings: Settings, train: Dataset): { total: number; perEpoch: number } {
  const perEpoch = batchCount(train, ordering(settings));
  return { total: settings.steps ?? settings.epochs * perEpoch, perEpoch };
}

/** Images behind precise statistics where no number of batches is asked for; an epoch's at most. */
const PRECISE_IMAGES = 1024;

/** Number of batches behind precise statistics. */
export function countPrecise({ preciseBatches, batchSize }: Settings, perEpoch: number): number {
  return preciseBatches ?? Math.min(perEpoch, Math.ceil(PRECISE_IMAGES / batchSize));
}

/** How training images become batches. A last one smaller than the others is left out: its statistics would be poorer. */
export function ordering({ batchSize, augment, seed }: Settings) {
  return { batchSize, dropLast: true, shuffle: true, augment, seed: `${seed}/batches` };
}

/** Counts seconds, on from those before, to the millisecond. */
export function startClock(before: number): () => number {
  const start = performance.now();
  return () => Number((before + (performance.now() - start) / 1000).toFixed(3));
}
