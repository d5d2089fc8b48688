// The training loop of a GAN: batches in; updates, distances and sample grids out, all of it into the run folder.
import type { ChannelStatistics } from '../../datasets/batches.js';
import { createRandom, saveSafetensors, type Tensor } from '../../lib/index.js';
import { saveRun } from '../run/checkpoint.js';
import { letSignalsIn } from '../run/evaluate.js';
import type { Statistics } from '../run/metrics.js';
import { countPrecise, updates } from '../run/order.js';
import { evaluateBothWays } from '../run/precise.js';
import { WEIGHTS } from '../run/run-folder.js';
import type { Measured } from './distances.js';
import { generate, latents } from './latents.js';
import type { Run } from './run.js';
import { GRID, gridFile, gridOf } from './samples.js';
import { update } from './update.js';

/** Takes pixels to −1 … 1, which the generator's tanh has. */
const HALVES: ChannelStatistics = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/**
 * Trains from where the run stands to the last step. Nothing is saved after that: the run is not at its end before its report.
 * @throws DivergedError where a loss is not finite; what `stop` throws once it is aborted, and then the run can be saved
 */
export async function train(run: Run, stop: AbortSignal): Promise<void> {
  const { settings, folder, progress } = run;
  // The last evaluation may have been interrupted.
  if (run.step > 0 && isDue(run) && !isAssessed(run)) await assess(run, stop);
  for (const { batch, step, epoch } of updates(run, HALVES)) {
    await letSignalsIn(stop);
    const before = performance.now();
    const scores = await update(run, batch, step);
    const images_per_s = Number(((1000 * batch.size) / (performance.now() - before)).toFixed(1));
    const times = { images_per_s, elapsed_s: run.elapsed() };
    const metric = { kind: 'gan', step, epoch, ...scores, ...times } as const;
    run.step = step;
    folder.record(metric);
    progress.trained(metric);
    if (isDue(run)) await assess(run, stop);
    else if (settings.saveEvery && step % settings.saveEvery === 0) await saveRun(run);
  }
}

/** What is to be done after this step, for which the generator is evaluated. */
function dueAt({ settings, measure, step, total }: Run) {
  const at = (every: number) => step === total || step % every === 0;
  return { distances: measure !== null && at(settings.distanceEvery), samples: at(settings.sampleEvery) };
}

function isDue(run: Run): boolean {
  const { distances, samples } = dueAt(run);
  return distances || samples;
}

/** Whether the generator was evaluated after this step. All of an evaluation is recorded together. */
export function isAssessed({ folder, step }: Pick<Run, 'folder' | 'step'>): boolean {
  const kinds = ['distance', 'samples'];
  return folder.metrics.findLast(({ kind }) => kinds.includes(kind))?.step === step;
}

interface Assessed {
  measured: Measured | null;
  /** The name of the grid's file. */
  file: string | null;
}

/** Evaluates the generator both ways, records the results and saves weights and checkpoint. */
async function assess(run: Run, stop: AbortSignal): Promise<void> {
  const { generator, folder, progress, step, perEpoch } = run;
  const due = dueAt(run);
  const look = async (statistics: Statistics): Promise<Assessed> => ({
    measured: due.distances ? await measureGenerated(run, stop) : null,
    file: due.samples ? await writeGrid(run, statistics, stop) : null,
  });
  const found = await evaluateBothWays(generator, preciseBatches(run), look, stop);
  const at = { step, epoch: Math.ceil(step / perEpoch) };
  for (const { measured, file, statistics } of found) {
    if (measured) {
      const metric = { kind: 'distance', ...at, statistics, ...measured, elapsed_s: run.elapsed() } as const;
      folder.record(metric);
      progress.evaluated(metric);
    }
    if (file) folder.record({ kind: 'samples', ...at, statistics, file });
  }
  if (step === run.total) return;
  await saveWeights(run);
  await saveRun(run);
}

/** The same numbers z at every evaluation and of every run. */
async function measureGenerated({ generator, measure }: Run, stop: AbortSignal): Promise<Measured> {
  const random = createRandom('generated images');
  return measure!.distances(await generate(generator, random, measure!.samples, stop), stop);
}

/** The same numbers z at every evaluation. */
async function writeGrid(run: Run, statistics: Statistics, stop: AbortSignal): Promise<string> {
  const { generator, settings, folder, step } = run;
  const random = createRandom(settings.seed).fork('samples');
  const file = gridFile(step, statistics);
  folder.write(file, gridOf(await generate(generator, random, GRID, stop)));
  return file;
}

/** Batches of numbers z for precise statistics, the same at every evaluation. */
function* preciseBatches({ settings, perEpoch }: Run): Generator<Tensor, void> {
  const { seed, batchSize } = settings;
  const count = countPrecise(settings, perEpoch);
  const random = createRandom(seed).fork('precise');
  for (let i = 0; i < count; i++) yield latents(random, batchSize);
}

/** Writes the generator's weights and running statistics; returns the file's path. */
export async function saveWeights({ generator, folder, settings }: Run): Promise<string> {
  const metadata = { framework: 'mixgrad', model: 'dcgan', norm: settings.norm };
  return folder.write(WEIGHTS, saveSafetensors(await generator.stateDict(), metadata));
}
