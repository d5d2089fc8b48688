// Schedules with a formula of one line: by steps, along half a cosine, along a line.
import { OptionError } from '../errors.js';
import { describe, integer, isIntegers, number, orElse, readOptions, required } from '../options.js';
import type { Optimizer } from './optimizer.js';
import { LRScheduler } from './scheduler.js';

const length = integer(1, { least: 1 });
const gamma = number(0.1, { least: 0 });

/** Options of {@link StepLR}. */
export interface StepLROptions {
  /** Steps between two falls. */
  stepSize: number;
  /** @default 0.1 */
  gamma?: number;
}

/**
 * base · gamma^⌊step / stepSize⌋
 * @throws OptionError for an option that does not fit
 *
 * @example
 * ```js
 * import { SGD, StepLR, tensor } from 'mixgrad';
 *
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
 * console.log([0, 1, 2, 3, 4].flatMap((step) => scheduler.lrsAt(step)));
 * ```
 * ```text
 * [ 1, 1, 0.5, 0.5, 0.25 ]
 * ```
 */
export class StepLR extends LRScheduler<{ stepSize: number; gamma: number }> {
  constructor(optimizer: Optimizer, options: StepLROptions) {
    const { stepSize, gamma: factor } = readOptions('StepLR', options, { stepSize: orElse(length), gamma });
    super(optimizer, {
      stepSize: required('StepLR', 'stepSize', stepSize ?? undefined, length),
      gamma: factor,
    });
  }

  protected rate(base: number, step: number): number {
    return base * this.options.gamma ** Math.floor(step / this.options.stepSize);
  }
}

/** Options of {@link MultiStepLR}. */
export interface MultiStepLROptions {
  /** The steps of the falls, in rising order. */
  milestones: readonly number[];
  /** @default 0.1 */
  gamma?: number;
}

/** The list. @throws OptionError unless it is an array of integers in rising order */
export function readMilestones(op: string, list: unknown): readonly number[] {
  if (isIntegers(list, 0) && list.every((milestone, i) => i === 0 || milestone > list[i - 1])) {
    return [...list];
  }
  throw new OptionError(`${op}: milestones is ${describe(list)}, expected an array of rising integers`);
}

/** How many milestones lie at the step or before it. */
export const passed = (milestones: readonly number[], step: number): number =>
  milestones.filter((milestone) => milestone <= step).length;

const milestoneList = {
  fallback: null,
  read: (op: string, _name: string, list: unknown) => readMilestones(op, list),
};

/**
 * base · gamma^(number of milestones that are passed)
 * @throws OptionError for an option that does not fit
 *
 * @example
 * ```js
 * import { MultiStepLR, SGD, tensor } from 'mixgrad';
 *
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new MultiStepLR(optimizer, { milestones: [1, 4], gamma: 0.5 });
 * console.log([0, 1, 2, 3, 4].flatMap((step) => scheduler.lrsAt(step)));
 * ```
 * ```text
 * [ 1, 0.5, 0.5, 0.5, 0.25 ]
 * ```
 */
export class MultiStepLR extends LRScheduler<{ milestones: readonly number[]; gamma: number }> {
  constructor(optimizer: Optimizer, options: MultiStepLROptions) {
    const read = readOptions('MultiStepLR', options, { milestones: milestoneList, gamma });
    super(optimizer, { ...read, milestones: readMilestones('MultiStepLR', read.milestones ?? undefined) });
  }

  protected rate(base: number, step: number): number {
    return base * this.options.gamma ** passed(this.options.milestones, step);
  }
}

/** Options of {@link CosineAnnealingLR}. */
export interface CosineAnnealingLROptions {
  /** Steps from the base rate to the lowest. */
  tMax: number;
  /** The lowest rate. @default 0 */
  etaMin?: number;
}

/**
 * etaMin + (base − etaMin) / 2 · (1 + cos(π · step / tMax)): it rises again after tMax steps.
 * @throws OptionError for an option that does not fit
 *
 * @example
 * ```js
 * import { CosineAnnealingLR, SGD, tensor } from 'mixgrad';
 *
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new CosineAnnealingLR(optimizer, { tMax: 4 });
 * console.log([0, 1, 2, 3, 4].map((step) => scheduler.lrsAt(step)[0].toFixed(3)).join(' '));
 * ```
 * ```text
 * 1.000 0.854 0.500 0.146 0.000
 * ```
 */
export class CosineAnnealingLR extends LRScheduler<{ tMax: number; etaMin: number }> {
  constructor(optimizer: Optimizer, options: CosineAnnealingLROptions) {
    const schema = { tMax: orElse(length), etaMin: number(0, { least: 0 }) };
    const { tMax, etaMin } = readOptions('CosineAnnealingLR', options, schema);
    super(optimizer, { tMax: required('CosineAnnealingLR', 'tMax', tMax ?? undefined, length), etaMin });
  }

  protected rate(base: number, step: number): number {
    const { tMax, etaMin } = this.options;
    return etaMin + ((base - etaMin) / 2) * (1 + Math.cos((Math.PI * step) / tMax));
  }
}

/** Options of {@link LinearLR}. */
export interface LinearLROptions {
  /** Share of the base rate at first, above 0 and at most 1. @default 1/3 */
  startFactor?: number;
  /** Share at the end, from 0 to 1. @default 1 */
  endFactor?: number;
  /** Steps from the first to the last. @default 5 */
  totalIters?: number;
}

const linear = {
  startFactor: number(1 / 3, { above: 0, most: 1 }),
  endFactor: number(1, { least: 0, most: 1 }),
  totalIters: integer(5, { least: 1 }),
};

/**
 * base · (startFactor + (endFactor − startFactor) · min(step / totalIters, 1)): a warm-up, where it rises.
 * @throws OptionError for an option that does not fit
 *
 * @example
 * ```js
 * import { LinearLR, SGD, tensor } from 'mixgrad';
 *
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new LinearLR(optimizer, { startFactor: 0.25, totalIters: 3 });
 * console.log([0, 1, 2, 3, 4].flatMap((step) => scheduler.lrsAt(step)));
 * ```
 * ```text
 * [ 0.25, 0.5, 0.75, 1, 1 ]
 * ```
 */
export class LinearLR extends LRScheduler<Required<LinearLROptions>> {
  constructor(optimizer: Optimizer, options: LinearLROptions = {}) {
    super(optimizer, readOptions('LinearLR', options, linear));
  }

  protected rate(base: number, step: number): number {
    const { startFactor, endFactor, totalIters } = this.options;
    return base * (startFactor + (endFactor - startFactor) * Math.min(step / totalIters, 1));
  }
}
