// The checkpoint of a run: what it was, where it stood, and every state that its next steps depend on.
import { createHash } from 'node:crypto';
import { drawEpoch } from '../../datasets/batches.js';
import {
  type CheckpointParts,
  defaultRandom,
  loadCheckpoint,
  MixgradError,
  saveCheckpoint,
} from '../../lib/index.js';
import type { DataSettings, RunData } from './data.js';
import { type OrderSettings, ordering } from './order.js';
import { CONFIG, type RunFolder } from './run-folder.js';
import { version } from './version.js';

/** The file's name. */
export const CHECKPOINT = 'checkpoint.safetensors';

/** The settings that a run may change where it is resumed: they decide no number. */
export const changeable: readonly string[] = ['threads', 'data', 'saveEvery', 'out', 'features'];

/** A run as far as its checkpoint goes. */
export interface Saved {
  settings: DataSettings;
  /** Of the data and their order. */
  checksum: string;
  folder: RunFolder;
  /** Updates so far. */
  step: number;
  /** Updates in all. */
  total: number;
  /** Updates in an epoch. */
  perEpoch: number;
  /** All whose state decides what the next steps compute, but the generator of the process. */
  parts: CheckpointParts;
  /** Seconds of training so far, those before it was resumed included. */
  elapsed(): number;
}

/** Where a run stood, and what it was a run of. */
export interface Position {
  /** Of mixgrad. */
  version: string;
  /** All that decide a number. */
  settings: Record<string, unknown>;
  /** Checksum of images, labels and their order. */
  data: string;
  /** Updates so far, and in all. */
  step: number;
  total: number;
  /** Epochs that are complete, and batches of the next that are done. */
  epoch: number;
  batch: number;
  /** Bytes of metrics.jsonl. */
  metrics: number;
  elapsed_s: number;
}

/** A checkpoint that was read. */
export interface Checkpoint {
  position: Position;
  bytes: Uint8Array;
}

/** Writes the run's checkpoint, after its metrics are on the disk; returns its path. @throws FileError */
export async function saveRun(run: Saved): Promise<string> {
  const { folder, settings, step, total, perEpoch } = run;
  const position: Position = {
    version: version(),
    settings: decisive(settings),
    data: run.checksum,
    step,
    total,
    epoch: Math.floor(step / perEpoch),
    batch: step % perEpoch,
    metrics: folder.recorded,
    elapsed_s: run.elapsed(),
  };
  folder.syncMetrics();
  return folder.write(CHECKPOINT, await saveCheckpoint(partsOf(run), { ...position }));
}

/**
 * Reads a folder's checkpoint and the metrics that belong to it; null where the run had not come to its first.
 * @throws UsageError where it is damaged, or of another version or run than config.json
 */
export async function readCheckpoint(folder: RunFolder, settings: object): Promise<Checkpoint | null> {
  const bytes = folder.read(CHECKPOINT);
  if (!bytes) return null;
  const position = (await load(folder, bytes, {})) as unknown as Position;
  if (position.version !== version()) {
    const words = `was saved by mixgrad ${position.version}, this is ${version()}: it would go on with other numbers`;
    throw folder.refusal(CHECKPOINT, words);
  }
  const ours = decisive(settings);
  for (const name of Object.keys(ours)) {
    const [there, here] = [position.settings, ours].map((all) => JSON.stringify(all[name]));
    if (there !== here)
      throw folder.refusal(CHECKPOINT, `is of a run with ${name} ${there}, ${CONFIG} of one with ${here}`);
  }
  folder.readMetrics(position.metrics);
  const last = folder.metrics.at(-1)?.step ?? 0;
  if (last !== position.step)
    throw folder.refusal(CHECKPOINT, `is of step ${position.step}, metrics.jsonl has step ${last} there`);
  return { position, bytes };
}

/** Puts a run where it was last saved; the lines of metrics that came after are cut off. */
export async function goBack(run: Saved, checkpoint: Checkpoint | null): Promise<void> {
  if (checkpoint) await restoreRun(run, checkpoint);
  run.folder.cutMetrics();
}

/**
 * Puts a run where its checkpoint was saved.
 * @throws UsageError where the data are others, or the states do not fit
 */
async function restoreRun(run: Saved, { position, bytes }: Checkpoint): Promise<void> {
  if (run.checksum !== position.data) {
    const words = `was saved with other images, labels or another order than ${run.settings.data ?? run.settings.dataset} gives`;
    throw run.folder.refusal(CHECKPOINT, words);
  }
  await load(run.folder, bytes, partsOf(run));
  run.step = position.step;
}

/** Counts seconds, on from those before, to the millisecond. */
export function startClock(before: number): () => number {
  const start = performance.now();
  return () => Number((before + (performance.now() - start) / 1000).toFixed(3));
}

/** A checksum of what is learned from, of what it is tested on, and of the order in the first epoch. */
export function checksumOf({ train, test }: RunData, settings: OrderSettings): string {
  const { order, crops } = drawEpoch(train.length, { ...ordering(settings), epoch: 0 });
  const hash = createHash('sha256')
    .update(order)
    .update(crops ?? '');
  for (const { images, labels } of [train, test]) hash.update(images).update(labels);
  return hash.digest('hex');
}

function partsOf({ parts }: Saved): CheckpointParts {
  return { ...parts, random: defaultRandom() };
}

/** The settings that decide a number. */
function decisive(settings: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !changeable.includes(name)));
}

async function load(folder: RunFolder, bytes: Uint8Array, parts: CheckpointParts) {
  try {
    return await loadCheckpoint(bytes, parts);
  } catch (error) {
    if (!(error instanceof MixgradError)) throw error;
    throw folder.refusal(CHECKPOINT, `cannot be taken over: ${error.message}`, error);
  }
}
