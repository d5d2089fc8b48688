// What a run says while it goes on: a progress bar on a terminal, plain lines elsewhere.
import { MultiBar } from 'cli-progress';
import type { EvalMetric, TrainMetric } from './metrics.js';
import type { Output } from './output.js';

/** Told of every update and evaluation. */
export interface Progress<T = TrainMetric, E = EvalMetric> {
  log(line: string): void;
  trained(metric: T): void;
  evaluated(metric: E): void;
  stop(): void;
}

/** What there is to say of an update and of an evaluation. */
export interface Words<T, E> {
  trained(metric: T): string;
  evaluated(metric: E): string;
}

/** An update as far as its time goes. */
interface Timed {
  step: number;
  elapsed_s: number;
}

/** Seconds between plain lines within an epoch, and between messages that repeat. */
const QUIET_SECONDS = 10;

/** Columns that words and bar need; where there are fewer, the words stand alone. */
const WIDE = 100;

/** A progress bar on stderr where that is a terminal that can move its cursor, else lines. Steps that are done count. */
export function openProgress<T extends Timed, E>(
  total: number,
  done: number,
  { say, quiet }: Output,
  words: Words<T, E>,
): Progress<T, E> {
  const terminal = process.stderr.isTTY && process.env.TERM !== 'dumb' && !quiet;
  return terminal ? barProgress(total, done, words) : lineProgress(total, say, words);
}

function barProgress<T extends Timed, E>(total: number, done: number, words: Words<T, E>): Progress<T, E> {
  const { columns } = process.stderr;
  const wide = columns >= WIDE;
  const format = `${wide ? '{bar} ' : ''}step {value}/{total}  {state}${wide ? '  {eta_formatted} left' : ''}`;
  const look = { format, barsize: 24, etaBuffer: 30, hideCursor: true, clearOnComplete: true };
  // The program itself ends the run on Ctrl-C, and the bar with it.
  const bars = new MultiBar({ ...look, gracefulExit: false });
  const bar = bars.create(total, done, { state: 'starting' });
  const print = (line: string) => bars.log(`${line}\n`);
  const messages = seldom(print);
  // Whatever ends the process, the terminal gets its cursor back.
  const restore = () => bars.stop();
  process.once('exit', restore);
  return {
    log: messages.log,
    trained: (metric) => bar.update(metric.step, { state: words.trained(metric) }),
    evaluated: (metric) => print(words.evaluated(metric)),
    stop: () => {
      messages.flush();
      restore();
      process.off('exit', restore);
    },
  };
}

function lineProgress<T extends Timed, E>(
  total: number,
  say: (line: string) => void,
  words: Words<T, E>,
): Progress<T, E> {
  let last = 0;
  const messages = seldom(say);
  return {
    log: messages.log,
    trained(metric) {
      if (metric.elapsed_s - last < QUIET_SECONDS) return;
      last = metric.elapsed_s;
      say(`step ${metric.step}/${total}  ${words.trained(metric)}`);
    },
    evaluated: (metric) => say(words.evaluated(metric)),
    stop: messages.flush,
  };
}

/** Prints the first of many messages, and then how many came after it, every few seconds. */
function seldom(print: (line: string) => void) {
  let next = 0;
  let held = 0;
  const flush = () => {
    if (held > 0) print(`… and ${held} more such messages`);
    held = 0;
  };
  return {
    flush,
    log(line: string) {
      if (performance.now() < next) {
        held++;
        return;
      }
      flush();
      print(line);
      next = performance.now() + 1000 * QUIET_SECONDS;
    },
  };
}

/** Of a classifier. */
export const scores: Words<TrainMetric, EvalMetric> = {
  trained: ({ loss, accuracy, images_per_s: rate }) =>
    `loss ${loss.toFixed(3)}  accuracy ${percent(accuracy)}  ${rate.toFixed(0)} images/s`,
  evaluated({ epoch, step, loss, accuracy, statistics }) {
    const score = `test loss ${loss.toFixed(3)}  test accuracy ${percent(accuracy)}`;
    return `epoch ${epoch}  step ${step}  ${score}  ${statistics} statistics`;
  },
};

/** 0.8125 as 81.3 %. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
