// The GAN program: settings in, a run folder out.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Adam, createRandom, type Module } from '../../lib/index.js';
import { type Classifier, loadClassifier } from '../features/classifier.js';
import { makeDcgan } from '../networks/dcgan.js';
import { REPORT } from '../report/index.js';
import { type Begun, begin, enter, placeOf } from '../run/begin.js';
import { CHECKPOINT, checksumOf, startClock } from '../run/checkpoint.js';
import { loadData, type RunData } from '../run/data.js';
import { type OpenedDevice, openFor } from '../run/device.js';
import { type Way, workThrough } from '../run/ending.js';
import { UsageError } from '../run/errors.js';
import { updatesPerEpoch } from '../run/order.js';
import type { Output } from '../run/output.js';
import { openProgress } from '../run/progress.js';
import { RunFolder, WEIGHTS } from '../run/run-folder.js';
import { Measure } from './distances.js';
import { settingsOf } from './flags.js';
import { writeReport } from './report.js';
import { type Run, shown, words } from './run.js';
import type { Settings } from './settings.js';
import { lastDistances } from './summary.js';
import { isAssessed, saveWeights, train } from './training.js';

/** β₁ of Adam, from the DCGAN paper, and β₂. */
const BETAS = [0.5, 0.999] as const;

/** What config.json and the report say beside the settings. */
export interface Facts {
  device: string;
  threads: number;
  trainImages: number;
  testImages: number;
  generatorParameters: number;
  discriminatorParameters: number;
  /** SHA-256 of the weights of the classifier. */
  featuresSha256: string | null;
  /** How many features it has. */
  featuresDimension: number | null;
}

/**
 * Trains as the flags say, or goes on with the run they name. Weights and report are written whether or not the run came to
 * its end.
 * @throws Ending where something ended it early, or a file could not be written
 */
export async function runGan(command: Command, output: Output): Promise<void> {
  const isComplete = (folder: RunFolder, step: number) => isAssessed({ folder, step });
  await begin(command, output, { settingsOf, isComplete, goThrough, tell: tellResult });
}

/** A run from its start, or from where it was, to its end. */
async function goThrough(settings: Settings, begun: Begun | null, output: Output): Promise<void> {
  const data = await loadData(settings);
  const { batchSize, features } = settings;
  if (batchSize > data.train.length)
    throw new UsageError(`--batch-size ${batchSize}: there are ${data.train.length} training images`);
  const opened = await openFor(settings);
  try {
    const classifier = features === null ? null : loadClassifier(features);
    if (classifier && begun && begun.config.featuresSha256 !== classifier.sha256) {
      const words = `the weights there are others than those that the run in ${begun.folder.path} began with`;
      throw new UsageError(`--features ${features}: ${words}`);
    }
    const { run, facts } = await prepare(settings, data, classifier, opened, begun, output);
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

/** Networks, optimizers and run folder, as at the start or as the checkpoint has them; says what they are. */
async function prepare(
  given: Settings,
  data: RunData,
  classifier: Classifier | null,
  { device, reason, threads }: OpenedDevice,
  begun: Begun | null,
  output: Output,
): Promise<{ run: Run; facts: Facts }> {
  const settings = { ...given, device: device.name, threads } as Settings;
  const { norm, seed, width, lr, steps: total } = settings;
  const random = createRandom(seed);
  const log = (line: string) => run.progress.log(line);
  const { generator, discriminator } = await makeDcgan(settings, { random: random.fork('init'), width, log });
  const [optimizerG, optimizerD] = [generator, discriminator].map(
    (network) => new Adam(network.parameters(), { lr, betas: BETAS }),
  );
  const position = begun?.checkpoint?.position;
  const measure = classifier && (await Measure.open(classifier, settings, data));
  const run: Run = {
    ...{ settings, data, generator, discriminator, optimizerG, optimizerD, measure, total, step: 0 },
    random: random.fork('z'),
    perEpoch: updatesPerEpoch(settings, data.train),
    parts: { generator, discriminator, optimizerG, optimizerD },
    checksum: checksumOf(data, settings),
    folder: begun?.folder ?? RunFolder.create(settings.out, `gan-${norm}-seed${seed}`),
    progress: openProgress(total, position?.step ?? 0, output, words),
    elapsed: startClock(position?.elapsed_s ?? 0),
  };
  const facts = factsOf(run, classifier);
  await enter(run, facts, begun);
  output.say(`device: ${device.name}, threads: ${threads} (${reason})`);
  tellStart(run, facts, placeOf(run, begun), output);
  return { run, facts };
}

function factsOf({ settings, data, generator, discriminator }: Run, classifier: Classifier | null): Facts {
  const sizeOf = (network: Module) => network.parameters().reduce((sum, { size }) => sum + size, 0);
  return {
    device: settings.device,
    threads: settings.threads!,
    trainImages: data.train.length,
    testImages: data.test.length,
    generatorParameters: sizeOf(generator),
    discriminatorParameters: sizeOf(discriminator),
    featuresSha256: classifier?.sha256 ?? null,
    featuresDimension: classifier?.dimension ?? null,
  };
}

/** Says what a run is. */
function tellStart(run: Run, facts: Facts, place: string, { say }: Output): void {
  const { settings, data, measure, total } = run;
  say(`data: ${data.train.name}, ${facts.trainImages} training and ${facts.testImages} test images`);
  const sizes = `${facts.generatorParameters} and ${facts.discriminatorParameters} parameters`;
  say(`network: dcgan, norm ${settings.norm} in the generator, ${sizes}`);
  if (measure) {
    const of = `${facts.featuresDimension} of ${settings.features}, SHA-256 ${facts.featuresSha256}`;
    say(`features: ${of}, of ${measure.samples} images in each set`);
  }
  say(`run: ${total} steps of ${settings.batchSize} images, ${place}`);
}

/** Prints what came of a run, whose files are written. */
function tellResult({ path, metrics }: RunFolder, ended: Way, seconds: number, output: Output): void {
  const [report, weights, checkpoint] = [REPORT, WEIGHTS, CHECKPOINT].map((name) =>
    existsSync(join(path, name)) ? join(path, name) : null,
  );
  const steps = metrics.at(-1)?.step ?? 0;
  const distances = lastDistances(metrics);
  const lines = Object.entries(distances).map(([statistics, { count, frechet, kid, floor }]) => {
    const means = `Fréchet distance on our features ${shown(frechet)} (floor ${shown(floor.frechet)})`;
    return `${means}, KID ${shown(kid)} (floor ${shown(floor.kid)}): mean of the last ${count}, ${statistics} statistics`;
  });
  if (report) lines.push(`report: ${report}`);
  output.result(lines.join('\n'), {
    ended,
    distances,
    steps,
    seconds,
    ...{ path, report, weights, checkpoint },
  });
}
