// What `sweep collect` knows of a sweep: collected.json, and what tables and reports are made of.
import type { Statistics } from '../run/metrics.js';

/** A setting's value, as a flag has it. */
export type Setting = string | number | boolean | null;

/** A number, or 'never' where it lies beyond what was run. */
export type Reached = number | 'never';

/** How a run ended. One that failed for another reason, and one that goes on, are unfinished; one that was not begun is missing. */
export const statuses = ['finished', 'diverged', 'unfinished', 'missing'] as const;
export type Status = (typeof statuses)[number];

/** What a target is a value of: test accuracy by either statistics, or the smoothed training loss. */
export type Measure = Statistics | 'training';

/** An interval of 95 %. */
export type Interval = readonly [low: Reached, high: Reached];

/** A sweep. Accuracies are 0 … 1, updates count from 1, seconds are of updates alone, without evaluations. */
export interface Collected {
  version: 1;
  /** The command line that made the sweep. */
  command: string;
  /** The settings that all runs share, by the names of config.json. */
  settings: Record<string, Setting>;
  /** The accuracy of guessing; null where no run was begun. */
  chance: number | null;
  smoothing: Smoothing;
  runs: CollectedRun[];
  arms: Arm[];
  /** The arm that the others are compared with. */
  baseline: string;
  /** What is reached, from the nearest target to the farthest of each measure. */
  targets: Target[];
  /** Every other arm beside the baseline. */
  comparisons: Comparison[];
}

/** How curves were smoothed and thinned. */
export interface Smoothing {
  /** Updates that the trailing mean of the training loss goes back. */
  updates: number;
  /** Evaluations that the trailing median of accuracy goes back; 1 leaves it as it is. */
  evaluations: number;
  /** The most points that a curve of the file keeps. */
  points: number;
}

/** One run of the sweep. */
export interface CollectedRun {
  index: number;
  name: string;
  /** The arm's name. */
  arm: string;
  seed: number;
  status: Status;
  /** Updates that were made, and those that were to be made: null where it was not begun. */
  step: number;
  totalSteps: number | null;
  /** Of all updates. */
  seconds: number;
  /** The last loss of a training batch, smoothed; null where there is none. */
  loss: number | null;
  /** Final accuracies; null where the run is not finished, or has none. */
  final: Record<Statistics, number | null>;
}

/** The runs that differ by their seed alone. What is not a curve is of its finished and diverged runs. */
export interface Arm {
  /** The settings that differ among arms: 'mn, norm-at conv3, lr 0.001'. */
  name: string;
  settings: Record<string, Setting>;
  counts: Record<Status, number>;
  parameters: number | null;
  /** Mean, and standard deviation from two runs on, of the finished runs. */
  final: Record<Statistics, Summary>;
  /** Milliseconds an update. */
  stepMs: Summary;
  /** For each target of the sweep, in its order. */
  times: ArmTime[];
  /** Test accuracy and loss, not smoothed. */
  accuracy: Record<Statistics, Curve>;
  testLoss: Record<Statistics, Curve>;
  /** Smoothed training loss. */
  trainLoss: Curve;
  /** By the layer's dotted name; empty where it was not recorded. */
  layers: LayerCurves[];
  descent: DescentCurve | null;
}

/** Values of runs, summed up. */
export interface Summary {
  runs: number;
  mean: number | null;
  deviation: number | null;
}

/** The mean over the runs that have a step, the least and the greatest of them, and how many they are. */
export interface Curve {
  steps: number[];
  mean: number[];
  low: number[];
  high: number[];
  runs: number[];
}

/** A value to be reached: an accuracy from below, a loss from above. */
export interface Target {
  measure: Measure;
  value: number;
  /** The share of the way that the value was chosen by; null where it was given. */
  share: number | null;
}

/** When an arm's runs reach a target. */
export interface ArmTime {
  /** By seed, in the order of seeds. */
  runs: { seed: number; updates: Reached; seconds: Reached }[];
  reached: number;
  /** Runs that were there where their curve begins: sooner than can be told. */
  atFirst: number;
  /** Medians, in which 'never' is larger than any number; null where there are no runs. */
  updates: Reached | null;
  seconds: Reached | null;
}

/** Values of pairs of runs with the same seed, their median and its interval. */
export interface Paired {
  pairs: { seed: number; value: Reached }[];
  median: Reached | null;
  /** Null where there are too few pairs. */
  interval: Interval | null;
}

/** An arm beside the baseline, seed by seed. */
export interface Comparison {
  arm: string;
  /** Final accuracy of the arm less that of the baseline. */
  final: Record<Statistics, Paired>;
  /**
   * For each target of the sweep: the arm's updates, or seconds, divided by the baseline's. 0 where the baseline never
   * arrives, 'never' where the arm never does; pairs in which neither does are only counted.
   */
  times: { updates: Paired; seconds: Paired; neither: number }[];
  best: Record<Statistics, BestMeasure>;
}

/** The paper's measure: updates until one method reaches the other's best accuracy, curves not smoothed. */
export interface BestMeasure {
  /** The arm as challenger of the baseline, and the baseline as challenger of the arm. */
  arm: Savings;
  baseline: Savings;
  /**
   * What a challenger shows that is equal to the baseline; null where noise cannot be estimated, or the arm is evaluated at
   * other updates than the baseline.
   */
  null: BestNull | null;
}

/** Of every pair 1 − (updates to the other's best) / (updates in which the other reached it). */
export interface Savings {
  pairs: { seed: number; saving: number | null }[];
  /** Pairs in which the challenger reaches the other's best. */
  reached: number;
  /** Mean over these; null where there are none. */
  mean: number | null;
  /** Share of simulated sweeps of two equal methods whose mean saving, 0 where not reached, is at least as large. */
  chance: number | null;
}

/** Two equal methods, simulated. */
export interface BestNull {
  /** Standard deviations of accuracy: from one evaluation to the next, and from seed to seed. */
  noise: number;
  seeds: number;
  /** Share of pairs that reach the other's best, the mean saving of these, and the share of all pairs that save at least 31 %. */
  reached: number;
  mean: number;
  paper: number;
}

/** Means over the arm's runs, by step; NaN, in a file null, where none is finite. */
export interface LayerCurves {
  layer: string;
  steps: number[];
  gradNorm: number[];
  outputDeviation: number[];
  /** Of mixture layers: by step, and by component or EM round within. */
  weights: number[][] | null;
  entropy: number[] | null;
  place: number[] | null;
  dead: number[] | null;
  logLikelihoods: number[][] | null;
}

/** Along the direction of an update: means over runs of the least and greatest loss, and of the greatest distance of gradients. */
export interface DescentCurve {
  steps: number[];
  low: number[];
  high: number[];
  gradientDistance: number[];
}
