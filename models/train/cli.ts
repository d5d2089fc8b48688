// The training program: flags in, a run folder out.
import { createRandom, type Module } from '../../lib/index.js';
import { makeModel } from '../networks/index.js';
import { type Facts, writeReport } from '../report/index.js';
import { loadData, type RunData } from '../run/data.js';
import { type OpenedDevice, openFor } from '../run/device.js';
import { exitCodes, runProgram } from '../run/program.js';
import { openProgress, percent } from '../run/progress.js';
import { RunFolder } from '../run/run-folder.js';
import { parseFlags } from './flags.js';
import type { Settings } from './settings.js';
import { DivergedError, makeOptimizer, type Run, saveWeights, totalSteps, train } from './training.js';

/** The user asked to stop. */
class Interrupted extends Error {}

await runProgram('train', async () => {
  const settings = parseFlags(process.argv.slice(2));
  const data = loadData(settings);
  const opened = await openFor(settings);
  try {
    const { run, facts } = prepare(settings, data, opened);
    return await trainAndReport(run, facts);
  } finally {
    opened.device.close();
  }
});

/** Network, optimizer and run folder; says what they are. */
function prepare(
  settings: Settings,
  data: RunData,
  { device, reason, threads }: OpenedDevice,
): { run: Run; facts: Facts } {
  const network = makeNetwork(settings, data, (line) => progress.log(line));
  const optimizer = makeOptimizer(network.parameters(), settings);
  const folder = RunFolder.create(settings.out, `${settings.norm}-seed${settings.seed}`);
  const facts = {
    device: device.name,
    threads,
    trainImages: data.train.length,
    testImages: data.test.length,
    parameters: network.parameters().reduce((sum, param) => sum + param.size, 0),
    totalSteps: totalSteps(settings, data.train),
  };
  folder.write('config.json', `${JSON.stringify({ ...settings, out: folder.path, ...facts }, null, 2)}\n`);
  console.log(`device: ${device.name}, threads: ${threads} (${reason})`);
  console.log(`data: ${data.train.name}, ${facts.trainImages} training and ${facts.testImages} test images`);
  console.log(`network: ${settings.model}, norm ${settings.norm}, ${facts.parameters} parameters`);
  console.log(`run: ${facts.totalSteps} steps of ${settings.batchSize} images, written to ${folder.path}`);
  const progress = openProgress(facts.totalSteps);
  return { run: { settings, data, network, optimizer, folder, progress }, facts };
}

function makeNetwork(settings: Settings, { train }: RunData, log: (line: string) => void): Module {
  const random = createRandom(settings.seed).fork('init');
  return makeModel(settings.model, settings, { classes: train.classes, random, log });
}

/** Trains, and writes weights and report whether or not the run came to its end. Returns the exit code. */
async function trainAndReport(run: Run, facts: Facts): Promise<number> {
  const { settings, folder } = run;
  const ending = await trainUntilStopped(run);
  await saveWeights(run);
  const report = await writeReport(run, facts);
  if (ending instanceof Interrupted) {
    const { step = 0 } = folder.metrics.at(-1) ?? {};
    console.error(
      `train: interrupted after step ${step} of ${facts.totalSteps}; the report so far: ${report}`,
    );
    return exitCodes.interrupted;
  }
  if (ending instanceof DivergedError) {
    const advice = `try a lower --lr than ${settings.lr}`;
    console.error(`train: ${ending.message}; ${advice}. What was done until then: ${folder.path}`);
    return exitCodes.failed;
  }
  console.log(`test accuracy: ${percent(ending.accuracy)}`);
  console.log(`report: ${report}`);
  return 0;
}

/** Trains to the end, to Ctrl-C, or to where the loss is no number. A second Ctrl-C ends the process at once. */
async function trainUntilStopped(run: Run) {
  const stop = new AbortController();
  const interrupt = () => stop.abort(new Interrupted());
  process.once('SIGINT', interrupt);
  try {
    return await train(run, stop.signal);
  } catch (error) {
    if (error instanceof Interrupted || error instanceof DivergedError) return error;
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
    run.progress.stop();
  }
}
