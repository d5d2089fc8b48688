// The training loop: batches in, updates and evaluations out, all of it into the run folder.
import { saveRun } from '../run/checkpoint.js';
import { DivergedError } from '../run/errors.js';
import { evaluate, letSignalsIn } from '../run/evaluate.js';
import { isEvaluated } from '../run/metrics.js';
import { type Update, updates } from '../run/order.js';
import { evaluateBothWays } from '../run/precise.js';
import { WEIGHTS } from '../run/run-folder.js';
import { pictureLayers } from '../watch/pictures.js';
import { saveNetwork } from './network.js';
import { preciseBatches } from './precise-batches.js';
import type { Run } from './run.js';
import { update } from './update.js';
import { watchUpdate } from './watching.js';

/**
 * Trains from where the run stands to the last step. Nothing is saved after that: the run is not at its end before its report.
 * @throws DivergedError where the loss is not finite, before it reaches the weights; what `stop` throws once
 *   it is aborted, and then the run can be saved
 */
export async function train(run: Run, stop: AbortSignal): Promise<void> {
  const { settings, folder } = run;
  // The last evaluation may have been interrupted.
  if (run.step > 0 && evaluates(run, run.step) && !isEvaluated(folder.metrics, run.step))
    await assess(run, stop);
  for (const next of updates(run, run.data.statistics)) {
    await letSignalsIn(stop);
    const { step } = next;
    await makeUpdate(run, next);
    if (evaluates(run, step)) await assess(run, stop);
    else if (settings.saveEvery && step % settings.saveEvery === 0) await saveRun(run);
  }
}

/** Makes an update and records it, with what was watched of it. */
async function makeUpdate(run: Run, next: Update): Promise<void> {
  const { folder, progress } = run;
  const { batch, step, epoch } = next;
  const watched = await watchUpdate(run, next, evaluates(run, step));
  const before = performance.now();
  let score: Awaited<ReturnType<typeof update>>;
  try {
    score = await update(run, batch, step);
  } finally {
    watched.stop();
  }
  const images_per_s = Number(((1000 * batch.size) / (performance.now() - before)).toFixed(1));
  const seen = await watched.metrics();
  const times = { images_per_s, elapsed_s: run.elapsed() };
  const metric = { kind: 'train', step, epoch, ...score, ...times } as const;
  run.step = step;
  for (const line of [metric, ...seen]) folder.record(line);
  progress.trained(metric);
}

/** Whether an evaluation follows an update. */
function evaluates({ settings, total, perEpoch }: Run, step: number): boolean {
  const { evalEvery, evalEverySteps } = settings;
  return step === total || step % (evalEverySteps ?? evalEvery * perEpoch) === 0;
}

/** Evaluates both ways, records the results and what goes into the norms, and saves weights and checkpoint. */
async function assess(run: Run, stop: AbortSignal): Promise<void> {
  const { network, data, folder, progress, step, perEpoch } = run;
  const evaluateOnce = () => evaluate(network, data.test, data.statistics, stop);
  const scores = await evaluateBothWays(network, preciseBatches(run), evaluateOnce, stop);
  const at = { kind: 'eval', step, epoch: Math.ceil(step / perEpoch), split: 'test' } as const;
  for (const score of scores) {
    if (!Number.isFinite(score.loss))
      throw new DivergedError(`the test loss is ${score.loss} after step ${step}; try a lower --lr`);
    const metric = { ...at, ...score, elapsed_s: run.elapsed() };
    folder.record(metric);
    progress.evaluated(metric);
  }
  const layers = await pictureLayers(network, data);
  if (layers.length > 0) folder.record({ kind: 'pictures', step, epoch: at.epoch, layers });
  if (step === run.total) return;
  await saveWeights(run);
  await saveRun(run);
}

/** Writes weights and running statistics, named as PyTorch names them; returns the file's path. */
export async function saveWeights({ network, folder, settings }: Run): Promise<string> {
  return folder.write(WEIGHTS, await saveNetwork(network, settings));
}
