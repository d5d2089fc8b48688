// Two sides measured in turn, A B A B …: load that comes and goes then meets both, and their ratio stays.

import { networks } from '../networks/index.js';
import { openFor } from '../run/device.js';
import { UsageError } from '../run/errors.js';
import type { Output } from '../run/output.js';
import { median, rounded } from './figures.js';
import { type AgainstName, type BenchFlags, type BenchSettings, changed } from './flags.js';
import { type BenchResult, peakBytes, Subject, sentence, type Times } from './step.js';
import { findPython, torchStep } from './torch.js';

/** How often ours was as fast as the other side. */
interface Ratio {
  against: AgainstName;
  pairs: number;
  /** Median of our images/s ÷ the other's, pair by pair, in training; likewise in evaluation. */
  train_ratio: number;
  eval_ratio: number;
  train_ratios: number[];
}

/** Both sides with the medians of their measurements, and the ratio. */
export interface Comparison {
  ours: BenchResult;
  other: BenchResult;
  ratio: Ratio;
}

/** One side: measures once more, and says at the end what the medians are. */
interface Side {
  measure(): Promise<Times>;
  describe(times: Times): BenchResult;
  close(): void;
}

/** Measures what the flags say in turn with what --against names. */
export async function compare(flags: BenchFlags, against: AgainstName): Promise<Comparison> {
  const alone = against === 'torch';
  const other = alone ? torchSide(flags) : null;
  const ours = await ourSide(flags, alone);
  const sides = [ours, other ?? (await ourSide(changed(flags, against as Exclude<AgainstName, 'torch'>)))];
  const times: [Times[], Times[]] = [[], []];
  try {
    for (let pair = 0; pair < flags.pairs; pair++) {
      for (const side of [0, 1]) times[side].push(await sides[side].measure());
    }
    const [first, second] = sides.map((side, i) => side.describe(medians(times[i])));
    return { ours: first, other: second, ratio: ratioOf(against, times) };
  } finally {
    for (const side of sides) side.close();
  }
}

/** This framework; its memory is the process's only where no other side shares the process. */
async function ourSide(settings: BenchSettings, alone = false): Promise<Side> {
  const { device, threads } = await openFor(settings);
  const subject = new Subject(settings, device, threads);
  return {
    measure: () => subject.measure(),
    describe: (times) => ({ ...subject.describe(times), ...(alone && { peak_rss_bytes: peakBytes() }) }),
    close: () => device.close(),
  };
}

/** PyTorch, a process each time. */
function torchSide(flags: BenchFlags): Side {
  const placed = Object.keys(networks[flags.model].places).length > 0;
  if (placed && flags.norm !== 'bn' && flags.norm !== 'mn')
    throw new UsageError(`--against torch has --norm bn and mn, not ${flags.norm}`);
  const python = findPython();
  let last: BenchResult | undefined;
  return {
    async measure() {
      last = torchStep(python, flags);
      return { train: last.train_step_ms, evaluate: last.eval_ms };
    },
    describe: ({ train, evaluate }) => ({
      ...last!,
      train_step_ms: rounded(train),
      images_per_s: rounded((1000 * flags.batch) / train),
      eval_ms: rounded(evaluate),
    }),
    close() {},
  };
}

function medians(times: readonly Times[]): Times {
  return {
    train: median(times.map(({ train }) => train)),
    evaluate: median(times.map(({ evaluate }) => evaluate)),
  };
}

function ratioOf(against: AgainstName, [ours, other]: readonly Times[][]): Ratio {
  const train = ours.map((times, i) => other[i].train / times.train);
  const evaluate = ours.map((times, i) => other[i].evaluate / times.evaluate);
  return {
    against,
    pairs: ours.length,
    train_ratio: rounded(median(train), 3),
    eval_ratio: rounded(median(evaluate), 3),
    train_ratios: train.map((ratio) => rounded(ratio, 3)),
  };
}

/** Three lines: both sides, and the ratio. */
export function printComparison({ ours, other, ratio }: Comparison, output: Output): void {
  const { against, pairs, train_ratio, eval_ratio, train_ratios } = ratio;
  const range = `${Math.min(...train_ratios)} to ${Math.max(...train_ratios)}`;
  const verdict = `against ${against}, median of ${pairs} pairs: training ${train_ratio} times as fast (${range}), evaluation ${eval_ratio} times`;
  output.result([sentence(ours), sentence(other), verdict].join('\n'), ours, other, ratio);
}
