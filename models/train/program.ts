// The training program: settings in, a run folder out.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { networks } from '../networks/index.js';
import { type Facts, REPORT, writeReport } from '../report/index.js';
import { type Begun, begin, enter, placeOf } from '../run/begin.js';
import { CHECKPOINT, checksumOf, startClock } from '../run/checkpoint.js';
import { loadData, type RunData } from '../run/data.js';
import { type OpenedDevice, openFor } from '../run/device.js';
import { type Way, workThrough } from '../run/ending.js';
import { UsageError } from '../run/errors.js';
import { isEvaluated, lastScore } from '../run/metrics.js';
import { checkPixels } from '../run/norm-flags.js';
import { updatesPerEpoch } from '../run/order.js';
import type { Output } from '../run/output.js';
import { openProgress, percent, scores } from '../run/progress.js';
import { RunFolder, WEIGHTS } from '../run/run-folder.js';
import { settingsOf } from './flags.js';
import { makeNetwork } from './network.js';
import { makeOptimizer, makeScheduler } from './optimizers.js';
import type { Run } from './run.js';
import type { Settings } from './settings.js';
import { saveWeights, train } from './training.js';

/**
 * Trains as the flags say, or goes on with the run they name. Weights and report are written whether or not the run came to
 * its end.
 * @throws Ending where something ended it early, or a file could not be written
 */
export async function runTraining(command: Command, output: Output): Promise<void> {
  const isComplete = (folder: RunFolder, step: number) => isEvaluated(folder.metrics, step);
  await begin(command, output, { settingsOf, isComplete, goThrough, tell: tellResult });
}

/** A run from its start, or from where it was, to its end. */
async function goThrough(settings: Settings, begun: Begun | null, output: Output): Promise<void> {
  const data = await loadData(settings);
  checkSizes(settings, data);
  const opened = await openFor(settings);
  try {
    const { run, facts } = await prepare(settings, data, opened, begun, output);
    await workThrough(run, {
      train: (stop) => train(run, stop),
      write: async () => {
        await saveWeights(run);
        return writeReport(run, facts);
      },
      tell: (ended, seconds) => tellResult(run.folder, ended, seconds, output),
    });
  } finally {
    opened.device.close();
  }
}

/** @throws UsageError where a batch is larger than the data, or a mixture than what it is fitted to */
function checkSizes(settings: Settings, { train }: RunData): void {
  const { model, batchSize } = settings;
  if (batchSize > train.length)
    throw new UsageError(`--batch-size ${batchSize}: there are ${train.length} training images`);
  checkPixels(settings, networks[model], settings);
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
  const network = makeNetwork(settings, data.train.classes, (line) => run.progress.log(line));
  const optimizer = makeOptimizer(network.parameters(), settings);
  const perEpoch = updatesPerEpoch(settings, data.train);
  const total = settings.steps ?? settings.epochs * perEpoch;
  const scheduler = makeScheduler(optimizer, settings, total);
  const run: Run = {
    ...{ settings, data, network, optimizer, scheduler, total, perEpoch, step: 0 },
    parts: { model: network, optimizer, scheduler },
    checksum: checksumOf(data, settings),
    folder: begun?.folder ?? RunFolder.create(settings.out, `${settings.norm}-seed${settings.seed}`),
    progress: openProgress(total, position?.step ?? 0, output, scores),
    elapsed: startClock(position?.elapsed_s ?? 0),
  };
  const facts = factsOf(run);
  await enter(run, facts, begun);
  output.say(`device: ${device.name}, threads: ${threads} (${reason})`);
  output.say(`data: ${data.train.name}, ${facts.trainImages} training and ${facts.testImages} test images`);
  output.say(`network: ${settings.model}, norm ${settings.norm}, ${facts.parameters} parameters`);
  output.say(`run: ${facts.totalSteps} steps of ${settings.batchSize} images, ${placeOf(run, begun)}`);
  return { run, facts };
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

/** Prints what came of a run, whose files are written. */
function tellResult({ path, metrics }: RunFolder, ended: Way, seconds: number, output: Output): void {
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
