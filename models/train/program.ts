// The training program: settings in, a run folder out.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createRandom, MixgradError, type Module } from '../../lib/index.js';
import { makeModel, networks } from '../networks/index.js';
import { standsAt } from '../networks/places.js';
import { type Facts, REPORT, writeReport } from '../report/index.js';
import { loadData, type RunData } from '../run/data.js';
import { type OpenedDevice, openFor } from '../run/device.js';
import { lastScore } from '../run/metrics.js';
import type { Output } from '../run/output.js';
import { Ending, exitCodes, UsageError } from '../run/program.js';
import { openProgress, percent } from '../run/progress.js';
import { CONFIG, RunFolder, WEIGHTS } from '../run/run-folder.js';
import { listenForSignals, Stopped } from '../run/signals.js';
import {
  CHECKPOINT,
  type Checkpoint,
  checksumOf,
  isFinished,
  readCheckpoint,
  restoreRun,
  saveRun,
} from './checkpoint.js';
import { settingsOf } from './flags.js';
import { makeOptimizer, makeScheduler } from './optimizers.js';
import { resumedSettings } from './resume.js';
import { countSteps, type Run, startClock } from './run.js';
import type { Settings } from './settings.js';
import { saveWeights, train } from './training.js';
import { DivergedError } from './update.js';

/** A run that was begun: its folder, and its checkpoint if it came to one. */
interface Begun {
  folder: RunFolder;
  checkpoint: Checkpoint | null;
}

/**
 * Trains as the flags say, or goes on with the run they name. Weights and report are written whether or not the run came to
 * its end.
 * @throws Ending where something ended it early, or a file could not be written
 */
export async function runTraining(command: Command, output: Output): Promise<void> {
  const { resume } = command.opts<{ resume?: string }>();
  if (resume === undefined) return goThrough(settingsOf(command), null, output);
  const folder = RunFolder.open(resume);
  const settings = resumedSettings(command, folder);
  const checkpoint = await readCheckpoint(folder, settings);
  if (checkpoint && isFinished(checkpoint, folder)) {
    output.say(`${folder.path}: this run has come to its end, nothing is left to do`);
    tellResult(folder, 'finished', checkpoint.position.elapsed_s, output);
  } else {
    await goThrough(settings, { folder, checkpoint }, output);
  }
}

/** A run from its start, or from where it was, to its end. */
async function goThrough(settings: Settings, begun: Begun | null, output: Output): Promise<void> {
  const data = await loadData(settings);
  checkSizes(settings, data);
  const opened = await openFor(settings);
  try {
    const { run, facts } = await prepare(settings, data, opened, begun, output);
    const { stop, close } = listenForSignals();
    try {
      await trainAndReport(run, facts, stop, output);
    } catch (error) {
      // Now that files are written, it is no longer a wrong flag.
      throw error instanceof MixgradError
        ? new Ending(error.message, exitCodes.failed, { cause: error })
        : error;
    } finally {
      close();
    }
  } finally {
    opened.device.close();
  }
}

/** @throws UsageError where a batch is larger than the data, or a mixture than what it is fitted to */
function checkSizes(settings: Settings, { train }: RunData): void {
  const { model, norm, normAt, components, batchSize, accumulate } = settings;
  if (batchSize > train.length)
    throw new UsageError(`--batch-size ${batchSize}: there are ${train.length} training images`);
  if (norm !== 'mn') return;
  for (const [place, pixels] of Object.entries(networks[model].places)) {
    const fitted = (batchSize / accumulate) * pixels;
    if (components <= fitted || !standsAt(place, normAt)) continue;
    const advice = 'take fewer, or a larger --batch-size';
    const what = accumulate === 1 ? 'a batch' : `a part of --accumulate ${accumulate}`;
    throw new UsageError(`--components ${components}: ${what} has ${fitted} pixels at ${place}; ${advice}`);
  }
}

