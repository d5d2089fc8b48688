// The optimizer and the schedule that the settings ask for.
import {
  Adam,
  AdamW,
  CosineAnnealingLR,
  LinearLR,
  type LRScheduler,
  MultiStepLR,
  OneCycleLR,
  type Optimizer,
  RMSprop,
  SequentialLR,
  SGD,
  StepLR,
  type Tensor,
} from '../../lib/index.js';
import { UsageError } from '../run/errors.js';

/** The optimizers a run can use, with the default learning rate of each. */
export const optimizerRates = { sgd: 0.02, adam: 0.001, adamw: 0.001, rmsprop: 0.001 } as const;
export type OptimizerName = keyof typeof optimizerRates;

/** How weights are moved. */
export interface OptimizerSettings {
  optimizer: OptimizerName;
  lr: number;
  /** Of SGD and RMSprop. */
  momentum: number;
  weightDecay: number;
}

export function makeOptimizer(params: readonly Tensor[], settings: OptimizerSettings): Optimizer {
  const { optimizer, lr, momentum, weightDecay } = settings;
  if (optimizer === 'sgd') return new SGD(params, { lr, momentum, weightDecay });
  if (optimizer === 'rmsprop') return new RMSprop(params, { lr, momentum, weightDecay });
  return new (optimizer === 'adam' ? Adam : AdamW)(params, { lr, weightDecay });
}

/** The learning rate over the run. What is null follows from the number of steps. */
export interface ScheduleSettings {
  schedule: ScheduleName;
  /** Steps in which the rate rises in a line to the highest; then the schedule begins. */
  warmup: number | null;
  /** Steps between two falls of the step schedule. */
  stepSize: number | null;
  /** The steps of the falls of the multi-step schedule. */
  milestones: readonly number[] | null;
  /** What is left of the rate after such a fall. */
  gamma: number;
}

/** Share of the run in which the cosine schedule warms up, unless told otherwise. */
const WARM_UP = 0.1;

/** The schedules by name, as --schedule gives it: each of so many steps. */
const makers = {
  constant: (optimizer) => new LinearLR(optimizer, { startFactor: 1 }),
  step: (optimizer, { stepSize, gamma }, steps) =>
    new StepLR(optimizer, { stepSize: stepSize ?? Math.ceil(steps / 3), gamma }),
  'multi-step': (optimizer, { milestones, gamma }, steps) => {
    const falls = new Set([0.5, 0.75].map((share) => Math.ceil(share * steps)));
    return new MultiStepLR(optimizer, { milestones: milestones ?? [...falls], gamma });
  },
  cosine: (optimizer, _, steps) => new CosineAnnealingLR(optimizer, { tMax: steps }),
  'one-cycle': (optimizer, { lr }, steps) => new OneCycleLR(optimizer, { maxLr: lr, totalSteps: steps }),
} satisfies Record<
  string,
  (optimizer: Optimizer, settings: ScheduleSettings & { lr: number }, steps: number) => LRScheduler
>;

export type ScheduleName = keyof typeof makers;
export const scheduleNames = Object.keys(makers) as ScheduleName[];

/** The schedule of a run of so many steps. @throws UsageError where the warm-up is longer */
export function makeScheduler(
  optimizer: Optimizer,
  settings: ScheduleSettings & { lr: number },
  total: number,
): LRScheduler {
  const { schedule, warmup } = settings;
  if (warmup !== null && warmup > total) {
    throw new UsageError(`--warmup ${warmup}: the run has ${total} steps`);
  }
  const rising = warmup ?? (schedule === 'cosine' ? Math.ceil(WARM_UP * total) : 0);
  const main = makers[schedule](optimizer, settings, Math.max(total - rising, 1));
  if (rising === 0) return main;
  const line = { startFactor: 1 / rising, totalIters: Math.max(rising - 1, 1) };
  const schedulers = [new LinearLR(optimizer, line), main];
  return new SequentialLR(optimizer, { schedulers, milestones: [rising] });
}
