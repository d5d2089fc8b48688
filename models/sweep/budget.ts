// What of a preset fits into some minutes: the time of a few steps, and how many there would be.
import { batches } from '../../datasets/batches.js';
import { createRandom } from '../../lib/index.js';
import { makeModel } from '../networks/index.js';
import { loadData, type RunData } from '../run/data.js';
import { openFor } from '../run/device.js';
import { UsageError } from '../run/errors.js';
import { countPrecise, ordering, updatesPerEpoch } from '../run/order.js';
import { makeOptimizer, makeScheduler } from '../train/optimizers.js';
import type { Settings } from '../train/settings.js';
import { update } from '../train/update.js';
import type { Axis } from './grid.js';
import { presetRuns, presets, type Size } from './presets.js';
import { runsOf, settingsFrom } from './runs.js';
import { counted } from './words.js';

/** What is to be fitted into how many minutes. */
export interface Budgeted {
  preset: string;
  axes: readonly Axis[];
  budget: number;
  /** Of training; undefined where it is to be measured. */
  imagesPerS?: number;
}

/** Seconds that a process takes beside its steps: its start, the data and the report. */
const BESIDE = 5;
/** An image of an evaluation goes forward only: some third of a training step. */
const FORWARD = 1 / 3;
/** Steps that are timed, after one that is not. */
const TIMED = 3;
/** Fewer say nothing. */
const LEAST_STEPS = 20;
/** Settings that do not change the time of a step. */
const timeless = ['seed', 'lr', 'epochs', 'steps', 'weightDecay', 'out'];

/** Seconds of one run of so many epochs or steps. */
type Cost = (settings: Settings) => number;

/** The largest size of a preset that fits. @throws UsageError where none does, or a flag is given that is to be found */
export async function fitSize(asked: Budgeted, say: (line: string) => void): Promise<Size> {
  const { preset, axes, budget } = asked;
  const fixed = axes.find(({ flag }) => ['seed', 'epochs', 'steps'].includes(flag));
  if (fixed) throw new UsageError(`--${fixed.flag}: --budget decides it`);
  const runsAt = (size: Size) =>
    runsOf(presetRuns(preset, axes, size)).runs.map(({ args }) => settingsFrom(args));
  const cost = await costs(runsAt({ seeds: 1, epochs: 1 }), asked, say);
  const minutesOf = (size: Size) => runsAt(size).reduce((sum, run) => sum + cost(run), 0) / 60;
  const size = fitEpochs(asked, minutesOf) ?? fitSteps(asked, minutesOf);
  const length = size.steps === undefined ? counted(size.epochs, 'epoch') : counted(size.steps, 'step');
  const about = `about ${Number(minutesOf(size).toPrecision(2))} of ${budget} minutes, one run at a time`;
  say(`${preset}: ${counted(size.seeds, 'seed')}, ${length}: ${about}`);
  return size;
}

/** The first of the preset's sizes that fits, with as many more epochs as fit too, up to those of the size before it. */
function fitEpochs({ preset, budget }: Budgeted, minutesOf: (size: Size) => number): Size | null {
  const { sizes } = presets[preset];
  const first = sizes.findIndex((size) => minutesOf(size) <= budget);
  if (first < 0) return null;
  const { seeds, epochs: least } = sizes[first];
  let epochs = Math.max(least, sizes[Math.max(0, first - 1)].epochs);
  while (epochs > least && minutesOf({ seeds, epochs }) > budget) epochs--;
  return { seeds, epochs };
}

/** A part of an epoch: time is a line in the number of steps. */
function fitSteps({ preset, budget }: Budgeted, minutesOf: (size: Size) => number): Size {
  const of = (steps: number) => ({ seeds: 1, epochs: 1, steps });
  const [least, twice] = [LEAST_STEPS, 2 * LEAST_STEPS].map((steps) => minutesOf(of(steps)));
  if (least > budget) {
    const words = `--preset ${preset} takes about ${counted(Math.ceil(least), 'minute')} for ${LEAST_STEPS} steps of each run`;
    throw new UsageError(`--budget ${budget}: ${words}`);
  }
  return of(LEAST_STEPS + Math.floor((LEAST_STEPS * (budget - least)) / (twice - least)));
}

/** Measures a step of each kind of run, or takes the speed that was given. */
async function costs(runs: readonly Settings[], asked: Budgeted, say: (line: string) => void): Promise<Cost> {
  const data = await loadData(runs[0]);
  const perImage = new Map<string, number>();
  for (const { batchSize } of runs)
    if (batchSize > data.train.length)
      throw new UsageError(`--batch-size ${batchSize}: there are ${data.train.length} training images`);
  const opened = await openFor(runs[0]);
  try {
    for (const run of runs) {
      const kind = kindOf(run);
      if (perImage.has(kind)) continue;
      perImage.set(
        kind,
        asked.imagesPerS ? 1 / asked.imagesPerS : (await timeStep(run, data)) / run.batchSize,
      );
      if (!asked.imagesPerS) say(`${nameOf(run)}: ${(1 / perImage.get(kind)!).toFixed(0)} images/s`);
    }
  } finally {
    opened.device.close();
  }
  return (run) => BESIDE + imagesOf(run, data) * perImage.get(kindOf(run))!;
}

/** The settings that the time of a step depends on. */
function kindOf(settings: Settings): string {
  return JSON.stringify(Object.entries(settings).filter(([name]) => !timeless.includes(name)));
}

/** The norm in words. */
function nameOf({ norm, normAt, components, iterations }: Settings): string {
  const mixture = norm === 'mn' ? `, ${components} components, ${iterations} rounds` : '';
  return `${norm}${normAt ? ` at ${normAt.join(', ')}` : ''}${mixture}`;
}

/** Training images of a run, and those of its evaluations as so many training images. */
function imagesOf(run: Settings, { train, test }: RunData): number {
  const perEpoch = updatesPerEpoch(run, train);
  const total = run.steps ?? run.epochs * perEpoch;
  const evaluations = Math.ceil(total / (run.evalEverySteps ?? run.evalEvery * perEpoch));
  const evaluated = 2 * test.length + countPrecise(run, perEpoch) * run.batchSize;
  return total * run.batchSize + evaluations * evaluated * FORWARD;
}

/** Seconds of a step: the least of a few, since all that disturbs them adds. */
async function timeStep(settings: Settings, data: RunData): Promise<number> {
  const random = createRandom(settings.seed);
  const network = makeModel(settings.model, settings, { classes: data.train.classes, random, log: () => {} });
  const optimizer = makeOptimizer(network.parameters(), settings);
  const scheduler = makeScheduler(optimizer, { ...settings, warmup: 0 }, TIMED + 1);
  const options = { ...ordering(settings), epoch: 0, statistics: data.statistics };
  const [batch] = batches(data.train, options);
  const times: number[] = [];
  for (let step = 0; step <= TIMED; step++) {
    const start = performance.now();
    await update({ network, optimizer, scheduler, settings }, batch, step);
    if (step > 0) times.push(performance.now() - start);
  }
  return Math.min(...times) / 1000;
}