/** Network, optimizer and run folder, as at the start or as the checkpoint has them; says what they are. */
async function prepare(
  given: Settings,
  data: RunData,
  { device, reason, threads }: OpenedDevice,
  begun: Begun | null,
  output: Output,
): Promise<{ run: Run; facts: Facts }> {
  const settings = { ...given, device: device.name, threads } as Settings;
  const position = begun?.checkpoint?.position;
  const network = makeNetwork(settings, data, (line) => run.progress.log(line));
  const optimizer = makeOptimizer(network.parameters(), settings);
  const counts = countSteps(settings, data.train);
  const run: Run = {
    ...{ settings, data, network, optimizer, ...counts, step: 0 },
    scheduler: makeScheduler(optimizer, settings, counts.total),
    checksum: checksumOf(data, settings),
    folder: begun?.folder ?? RunFolder.create(settings.out, `${settings.norm}-seed${settings.seed}`),
    progress: openProgress(counts.total, position?.step ?? 0, output),
    elapsed: startClock(position?.elapsed_s ?? 0),
  };
  const facts = factsOf(run);
  if (begun) await goBack(run, begun);
  else {
    const config = { ...settings, out: run.folder.path, ...facts };
    run.folder.write(CONFIG, `${JSON.stringify(config, null, 2)}\n`);
  }
  output.say(`device: ${device.name}, threads: ${threads} (${reason})`);
  output.say(`data: ${data.train.name}, ${facts.trainImages} training and ${facts.testImages} test images`);
  output.say(`network: ${settings.model}, norm ${settings.norm}, ${facts.parameters} parameters`);
  const place = begun ? `resumed after step ${run.step} in` : 'written to';
  output.say(`run: ${facts.totalSteps} steps of ${settings.batchSize} images, ${place} ${run.folder.path}`);
  return { run, facts };
}

/** Puts a run where it was last saved; the lines of metrics that came after are cut off. */
async function goBack(run: Run, { folder, checkpoint }: Begun): Promise<void> {
  if (checkpoint) await restoreRun(run, checkpoint);
  folder.cutMetrics();
}

function makeNetwork(settings: Settings, { train }: RunData, log: (line: string) => void): Module {
  const { model, seed, width } = settings;
  const random = createRandom(seed).fork('init');
  return makeModel(model, settings, { classes: train.classes, width: width ?? undefined, random, log });
}

function factsOf({ settings, data, network, total }: Run): Facts {
  return {
    device: settings.device,
    threads: settings.threads!,
    trainImages: data.train.length,
    testImages: data.test.length,
    classes: data.train.classes,
    parameters: network.parameters().reduce((sum, param) => sum + param.size, 0),
    totalSteps: total,
  };
}

async function trainAndReport(run: Run, facts: Facts, stop: AbortSignal, output: Output): Promise<void> {
  const { folder } = run;
  const early = await trainUntilStopped(run, stop);
  const seconds = run.elapsed();
  // What else ends a run early may do so within a step: then the last checkpoint stays.
  if (early instanceof Stopped) await saveRun(run);
  await saveWeights(run);
  const report = await writeReport(run, facts);
  if (!early) await saveRun(run);
  tellResult(folder, wayOf(early), seconds, output);
  if (early instanceof Stopped) {
    const message = `interrupted after step ${run.step} of ${facts.totalSteps}; the report so far: ${report}`;
    throw new Ending(message, early.exitCode);
  }
  if (early) {
    const message = `${early.message}. What was done until then: ${folder.path}`;
    throw new Ending(message, exitCodes.failed, { cause: early });
  }
}

/** Prints what came of a run, whose files are written. */
function tellResult({ path, metrics }: RunFolder, ended: string, seconds: number, output: Output): void {
  const { step: steps = 0 } = metrics.at(-1) ?? {};
  const { accuracy = null, loss = null } = lastScore(metrics, 'running') ?? {};
  const precise = lastScore(metrics, 'precise');
  const [report, weights, checkpoint] = [REPORT, WEIGHTS, CHECKPOINT].map((name) =>
    existsSync(join(path, name)) ? join(path, name) : null,
  );
  const also = precise ? ` (with precise statistics ${percent(precise.accuracy)})` : '';
  const reached = ended === 'finished' ? [`test accuracy: ${percent(accuracy!)}${also}`] : [];
  const files = { path, report, weights, checkpoint };
  const seen = report ? [`report: ${report}`] : [];
  output.result([...reached, ...seen].join('\n'), {
    ended,
    accuracy,
    loss,
    precise: precise ? { accuracy: precise.accuracy, loss: precise.loss } : null,
    steps,
    seconds,
    ...files,
  });
}

/** Trains to the end, or returns what stopped it: a signal, a loss that is no number, or what the framework refuses. */
async function trainUntilStopped(run: Run, stop: AbortSignal): Promise<Stopped | MixgradError | null> {
  try {
    await train(run, stop);
    return null;
  } catch (error) {
    if (error instanceof Stopped || error instanceof MixgradError) return error;
    throw error;
  } finally {
    run.progress.stop();
  }
}

/** The way a run ended, in one word. */
function wayOf(early: Error | null): string {
  if (!early) return 'finished';
  if (early instanceof Stopped) return 'interrupted';
  return early instanceof DivergedError ? 'diverged' : 'failed';
}
