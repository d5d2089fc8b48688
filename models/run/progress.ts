// What a run says while it goes on: a progress bar on a terminal, plain lines elsewhere.
import { MultiBar } from 'cli-progress';
import type { EvalMetric, TrainMetric } from './run-folder.js';

/** Told of every update and evaluation. */
export interface Progress {
  log(line: string): void;
  trained(metric: TrainMetric): void;
  evaluated(metric: EvalMetric): void;
  stop(): void;
}

/** Seconds between plain lines within an epoch. */
const QUIET_SECONDS = 10;

/** A progress bar on stderr where that is a terminal, else lines on stdout. */
export function openProgress(total: number, terminal = process.stderr.isTTY): Progress {
  return terminal ? barProgress(total) : lineProgress(total);
}

function barProgress(total: number): Progress {
  const format = '{bar} step {value}/{total}  {state}  {eta_formatted} left';
  const look = { format, barsize: 24, etaBuffer: 30, hideCursor: true, clearOnComplete: true };
  // The program itself ends the run on Ctrl-C, and the bar with it.
  const bars = new MultiBar({ ...look, gracefulExit: false });
  const bar = bars.create(total, 0, { state: 'starting' });
  const log = (line: string) => bars.log(`${line}\n`);
  return {
    log,
    trained: (metric) => bar.update(metric.step, { state: describe(metric) }),
    evaluated: (metric) => log(describeEvaluation(metric)),
    stop: () => bars.stop(),
  };
}

function lineProgress(total: number): Progress {
  let last = 0;
  return {
    log: console.log,
    trained(metric) {
      if (metric.elapsed_s - last < QUIET_SECONDS) return;
      last = metric.elapsed_s;
      console.log(`step ${metric.step}/${total}  ${describe(metric)}`);
    },
    evaluated: (metric) => console.log(describeEvaluation(metric)),
    stop: () => {},
  };
}

function describe({ loss, accuracy, images_per_s: rate }: TrainMetric): string {
  return `loss ${loss.toFixed(3)}  accuracy ${percent(accuracy)}  ${rate.toFixed(0)} images/s`;
}

function describeEvaluation({ epoch, step, loss, accuracy }: EvalMetric): string {
  return `epoch ${epoch}  step ${step}  test loss ${loss.toFixed(3)}  test accuracy ${percent(accuracy)}`;
}

/** 0.8125 as 81.3 %. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
