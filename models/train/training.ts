// The training loop: batches in, updates and evaluations out, all of it into the run folder.
import { type Batch, batchCount, batches } from '../../datasets/batches.js';
import type { Dataset } from '../../datasets/dataset.js';
import { saveSafetensors } from '../../lib/index.js';
import type { RunData } from '../run/data.js';
import { evaluate, letSignalsIn } from '../run/evaluate.js';
import type { Progress } from '../run/progress.js';
import type { RunFolder } from '../run/run-folder.js';
import type { Settings } from './settings.js';
import { DivergedError, type Learner, update } from './update.js';

/** All that takes part in a run. */
export interface Run extends Learner {
  settings: Settings;
  data: RunData;
  folder: RunFolder;
  progress: Progress;
}

/** Number of updates in the run. */
export function totalSteps(settings: Settings, train: Dataset): number {
  return settings.steps ?? settings.epochs * batchCount(train, batching(settings));
}

/**
 * Trains to the last step.
 * @throws DivergedError where the loss is not finite, before it reaches the weights; what `stop` throws once
 *   it is aborted
 */
export async function train(run: Run, stop: AbortSignal): Promise<void> {
  const { settings, data, folder, progress } = run;
  const total = totalSteps(settings, data.train);
  const start = performance.now();
  for (const { batch, step, epoch, evaluates } of updates(settings, data, total)) {
    await letSignalsIn(stop);
    const before = performance.now();
    const score = await update(run, batch, step);
    const now = performance.now();
    const images_per_s = Number(((1000 * batch.size) / (now - before)).toFixed(1));
    const elapsed_s = Number(((now - start) / 1000).toFixed(3));
    const metric = { kind: 'train', step, epoch, ...score, images_per_s, elapsed_s } as const;
    folder.record(metric);
    progress.trained(metric);
    if (evaluates) await assess(run, step, epoch, stop);
  }
}

/** Evaluates, records the result and saves the weights. */
async function assess(run: Run, step: number, epoch: number, stop: AbortSignal): Promise<void> {
  const { network, data, folder, progress } = run;
  const score = await evaluate(network, data.test, data.statistics, stop);
  if (!Number.isFinite(score.loss))
    throw new DivergedError(`the test loss is ${score.loss} after step ${step}; try a lower --lr`);
  const metric = { kind: 'eval', step, epoch, split: 'test', ...score } as const;
  folder.record(metric);
  progress.evaluated(metric);
  await saveWeights(run);
}

/** Writes weights and running statistics; returns the file's path. */
export async function saveWeights({ network, folder, settings }: Run): Promise<string> {
  const metadata = { framework: 'mixgrad', model: settings.model, norm: settings.norm };
  return folder.write('checkpoint.safetensors', saveSafetensors(await network.stateDict(), metadata));
}

interface Update {
  batch: Batch;
  /** From 1, as epoch. */
  step: number;
  epoch: number;
  /** Whether an evaluation follows. */
  evaluates: boolean;
}

/** The batches of the whole run, epoch after epoch. */
function* updates(
  settings: Settings,
  { train, statistics }: RunData,
  total: number,
): Generator<Update, void> {
  const { augment, seed, evalEvery } = settings;
  const options = {
    ...batching(settings),
    shuffle: true,
    augment,
    statistics,
    seed: `${seed}/batches`,
  };
  const perEpoch = batchCount(train, options);
  let step = 0;
  for (let epoch = 1; step < total; epoch++) {
    for (const batch of batches(train, { ...options, epoch: epoch - 1 })) {
      step++;
      const endsEpoch = step % perEpoch === 0 && epoch % evalEvery === 0;
      yield { batch, step, epoch, evaluates: endsEpoch || step === total };
      if (step === total) return;
    }
  }
}

/** A last batch smaller than the others is left out: its statistics would be poorer than theirs. */
function batching({ batchSize }: Settings) {
  return { batchSize, dropLast: true };
}
