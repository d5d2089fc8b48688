// The training program: settings in, a run folder out.
import { createRandom, MixgradError, type Module } from '../../lib/index.js';
import { makeModel, networks } from '../networks/index.js';
import { type Facts, writeReport } from '../report/index.js';
import { loadData, type RunData } from '../run/data.js';
import { type OpenedDevice, openFor } from '../run/device.js';
import type { Output } from '../run/output.js';
import { Ending, exitCodes, UsageError } from '../run/program.js';
import { openProgress, percent } from '../run/progress.js';
import { RunFolder } from '../run/run-folder.js';
import { listenForSignals, Stopped } from '../run/signals.js';
import type { Settings } from './settings.js';
import { DivergedError, makeOptimizer, type Run, saveWeights, totalSteps, train } from './training.js';

/**
 * Trains, and writes weights and report whether or not the run came to its end.
 * @throws Ending where something ended it early, or a file could not be written
 */
export async function runTraining(settings: Settings, output: Output): Promise<void> {
  const data = loadData(settings);
  checkSizes(settings, data);
  const opened = await openFor(settings);
  try {
    const { run, facts } = prepare(settings, data, opened, output);
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
function checkSizes({ model, norm, normAt, components, batchSize }: Settings, { train }: RunData): void {
  if (batchSize > train.length)
    throw new UsageError(`--batch-size ${batchSize}: there are ${train.length} training images`);
  if (norm !== 'mn') return;
  for (const [place, pixels] of Object.entries(networks[model].places)) {
    const fitted = batchSize * pixels;
    if (components <= fitted || (normAt && !normAt.includes(place))) continue;
    const advice = 'take fewer, or a larger --batch-size';
    throw new UsageError(`--components ${components}: a batch has ${fitted} pixels at ${place}; ${advice}`);
  }
}

/** Network, optimizer and run folder; says what they are. */
function prepare(
  settings: Settings,
  data: RunData,
  { device, reason, threads }: OpenedDevice,
  output: Output,
): { run: Run; facts: Facts } {
  const network = makeNetwork(settings, data, (line) => progress.log(line));
  const optimizer = makeOptimizer(network.parameters(), settings);
  const folder = RunFolder.create(settings.out, `${settings.norm}-seed${settings.seed}`);
  const facts = {
    device: device.name,
    threads,
    trainImages: data.train.length,
    testImages: data.test.length,
    classes: data.train.classes,
    parameters: network.parameters().reduce((sum, param) => sum + param.size, 0),
    totalSteps: totalSteps(settings, data.train),
  };
  folder.write('config.json', `${JSON.stringify({ ...settings, out: folder.path, ...facts }, null, 2)}\n`);
  output.say(`device: ${device.name}, threads: ${threads} (${reason})`);
  output.say(`data: ${data.train.name}, ${facts.trainImages} training and ${facts.testImages} test images`);
  output.say(`network: ${settings.model}, norm ${settings.norm}, ${facts.parameters} parameters`);
  output.say(`run: ${facts.totalSteps} steps of ${settings.batchSize} images, written to ${folder.path}`);
  const progress = openProgress(facts.totalSteps, output);
  return { run: { settings, data, network, optimizer, folder, progress }, facts };
}

function makeNetwork(settings: Settings, { train }: RunData, log: (line: string) => void): Module {
  const random = createRandom(settings.seed).fork('init');
  return makeModel(settings.model, settings, { classes: train.classes, random, log });
}

async function trainAndReport(run: Run, facts: Facts, stop: AbortSignal, output: Output): Promise<void> {
  const { folder } = run;
  const start = performance.now();
  const early = await trainUntilStopped(run, stop);
  const seconds = Number(((performance.now() - start) / 1000).toFixed(3));
  const weights = await saveWeights(run);
  const report = await writeReport(run, facts);
  const { step: steps = 0 } = folder.metrics.at(-1) ?? {};
  const { accuracy = null, loss = null } = folder.metrics.findLast(({ kind }) => kind === 'eval') ?? {};
  const files = { path: folder.path, report, weights };
  const words = [...(early ? [] : [`test accuracy: ${percent(accuracy!)}`]), `report: ${report}`];
  output.result(words.join('\n'), { ended: wayOf(early), accuracy, loss, steps, seconds, ...files });
  if (early instanceof Stopped) {
    const message = `interrupted after step ${steps} of ${facts.totalSteps}; the report so far: ${report}`;
    throw new Ending(message, early.exitCode);
  }
  if (early) {
    const message = `${early.message}. What was done until then: ${folder.path}`;
    throw new Ending(message, exitCodes.failed, { cause: early });
  }
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
